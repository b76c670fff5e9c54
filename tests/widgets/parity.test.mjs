// Every model.mjs with values that cv7 wrote (snippets/figures) agrees with them.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const WIDGETS = new URL("../../docs/widgets/", import.meta.url);
const SLIDER = /type="range" name="(\w+)" min="([\d.]+)" max="([\d.]+)"/g;

/** Integers and null exactly, other numbers to 1e-12, lists element by element. */
function same(got, value) {
  if (Array.isArray(value)) {
    return got.length === value.length && value.every((v, i) => same(got[i], v));
  }
  if (value === null || Number.isInteger(value)) return got === value;
  return Math.abs(got - value) <= 1e-12 * Math.abs(value);
}

/** Where its parameters are sliders, by their names: all at their minimum, and at their maximum. */
function ends(of, sliders) {
  const [, names] = of.toString().match(/\(([^)]*)\)/);
  const found = names
    .split(/,\s*/)
    .map((name) => sliders.find(([, slider]) => name === slider || name.startsWith(`${slider}_`)));
  if (!found.every(Boolean)) return [];
  return [found.map(([, , min]) => Number(min)), found.map(([, , , max]) => Number(max))];
}

const FIGURES = new URL("../../snippets/figures/", import.meta.url);
const slugs = readdirSync(FIGURES)
  .filter((name) => name.endsWith(".py"))
  .filter((name) => readFileSync(new URL(name, FIGURES), "utf8").includes("\ndef vectors()"))
  .map((name) => name.replace(".py", "").replaceAll("_", "-"));

for (const slug of slugs) {
  const vectors = JSON.parse(readFileSync(new URL(`${slug}.vectors.json`, import.meta.url)));
  const model = await import(new URL(`${slug}/model.mjs`, WIDGETS));
  const html = readFileSync(new URL(`${slug}/controls.html`, WIDGETS), "utf8");
  const sliders = [...html.matchAll(SLIDER)];

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

    const reached = ends(model[name], sliders);
    if (!reached.length) continue;
    test(`${slug}: the sliders reach what ${name} was tested on, and no further`, () => {
      const tested = new Set(rows.map((row) => `${row.arguments}`));
      for (const end of reached) {
        assert.ok(
          tested.has(`${end}`),
          `the vectors of ${slug} have no ${name}(${end.join(", ")})`,
        );
      }
    });
  }
}
