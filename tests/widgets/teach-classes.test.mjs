import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";

import * as heads from "../../docs/widgets/teach-classes/head.mjs";
import { Backbone, FEATURES, SIZE, prepare } from "../../docs/widgets/teach-classes/model.mjs";

const { Head, class_names, confusion, fit, nearest, softmax, split, train } = heads;
const vectors = JSON.parse(readFileSync(new URL("teach-classes.vectors.json", import.meta.url)));
// Packed from the genuine weights, where the tests run; it is not in the repository.
const PACKED = process.env.CV7_BACKBONE ?? "";
const skip = existsSync(PACKED) ? false : "CV7_BACKBONE names no packed backbone";
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

function whole(path) {
  const { buffer, byteOffset, length } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + length);
}

/** The generator of Park and Miller, as in test_teach_classes.py. */
function generator(state = 1) {
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** RGBA bytes of a picture that follows from whole numbers, as in test_teach_classes.py. */
function picture(kind, size) {
  const rgba = new Uint8ClampedArray(4 * size * size).fill(255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) {
        const [right, down] = [x - Math.floor(size / 2), y - Math.floor(size / 3)];
        const odd = Math.floor(y / 16) % 2;
        const line = y % 16 < 2 || (x + 8 * odd) % 24 < 2;
        const value = {
          rings: Math.floor((right ** 2 + down ** 2) / 8) + 40 * c,
          bricks: line ? 40 : 180 - 30 * c,
          weave: Math.floor((x * y) / 16) + 7 * x * c + 3 * y,
        }[kind];
        rgba[4 * (y * size + x) + c] = value % 256;
      }
    }
  }
  return rgba;
}

/** Normalised as it is, without prepare(). */
function normalised(rgba, size) {
  const at = (c, i) => (rgba[4 * i + c] / 255 - MEAN[c]) / STD[c];
  return Float32Array.from({ length: 3 * size ** 2 }, (_, i) =>
    at(Math.floor(i / size ** 2), i % size ** 2),
  );
}

function relative_error(got, value) {
  const norm = (list) => Math.hypot(...list);
  return norm(value.map((v, i) => v - got[i])) / norm(value);
}

test("features agree with torch's, also when sizes alternate", { skip }, () => {
  const backbone = new Backbone(whole(PACKED));
  assert.match(backbone.sha256, /^[0-9a-f]{64}$/);
  for (const { kind, size, features } of [...vectors.features, ...vectors.features]) {
    const rgba = picture(kind, size);
    const got = backbone.features(normalised(rgba, size), size);
    assert.equal(got.length, FEATURES);
    assert.ok(relative_error(got, features) <= 1e-4, `${kind} ${size}`);
    if (size !== SIZE) continue;
    const prepared = backbone.features(prepare(rgba, size, size), size);
    assert.ok(relative_error(prepared, features) <= 1e-4, `${kind} ${size} prepared`);
  }
});

test("the backbone refuses what it cannot take", { skip }, () => {
  const file = whole(PACKED);
  const backbone = new Backbone(file);
  for (const [length, size] of [
    [3, 1],
    [3 * 33 ** 2, 32],
    [0, 0],
    [3 * 1024 ** 2, 1024],
    [3, NaN],
  ]) {
    assert.throws(() => backbone.features(new Float32Array(length), size), RangeError);
  }
  const cut = [0, 3, 7, 8, 100, 20_000, file.byteLength - 1].map((n) => file.slice(0, n));
  const longer = new Uint8Array(file.byteLength + 4);
  longer.set(new Uint8Array(file));
  const other = file.slice(0);
  new Uint8Array(other)[0] = 0x50;
  const length = file.slice(0);
  new DataView(length).setUint32(4, 4e9, true);
  for (const damaged of [...cut, longer.buffer, other, length]) {
    assert.throws(() => new Backbone(damaged), /^Error: The network’s file is damaged: /);
  }
});

test("prepare: pixels as they are, averages, and the square in the middle", () => {
  const rgba = picture("weave", SIZE);
  const same = prepare(rgba, SIZE, SIZE);
  normalised(rgba, SIZE).forEach((x, i) => assert.ok(Math.abs(x - same[i]) < 1e-6));

  // Each pixel four times: the average brings the first picture back. Wider: the middle counts.
  for (const margin of [0, 50, 51]) {
    const width = 2 * SIZE + 2 * margin;
    const large = new Uint8ClampedArray(4 * width * 2 * SIZE).fill(7);
    for (let y = 0; y < 2 * SIZE; y++) {
      for (let x = 0; x < 2 * SIZE; x++) {
        const from = 4 * ((y >> 1) * SIZE + (x >> 1));
        large.set(rgba.subarray(from, from + 4), 4 * (y * width + margin + x));
      }
    }
    const got = prepare(large, width, 2 * SIZE);
    same.forEach((x, i) => assert.ok(Math.abs(x - got[i]) < 1e-6));
  }

  // A ramp stays one when it is enlarged.
  const ramp = new Uint8ClampedArray(4 * 48 * 48).fill(255);
  for (let i = 0; i < 48 * 48; i++) ramp.fill(5 * (i % 48), 4 * i, 4 * i + 3);
  const wide = prepare(ramp, 48, 48);
  for (let x = 1; x < SIZE - 1; x++) {
    const value = (wide[40 * SIZE + x] * STD[0] + MEAN[0]) * 255;
    assert.ok(Math.abs(value - 5 * ((x + 0.5) / 2 - 0.5)) < 1e-3);
  }

  // What is transparent is white, whatever colour hides there.
  const clear = prepare(new Uint8ClampedArray(4), 1, 1);
  const white = prepare(new Uint8ClampedArray([255, 255, 255, 255]), 1, 1);
  assert.deepEqual(clear, white);
});

