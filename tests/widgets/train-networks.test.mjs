import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  DEPTHS,
  OPTIMISERS,
  POINTS,
  STEPS,
  Training,
  randomNumbers,
  spirals,
} from "../../docs/widgets/train-networks/model.mjs";
import * as exact from "../../docs/widgets/train-networks/exact.mjs";
import { SIDE, bands, contours, dots } from "../../docs/widgets/train-networks/drawing.mjs";
import { EDGES, SIZE, Recorded, recorded } from "../../docs/widgets/train-networks/recording.mjs";

const data = JSON.parse(
  readFileSync(new URL("../../docs/data/train-networks-recorded.json", import.meta.url)),
);
const cases = JSON.parse(readFileSync(new URL("train-networks.vectors.json", import.meta.url)));

test("one step of every setting agrees with torch to 1e-5", () => {
  assert.equal(cases.length, DEPTHS.length * 2 * 2 * Object.keys(OPTIMISERS).length);
  for (const { settings, loss, norms, parameters, scores, error } of cases) {
    const close = (got, value, what) => {
      const message = `${what} of ${JSON.stringify(settings)} is ${got}, torch has ${value}`;
      assert.ok(Math.abs(got - value) <= 1e-5 * Math.max(1e-3, Math.abs(value)), message);
    };
    const training = new Training(settings);
    const network = training.network;
    close(training.step(), loss, "the loss");
    const got = network.gradientNorms(new Float64Array(settings.depth));
    norms.forEach((value, layer) => close(got[layer], value, `the gradient of layer ${layer + 1}`));
    const stride = Math.floor(network.parameters.length / 40);
    parameters.forEach((value, i) => close(network.parameters[i * stride], value, "a parameter"));
    assert.equal(training.error(), error);
    // All points at once, after a step through up to fifty layers: rounding has grown by then.
    scores.forEach((value, i) => {
      const score = network.scores[i < 4 ? i : POINTS + i - 4];
      assert.ok(Math.abs(score - value) < 1e-5 * Math.max(1, Math.abs(value)), "a score");
    });
  }
});

test("functions of our own are as precise as those of Math", () => {
  const random = randomNumbers(5);
  const close = (got, value, most) => assert.ok(Math.abs(got - value) <= most, `${got}, ${value}`);
  for (let i = 0; i < 20000; i++) {
    const turns = 4 * random() - 2;
    // The angle is rounded once more for Math.
    close(exact.sine(turns), Math.sin(2 * Math.PI * turns), 2e-15);
    close(exact.cosine(turns), Math.cos(2 * Math.PI * turns), 2e-15);
    const x = 1400 * random() - 700;
    for (const power of [x, x / 700]) close(exact.exp(power) / Math.exp(power), 1, 4e-16);
    const share = 1 - random();
    for (const value of [share, 10 ** (x / 10)]) {
      close(exact.log(value), Math.log(value), 1e-15 * Math.abs(Math.log(value)));
    }
    for (const value of [share, share * 1e-9]) {
      close(exact.log1p(value), Math.log1p(value), 1e-15 * Math.log1p(value));
    }
  }
  const ends = [Infinity, -Infinity, NaN].map(exact.exp);
  assert.deepEqual(ends, [Infinity, 0, NaN]);
  assert.deepEqual([Infinity, 1, 0, -1, NaN].map(exact.log), [Infinity, 0, -Infinity, NaN, NaN]);
  assert.deepEqual([0, 0.25, -0.25, 0.75, 1].map(exact.sine), [0, 1, -1, -1, 0]);
});

