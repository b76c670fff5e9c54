// Lines that readers draw: from pixels to values, filled in, and held against what was measured.

import assert from "node:assert/strict";
import test from "node:test";
import {
  clamped,
  crossed,
  filled,
  first_above,
  gap,
  nearest,
  scale,
  swept,
  value_at,
} from "../../docs/widgets/shared/drawn.mjs";
import { drawn, keep_drawn, record, reset } from "../../docs/widgets/shared/progress.mjs";

const AXIS = [0, 100, 208, 12]; // up is less
const XS = [70, 88, 124, 160];

test("a pixel and its value lead to each other", () => {
  const up = scale(AXIS);
  assert.deepEqual([0, 50, 100].map(up), [208, 110, 12]);
  for (let value = 0; value <= 100; value += 1) assert.equal(value_at(up(value), AXIS), value);
});

test("what runs through a box is counted, and nothing else", () => {
  const box = [10, 10, 20, 20];
  const across = [
    [0, 15],
    [30, 15],
  ];
  assert.equal(crossed([across], box), 11);
  assert.equal(crossed([across, across], box), 22);
  assert.equal(crossed([across.map(([x, y]) => [x, y + 6])], box), 0);
  assert.equal(crossed([[[15, 15]], []], box), 0);
});

test("a value stays on the axis and is whole", () => {
  assert.equal(value_at(400, AXIS), 0);
  assert.equal(value_at(-50, AXIS), 100);
  assert.equal(value_at(scale(AXIS)(12.4), AXIS), 12);
  assert.equal(clamped(12.6, AXIS), 13);
  assert.equal(clamped(-1e9, AXIS), 0);
  assert.equal(clamped(1e9, [10, 90]), 90);
  assert.equal(clamped(1, [10, 90]), 10);
});

test("the nearest place is never the given one", () => {
  assert.equal(nearest(0, XS), 1);
  assert.equal(nearest(105, XS), 1);
  assert.equal(nearest(107, XS), 2);
  assert.equal(nearest(999, XS), 3);
});

test("a stroke sets every place that it passes, either way, and the given one never", () => {
  const none = [0.4, null, null, null];
  const up = scale(AXIS);
  const [from, to] = [
    [88, up(10)],
    [160, up(50)],
  ];
  assert.deepEqual(swept(none, XS, AXIS, from, to), [0.4, 10, 30, 50]);
  assert.deepEqual(swept(none, XS, AXIS, to, from), [0.4, 10, 30, 50]);
  assert.deepEqual(swept(none, XS, AXIS, [0, up(10)], [90, up(10)]), [0.4, 10, null, null]);
  assert.deepEqual(none, [0.4, null, null, null]);
});

test("a tap sets the place next to it, and a hand that goes straight up moves it", () => {
  const up = scale(AXIS);
  assert.deepEqual(swept([0, null, null, null], XS, AXIS, null, [130, up(20)]), [
    0,
    null,
    20,
    null,
  ]);
  const moved = swept([0, null, 20, null], XS, AXIS, [130, up(20)], [130, up(60)]);
  assert.deepEqual(moved, [0, null, 60, null]);
});

test("between its points a line is straight, and it ends at its last", () => {
  assert.deepEqual(filled([0, null, 54, null], XS), [0, 18, 54, null]);
  assert.deepEqual(filled([10, null, null, 100], XS), [10, 28, 64, 100]);
  assert.deepEqual(filled([0.4, null, null, null], XS), [0.4, null, null, null]);
});

test("the gap is the mean distance over what was drawn, and the largest one has its place", () => {
  assert.deepEqual(gap([0, 10, 20, 30], [5, 10, 50, 27]), { mean: 11, most: 30, at: 2, upto: 3 });
  assert.deepEqual(gap([0, 10, 20, null], [5, 11, 17, 90]), { mean: 2, most: 3, at: 2, upto: 2 });
  assert.deepEqual(gap([0, 5, 5, 5], [0, 5, 5, 5]), { mean: 0, most: 0, at: 1, upto: 3 });
  assert.equal(gap([9, null, null, null], [5, 10, 50, 27]), null);
  // The first place is given, and counts for nothing.
  assert.equal(gap([90, 1, 1, 1], [0, 1, 1, 2]).at, 3);
});

test("a threshold is passed, not reached", () => {
  assert.equal(first_above([0, 5, 6, 7], 5), 2);
  assert.equal(first_above([0, 5, null, null], 5), -1);
});

function storage() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

test("drawings are kept by the name of their chart until all is forgotten", () => {
  const store = storage();
  assert.deepEqual(drawn("depth", store), {});
  keep_drawn("depth", { plain: [0.4, null, 20] }, store);
  keep_drawn("images", { frozen: [1] }, store);
  record("depth", "kept", store);
  assert.deepEqual(drawn("depth", store), { plain: [0.4, null, 20] });
  assert.deepEqual(drawn("images", store), { frozen: [1] });
  assert.deepEqual(drawn("constructor", store), {});
  reset(store);
  assert.deepEqual(drawn("depth", store), {});
  for (const text of ["", "null", "7", "[", '{"depth": 3}']) {
    store.setItem("cv7-drawn", text);
    assert.deepEqual(drawn("depth", store), {}, text);
  }
});

test("where the browser keeps nothing they last as long as the page", () => {
  reset(null);
  keep_drawn("depth", { plain: [0.4, 20] }, null);
  assert.deepEqual(drawn("depth", null), { plain: [0.4, 20] });
  reset(null);
  assert.deepEqual(drawn("depth", null), {});
});
