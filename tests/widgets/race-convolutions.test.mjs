// The race's convolutions are those of torch, its counts those of cv7 (make_vectors.py wrote both).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { drawing } from "../../docs/widgets/race-convolutions/drawing.mjs";
import * as model from "../../docs/widgets/race-convolutions/model.mjs";

const { numbers, contestants, difference, multiply_adds, summary } = model;
const vectors = JSON.parse(
  readFileSync(new URL("race-convolutions.vectors.json", import.meta.url)),
);
const KINDS = ["standard", "depthwise", "pointwise"];
const SEEDS = { x: 1, standard: 2, depthwise: 3, pointwise: 4 };

/** How many numbers each array of a layer has. */
function lengths(kind, { in_channels, out_channels, size }) {
  const outputs = kind === "depthwise" ? in_channels : out_channels;
  const weights = {
    standard: 9 * in_channels * out_channels,
    depthwise: 9 * in_channels,
    pointwise: in_channels * out_channels,
  };
  return { x: in_channels * size ** 2, weights: weights[kind], out: outputs * size ** 2 };
}

function convolve(kind, layer) {
  const { x, weights, out } = lengths(kind, layer);
  const output = new Float32Array(out).fill(NaN); // what was there must not matter
  return model[kind](numbers(x, SEEDS.x, 1), numbers(weights, SEEDS[kind], 1), layer, output);
}

test("the data are those that torch was given", () => {
  for (const { seed, values } of vectors.numbers) {
    assert.deepEqual([...numbers(5, seed, 1)], values);
  }
});

for (const kind of KINDS) {
  test(`${kind} agrees with torch`, () => {
    for (const { layer, [kind]: wanted } of vectors.convolutions) {
      const apart = difference(Float32Array.from(wanted), convolve(kind, layer));
      assert.ok(apart <= 1e-5, `${JSON.stringify(layer)}: apart by ${apart}`);
    }
  });
}

test("multiply-adds agree with cv7", () => {
  for (const { layer, ...counts } of vectors.multiply_adds) {
    const got = multiply_adds(layer);
    assert.equal(got.standard, counts.standard);
    assert.equal(got.separable, counts.separable);
    assert.ok(Math.abs(got.saving - counts.saving) < 1e-12 * counts.saving);
    assert.ok(Math.abs(got.saving - got.standard / got.separable) < 1e-12 * got.saving);
  }
});

test("both contestants compute the same map, and one that is not all zeros", () => {
  for (const { layer } of vectors.convolutions) {
    const { standard, separable } = contestants(layer);
    standard.run();
    separable.run();
    assert.ok(standard.output.some((value) => value !== 0));
    const apart = difference(standard.output, separable.output);
    assert.ok(apart <= 1e-5, `${JSON.stringify(layer)}: apart by ${apart}`);
  }
});

/** As in numbers(), for one number at a time: below `limit`, the same in every run. */
function dice(seed) {
  let drawn = 0;
  return (limit) => {
    drawn += 1;
    const [value] = numbers(1, Math.imul(seed + drawn, 0x27d4eb2f), 1);
    return Math.floor(((value + 1) / 2) * limit);
  };
}

test("a thousand random calls: finite numbers or a RangeError, as documented", () => {
  const random = dice(7);
  const odd = [0, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, "3", "", null, undefined, [], {}];
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const kind = KINDS[random(3)];
    const good = { in_channels: 1 + random(20), out_channels: 1 + random(20), size: 1 + random(9) };
    const layer = { ...good };
    const long = lengths(kind, good);
    const sabotage = random(4);
    const pick = (list) => list[random(list.length)];
    if (sabotage === 1) layer[pick(["in_channels", "size"])] = pick(odd);
    if (sabotage === 2) long[pick(["x", "weights", "out"])] += pick([-1, 1]);
    const arrays = ["x", "weights", "out"].map((name) => numbers(long[name], i, 10));
    if (sabotage === 3) arrays[random(3)] = pick([null, undefined, [1], "1", new Float64Array(4)]);
    if (sabotage === 0) {
      const out = model[kind](arrays[0], arrays[1], layer, arrays[2]);
      assert.equal(out, arrays[2]);
      assert.ok(out.every(Number.isFinite), `${kind} ${JSON.stringify(layer)}`);
    } else {
      refused += 1;
      assert.throws(
        () => model[kind](arrays[0], arrays[1], layer, arrays[2]),
        (error) => error instanceof RangeError && /must/.test(error.message),
        `${kind} ${JSON.stringify(layer)}`,
      );
    }
  }
  assert.ok(refused > 500);
});

test("counts and contestants refuse what is no layer", () => {
  const random = dice(8);
  const odd = [0, -1, 1.5, NaN, Infinity, "3", null, undefined];
  for (let i = 0; i < 100; i++) {
    const layer = { in_channels: 2, out_channels: 3, size: 4 };
    layer[Object.keys(layer)[random(3)]] = odd[random(odd.length)];
    for (const of of [multiply_adds, contestants]) assert.throws(() => of(layer), RangeError);
  }
});

test("a convolution cannot write over its input", () => {
  const x = new Float32Array(16);
  const layer = { in_channels: 1, out_channels: 1, size: 4 };
  for (const kind of KINDS) {
    const weights = new Float32Array(lengths(kind, layer).weights);
    assert.throws(() => model[kind](x, weights, layer, x), /must not share/);
  }
});

test("differences are relative to the largest value, and not hidden by NaN", () => {
  assert.equal(difference([1, -4], [1, -4]), 0);
  assert.equal(difference([1, -4], [2, -4]), 0.25);
  assert.equal(difference([0], [0]), 0);
  assert.equal(difference([0], [1]), Infinity);
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.ok(Number.isNaN(difference([1, 1, 2], [1, bad, 2])));
    assert.ok(Number.isNaN(difference([bad, 1], [bad, 1])));
  }
  assert.throws(() => difference([1], [1, 2]), RangeError);
});