test("functions of our own give these bits, in Node as elsewhere", () => {
  const bits = (value) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16);
  };
  for (const [name, x, wanted] of [
    ["sine", 0.1, "3fe2cf2304755a5e"],
    ["sine", 1.4, "3fe2cf2304755a62"],
    ["cosine", 0.7, "bfd3c6ef372fe954"],
    ["exp", -20, "3e21b48655f37267"],
    ["exp", 1, "4005bf0a8b14576a"], // the last bit is another in Math
    ["exp", 30, "42a370470aec28ec"],
    ["log", 0.001, "c01ba18a998fffa0"],
    ["log", 0.7, "bfd6d3c324e13f4f"],
    ["log1p", 1e-9, "3e112e0be801f1d9"],
    ["log1p", 1, "3fe62e42fefa39ef"],
  ]) {
    assert.equal(bits(exact[name](x)), wanted, `${name} of ${x}`);
  }
});

test("what is recorded uses nothing that engines may round differently", () => {
  const fixed = "PI SQRT2 SQRT1_2 LN10 abs floor imul max min round sqrt".split(" ");
  for (const name of ["exact", "model", "recording"]) {
    const file = new URL(`../../docs/widgets/train-networks/${name}.mjs`, import.meta.url);
    const code = readFileSync(file, "utf-8").replace(/\/\*\*[^]*?\*\/|\/\/.*/g, "");
    assert.doesNotMatch(code, /\*\*/, name);
    for (const [, used] of code.matchAll(/\bMath\.?(\w*)/g)) {
      assert.ok(fixed.includes(used), `Math.${used} in ${name}.mjs`);
    }
  }
});

const WITH_NORM = { batchNorm: true, optimiser: "SGD" };

test("the same seed gives the same run, another seed another", () => {
  const loss = (seed) => {
    const training = new Training({ ...WITH_NORM, depth: 5, residual: true, seed });
    for (let i = 0; i < 9; i++) training.step();
    return training.loss;
  };
  assert.equal(loss(3), loss(3));
  assert.notEqual(loss(3), loss(4));
});

test("after the last step nothing moves", () => {
  const training = new Training({ ...WITH_NORM, depth: 2, residual: false, seed: 0 });
  while (training.steps < STEPS) training.step();
  const before = [...training.network.parameters];
  training.step();
  assert.deepEqual([...training.network.parameters], before);
  assert.equal(training.steps, STEPS);
});

test("the gradient is the slope of the loss", () => {
  for (const batchNorm of [true, false]) {
    const training = new Training({ ...WITH_NORM, batchNorm, depth: 5, residual: true, seed: 2 });
    const { network, data } = training;
    const loss = () => network.backward(data.points, data.labels, POINTS);
    loss();
    const gradient = [...network.gradient];
    for (let i = 0; i < gradient.length; i += 37) {
      const kept = network.parameters[i];
      network.parameters[i] = kept + 1e-6;
      const above = loss();
      network.parameters[i] = kept - 1e-6;
      const below = loss();
      network.parameters[i] = kept;
      const slope = (above - below) / 2e-6;
      assert.ok(Math.abs(slope - gradient[i]) < 1e-5, `parameter ${i}: ${slope}, ${gradient[i]}`);
    }
  }
});

test("a thousand random settings give numbers", () => {
  const random = randomNumbers(0);
  const map = new Uint8ClampedArray(9);
  for (let i = 0; i < 1000; i++) {
    const training = new Training({
      depth: 1 + Math.floor(12 * random()),
      residual: random() < 0.5,
      batchNorm: random() < 0.5,
      optimiser: random() < 0.5 ? "SGD" : "Adam",
      seed: Math.floor(1000 * random()),
    });
    for (let s = 0; s < 3; s++) assert.ok(Number.isFinite(training.step()));
    const error = training.error();
    assert.ok(error >= 0 && error <= 1);
    training.map(3, map);
    const norms = training.network.gradientNorms(new Float64Array(training.network.depth));
    assert.ok(norms.every(Number.isFinite));
  }
});

