// What all widgets share.

import assert from "node:assert/strict";
import test from "node:test";
import { in_range, significant } from "../../docs/widgets/shared/numbers.mjs";
import { read } from "../../docs/widgets/shared/url-state.mjs";

test("numbers are written with three significant digits", () => {
  assert.equal(significant(0.0455994), "0.0456");
  assert.equal(significant(3.479584e-4), "3.48 × 10⁻⁴");
  assert.equal(significant(1), "1");
  assert.equal(significant(1.3 ** 63), "1.51 × 10⁷");
  assert.equal(significant(0.05 ** 63), "1.08 × 10⁻⁸²");
  assert.equal(significant(0), "0");
  assert.equal(significant(999.9), "1 × 10³");
});

test("numbers from the address are brought into range, with a message", () => {
  const depth = { name: "depth", min: 4, max: 64, step: 4, fallback: 20 };
  assert.deepEqual(in_range("32", depth), { value: 32, message: "" });
  assert.equal(in_range("500", depth).value, 64);
  assert.match(in_range("500", depth).message, /500 lies outside 4 to 64: 64 is used/);
  assert.equal(in_range("-1", depth).value, 4);
  assert.equal(in_range("21", depth).value, 20);
  assert.match(in_range("21", depth).message, /not on the scale/);
  for (const text of ["", " ", "deep", "NaN", "Infinity", "1e999"]) {
    assert.equal(in_range(text, depth).value, 20, text);
    assert.match(in_range(text, depth).message, /not a number/);
  }
  const factor = { name: "factor", min: 0.05, max: 1.3, step: 0.01, fallback: 0.85 };
  for (let i = 5; i <= 130; i += 1) {
    const text = (i / 100).toFixed(2);
    assert.deepEqual(in_range(text, factor), { value: i / 100, message: "" });
  }
});

test("a widget reads only its own parameters", () => {
  const query = "?network-depth.depth=32&other.depth=8&q=search";
  assert.deepEqual(read("network-depth", query), { depth: "32" });
  assert.deepEqual(read("network", query), {});
});
