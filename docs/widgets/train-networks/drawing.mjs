// Maps of decisions and pictures of gradients, as paths of SVG: for the page's first pictures, for
// those recorded at other depths, and for the reader's own.

import { POINTS, spirals } from "./model.mjs";
import { EDGES, HALVES, SIZE } from "./recording.mjs";

export const SIDE = 480; // of a map; it shows -1.2 to 1.2
const REACH = 1.2;
const CELL = SIDE / SIZE;
const SURE = [1.5, 7.5, 13.5]; // of class 1: by 0.1, 0.5 and 0.9, as a map has 0 to f
const TOLERANCE = 0.8; // by which a line may leave its points

/** The areas in which a map is above each of these: a path of closed lines for each. */
export function contours(map) {
  const values = Array.from(map, (digit) => parseInt(digit, 16));
  return SURE.map((sure) => area(values, sure));
}

const FRAMED = SIZE + 2; // with a frame of points around it that are below, so that all lines close

function framed(values, sure) {
  const all = new Float64Array(FRAMED * FRAMED);
  const inside = (k) => Math.max(0, Math.min(SIZE - 1, k - 1));
  for (let y = 0; y < FRAMED; y++) {
    for (let x = 0; x < FRAMED; x++) {
      const value = values[inside(y) * SIZE + inside(x)];
      const frame = x === 0 || y === 0 || x > SIZE || y > SIZE;
      all[y * FRAMED + x] = frame ? Math.min(2 * sure - value, sure - 1) : value;
    }
  }
  return all;
}

/**
 * Marching squares. An edge between two points has the number of its first point, doubled, and one
 * more if it goes down; `next` leads from each edge that a line crosses to the one it crosses then.
 */
function area(values, sure) {
  const all = framed(values, sure);
  const next = new Map();
  const high = Uint8Array.from(all, (value) => (value > sure ? 1 : 0));
  for (let at = 0; at < FRAMED * (FRAMED - 1); at++) {
    const count = high[at] + high[at + 1] + high[at + FRAMED + 1] + high[at + FRAMED];
    if (count === 0 || count === 4 || at % FRAMED === FRAMED - 1) continue;
    const above = [at, at + 1, at + FRAMED + 1, at + FRAMED].map((point) => high[point]);
    const edges = [2 * at, 2 * (at + 1) + 1, 2 * (at + FRAMED), 2 * at + 1];
    for (let side = 0; side < 4; side++) {
      if (!above[side] || above[(side + 1) % 4]) continue;
      // The area ends on this side; it began on one before. At a saddle each keeps its own line.
      let begin = side;
      do begin = (begin + 3) % 4;
      while (above[begin]);
      next.set(edges[side], edges[begin]);
    }
  }
  const place = (edge) => {
    const point = edge >> 1;
    const down = edge & 1;
    const value = all[point];
    const share = (sure - value) / (all[point + (down ? FRAMED : 1)] - value);
    const x = (point % FRAMED) + (down ? 0 : share);
    const y = Math.floor(point / FRAMED) + (down ? share : 0);
    return [Math.round(CELL * (x - 0.5)), Math.round(CELL * (y - 0.5))];
  };
  let path = "";
  for (const first of next.keys()) {
    const line = [];
    for (let edge = first; next.has(edge);) {
      line.push(place(edge));
      const following = next.get(edge);
      next.delete(edge);
      edge = following;
    }
    path += closed(simplified(line));
  }
  return path;
}

/** Without points that lie nearly on the line between others (Ramer, Douglas and Peucker). */
function simplified(line) {
  const kept = new Set([0]);
  const far = line.reduce(
    (best, p, i) => (distance(p, line[0]) > distance(line[best], line[0]) ? i : best),
    0,
  );
  kept.add(far);
  const ranges = [
    [0, far],
    [far, line.length],
  ];
  while (ranges.length) {
    const [from, to] = ranges.pop();
    const [a, b] = [line[from], line[to % line.length]];
    let worst = TOLERANCE;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const off = aside(line[i], a, b);
      if (off > worst) [worst, at] = [off, i];
    }
    if (at < 0) continue;
    kept.add(at);
    ranges.push([from, at], [at, to]);
  }
  return line.filter((_, i) => kept.has(i));
}

function distance([x, y], [u, v]) {
  return Math.hypot(x - u, y - v);
}

function aside([x, y], [a, b], [c, d]) {
  const length = Math.hypot(c - a, d - b);
  if (!length) return Math.hypot(x - a, y - b);
  return Math.abs((c - a) * (b - y) - (a - x) * (d - b)) / length;
}

function closed(line) {
  if (line.length < 3) return "";
  const [[x, y]] = line;
  const steps = line.slice(1).map(([u, v], i) => `${u - line[i][0]} ${v - line[i][1]}`);
  return `M${x} ${y}l${steps.join(" ")}z`.replaceAll(" -", "-");
}

/**
 * The points of each class, as lines of no length: with round ends these are dots. From left to
 * right, each from the one before, which takes few digits, and the page has them six times.
 */
export function dots({ points, labels }) {
  const place = (value) => Math.round(((value + REACH) / (2 * REACH)) * SIDE);
  const classes = [[], []];
  for (let i = 0; i < POINTS; i++) {
    classes[labels[i]].push([place(points[i]), SIDE - place(points[POINTS + i])]);
  }
  return classes.map((all) => {
    all.sort(([a], [b]) => a - b);
    const [[x, y]] = all;
    const steps = all.slice(1).map(([u, v], i) => `m${u - all[i][0]} ${v - all[i][1]}h0`);
    return `M${x} ${y}h0${steps.join("")}`.replaceAll(" -", "-");
  });
}

/**
 * For each level of the gradients, lines down the layers that have it, in a picture one wide for
 * each column and one high for each layer, the last layer on top.
 */
export function bands(gradients, depth) {
  const lines = Array.from({ length: HALVES }, () => ({ path: "", x: 0, y: 0 }));
  for (let x = 0; x * depth < gradients.length; x++) {
    const level = (y) => gradients[x * depth + depth - 1 - y];
    for (let y = 0, to; y < depth; y = to) {
      for (to = y + 1; to < depth && level(to) === level(y);) to++;
      const line = lines[parseInt(level(y), HALVES)];
      line.path += `m${x - line.x} ${y - line.y}v${to - y}`.replace(" -", "-");
      Object.assign(line, { x, y: to });
    }
  }
  return lines.map(({ path }) => path);
}

/** For the first pictures: of recorded runs with this seed. */
export function drawing(seed, runs) {
  return {
    dots: dots(spirals(seed)),
    maps: runs.map(({ map }) => contours(map)),
    bands: runs.map(({ gradients, depth }) => bands(gradients ?? "", depth)),
    edges: EDGES,
  };
}