test("what was recorded at fifty layers is what the model gives: one fails, one learns", () => {
  const errors = [false, true].map((residual) => {
    const shown = recorded({ ...WITH_NORM, depth: 50, residual, seed: 0 });
    const kept = data.recorded.find((run) => run.depth === 50 && run.residual === residual);
    assert.deepEqual(shown, kept);
    return shown.error;
  });
  assert.ok(errors[0] > 5, `plain: ${errors[0]}`);
  assert.ok(errors[1] <= 5, `residual: ${errors[1]}`);
});

test("what was recorded at twenty layers, whole and without each part, is what the model gives", () => {
  for (const residual of [false, true]) {
    const shown = recorded({ ...WITH_NORM, depth: 20, residual, seed: 0 }, true);
    const of_this = (run) => run.depth === 20 && run.residual === residual;
    assert.deepEqual(shown, data.recorded.find(of_this));
    const { error, error_without } = data.deletions.find(of_this);
    assert.equal(error[0], shown.error);
    assert.deepEqual(
      error_without.map(([first]) => first),
      shown.without.map((one) => one.error),
    );
  }
});

test("a part is taken out for one look only, and what entered it goes on", () => {
  for (const residual of [false, true]) {
    const run = new Recorded({ ...WITH_NORM, depth: 8, residual, seed: 5 });
    for (let i = 0; i < 20; i++) run.step();
    const before = run.picture();
    const parts = run.parts();
    assert.equal(parts.length, residual ? 3 : 7); // the last layer of eight closes no block
    assert.deepEqual(parts.at(-1), residual ? [5, 6] : [7]);
    const changed = parts.filter(
      (part) => run.without(part, () => run.picture()).map !== before.map,
    );
    assert.equal(changed.length, parts.length);
    assert.deepEqual(run.picture(), before);
    assert.throws(() =>
      run.without(parts[0], () => {
        throw new Error();
      }),
    );
    assert.deepEqual(run.picture(), before);
  }
});

test("a network without a block is the shorter network with the same parameters", () => {
  const run = new Recorded({ ...WITH_NORM, depth: 5, residual: true, seed: 3 });
  for (let i = 0; i < 9; i++) run.step();
  const short = new Recorded({ ...WITH_NORM, depth: 3, residual: true, seed: 3 });
  const [from, to] = [run.network.layers[1].weights, run.network.layers[3].weights];
  const kept = [...run.network.parameters].filter((_, i) => i < from || i >= to);
  short.network.parameters.set(kept);
  run.without([1, 2], () => assert.equal(run.picture().map, short.picture().map));
});

// ---- What is drawn, read back --------------------------------------------------------------------

const CELL = SIDE / SIZE;

/** The lines of a path of “M x y l dx dy …z”, as lists of points. */
function polygons(path) {
  return path
    .split("z")
    .filter(Boolean)
    .map((line) => {
      const [x, y, ...steps] = line.match(/-?\d+/g).map(Number);
      const points = [[x, y]];
      for (let i = 0; i < steps.length; i += 2) {
        const [u, v] = points.at(-1);
        points.push([u + steps[i], v + steps[i + 1]]);
      }
      return points;
    });
}

function inside(lines, x, y) {
  let winding = 0; // as browsers fill: nonzero
  for (const line of lines) {
    line.forEach(([a, b], i) => {
      const [c, d] = line[(i + 1) % line.length];
      if (b > y === d > y) return;
      if (x < a + ((y - b) * (c - a)) / (d - b)) winding += d > b ? 1 : -1;
    });
  }
  return winding !== 0;
}

