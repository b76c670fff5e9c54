// Hold a widget's model.mjs to the values that cv7 wrote (tests/widgets/vectors).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

/** Integers and null exactly, other numbers to 1e-12, lists element by element. */
function same(got, value) {
  if (Array.isArray(value)) {
    return got.length === value.length && value.every((v, i) => same(got[i], v));
  }
  if (value === null || Number.isInteger(value)) return got === value;
  return Math.abs(got - value) <= 1e-12 * Math.abs(value);
}

export function agrees_with_cv7(slug, model) {
  const vectors = JSON.parse(readFileSync(new URL(`${slug}.vectors.json`, import.meta.url)));

  test(`${slug}: every formula has vectors`, () => {
    assert.deepEqual(Object.keys(model).sort(), Object.keys(vectors).sort());
  });

  for (const [name, rows] of Object.entries(vectors)) {
    test(`${slug}: ${name} agrees with cv7 on ${rows.length} points`, () => {
      for (const { arguments: given, value } of rows) {
        const got = model[name](...given);
        const message = `${name}(${given}) is ${got}, cv7 has ${value}`;
        assert.ok(same(got, value), message);
      }
    });
  }
}
