// Hold a widget's model.mjs to the values that cv7 wrote (tests/site/test_generated.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

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
        if (value === null || Number.isInteger(value)) assert.equal(got, value, message);
        else assert.ok(Math.abs(got - value) <= 1e-12 * Math.abs(value), message);
      }
    });
  }
}
