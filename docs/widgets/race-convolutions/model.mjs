// Convolutions on typed arrays, their cost, and what a race between them comes to.
//
// Everything is batch 1, stride 1 and without bias, float32 in memory. Maps are laid out as torch
// lays them out, (channels, size, size), and so are weights: (out, in, 3, 3), (channels, 1, 3, 3)
// and (out, in, 1, 1). tests/widgets/race-convolutions.test.mjs holds all three to torch.
//
// The same hand wrote both sides and blocked both a little: a race against a deliberately slow
// opponent would show nothing. None of the convolutions allocates memory.

const KERNEL = 3;
const AREA = KERNEL ** 2;

function whole(numbers) {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number of at least 1, got ${value}`);
    }
  }
}

function lengths(arrays) {
  for (const [name, [array, length]] of Object.entries(arrays)) {
    if (!(array instanceof Float32Array) || array.length !== length) {
      const got = array instanceof Float32Array ? `${array.length}` : "something else";
      throw new RangeError(`${name} must be a Float32Array of ${length} numbers, got ${got}`);
    }
  }
}

function apart(x, out) {
  if (x.buffer === out.buffer) throw new RangeError("out must not share memory with x");
}

/** Add the 3x3 convolution of one channel of x, padded with zeros, to one channel of out. */
function accumulate(x, from, weights, at, out, to, size) {
  const last = size - 1;
  for (let row = 0; row < size; row++) {
    // Above the first row and below the last there are zeros: there, any row will do, times 0.
    const above = row > 0 ? 1 : 0;
    const below = row < last ? 1 : 0;
    const a = above * weights[at];
    const b = above * weights[at + 1];
    const c = above * weights[at + 2];
    const d = weights[at + 3];
    const e = weights[at + 4];
    const f = weights[at + 5];
    const g = below * weights[at + 6];
    const h = below * weights[at + 7];
    const i = below * weights[at + 8];
    const middle = from + row * size;
    const top = middle - above * size;
    const bottom = middle + below * size;
    const end = to + row * size + last;
    // A window of 3x3 slides along the row, so that each number is fetched once a row.
    let top0 = 0;
    let middle0 = 0;
    let bottom0 = 0;
    let top1 = x[top];
    let middle1 = x[middle];
    let bottom1 = x[bottom];
    for (let j = 1; j <= last; j++) {
      const top2 = x[top + j];
      const middle2 = x[middle + j];
      const bottom2 = x[bottom + j];
      out[end - size + j] +=
        a * top0 +
        b * top1 +
        c * top2 +
        (d * middle0 + e * middle1 + f * middle2) +
        (g * bottom0 + h * bottom1 + i * bottom2);
      top0 = top1;
      top1 = top2;
      middle0 = middle1;
      middle1 = middle2;
      bottom0 = bottom1;
      bottom1 = bottom2;
    }
    out[end] += a * top0 + b * top1 + (d * middle0 + e * middle1) + (g * bottom0 + h * bottom1);
  }
}

/** A standard 3x3 convolution, padded by 1: every output channel looks at every input channel. */
export function standard(x, weights, { in_channels, out_channels, size }, out) {
  whole({ in_channels, out_channels, size });
  const map = size ** 2;
  lengths({
    x: [x, in_channels * map],
    weights: [weights, AREA * in_channels * out_channels],
    out: [out, out_channels * map],
  });
  apart(x, out);
  out.fill(0);
  for (let o = 0, at = 0; o < out_channels; o++) {
    for (let c = 0; c < in_channels; c++, at += AREA) {
      accumulate(x, c * map, weights, at, out, o * map, size);
    }
  }
  return out;
}

/** One 3x3 filter for each channel, padded by 1. */
export function depthwise(x, weights, { in_channels, size }, out) {
  whole({ in_channels, size });
  const map = size ** 2;
  lengths({
    x: [x, in_channels * map],
    weights: [weights, AREA * in_channels],
    out: [out, in_channels * map],
  });
  apart(x, out);
  out.fill(0);
  for (let c = 0; c < in_channels; c++) {
    accumulate(x, c * map, weights, c * AREA, out, c * map, size);
  }
  return out;
}

/** A 1x1 convolution: every output channel is a mix of the input channels. */
export function pointwise(x, weights, { in_channels, out_channels, size }, out) {
  whole({ in_channels, out_channels, size });
  const map = size ** 2;
  lengths({
    x: [x, in_channels * map],
    weights: [weights, in_channels * out_channels],
    out: [out, out_channels * map],
  });
  apart(x, out);
  out.fill(0);
  // Eight channels at a time: the sum so far is fetched and stored about as rarely, for the work
  // done on it, as in the 3x3 convolution with its nine products.
  const eights = in_channels - (in_channels % 8);
  for (let o = 0; o < out_channels; o++) {
    const to = o * map;
    const at = o * in_channels;
    for (let c = 0; c < eights; c += 8) {
      const w = at + c;
      const a = weights[w];
      const b = weights[w + 1];
      const d = weights[w + 2];
      const e = weights[w + 3];
      const f = weights[w + 4];
      const g = weights[w + 5];
      const h = weights[w + 6];
      const l = weights[w + 7];
      for (let i = 0, j = c * map; i < map; i++, j++) {
        out[to + i] +=
          a * x[j] +
          b * x[j + map] +
          (d * x[j + 2 * map] + e * x[j + 3 * map]) +
          (f * x[j + 4 * map] + g * x[j + 5 * map] + (h * x[j + 6 * map] + l * x[j + 7 * map]));
      }
    }
    for (let c = eights; c < in_channels; c++) {
      const a = weights[at + c];
      const from = c * map;
      for (let i = 0; i < map; i++) out[to + i] += a * x[from + i];
    }
  }
  return out;
}

/** Multiply-adds of the standard and the separable convolution, and how many times fewer. */
export function multiply_adds({ in_channels, out_channels, size }) {
  whole({ in_channels, out_channels, size });
  const map = size ** 2;
  const standard = AREA * in_channels * out_channels * map;
  const separable = (AREA + out_channels) * in_channels * map;
  // k^2 N / (k^2 + N): the input channels and the size of the map cancel.
  return { standard, separable, saving: (AREA * out_channels) / (AREA + out_channels) };
}

/** Numbers between -scale and scale that look random and are the same every time. */
export function numbers(length, seed, scale) {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let bits = Math.imul(i + 1, 0x9e3779b1) + seed;
    bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits ^= bits >>> 16;
    values[i] = ((bits >>> 8) / 2 ** 23 - 1) * scale;
  }
  return values;
}

/**
 * The two variants of a layer, ready to run: { standard, separable }, each with run() and output.
 *
 * A separable convolution is a restricted standard one, whose weights are the products of its
 * stages' weights. The standard convolution here gets those products, so that both have to
 * compute the same map.
 */
export function contestants(layer) {
  const { in_channels, out_channels, size } = layer;
  whole({ in_channels, out_channels, size });
  const map = size ** 2;
  const x = numbers(in_channels * map, 1, 1);
  // Scaled so that what comes out is about as large as what goes in.
  const filters = numbers(AREA * in_channels, 2, Math.sqrt(3 / AREA));
  const mixes = numbers(in_channels * out_channels, 3, Math.sqrt(3 / in_channels));
  const products = new Float32Array(AREA * in_channels * out_channels);
  for (let i = 0; i < products.length; i++) {
    products[i] = mixes[Math.floor(i / AREA)] * filters[i % filters.length];
  }
  const between = new Float32Array(in_channels * map);
  const [one, other] = [1, 2].map(() => new Float32Array(out_channels * map));
  return {
    standard: { output: one, run: () => standard(x, products, layer, one) },
    separable: {
      output: other,
      run() {
        depthwise(x, filters, layer, between);
        pointwise(between, mixes, layer, other);
      },
    },
  };
}

/** The largest difference of two arrays, as a share of the largest value; NaN if one is not finite. */
export function difference(one, other) {
  if (one.length !== other.length) {
    throw new RangeError(`arrays of ${one.length} and ${other.length} numbers cannot be compared`);
  }
  let largest = 0;
  let apart = 0;
  let sum = 0; // not finite as soon as one number is not
  for (let i = 0; i < one.length; i++) {
    largest = Math.max(largest, Math.abs(one[i]));
    apart = Math.max(apart, Math.abs(one[i] - other[i]));
    sum += one[i] + other[i];
  }
  if (!Number.isFinite(sum)) return NaN;
  return apart === 0 ? 0 : apart / largest;
}

const WIDE = 0.25; // of the median

function median(sorted) {
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * What rounds of { standard, separable } in milliseconds come to: medians of both times and of the
 * ratio within a round, the middle half of the ratios, and whether that is too wide to trust. The
 * quarters are cut off as in docs/notebooks/depthwise-separable.py.
 */
export function summary(rounds) {
  if (rounds.length === 0) throw new RangeError("there must be at least one round");
  for (const { standard, separable } of rounds) {
    if (!(standard > 0 && separable > 0 && standard < Infinity && separable < Infinity)) {
      throw new RangeError(`times must be above 0, got ${standard} and ${separable} ms`);
    }
  }
  const sorted = (of) => rounds.map(of).sort((a, b) => a - b);
  const ratios = sorted((round) => round.standard / round.separable);
  const quarter = rounds.length >> 2;
  const [low, high] = [ratios[quarter], ratios[ratios.length - 1 - quarter]];
  const ratio = median(ratios);
  return {
    rounds: rounds.length,
    standard: median(sorted((round) => round.standard)),
    separable: median(sorted((round) => round.separable)),
    ratio,
    low,
    high,
    noisy: high - low > WIDE * ratio,
  };
}