const rounds = (...ratios) => ratios.map((ratio) => ({ standard: 10 * ratio, separable: 10 }));

test("the summary: medians, the middle half, noise", () => {
  assert.deepEqual(summary(rounds(5)), {
    rounds: 1,
    standard: 50,
    separable: 10,
    ratio: 5,
    low: 5,
    high: 5,
    noisy: false,
  });
  // As the notebook cuts: one of five, three of fifteen on either side.
  const five = summary(rounds(9, 5, 4, 1, 6));
  assert.deepEqual([five.low, five.ratio, five.high, five.noisy], [4, 5, 6, true]);
  const fifteen = summary(rounds(...Array.from({ length: 15 }, (_, i) => 15 - i)));
  assert.deepEqual([fifteen.low, fifteen.ratio, fifteen.high], [4, 8, 12]);
  const even = summary(rounds(1, 2, 3, 4));
  assert.deepEqual([even.low, even.ratio, even.high], [2, 2.5, 3]);
  assert.equal(summary(rounds(4, 4, 4.1, 4.2, 40)).noisy, false); // one bad round is no noise
  // Within a round: a machine that is slow for one whole round changes no ratio.
  const slow = [...rounds(5, 5), { standard: 500, separable: 100 }];
  assert.deepEqual([summary(slow).ratio, summary(slow).high], [5, 5]);
});

test("the summary refuses what no clock measured", () => {
  assert.throws(() => summary([]), RangeError);
  for (const bad of [0, -1, NaN, Infinity, undefined]) {
    assert.throws(() => summary([{ standard: 1, separable: bad }]), RangeError);
    assert.throws(() => summary([{ standard: bad, separable: 1 }]), RangeError);
  }
});

test("summaries of a thousand random races are in order and finite", () => {
  const random = dice(9);
  for (let i = 0; i < 1000; i++) {
    const times = () => ({ standard: 0.01 + random(1e5) / 7, separable: 0.01 + random(1e5) / 7 });
    const result = summary(Array.from({ length: 1 + random(20) }, times));
    assert.ok(Object.values(result).every((v) => typeof v === "boolean" || Number.isFinite(v)));
    assert.ok(result.low <= result.ratio && result.ratio <= result.high);
  }
});

test("bars are to scale, and the slower one fills the room", () => {
  for (const [standard, separable] of [
    [4.64, 0.875],
    [11.5, 0.924],
    [400, 2000],
  ]) {
    const { marks, label } = drawing({ standard, separable }, "here", 336);
    const { bar, time, title } = marks;
    assert.equal(Math.max(bar.standard.width, bar.separable.width), 336);
    const ratio = bar.separable.width / bar.standard.width;
    assert.ok(Math.abs(ratio / (separable / standard) - 1) < 1e-3, `${ratio}`);
    assert.equal(title[""].text, "here");
    const said = `standard ${time.standard.text}, separable ${time.separable.text}`;
    assert.equal(label, `Time of one convolution, here: ${said}.`);
  }
  const { time } = drawing({ standard: 2000, separable: 0.8754 }, "here", 336).marks;
  assert.deepEqual(time, { standard: { text: "2,000 ms" }, separable: { text: "0.875 ms" } });
});

let hear;
let messages;
globalThis.addEventListener = (type, listener) => (hear = listener);
globalThis.postMessage = (message) => messages.push(structuredClone(message));

/** A clock that every look takes a tenth of a millisecond on, told in steps, as browsers tell it. */
function clock(t, step) {
  let looks = 0;
  t.mock.method(performance, "now", () => Math.floor(looks++ / (10 * step)) * step);
}

/** The worker's messages, with the page's side of it played by this test. */
async function ask(...requests) {
  await import("../../docs/widgets/race-convolutions/worker.mjs");
  messages = [];
  for (const data of requests) hear({ data });
  return messages;
}

test("the worker races, reports, and answers nonsense with a reason", async (t) => {
  clock(t, 0.1);
  const layer = { in_channels: 8, out_channels: 8, size: 5 };
  const huge = { in_channels: 512, out_channels: 1024, size: 112 };
  const told = await ask({ race: layer }, { race: huge }, { race: { size: 5 } }, null, {});
  const [result] = told.filter((m) => m.result).map((m) => m.result);
  const progress = told.filter((m) => "progress" in m).map((m) => m.progress);
  assert.ok(progress.every((share, i) => share > (progress[i - 1] ?? 0) && share <= 1));
  assert.equal(progress.at(-1), 1);
  assert.equal(progress.length, result.rounds);
  assert.ok(result.rounds >= 5 && result.rounds <= 15);
  assert.equal(result.saving, multiply_adds(layer).saving);
  assert.ok(result.difference < 1e-5);
  assert.ok(result.ratio > 0 && result.low <= result.ratio && result.ratio <= result.high);
  const failed = told.filter((m) => m.failed).map((m) => m.failed);
  assert.equal(failed.length, 4);
  assert.match(failed[0], /too many for a race/);
  for (const why of failed.slice(1)) assert.match(why, /must be a whole number/);
});

test("a clock in steps of a millisecond will do, one in steps of 100 will not", async (t) => {
  const layer = { in_channels: 8, out_channels: 8, size: 5 };
  clock(t, 1);
  const fine = await ask({ race: layer });
  assert.ok(fine.at(-1).result?.ratio > 0, JSON.stringify(fine.at(-1)));
  clock(t, 100);
  const coarse = await ask({ race: layer });
  assert.match(coarse.at(-1).failed, /steps of 100 ms: too coarse/);
});
