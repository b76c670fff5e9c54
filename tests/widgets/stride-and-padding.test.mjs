// The drawing is to scale, whatever the sliders say.

import assert from "node:assert/strict";
import test from "node:test";
import { drawing } from "../../docs/widgets/stride-and-padding/drawing.mjs";
import { output_size, unseen } from "../../docs/widgets/stride-and-padding/model.mjs";

/** Left edge, upper edge and width of each box of a path. */
function boxes({ d }) {
  return [...d.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, ...numbers]) => numbers.map(Number));
}

const LAYERS = [
  [8, 3, 2, 1],
  [8, 3, 2, 0],
  [32, 7, 1, 3],
  [9, 1, 4, 0],
  [1, 7, 1, 0],
  [5, 2, 3, 2],
];

for (const [size, kernel, stride, padding] of LAYERS) {
  const output = output_size(size, kernel, stride, padding) ?? 0;
  const blind = unseen(size, kernel, stride, padding);
  const { part } = drawing({ size, kernel, stride, padding }, output, blind);
  const columns = [...Array(size + 2 * padding).keys()];
  const layer = `size ${size}, kernel ${kernel}, stride ${stride}, padding ${padding}`;

  test(`${layer}: each column is one cell, of its kind`, () => {
    const inside = columns.slice(padding, padding + size);
    const kinds = {
      padding: columns.filter((column) => !inside.includes(column)),
      input: inside.filter((column) => !blind.includes(column - padding)),
      unseen: blind.map((column) => column + padding),
    };
    for (const [kind, its] of Object.entries(kinds)) {
      const cells = its.map((column) => [2 * column, 0, 2]);
      assert.deepEqual(boxes(part[kind]), cells, kind);
    }
    assert.equal(part.row.viewBox, `0 0 ${2 * columns.length} 15`);
    assert.equal(part.row.width, Math.min(336, 24 * columns.length));
  });

  test(`${layer}: windows cover what they read, apart from each other and above their output`, () => {
    const windows = boxes(part.windows);
    assert.equal(windows.length, output);
    windows.forEach(([x, y, width], i) => {
      assert.deepEqual([x, width], [2 * stride * i, 2 * kernel]);
      const before = windows.slice(0, i).filter(([, line]) => line === y);
      assert.ok(
        before.every(([left]) => left + width <= x),
        `window ${i} lies on another`,
      );
      assert.ok(y >= 4 && y + 1 <= 12, `window ${i} is not between input and output`);
    });
    const centres = windows.map(([x, , width]) => x + width / 2);
    assert.deepEqual(
      boxes(part.output).map(([x, y, width]) => [x + width / 2, y]),
      centres.map((x) => [x, 12]),
    );
  });
}
