// What a reader has answered, predicted and passed: kept in this browser, and nowhere else.

const KEY = "cv7-progress";
const VERSION = 1;
const STATES = ["wrong", "kept", "right"]; // a later one is never overwritten by an earlier
const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;
const MOST = 500;
const DRAWN = "cv7-drawn";

let memory = null; // where the browser keeps nothing
let sketches = {};

/** The states of all that was answered, by name; { } where there is nothing, or nothing readable. */
export function load(storage = kept()) {
  if (!storage) return { ...memory };
  try {
    return check(JSON.parse(storage.getItem(KEY)));
  } catch {
    return {};
  }
}

/** The browser's storage; null where it may not be used. */
export function kept() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function save(states, storage) {
  memory = states;
  try {
    storage?.setItem(KEY, JSON.stringify({ version: VERSION, states }));
  } catch {
    // full, or forbidden: it stays in memory for as long as the page is open
  }
  globalThis.document?.dispatchEvent(new CustomEvent(KEY));
}

/** Two records as one: the better state of each. */
export function merge(one, other) {
  const merged = { ...one };
  for (const [name, state] of Object.entries(other)) {
    if (STATES.indexOf(state) > STATES.indexOf(merged[name])) merged[name] = state;
  }
  return merged;
}

export function record(name, state, storage = kept()) {
  save(merge(load(storage), { [name]: state }), storage);
}

/** The lines that a reader drew on the chart of this name, by theirs; { } where there are none. */
export function drawn(name, storage = kept()) {
  const all = all_drawn(storage);
  return Object.hasOwn(all, name) ? { ...all[name] } : {};
}

/** Keep lines, each a list of numbers and nulls, until others are drawn or all is forgotten. */
export function keep_drawn(name, lines, storage = kept()) {
  sketches = { ...all_drawn(storage), [name]: lines };
  try {
    storage?.setItem(DRAWN, JSON.stringify(sketches));
  } catch {
    // as above
  }
}

function all_drawn(storage) {
  try {
    return (storage ? JSON.parse(storage.getItem(DRAWN)) : sketches) ?? {};
  } catch {
    return {};
  }
}

export function reset(storage = kept()) {
  sketches = {};
  try {
    storage?.removeItem(DRAWN);
  } catch {
    // as above
  }
  save({}, storage);
}

export function adopt(states, storage = kept()) {
  save(merge(load(storage), states), storage);
}

/** Call `heard` when the record changes, here or elsewhere meanwhile, until `signal` ends it. */
export function follow(heard, signal) {
  document.addEventListener(KEY, heard, { signal });
  addEventListener("storage", ({ key }) => key === KEY && heard(), { signal });
  addEventListener("pageshow", heard, { signal }); // from the browser’s memory, which hears nothing
}

/** The states of a parsed record; an Error says what it is instead. */
function check(found) {
  const { version, states } = found ?? {};
  if (version !== VERSION || typeof states !== "object" || !states) {
    throw new Error("This is not a record of your progress.");
  }
  const entries = Object.entries(states);
  if (entries.length > MOST) throw new Error("This record is too long to be one of ours.");
  const bad = entries.find(([name, state]) => !NAME.test(name) || !STATES.includes(state));
  if (bad)
    throw new Error(`This record has an entry that is not one of ours: “${bad[0].slice(0, 40)}”.`);
  return Object.fromEntries(entries);
}

export function as_text(states) {
  return `${JSON.stringify({ version: VERSION, states }, null, 1)}\n`;
}

/** What a file holds: a record, or what `python -m cv7.check --json` said of an exercise. */
export function from_text(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON.");
  }
  if (Array.isArray(found) && found.length) {
    return found.map((one) => from_text(JSON.stringify(one))).reduce(merge, {}); // of --all
  }
  if (found && typeof found.exercise === "string" && typeof found.passed === "boolean") {
    if (!NAME.test(found.exercise)) throw new Error("This is no exercise of ours.");
    return { [found.exercise]: found.passed ? "right" : "wrong" };
  }
  return check(found);
}
