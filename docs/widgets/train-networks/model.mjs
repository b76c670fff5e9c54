// Two spirals, and a small network that learns to tell them apart: with or without shortcuts,
// with or without BatchNorm, by SGD or Adam. Everything is written out, backpropagation too.
//
// A matrix of activations has a row for each feature and a column for each point, and lies in a
// typed array row by row. All arrays are made once: a training step allocates nothing. The loops
// take several rows at a time, which is what makes them fast; the mathematics stands above each.
//
// Every browser gives the same digits, as all operations are those that IEEE 754 fixes to the last
// bit, in a fixed order. Math.exp and the like, and **, are not: see exact.mjs.

import { cosine, exp, log, log1p, sine } from "./exact.mjs";

export const WIDTH = 16;
export const POINTS = 256;
export const BATCH = 64;
export const STEPS = 600;
export const DEPTHS = [2, 5, 10, 20, 30, 50]; // hidden layers
export const OPTIMISERS = { SGD: 0.05, Adam: 0.003 }; // learning rates at the start
const MOMENTUM = 0.9;
const BETA1 = 0.9;
const BETA2 = 0.999;
const TINY = 1e-8; // in Adam's denominator
const EPSILON = 1e-5; // in BatchNorm's
const CLASSES = 2;

/** Random numbers from 0 to 1 (mulberry32): the same for the same seed, on every machine. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Normally distributed numbers, from two uniform ones each (Box and Muller). */
export function normalNumbers(random) {
  return () => {
    const radius = Math.sqrt(-2 * log(1 - random()));
    return radius * cosine(random());
  };
}

/** Points on two spirals of one turn: all x in the first row, all y in the second; and classes. */
export function spirals(seed, noise = 0.02) {
  const random = randomNumbers(seed);
  const normal = normalNumbers(random);
  const points = new Float64Array(2 * POINTS);
  const labels = new Uint8Array(POINTS);
  for (let i = 0; i < POINTS; i++) {
    labels[i] = i % CLASSES;
    const along = random();
    const turns = along + labels[i] / CLASSES;
    const radius = 0.1 + 0.9 * along;
    points[i] = radius * cosine(turns) + noise * normal();
    points[POINTS + i] = radius * sine(turns) + noise * normal();
  }
  return { points, labels };
}

/** z = W x, for W of `rows` by `columns` that begins at `w` in `weights`. */
function multiply(z, weights, w, rows, columns, x, batch) {
  for (let o = 0; o < rows; o++, w += columns) {
    const out = o * batch;
    z.fill(0, out, out + batch);
    let k = 0;
    for (; k + 3 < columns; k += 4) {
      const a = weights[w + k];
      const b = weights[w + k + 1];
      const c = weights[w + k + 2];
      const d = weights[w + k + 3];
      const p = k * batch;
      const q = p + batch;
      const r = q + batch;
      const s = r + batch;
      for (let i = 0; i < batch; i++) {
        z[out + i] += a * x[p + i] + b * x[q + i] + c * x[r + i] + d * x[s + i];
      }
    }
    for (; k < columns; k++) {
      const a = weights[w + k];
      const p = k * batch;
      for (let i = 0; i < batch; i++) z[out + i] += a * x[p + i];
    }
  }
}

/** dx = W^T dz: how the loss changes with what entered the layer. */
function multiplyTransposed(dx, weights, w, rows, columns, dz, batch) {
  for (let k = 0; k < columns; k++) {
    const out = k * batch;
    dx.fill(0, out, out + batch);
    let o = 0;
    for (; o + 3 < rows; o += 4) {
      const at = w + o * columns + k;
      const a = weights[at];
      const b = weights[at + columns];
      const c = weights[at + 2 * columns];
      const d = weights[at + 3 * columns];
      const p = o * batch;
      const q = p + batch;
      const r = q + batch;
      const s = r + batch;
      for (let i = 0; i < batch; i++) {
        dx[out + i] += a * dz[p + i] + b * dz[q + i] + c * dz[r + i] + d * dz[s + i];
      }
    }
    for (; o < rows; o++) {
      const a = weights[w + o * columns + k];
      const p = o * batch;
      for (let i = 0; i < batch; i++) dx[out + i] += a * dz[p + i];
    }
  }
}

