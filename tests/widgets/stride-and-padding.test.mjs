import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as model from "../../docs/widgets/stride-and-padding/model.mjs";
import { agrees_with_cv7 } from "./parity.mjs";

agrees_with_cv7("stride-and-padding", model);

test("the sliders reach what was tested, and no further", () => {
  const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
  const html = read("../../docs/widgets/stride-and-padding/controls.html");
  const { output_size: rows } = JSON.parse(read("stride-and-padding.vectors.json"));
  const limits = [...html.matchAll(/ min="(\d+)" max="(\d+)" step="1"/g)];
  assert.deepEqual(
    limits.map(([, min, max]) => [Number(min), Number(max)]),
    [0, 1, 2, 3].map((i) => {
      const tested = rows.map((row) => row.arguments[i]);
      return [Math.min(...tested), Math.max(...tested)];
    }),
  );
});
