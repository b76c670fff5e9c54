// The areas are to scale.

import assert from "node:assert/strict";
import test from "node:test";
import { drawing } from "../../docs/widgets/depthwise-separable/drawing.mjs";

for (const counts of [
  { standard: 180_000, depthwise: 900, pointwise: 20_000 },
  { standard: 100, depthwise: 100, pointwise: 200 }, // where nothing is saved
]) {
  test(`${Object.values(counts)} as squares on a floor, with the numbers below`, () => {
    const { marks, label } = drawing(counts, 104, 146);
    const total = Math.max(counts.standard, counts.depthwise + counts.pointwise);
    for (const [name, count] of Object.entries(counts)) {
      const { y, width, height } = marks.square[name];
      assert.equal(width, height);
      assert.equal(y, Number((146 - height).toFixed(2)));
      assert.ok(Math.abs(width - 104 * Math.sqrt(count / total)) <= 0.005, name);
      assert.equal(marks.count[name].text, count.toLocaleString("en-GB"));
      assert.ok(label.includes(`${name} ${marks.count[name].text}`), label);
    }
  });
}