/** dW = dz x^T: how the loss changes with the weights. */
function outerProduct(gradient, w, rows, columns, dz, x, batch) {
  for (let o = 0; o < rows; o++) {
    const out = o * batch;
    // Two columns at a time: each element of dz is fetched once for both. (Both counts are even.)
    for (let k = 0; k < columns; k += 2, w += 2) {
      const p = k * batch;
      const q = p + batch;
      let a = 0;
      let b = 0;
      for (let i = 0; i < batch; i++) {
        const d = dz[out + i];
        a += d * x[p + i];
        b += d * x[q + i];
      }
      gradient[w] = a;
      gradient[w + 1] = b;
    }
  }
}

const matrices = (count) => Array.from({ length: count }, () => new Float64Array(WIDTH * POINTS));

/**
 * A multilayer perceptron: `depth` hidden layers of ReLU, each with BatchNorm or a bias, then a
 * linear layer for the two classes. If residual, layers 2 and 3, 4 and 5, ... form blocks whose
 * input is added before the last ReLU. Without BatchNorm a block's own part is divided by the
 * square root of the number of blocks: the plain sum would explode.
 */
export class Network {
  constructor({ depth, residual, batchNorm, seed }) {
    Object.assign(this, { depth, residual, batchNorm });
    const normal = normalNumbers(randomNumbers(seed));
    const blocks = Math.floor((depth - 1) / 2);
    this.scale = residual && !batchNorm && blocks ? 1 / Math.sqrt(blocks) : 1;
    // Where in the list of parameters each layer's weights, scales and shifts begin.
    this.layers = [];
    let size = 0;
    for (let l = 0; l < depth; l++) {
      const columns = l === 0 ? 2 : WIDTH;
      const weights = size;
      const scales = weights + WIDTH * columns;
      const shifts = scales + (batchNorm ? WIDTH : 0);
      size = shifts + WIDTH;
      this.layers.push({
        columns,
        weights,
        scales,
        shifts,
        opens: residual && l % 2 === 1 && l + 1 < depth,
        closes: residual && l % 2 === 0 && l > 0,
      });
    }
    this.head = { weights: size, shifts: size + CLASSES * WIDTH };
    this.parameters = new Float64Array(this.head.shifts + CLASSES);
    this.gradient = new Float64Array(this.parameters.length);
    for (const layer of this.layers) {
      const deviation = Math.sqrt(2 / layer.columns); // He initialisation
      for (let w = layer.weights; w < layer.scales; w++) this.parameters[w] = deviation * normal();
      if (batchNorm) this.parameters.fill(1, layer.scales, layer.shifts);
    }
    const deviation = Math.sqrt(1 / WIDTH);
    for (let w = this.head.weights; w < this.head.shifts; w++) {
      this.parameters[w] = deviation * normal();
    }

    this.normalised = matrices(depth); // what BatchNorm made of W x
    this.outputs = matrices(depth);
    this.means = Array.from({ length: depth }, () => new Float64Array(WIDTH));
    this.inverses = Array.from({ length: depth }, () => new Float64Array(WIDTH));
    this.scores = new Float64Array(CLASSES * POINTS);
    [this.dOutput, this.dSum, this.dInput, this.dShortcut] = matrices(4);
  }

  /** Scores of the classes; with `keep`, BatchNorm uses the statistics of the last pass without. */
  forward(x, batch, keep = false) {
    let input = x;
    let shortcut = x;
    this.layers.forEach((layer, l) => {
      const output = this.outputs[l];
      if (layer.opens) shortcut = input;
      multiply(output, this.parameters, layer.weights, WIDTH, layer.columns, input, batch);
      this.#activate(layer, l, output, shortcut, batch, keep);
      input = output;
    });
    multiply(this.scores, this.parameters, this.head.weights, CLASSES, WIDTH, input, batch);
    for (let o = 0; o < CLASSES; o++) {
      const shift = this.parameters[this.head.shifts + o];
      for (let i = o * batch; i < (o + 1) * batch; i++) this.scores[i] += shift;
    }
    return this.scores;
  }