test("prepare: a thousand random pictures, and sizes that are none", () => {
  const random = generator(11);
  const low = MEAN.map((m, c) => (0 - m) / STD[c]);
  const high = MEAN.map((m, c) => (1 - m) / STD[c]);
  for (let round = 0; round < 1000; round++) {
    const most = round % 50 ? 40 : 700;
    const [width, height] = [1 + Math.floor(most * random()), 1 + Math.floor(most * random())];
    const rgba = new Uint8ClampedArray(4 * width * height);
    for (let i = 0; i < rgba.length; i++) rgba[i] = 256 * random();
    const got = prepare(rgba, width, height);
    assert.equal(got.length, 3 * SIZE ** 2);
    for (let i = 0; i < got.length; i++) {
      const c = Math.floor(i / SIZE ** 2);
      if (!(got[i] >= low[c] - 1e-5 && got[i] <= high[c] + 1e-5))
        assert.fail(`${width}×${height}: ${got[i]}`);
    }
  }
  const large = prepare(new Uint8ClampedArray(4 * 5000 * 3000).fill(255), 5000, 3000);
  assert.ok(large.every((x, i) => Math.abs(x - high[Math.floor(i / SIZE ** 2)]) < 1e-5));
  for (const [width, height] of [
    [0, 0],
    [0, 5],
    [-1, 1],
    [1.5, 2],
    [NaN, 1],
    [2, 3],
    ["1", 1],
  ]) {
    assert.throws(() => prepare(new Uint8ClampedArray(4), width, height), RangeError);
  }
});

const NAMES = ["a", "b", "c", "d", "e", "f"];

/** Images whose features are random, larger where the feature belongs to the class. */
function made(count, numbers, classes, random = generator()) {
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const features = labels.map((label) =>
    Float64Array.from({ length: numbers }, (_, j) => random() * (j % classes === label ? 2 : 1)),
  );
  return { features, labels, names: NAMES.slice(0, classes) };
}

test("fit agrees with scikit-learn", () => {
  const { images, numbers, classes, shares } = vectors.head;
  const { features, labels, names } = made(images, numbers, classes);
  const head = fit(features, labels, names);
  features.forEach((f, i) => {
    head.predict(f).forEach((p, c) => assert.ok(Math.abs(p - shares[i][c]) < 1e-5));
  });
});

test("train: deterministic, in few steps, and better than chance on images held out", () => {
  const { features, labels, names } = made(360, FEATURES, 6);
  const { head, training, held_out, table } = train(features, labels, names);
  assert.equal(training.length, 270);
  assert.ok(head.steps < 200);
  const right = table.reduce((sum, row, i) => sum + row[i], 0);
  assert.ok(right > 0.9 * held_out.length);
  assert.deepEqual(
    table.map((row) => row.reduce((a, b) => a + b)),
    [15, 15, 15, 15, 15, 15],
  );
  assert.deepEqual(train(features, labels, names).head, head);
});

test("split: a quarter of each class, its last images, and never all", () => {
  assert.deepEqual(split([0, 1, 0, 1]), { training: [0, 1], held_out: [2, 3] });
  const { training, held_out } = split([...Array(8).fill(0), ...Array(3).fill(1)]);
  assert.deepEqual(held_out, [6, 7, 10]);
  assert.deepEqual(training, [0, 1, 2, 3, 4, 5, 8, 9]);
});

