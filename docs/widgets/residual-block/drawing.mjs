// Two chains, and the sum of the paths through the first; for the page's figure and its controls.

import { hundredths } from "../shared/numbers.mjs";

const [UNIT, WIDEST] = [5, 14]; // how wide a gradient of 1 is drawn, and any at most
const [WIDTH, TOTAL] = [20, 316]; // of the sum’s columns, and where its last one stands
const [TOP, BOTTOM, ICONS] = [28, 98, 108];

/** Exact: with a slope of one decimal no gradient here has more than three. */
export function gradient_text(value) {
  return String(Number(value.toFixed(3))).replace("-", "−");
}

export function signal_text(value) {
  const rounded = Math.round(value * 100) / 100 || 0; // never −0
  return rounded.toFixed(Math.abs(rounded) < 10 ? 2 : 1).replace("-", "−");
}

/** "+ 0.121", "− 0.75": what is added to something. */
export function added(value, text) {
  return text(value).replace(/^(−?)/, (sign) => `${sign || "+"} `);
}

/** How many blocks signal and gradient have passed at this step. */
export function progress(step, blocks) {
  return { forward: Math.min(step, blocks), back: Math.max(0, step - blocks) };
}

/** What enters a chain, and what each of its blocks puts out. */
export function signals({ input, relu }, sums) {
  return [input, ...sums.map((sum) => (relu ? Math.max(sum, 0) : sum))];
}

/**
 * The attributes of each part. `residual` and `plain` are chains, with `sums` and `gradients`;
 * `paths` say, for the blocks that the gradient has passed or else for all, which F a path takes,
 * `terms` what it carries; `rows` are the heights of input, first block's output, and so on.
 */
export function drawing(at, residual, plain, paths, terms, rows) {
  const blocks = rows.length - 1;
  const { forward, back } = progress(at.step, blocks);
  const reached = back ? blocks - back : forward; // by signal or gradient
  const [tip, base] = back ? [-9, 5] : [9, -5];
  const part = sum(paths, terms, back);
  const said = [`Three residual blocks beside three plain ones, ${at.relu ? "with" : "no"} ReLU.`];
  for (const [name, chain] of Object.entries({ residual, plain })) {
    Object.assign(part, lane(name, chain, at, blocks));
    const row = rows[reached];
    part[`${name}-tip`] = { d: `M-9 ${row + base}h18L0 ${row + tip}z` };
    const down = signals(at, chain.sums)
      .slice(0, forward + 1)
      .map(signal_text);
    const up = chain.gradients
      .slice(-back - 1)
      .reverse()
      .map(gradient_text);
    const then = back ? `; gradient on its way back ${up.join(", ")}` : "";
    said.push(`${name}: signal ${down.join(", ")}${then}.`);
  }
  part.relu = { visibility: visible(at.relu) };
  const passing = at.step > 0 && at.step < 2 * blocks;
  const y = rows[back ? reached : Math.max(forward - 1, 0)] + 4;
  part.here = { y, visibility: visible(passing) };
  const carried = back ? `: ${terms.map(gradient_text).join(", ")}; ${part.total.text}` : "";
  const labels = { chains: said.join(" "), paths: `${part["paths-title"].text}${carried}.` };
  return { part, labels };
}

function visible(shown) {
  return shown ? "visible" : "hidden";
}

