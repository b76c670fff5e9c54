// What a run shows: its map, the gradients of all layers at all steps, and what is left of it when
// a layer is taken out. The page's first pictures are recorded with this in Node, the reader's own
// are made with it in worker.mjs.

import { exp, log } from "./exact.mjs";
import { STEPS, Training } from "./model.mjs";

export const SIZE = 48; // points along a side of a map

// Columns of the picture of the gradients: steps on a logarithmic axis, each column at least one.
const COLUMNS = 45;
export const EDGES = [
  ...new Set(
    Array.from({ length: COLUMNS + 1 }, (_, i) => Math.round(exp((log(STEPS + 1) * i) / COLUMNS))),
  ),
];

// Its levels are half powers of ten, from 10^-4 to 10^4; what lies beyond has the level at the end.
export const LOWEST = -4;
export const HALVES = 16;

/** The level of a norm, as one character. */
function level(power) {
  const half = Math.floor(2 * (power - LOWEST));
  return Math.max(0, Math.min(HALVES - 1, half)).toString(HALVES);
}

export class Recorded extends Training {
  constructor(settings) {
    super(settings);
    const { depth } = settings;
    this.norms = new Float64Array(depth);
    this.begins = []; // the norms at the first step
    this.columns = []; // of levels, a character for each layer
    this.sums = new Float64Array(depth); // of powers of ten, in the column under way
  }

  step() {
    if (this.steps >= STEPS) return this.loss;
    const loss = super.step();
    const norms = this.network.gradientNorms(this.norms);
    if (this.steps === 1) this.begins = [...norms];
    const column = EDGES.findLastIndex((edge) => edge <= this.steps);
    const within = this.steps - EDGES[column] + 1;
    if (within === 1) this.sums.fill(0);
    let levels = "";
    norms.forEach((norm, l) => {
      this.sums[l] += log(norm || 1e-30) / Math.LN10;
      levels += level(this.sums[l] / within); // of the geometric mean
    });
    this.columns[column] = levels;
    return loss;
  }

  /** The share of the points called wrong, in percent, and the map: 0 to f for sure of class 1. */
  picture() {
    const error = (100 * Math.round(1e5 * this.error())) / 1e5;
    const bytes = this.map(SIZE, new Uint8ClampedArray(SIZE * SIZE));
    return { error, map: Array.from(bytes, (b) => Math.round(b / 17).toString(16)).join("") };
  }

  /** What can be taken out: each layer but the first, whose input is no feature; or each block. */
  parts() {
    const { depth, residual } = this.network;
    if (!residual) return Array.from({ length: depth - 1 }, (_, i) => [i + 1]);
    return Array.from({ length: (depth - 1) >> 1 }, (_, b) => [2 * b + 1, 2 * b + 2]);
  }

  /**
   * What `look` sees of the network without these layers. What entered them goes on to the next;
   * BatchNorm takes the statistics of the network as it then is.
   */
  without(part, look) {
    const { network } = this;
    const all = network.layers;
    network.layers = all.filter((_, l) => !part.includes(l));
    try {
      return look();
    } finally {
      network.layers = all;
    }
  }
}

export function trained(settings) {
  const run = new Recorded(settings);
  while (run.steps < STEPS) run.step();
  return run;
}

/** All that the page shows of a run. */
export function recorded(settings, deletions = false) {
  const run = trained(settings);
  const { depth, residual } = settings;
  const first = { at_first_step: ends(run.begins), at_last_step: ends(run.norms) };
  const shown = { depth, residual, ...run.picture(), ...first, gradients: run.columns.join("") };
  if (!deletions) return shown;
  const without = run.parts().map((part) => run.without(part, () => run.picture()));
  return { ...shown, without };
}

/** Of the first layer and of the last. */
export function ends(norms) {
  return [norms[0], norms[norms.length - 1]].map((norm) => Number(norm.toPrecision(3)));
}

/** The shares wrong, in percent: of the whole network, and of what is left without each part. */
export function deletions(settings) {
  const run = trained(settings);
  const error = () => (100 * Math.round(1e5 * run.error())) / 1e5;
  return [error(), ...run.parts().map((part) => run.without(part, error))];
}
