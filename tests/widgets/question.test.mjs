// What readers enter, and how it is judged. Each question's own answers and mistakes are held
// against this in tests/site/test_questions.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { grade, parse, parse_list } from "../../docs/widgets/question/model.mjs";
import {
  adopt,
  as_text,
  from_text,
  load,
  merge,
  record,
  reset,
} from "../../docs/widgets/shared/progress.mjs";

const READ = [
  ["45", 45],
  ["45 layers", 45],
  ["≈45", 45],
  ["about 45", 45],
  ["L = 45", 45],
  [" 45. ", 45],
  ["−2", -2],
  ["294,912", 294912],
  ["294 912", 294912],
  ["1,250", 1250],
  ["0,168", 0.168],
  ["12,7 %", 12.7],
  [".5", 0.5],
  ["4.5e-5", 4.5e-5],
  ["4.5×10⁻⁵", 4.5e-5],
  ["4.5 · 10^-5", 4.5e-5],
  ["4,5 * 10^-5", 4.5e-5],
  ["0.7^5", 0.7 ** 5],
  ["5e-4 · 0.3²", 4.5e-5],
  ["1/8", 0.125],
  ["2*3/4", 1.5],
  ["27.5 million", 27.5e6],
  ["73.7k", 73700],
  ["8.7×", 8.7],
  ["4x", 4],
  ["x4", 4],
  ["4.5 x 10^-5", 4.5e-5],
  ["4.5 e-5", 4.5e-5],
  ["9x128x256", 294912],
  ["9*128+128*256", 33920],
  ["1,152 + 32,768", 33920],
  ["6144+1728+6144", 14016],
  ["100-12.7", 87.3],
  ["(1-0.49)^3", 0.51 ** 3],
  ["0.7**5", 0.7 ** 5],
  ["5·10^{-5}", 5e-5],
  ["294912 : 33920", 294912 / 33920],
  ["231.211.008", 231211008],
  ["231 Mio", 231e6],
  ["0.231 billion", 231e6],
  ["N ≥ 73", 73],
  ["at least 73", 73],
  ["approx. 87.3", 87.3],
  ["-2^2", -4],
  ["2^-2", 0.25],
  ["8/4/2", 1],
];
for (const [text, value] of READ) {
  test(`“${text}” is read as ${value}`, () => {
    assert.ok(Math.abs(parse(text).value - value) <= 1e-12 * Math.abs(value), parse(text)?.value);
  });
}

for (const text of ["", "soon", "?", "1 2 3", "()", "(1", "=", "1/0", "10^999"]) {
  test(`“${text}” is no number`, () => assert.equal(parse(text), null));
}

test("shapes and vectors", () => {
  for (const text of ["(128, 16, 16)", "128,16,16", "128 16 16", "[128;16;16]", "128×16×16"]) {
    assert.deepEqual(parse_list(text), [128, 16, 16], text);
  }
  assert.deepEqual(parse_list("[-2.0, −1.0, -3]"), [-2, -1, -3]);
  assert.deepEqual(parse_list("[0,0,0]"), [0, 0, 0]);
  assert.deepEqual(parse_list("1,5; -1,75; 3"), [1.5, -1.75, 3]);
  assert.deepEqual(parse_list(""), []);
});

const DEPTH = {
  label: "Depth",
  answer: 45,
  unit: "layers",
  why: "so",
  mistakes: [{ value: 44, why: "one less" }],
};
const SAVED = { label: "Saved", answer: 87.326, unit: "%", tolerance: 0.005, why: "so" };

test("a whole number is right exactly, or rounded to three digits", () => {
  assert.equal(grade(DEPTH, "45").state, "right");
  assert.equal(grade(DEPTH, "45.0 layers").state, "right");
  for (const text of ["44.9", "46", "50", "-45", "45 %"]) {
    assert.equal(grade(DEPTH, text).state, "wrong", text);
  }
  assert.equal(grade(DEPTH, "44").why, "one less");
  const many = { answer: 27496448, why: "so" };
  assert.equal(grade(many, "27.5 million").state, "right");
  assert.equal(grade(many, "27 million").state, "wrong");
  assert.match(grade(many, "274964480").why, /powers of ten/);
});

test("a percentage is right within its tolerance, and as a fraction", () => {
  for (const text of ["87.3", "87.3 %", "87", "0.873"]) {
    assert.equal(grade(SAVED, text).state, "right", text);
  }
  for (const text of ["0.873 %", "88", "12.7", "8.73"]) {
    assert.equal(grade(SAVED, text).state, "wrong", text);
  }
});

