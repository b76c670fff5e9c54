// What the selector says of a choice, where no value of cv7 is concerned.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { drawing } from "../../docs/widgets/strategy-selector/drawing.mjs";

test("the rates on offer are what they say", () => {
  const controls = new URL("../../docs/widgets/strategy-selector/controls.html", import.meta.url);
  const rate = /name="rate">(.*?)<\/select>/.exec(readFileSync(controls, "utf8"))[1];
  const options = [...rate.matchAll(/<option value="([\d.]+)"(?: selected)?>([^<]+)</g)];
  assert.equal(options.length, 7);
  for (const [, value, text] of options) {
    const [, digit, power] = /^(\d) × 10⁻([¹²³⁴])$/.exec(text);
    assert.equal(Number(`${digit}e-${" ¹²³⁴".indexOf(power)}`), Number(value), text);
  }
});

test("bars are to scale", () => {
  const stages = [10, 40, 20].map((parameters) => ({ parameters: 1281 * parameters }));
  const controls = { strategy: "C", stages: 1, classes: 30, size: 224, rate: 0.001 };
  const { rows, head } = drawing(controls, stages);
  assert.deepEqual(
    [...rows, head].map((row) => row.bar),
    ["25.00", "100.00", "50.00", "75.00"],
  );
});
