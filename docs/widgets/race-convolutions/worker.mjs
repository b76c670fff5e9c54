// Runs the race away from the page, so that nothing there waits for it.
//
// Message in:   { race: { in_channels, out_channels, size } }
// Messages out: { progress: 0 to 1 }, then { result } or { failed: why }
// Nobody can be heard during a convolution: to stop a race, terminate the worker.

import { contestants, difference, multiply_adds, summary } from "./model.mjs";

const WARM_UPS = 2; // rounds that do not count: the browser compiles what it sees run often
const [FEWEST, MOST] = [5, 15]; // rounds that count,
const LONG_ENOUGH = 1500; // and after how many milliseconds there are enough of them
const MOST_WORK = 5e8; // multiply-adds, about twice the chapter's layers
const TICKS = 20; // of the clock that a timing has to last
const COARSE = 25; // milliseconds between two ticks: a timing would take half a second
const SAME = 1e-4; // float32 rounds at every step; a real mistake is far larger
const VARIANTS = ["standard", "separable"];

/** Milliseconds between two ticks of the clock: browsers make it coarse on purpose. */
function tick() {
  const next = (from) => {
    let now = from;
    while (now === from) now = performance.now();
    return now;
  };
  const first = next(performance.now());
  return next(first) - first;
}

/** Milliseconds that one run takes, from so many in a row that they last at least so long. */
function time({ output, run }, at_least) {
  output.fill(NaN); // what a run leaves out will be found
  const start = performance.now();
  for (let runs = 1; ; runs++) {
    run();
    const passed = performance.now() - start;
    if (passed >= at_least) return passed / runs;
  }
}

function check(variants) {
  const apart = difference(variants.standard.output, variants.separable.output);
  if (!(apart <= SAME)) {
    throw new Error(`the two convolutions gave different maps (by ${apart} of the largest value)`);
  }
  return apart;
}

function race(layer) {
  const counts = multiply_adds(layer);
  if (counts.standard > MOST_WORK) {
    throw new RangeError(`${counts.standard} multiply-adds are too many for a race`);
  }
  const step = tick();
  if (step > COARSE) {
    throw new Error(`this browser’s clock moves in steps of ${step.toFixed(0)} ms: too coarse`);
  }
  const variants = contestants(layer);
  for (let i = 0; i < WARM_UPS; i++) {
    for (const name of VARIANTS) time(variants[name], TICKS * step);
  }
  check(variants);

  const rounds = [];
  const start = performance.now();
  let progress = 0;
  let apart = 0;
  while (progress < 1) {
    // They take turns in going first, too: neither always runs on the warmer chip.
    const order = rounds.length % 2 ? [...VARIANTS].reverse() : VARIANTS;
    const round = {};
    for (const name of order) round[name] = time(variants[name], TICKS * step);
    apart = Math.max(apart, check(variants));
    rounds.push(round);
    const passed = Math.min((performance.now() - start) / LONG_ENOUGH, rounds.length / FEWEST);
    progress = Math.min(1, Math.max(passed, rounds.length / MOST));
    postMessage({ progress });
  }
  return { ...summary(rounds), saving: counts.saving, difference: apart };
}

addEventListener("message", ({ data }) => {
  try {
    postMessage({ result: race(data?.race ?? {}) });
  } catch (error) {
    postMessage({ failed: error.message });
  }
});