/** One chain: its wires, as wide as the gradient where that has passed, its numbers, its ReLUs. */
function lane(name, { sums, gradients }, at, blocks) {
  const { forward, back } = progress(at.step, blocks);
  const outputs = signals(at, sums);
  const part = {};
  for (let k = 0; k <= blocks; k++) {
    const reached = forward >= k;
    const wire = (its, passed, gradient) => {
      const width = passed ? Math.min(WIDEST, UNIT * Math.abs(gradient)) : reached && !back && 2;
      part[`${name}-${its}-${k}`] = { "stroke-width": hundredths(Number(width)) };
    };
    const write = (its, shown, text) => (part[`${name}-${its}-${k}`] = { text: shown ? text : "" });
    const there = back > 0 && back >= blocks - k;
    wire("trunk", there, gradients[k]);
    write("gradient", there, gradient_text(gradients[k]));
    const x = k === 0 && name === "residual" ? "x = " : "";
    write("signal", reached, x + signal_text(outputs[k]));
    if (k === 0) continue;
    const shut = at.relu && sums[k - 1] <= 0;
    part[`${name}-shut-${k}`] = { visibility: visible(shut && reached) };
    const passed = back > blocks - k;
    const carried = shut ? 0 : gradients[k];
    wire("stub", passed, carried);
    if (name === "plain") continue;
    wire("by", passed, carried);
    wire("into", passed, carried);
    wire("via", passed, at.slope * carried);
    write("by-text", passed, gradient_text(carried));
    write("via-text", passed, added(at.slope * carried, gradient_text));
    write("f", reached, added(at.slope * outputs[k - 1] + at.offset, signal_text));
  }
  return part;
}

/** What each path carries on top of those before it, what it passes, and all of them together. */
function sum(paths, terms, back) {
  const shown = (text) => (back ? text : "");
  const shut = terms[0] === 0; // by a ReLU: past every F nothing else can be 0
  const levels = [0];
  for (const term of terms) levels.push(levels.at(-1) + term);
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  const y = (v) => hundredths(BOTTOM - ((v - low) * (BOTTOM - TOP)) / (high - low || 1));
  const x = (column, group) => 8 + 28 * column + 14 * group;
  const box = (left, from, to) => `M${left} ${y(from)}h${WIDTH}V${y(to)}h-${WIDTH}z`;
  const bars = paths.map((path, i) => box(x(i, path.length), levels[i], levels[i + 1]));
  const blocks = paths.at(-1).length;
  const icons = paths.map((path, i) => icon(x(i, path.length) + 7, path, blocks));
  const added_up = shut ? "all shut by a ReLU" : "added up";
  const title = back ? `The gradient’s ${paths.length} paths, ${added_up}` : "";
  const part = {
    "paths-title": {
      text: title || `${paths.length} paths lead back: past F or through it, each time`,
    },
    "paths-zero": { y1: y(0), y2: y(0), visibility: visible(back) },
    "bar-shortcut": { d: shown(bars.shift()) },
    "bars-through": { d: shown(bars.join("")) },
    "bar-total": { d: shown(box(TOTAL, 0, levels.at(-1))) },
    "icons-by": { d: icons.map(([by]) => by).join("") },
    "icons-via": { d: icons.map(([, via]) => via).join("") },
    total: { text: shown(`= ${gradient_text(levels.at(-1))}`) },
  };
  for (const [size, power] of ["1", "F′", "F′²", "F′³"].entries()) {
    const its = [...paths.keys()].filter((i) => paths[i].length === size);
    const middle = its.length && (x(its[0], size) + x(its.at(-1), size) + WIDTH) / 2;
    const write = (name, text) =>
      (part[`${name}-${size}`] = { x: middle, text: its.length ? text : "" });
    write("power", shown(shut) ? "" : `${its.length > 1 ? its.length : ""}${power}`);
    const share = its.reduce((all, i) => all + terms[i], 0);
    write("share", shown(size ? added(share, gradient_text) : gradient_text(share)));
  }
  return part;
}

/** A small chain, block 1 on top: a bow past each F, or a square for one that the path takes. */
function icon(x, path, blocks) {
  const drawn = ["", ""];
  for (let k = 1; k <= blocks; k++) {
    const y = ICONS + 13 * (k - 1);
    if (path.includes(k)) drawn[1] += `M${x - 3.5} ${y + 3}h7v7h-7zM${x - 0.5} ${y}h1v13h-1z`;
    else drawn[0] += `M${x} ${y}v1.5h8v10h-8v1.5`;
  }
  return drawn;
}
