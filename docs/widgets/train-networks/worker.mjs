// Trains the two networks away from the page, so that nothing there waits for them.
//
// It is asked to { start: settings }, { run: true or false }, { step: true } or
// { sweep: settings with a count of seeds }, and answers with a frame to draw, and with the errors
// of each run of a sweep.

import { STEPS, Training } from "./model.mjs";

const MAP = 48; // points along a side of a drawn map
const FRAME = 120; // milliseconds of training between two frames
const KINDS = ["plain", "residual"];

let trainings = null;
let timer = null;
let sweeps = 0; // whatever starts anew ends a sweep that is under way

function frame() {
  const networks = {};
  for (const kind of KINDS) {
    const training = trainings[kind];
    networks[kind] = {
      norms: training.network.gradientNorms(new Float64Array(training.network.depth)),
      error: training.error(),
      map: training.map(MAP, new Uint8ClampedArray(MAP * MAP)),
    };
  }
  postMessage({ frame: { steps: trainings.plain.steps, networks } });
}

function make(settings) {
  const residual = (kind) => kind === "residual";
  return Object.fromEntries(
    KINDS.map((kind) => [kind, new Training({ ...settings, residual: residual(kind) })]),
  );
}

function step() {
  for (const kind of KINDS) trainings[kind].step();
}

function pause() {
  clearTimeout(timer);
  sweeps += 1;
}

function run() {
  const until = performance.now() + FRAME;
  while (performance.now() < until && trainings.plain.steps < STEPS) step();
  frame();
  // Through the queue, so that “pause” is heard between two frames.
  if (trainings.plain.steps < STEPS) timer = setTimeout(run);
}

async function sweep({ count, ...settings }) {
  const mine = sweeps;
  let until = performance.now() + FRAME;
  for (let seed = 0; seed < count; seed++) {
    const pair = make({ ...settings, seed });
    for (const kind of KINDS) {
      while (pair[kind].steps < STEPS) {
        pair[kind].step();
        if (performance.now() < until) continue;
        await new Promise((resolve) => setTimeout(resolve)); // lets a message in
        if (mine !== sweeps) return;
        until = performance.now() + FRAME;
      }
    }
    postMessage({ run: { plain: pair.plain.error(), residual: pair.residual.error() } });
  }
}

addEventListener("message", ({ data }) => {
  pause();
  if (data.start) {
    trainings = make(data.start);
    frame();
  } else if (data.step) {
    step();
    frame();
  } else if (data.sweep) {
    sweep(data.sweep);
  } else if (data.run) {
    run();
  }
});