test("a rounded number is right from two digits on", () => {
  const part = { answer: 0.16807, why: "so" };
  for (const text of ["0.168", "0.17", "0.1681", "16.8 %", "0.7^5"]) {
    assert.equal(grade(part, text).state, "right", text);
  }
  for (const text of ["0.2", "0.16", "0.169"]) {
    assert.equal(grade(part, text).state, "wrong", text);
  }
});

test("three digits behind a comma are thousands, or decimals where that is right", () => {
  assert.equal(grade({ answer: 3.307949, why: "so" }, "3,308").state, "right");
  assert.equal(grade({ answer: 3308, why: "so" }, "3,308").state, "right");
  assert.match(grade({ answer: 231211008, why: "so" }, "231,000,008").why, /give all digits/);
});

test("several numbers are wanted where several are", () => {
  const part = { answer: [1, 2], why: "so", mistakes: [{ value: [2, 1], why: "swapped" }] };
  assert.equal(grade(part, "1, 2").state, "right");
  assert.equal(grade(part, "2, 1").why, "swapped");
  assert.match(grade(part, "1").why, /2 numbers are wanted/);
});

test("a choice, and a guess", () => {
  const part = {
    options: [
      { text: "a", why: "no" },
      { text: "b", why: "yes", right: true },
    ],
  };
  assert.deepEqual(grade(part, "1"), { state: "right", why: "yes" });
  assert.deepEqual(grade(part, "0"), { state: "wrong", why: "no" });
  assert.equal(grade(part, "").state, "empty");
  assert.equal(grade({ label: "Guess", why: "try" }, "12").why, "try");
  assert.equal(grade({ label: "Guess", why: "try" }, "many").state, "unclear");
});

test("a thousand random texts give a verdict in words", () => {
  const characters = "0123456789.,-−+*/^e×·⁻⁵% ()[]=≈kx;<>";
  let seed = 7;
  const random = (most) => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  const parts = [DEPTH, SAVED, { answer: [1, 2, 3], why: "so" }, { label: "Guess", why: "so" }];
  for (let round = 0; round < 1000; round++) {
    const text = Array.from({ length: random(12) }, () => characters[random(characters.length)]);
    for (const part of parts) {
      const { state, why } = grade(part, text.join(""));
      assert.ok(["empty", "unclear", "right", "wrong"].includes(state));
      assert.ok(!/NaN|undefined|Infinity/.test(why), why);
    }
  }
});

/** What a browser's storage does. */
function storage(text = null) {
  const kept = new Map(text === null ? [] : [["cv7-progress", text]]);
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  };
}

test("a record keeps the better state", () => {
  const store = storage();
  record("a", "wrong", store);
  record("a", "right", store);
  record("a", "wrong", store);
  record("b", "kept", store);
  assert.deepEqual(load(store), { a: "right", b: "kept" });
  assert.deepEqual(merge({ a: "kept" }, { a: "wrong", c: "right" }), { a: "kept", c: "right" });
  reset(store);
  assert.deepEqual(load(store), {});
});

test("a record survives a file", () => {
  const states = { "gradient-depth": "right", "exercise-2": "wrong" };
  assert.deepEqual(from_text(as_text(states)), states);
  const store = storage();
  adopt(from_text(as_text(states)), store);
  assert.deepEqual(load(store), states);
});

test("what the checker said of an exercise is a record, too", () => {
  assert.deepEqual(from_text('{"exercise": "exercise-2", "passed": true, "checks": []}'), {
    "exercise-2": "right",
  });
});

test("a list of the checker's answers is a record, too", () => {
  const list = ["exercise-2", "exercise-4"].map((exercise) => ({ exercise, passed: true }));
  assert.deepEqual(from_text(JSON.stringify(list)), {
    "exercise-2": "right",
    "exercise-4": "right",
  });
});

for (const text of [
  "",
  "[]",
  "[1]",
  "null",
  '{"version": 2, "states": {}}',
  '{"version": 1}',
  '{"version": 1, "states": {"a": "great"}}',
  '{"version": 1, "states": {"<img src=x onerror=alert(1)>": "right"}}',
  '{"version": 1, "states": {"__proto__": "right", "A B": "right"}}',
  '{"exercise": "<b>", "passed": true}',
]) {
  test(`a file with ${text || "nothing"} is refused`, () => {
    assert.throws(() => from_text(text), /not|no exercise/);
    if (text) assert.deepEqual(load(storage(text)), {});
  });
}

test("a storage that refuses loses nothing while the page is open", () => {
  const refusing = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
  };
  record("a", "right", refusing);
  assert.deepEqual(load(null), { a: "right" });
});
