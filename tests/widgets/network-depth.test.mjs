// The reader's line is the formula, on the axes of the chart.

import assert from "node:assert/strict";
import test from "node:test";
import { drawing, yours } from "../../docs/widgets/network-depth/drawing.mjs";
import { gradient_at_first_layer } from "../../docs/widgets/network-depth/model.mjs";
import { scale } from "../../docs/widgets/shared/drawn.mjs";

const X = [1, 66, 52, 348];
const Y = [-16, 6, 230, 34];

/** The value at a place on an axis. */
function at(place, [low, high, start, end]) {
  return low + ((place - start) / (end - start)) * (high - low);
}

const close = (got, wanted) => assert.ok(Math.abs(got - wanted) < 1e-9, `${got}, not ${wanted}`);

test("an axis goes from its low to its high end", () => {
  assert.deepEqual([1, 66].map(scale(X)), [52, 348]);
  close(at(scale(Y)(-3.3), Y), -3.3);
});

test("the dot stands where the factor to the power of the layers belongs", () => {
  for (const [depth, factor] of [
    [20, 0.7],
    [64, 1],
    [4, 1.3],
    [32, 0.95],
  ]) {
    const { dot } = yours(depth, factor, X, Y);
    close(at(dot.cx, X), depth);
    close(10 ** at(dot.cy, Y), gradient_at_first_layer(factor, depth));
  }
});

test("a line ends at the deepest network, or where it leaves the chart, and the dot waits there", () => {
  for (const [factor, low, high] of [
    [1, 64, 64],
    [0.9, 64, 64],
    [0.05, 1, 64],
    [1.3, 1, 64],
  ]) {
    const [[depth, power]] = drawing([factor], Y);
    assert.ok(low <= depth && depth <= high, `${factor} ends at ${depth}`);
    close(power, Math.log10(factor) * (depth - 1));
    if (depth < 64) close(power, factor < 1 ? Y[0] : Y[1]);
    const { line, dot } = yours(64, factor, X, Y);
    close(at(line.x2, X), depth);
    close(at(line.y2, Y), power);
    assert.deepEqual([dot.cx, dot.cy], [line.x2, line.y2]);
  }
});