test("the areas of a drawn map are those of its numbers", () => {
  const pictures = data.recorded.flatMap((run) => [run, ...(run.without ?? [])]);
  assert.equal(pictures.length, 12 + 19 + 9);
  for (const { map } of pictures) {
    contours(map).forEach((path, which) => {
      const sure = [1.5, 7.5, 13.5][which];
      const lines = polygons(path);
      for (let i = 0; i < map.length; i++) {
        const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
        // A hair aside, as lines may go through points.
        const drawn = inside(lines, (x + 0.501) * CELL, (y + 0.502) * CELL);
        const value = parseInt(map[i], 16);
        if (drawn === value > sure) continue;
        // Lines are rounded, and simplified by less than a pixel: where one passes as near as that
        // to a point, it may do so on its other side.
        const near = [-1, 1, -SIZE, SIZE]
          .map((step) => parseInt(map[i + step], 16))
          .map((other) => Math.abs((value - sure) / (value - other)) * CELL);
        assert.ok(Math.min(...near.filter(Number.isFinite)) < 2, `${value} at ${x} ${y}, ${sure}`);
      }
    });
  }
});

test("maps with nothing, everything, a saddle and noise", () => {
  const all = (digit) => digit.repeat(SIZE * SIZE);
  assert.deepEqual(contours(all("0")), ["", "", ""]);
  for (const path of contours(all("f"))) {
    assert.ok(inside(polygons(path), SIDE / 2, SIDE / 2) && inside(polygons(path), 4, 4));
  }
  const board = Array.from({ length: SIZE * SIZE }, (_, i) =>
    ((i >> 1) + (Math.floor(i / SIZE) >> 1)) % 2 ? "f" : "0",
  ).join("");
  assert.ok(polygons(contours(board)[1]).length > 200); // each square has its own line
  const random = randomNumbers(1);
  for (let i = 0; i < 20; i++) {
    const noise = Array.from({ length: SIZE * SIZE }, () => Math.floor(16 * random()).toString(16));
    for (const path of contours(noise.join(""))) assert.doesNotMatch(path, /NaN|undefined/);
  }
});

test("the picture of the gradients has each layer's level at each column of steps", () => {
  for (const { gradients, depth } of data.recorded) {
    assert.equal(gradients.length, depth * (EDGES.length - 1));
    const read = Array.from({ length: gradients.length });
    bands(gradients, depth).forEach((path, level) => {
      let [x, y] = [0, 0];
      for (const [, dx, dy, down] of path.matchAll(/m(-?\d+) ?(-?\d+)v(\d+)/g)) {
        x += Number(dx);
        y += Number(dy);
        for (let i = 0; i < Number(down); i++, y++)
          read[x * depth + depth - 1 - y] = level.toString(16);
      }
    });
    assert.equal(read.join(""), gradients);
  }
});

test("levels are half powers of ten of the geometric mean over a column's steps", () => {
  const run = new Recorded({ ...WITH_NORM, depth: 3, residual: false, seed: 1 });
  const norms = [];
  for (let step = 1; step <= 12; step++) {
    run.step();
    norms.push([...run.norms]);
  }
  assert.deepEqual(EDGES.slice(7, 11), [8, 10, 11, 13]); // the column from 8 has two steps
  const powers = [0, 1, 2].map((l) => (Math.log10(norms[7][l]) + Math.log10(norms[8][l])) / 2);
  const levels = powers.map((power) => Math.floor(2 * (power + 4)).toString(16)).join("");
  assert.equal(run.columns[7], levels);
  assert.deepEqual(run.begins, norms[0]);
});

test("the points drawn are those of the task", () => {
  const { points, labels } = spirals(4);
  dots({ points, labels }).forEach((path, label) => {
    let [x, y] = [0, 0];
    const drawn = [...path.matchAll(/m(-?\d+) ?(-?\d+)h0/gi)].map(([, right, down]) => {
      x += Number(right);
      y += Number(down);
      return [(x / SIDE) * 2.4 - 1.2, 1.2 - (y / SIDE) * 2.4];
    });
    const wanted = [...labels.keys()].filter((i) => labels[i] === label);
    assert.equal(drawn.length, wanted.length);
    for (const i of wanted) {
      const near = ([u, v]) => Math.hypot(u - points[i], v - points[POINTS + i]) < 0.004;
      assert.ok(drawn.some(near), `there is no dot for point ${i}`);
    }
  });
});