test("too few images, classes or names: RangeError says which", () => {
  const f = new Float32Array(4).fill(1);
  const refused = (labels, names, message) =>
    assert.throws(
      () =>
        train(
          labels.map(() => f),
          labels,
          names,
        ),
      { name: "RangeError", message },
    );
  refused([0, 0, 1], ["x", "y"], "“y” has only one image: it needs at least 2.");
  refused([0, 0], ["x", "y"], "“y” has no image: it needs at least 2.");
  refused([0, 0], ["x"], "There must be 2 to 6 classes.");
  refused([0, 0], [..."abcdefg"], "There must be 2 to 6 classes.");
  refused([0, 0, 1, 1], ["x", " x "], "Two classes are called “x”.");
  refused([0, 0, 1, 1], ["x", " "], "Class 2 has no name.");
  refused([0, 0, 1, 1], ["x", "y".repeat(41)], /longer than 40/);
  refused([0, 0, 1, 2], ["x", "y"], "There is no class 2.");
  assert.throws(() => train([f, f, f, f.map(() => NaN)], [0, 0, 1, 1], ["x", "y"]), RangeError);
  assert.throws(() => train([f, f, f, f.slice(1)], [0, 0, 1, 1], ["x", "y"]), RangeError);
  assert.throws(() => train([f], [0, 0, 1, 1], ["x", "y"]), RangeError);
  assert.deepEqual(class_names([" a  b ", "c"]), ["a b", "c"]);
});

test("a saved head is the same head; anything else is refused", () => {
  const { features, labels, names } = made(30, 20, 3);
  const head = fit(features, labels, names);
  const backbone = { sha256: "0".repeat(64), size: SIZE };
  const saved = JSON.parse(JSON.stringify(head.export(backbone)));
  assert.deepEqual(saved.backbone, backbone);
  const again = Head.from_json(saved);
  for (const f of features) assert.deepEqual(again.predict(f), head.predict(f));
  const changed = (change) => Object.assign(structuredClone(saved), change);
  const wrong = [null, 7, "head", [], {}, { ...saved, format: "x" }, { ...saved, version: 2 }];
  for (const [name, values] of Object.entries({
    classes: [null, [], ["a"], ["a", "a", "b"], ["a", "b"], [1, 2, 3], "abc"],
    weights: [
      null,
      [],
      [[], [], []],
      saved.weights.slice(1),
      [[1], [1, 2], [1]],
      [[1], ["2"], [3]],
    ],
    biases: [null, [], [0, 0], [0, 0, null], [0, 0, "0"], "000"],
  })) {
    wrong.push(...values.map((value) => changed({ [name]: value })));
  }
  for (const other of wrong) assert.throws(() => Head.from_json(other), RangeError);
  assert.throws(() => head.predict([1]), RangeError);
});

test("nearest: by angle, most alike first, ties in their order, nothing from nothing", () => {
  const features = [
    [1, 0],
    [2, 2],
    [0, 0],
    [0, 5],
    [3, 0],
  ];
  const found = nearest(features, [4, 0], 3);
  assert.deepEqual(
    found.map(({ index }) => index),
    [0, 4, 1],
  );
  assert.ok(Math.abs(found[2].similarity - Math.SQRT1_2) < 1e-12);
  assert.deepEqual(
    nearest(features, [0, 0], 9).map(({ similarity }) => similarity),
    [0, 0, 0, 0, 0],
  );
  assert.deepEqual(nearest([], [1], 3), []);
});

test("the head: a thousand random sets give probabilities or a RangeError, never NaN", () => {
  const random = generator(23);
  const whole_number = (most) => Math.floor(most * random());
  const values = [
    () => random(),
    () => 0,
    () => 6 * (random() > 0.5),
    () => 1e-30 * random(),
    () => 1e6 * (random() - 0.5),
    () => 5 + 1e-12 * random(),
    () => (random() > 0.98 ? NaN : random()),
  ];
  let [trained, refused] = [0, 0];
  for (let round = 0; round < 1000; round++) {
    const names = NAMES.slice(0, whole_number(7));
    const count = whole_number(25);
    const numbers = whole_number(12);
    const value = values[whole_number(values.length)];
    const labels = Array.from({ length: count }, () => whole_number(Math.max(1, names.length)));
    const features = labels.map(() => Float32Array.from({ length: numbers }, value));
    let result;
    try {
      result = train(features, labels, names);
    } catch (error) {
      assert.equal(error.name, "RangeError");
      refused += 1;
      continue;
    }
    trained += 1;
    const { head, held_out, table } = result;
    for (const feature of features) {
      const shares = head.predict(feature);
      assert.ok(
        shares.every((p) => p >= 0 && p <= 1),
        String(shares),
      );
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
      assert.ok(nearest(features, feature, 3).every(({ similarity: s }) => Math.abs(s) < 1 + 1e-9));
    }
    assert.equal(
      table.flat().reduce((a, b) => a + b),
      held_out.length,
    );
    assert.deepEqual(
      Head.from_json(JSON.parse(JSON.stringify(head.export({})))).weights,
      head.weights,
    );
    assert.deepEqual(
      confusion(head, [], []),
      names.map(() => names.map(() => 0)),
    );
  }
  assert.ok(trained > 100 && refused > 100, `${trained} trained, ${refused} refused`);
  assert.deepEqual(softmax([1000, 1000]), [0.5, 0.5]);
});
