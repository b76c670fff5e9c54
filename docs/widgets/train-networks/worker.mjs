// Trains the two networks away from the page, so that nothing there waits for them.
//
// It is asked to { start: settings }, { run: true or false }, { step: true }, { delete: true } or
// { sweep: settings with a count of seeds }, and answers with a frame to draw, with what is left of
// the trained networks without each of their parts, and with the errors of each run of a sweep.

import { STEPS, Training } from "./model.mjs";
import { Recorded, ends } from "./recording.mjs";

const FRAME = 120; // milliseconds of training between two frames
const KINDS = ["plain", "residual"];

let trainings = null;
let timer = null;
let begun = 0; // whatever starts anew ends what is under way

function frame() {
  const networks = {};
  for (const kind of KINDS) {
    const run = trainings[kind];
    networks[kind] = {
      ...run.picture(),
      gradients: run.columns.join(""),
      steps: run.steps,
      at_first_step: ends(run.steps ? run.begins : run.norms),
      at_last_step: ends(run.norms),
    };
  }
  postMessage({ frame: { steps: trainings.plain.steps, networks } });
}

function make(Kind, settings) {
  const residual = (kind) => kind === "residual";
  return Object.fromEntries(
    KINDS.map((kind) => [kind, new Kind({ ...settings, residual: residual(kind) })]),
  );
}

function step() {
  for (const kind of KINDS) trainings[kind].step();
}

function pause() {
  clearTimeout(timer);
  begun += 1;
}

function run() {
  const until = performance.now() + FRAME;
  while (performance.now() < until && trainings.plain.steps < STEPS) step();
  frame();
  // Through the queue, so that “pause” is heard between two frames.
  if (trainings.plain.steps < STEPS) timer = setTimeout(run);
}

/** Lets a message in; false if it was one that starts anew. */
async function still(mine) {
  await new Promise((resolve) => setTimeout(resolve));
  return mine === begun;
}

async function sweep({ count, ...settings }) {
  const mine = begun;
  let until = performance.now() + FRAME;
  for (let seed = 0; seed < count; seed++) {
    const pair = make(Training, { ...settings, seed });
    for (const kind of KINDS) {
      while (pair[kind].steps < STEPS) {
        pair[kind].step();
        if (performance.now() < until) continue;
        if (!(await still(mine))) return;
        until = performance.now() + FRAME;
      }
    }
    postMessage({ run: { plain: pair.plain.error(), residual: pair.residual.error() } });
  }
}

async function take_out() {
  const mine = begun;
  for (const kind of KINDS) {
    const run = trainings[kind];
    for (const [index, part] of [[], ...run.parts()].entries()) {
      postMessage({ part: { kind, index, ...run.without(part, () => run.picture()) } });
      if (!(await still(mine))) return;
    }
  }
}

addEventListener("message", ({ data }) => {
  pause();
  if (data.start) {
    trainings = make(Recorded, data.start);
    frame();
  } else if (data.step) {
    step();
    frame();
  } else if (data.sweep) {
    sweep(data.sweep);
  } else if (data.delete) {
    take_out();
  } else if (data.run) {
    run();
  }
});