  /** BatchNorm or bias, the shortcut where a block ends, and ReLU, in place. */
  #activate(layer, l, z, shortcut, batch, keep) {
    const normalised = this.normalised[l];
    for (let f = 0; f < WIDTH; f++) {
      const start = f * batch;
      const end = start + batch;
      let scale = this.scale;
      let shift = this.parameters[layer.shifts + f];
      if (layer.closes === false) scale = 1;
      if (this.batchNorm) {
        if (!keep) this.#statistics(l, f, z, start, end);
        const mean = this.means[l][f];
        const inverse = this.inverses[l][f];
        for (let i = start; i < end; i++) normalised[i] = (z[i] - mean) * inverse;
        scale = this.parameters[layer.scales + f];
        for (let i = start; i < end; i++) z[i] = scale * normalised[i] + shift;
      } else {
        shift *= scale;
        for (let i = start; i < end; i++) z[i] = scale * z[i] + shift;
      }
      if (layer.closes) for (let i = start; i < end; i++) z[i] += shortcut[i];
      for (let i = start; i < end; i++) if (z[i] < 0) z[i] = 0;
    }
  }

  #statistics(l, f, z, start, end) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += z[i];
    const mean = sum / (end - start);
    let squares = 0;
    for (let i = start; i < end; i++) squares += (z[i] - mean) * (z[i] - mean);
    this.means[l][f] = mean;
    this.inverses[l][f] = 1 / Math.sqrt(squares / (end - start) + EPSILON);
  }

  /** The mean cross-entropy of the last forward pass; turns the scores into its gradient. */
  #loss(labels, batch) {
    const scores = this.scores;
    let loss = 0;
    for (let i = 0; i < batch; i++) {
      const difference = scores[i] - scores[batch + i];
      const wrong = labels[i] === 0 ? -difference : difference; // the other class's lead
      loss += wrong > 0 ? wrong + log1p(exp(-wrong)) : log1p(exp(wrong));
      const share = 1 / (1 + exp(-wrong)) / batch; // the other class's probability
      scores[i] = labels[i] === 0 ? -share : share;
      scores[batch + i] = -scores[i];
    }
    return loss / batch;
  }

  /** The loss on these points, with its gradient in `this.gradient`. */
  backward(x, labels, batch) {
    this.forward(x, batch);
    const loss = this.#loss(labels, batch);
    const { parameters, gradient, layers, head } = this;
    const last = this.outputs[this.depth - 1];
    outerProduct(gradient, head.weights, CLASSES, WIDTH, this.scores, last, batch);
    for (let o = 0; o < CLASSES; o++) {
      let sum = 0;
      for (let i = o * batch; i < (o + 1) * batch; i++) sum += this.scores[i];
      gradient[head.shifts + o] = sum;
    }
    const dOutput = this.dOutput;
    multiplyTransposed(dOutput, parameters, head.weights, CLASSES, WIDTH, this.scores, batch);
    for (let l = this.depth - 1; l >= 0; l--) {
      const layer = layers[l];
      const input = l === 0 ? x : this.outputs[l - 1];
      this.#backThroughActivation(layer, l, batch);
      outerProduct(gradient, layer.weights, WIDTH, layer.columns, this.dSum, input, batch);
      if (l === 0) break;
      multiplyTransposed(dOutput, parameters, layer.weights, WIDTH, WIDTH, this.dSum, batch);
      if (layer.opens) {
        for (let i = 0; i < WIDTH * batch; i++) dOutput[i] += this.dShortcut[i];
      }
    }
    return loss;
  }

  /** From the gradient at a layer's output to that at W x; scales and shifts on the way. */
  #backThroughActivation(layer, l, batch) {
    const { dOutput, dSum, dShortcut, gradient, parameters } = this;
    const output = this.outputs[l];
    const normalised = this.normalised[l];
    for (let f = 0; f < WIDTH; f++) {
      const start = f * batch;
      const end = start + batch;
      let sum = 0;
      let product = 0;
      for (let i = start; i < end; i++) {
        const d = output[i] > 0 ? dOutput[i] : 0;
        dSum[i] = d;
        sum += d;
        product += d * normalised[i];
      }
      if (layer.closes) for (let i = start; i < end; i++) dShortcut[i] = dSum[i];
      if (this.batchNorm) {
        gradient[layer.scales + f] = product;
        gradient[layer.shifts + f] = sum;
        const factor = parameters[layer.scales + f] * this.inverses[l][f];
        const meanOfD = sum / batch;
        const meanOfProduct = product / batch;
        for (let i = start; i < end; i++) {
          dSum[i] = factor * (dSum[i] - meanOfD - normalised[i] * meanOfProduct);
        }
      } else {
        const scale = layer.closes ? this.scale : 1;
        gradient[layer.shifts + f] = scale * sum;
        if (scale !== 1) for (let i = start; i < end; i++) dSum[i] *= scale;
      }
    }
  }

  /** The norm of the gradient of each hidden layer's weights. */
  gradientNorms(into) {
    this.layers.forEach((layer, l) => {
      let squares = 0;
      for (let w = layer.weights; w < layer.scales; w++)
        squares += this.gradient[w] * this.gradient[w];
      into[l] = Math.sqrt(squares);
    });
    return into;
  }
}

/** A network in training: minibatches in random order, the rate falling along half a cosine. */
export class Training {
  constructor({ depth, residual, batchNorm, optimiser, seed }) {
    this.data = spirals(seed);
    this.network = new Network({ depth, residual, batchNorm, seed: seed + 1000 });
    this.optimiser = optimiser;
    this.random = randomNumbers(seed + 2000);
    this.order = Uint16Array.from({ length: POINTS }, (_, i) => i);
    this.x = new Float64Array(2 * BATCH);
    this.labels = new Uint8Array(BATCH);
    this.first = new Float64Array(this.network.parameters.length); // running means of the
    this.second = new Float64Array(this.network.parameters.length); // gradient and its square
    this.power1 = 1;
    this.power2 = 1;
    this.steps = 0;
    this.loss = NaN;
  }

  /** The next minibatch, into x and labels; a new order each time all points have been used. */
  #next() {
    const { points, labels } = this.data;
    const from = (this.steps * BATCH) % POINTS;
    if (from === 0) {
      for (let i = POINTS - 1; i > 0; i--) {
        const j = Math.floor(this.random() * (i + 1));
        const kept = this.order[i];
        this.order[i] = this.order[j];
        this.order[j] = kept;
      }
    }
    for (let i = 0; i < BATCH; i++) {
      const chosen = this.order[from + i];
      this.x[i] = points[chosen];
      this.x[BATCH + i] = points[POINTS + chosen];
      this.labels[i] = labels[chosen];
    }
  }

  /** One step; returns the loss of its minibatch. After STEPS of them, nothing moves. */
  step() {
    if (this.steps >= STEPS) return this.loss;
    this.#next();
    this.loss = this.network.backward(this.x, this.labels, BATCH);
    const progress = this.steps / STEPS;
    const rate = (OPTIMISERS[this.optimiser] * (1 + cosine(progress / 2))) / 2;
    this.steps += 1;
    if (this.optimiser === "Adam") this.#adam(rate);
    else this.#momentum(rate);
    return this.loss;
  }

  #momentum(rate) {
    const { parameters, gradient } = this.network;
    for (let i = 0; i < parameters.length; i++) {
      this.first[i] = MOMENTUM * this.first[i] + gradient[i];
      parameters[i] -= rate * this.first[i];
    }
  }

  #adam(rate) {
    const { parameters, gradient } = this.network;
    this.power1 *= BETA1; // of as many factors as steps
    this.power2 *= BETA2;
    const first = 1 - this.power1;
    const second = 1 - this.power2;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i];
      this.first[i] = BETA1 * this.first[i] + (1 - BETA1) * g;
      this.second[i] = BETA2 * this.second[i] + (1 - BETA2) * g * g;
      parameters[i] -=
        (rate * (this.first[i] / first)) / (Math.sqrt(this.second[i] / second) + TINY);
    }
  }

  /** The share of all points that are called by the wrong class; BatchNorm sees all of them. */
  error() {
    const scores = this.network.forward(this.data.points, POINTS);
    let wrong = 0;
    for (let i = 0; i < POINTS; i++) {
      const called = scores[POINTS + i] > scores[i] ? 1 : 0;
      if (called !== this.data.labels[i]) wrong += 1;
    }
    return wrong / POINTS;
  }

  /**
   * How sure the network is of class 1 on a grid from -1.2 to 1.2, row by row from the top, 0 to
   * 255. BatchNorm uses the statistics of the training points: call error() before.
   */
  map(size, into) {
    const x = (this.grid ??= new Float64Array(2 * POINTS));
    const at = (index) => 2.4 * ((index + 0.5) / size) - 1.2;
    for (let from = 0; from < size * size; from += POINTS) {
      const batch = Math.min(POINTS, size * size - from);
      for (let i = 0; i < batch; i++) {
        x[i] = at((from + i) % size);
        x[batch + i] = -at(Math.floor((from + i) / size));
      }
      const scores = this.network.forward(x, batch, true);
      for (let i = 0; i < batch; i++) {
        into[from + i] = Math.round(255 / (1 + exp(scores[i] - scores[batch + i])));
      }
    }
    return into;
  }
}
