// Strategy A in the page: a linear head on features that stay as they are.
//
// The head is multinomial logistic regression on standardised features: it minimises
// Σ cross-entropy + ½λ‖W‖², as scikit-learn’s LogisticRegression(C=1/λ) does.

export const FORMAT = "cv7-linear-head";
export const [FEWEST_CLASSES, MOST_CLASSES] = [2, 6];
export const LONGEST_NAME = 40;
const PENALTY = 100; // strong, as a few dozen images cannot settle 1,280 weights a class
const HELD_OUT = 0.25;
const TOLERANCE = 1e-5; // on the gradient, in units of one image's error
const MOST_STEPS = 2000;
const DIGITS = 7; // of the weights, in the page and in the file alike

/** The probabilities that belong to scores, stable for any finite ones. */
export function softmax(scores) {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Class names as readers typed them, trimmed; RangeError where they cannot tell classes apart. */
export function class_names(names) {
  const trimmed = names.map((name) => String(name).trim().replace(/\s+/g, " "));
  if (trimmed.length < FEWEST_CLASSES || trimmed.length > MOST_CLASSES) {
    throw new RangeError(`There must be ${FEWEST_CLASSES} to ${MOST_CLASSES} classes.`);
  }
  trimmed.forEach((name, i) => {
    if (name === "") throw new RangeError(`Class ${i + 1} has no name.`);
    if (name.length > LONGEST_NAME) {
      throw new RangeError(`The name of class ${i + 1} is longer than ${LONGEST_NAME} characters.`);
    }
    if (trimmed.indexOf(name) !== i) throw new RangeError(`Two classes are called “${name}”.`);
  });
  return trimmed;
}

function check(features, labels, classes, fewest) {
  const names = class_names(classes);
  if (features.length !== labels.length) {
    throw new RangeError(`${features.length} images have ${labels.length} labels.`);
  }
  const length = features[0]?.length;
  for (const feature of features) {
    if (!(length > 0) || feature.length !== length || !feature.every(Number.isFinite)) {
      throw new RangeError("Features must be finite numbers, as many for each image.");
    }
  }
  const counts = names.map(() => 0);
  for (const label of labels) {
    if (!(label in counts)) throw new RangeError(`There is no class ${label}.`);
    counts[label] += 1;
  }
  counts.forEach((count, i) => {
    if (count < fewest) {
      const has = ["no image", "only one image"][count];
      throw new RangeError(`“${names[i]}” has ${has}: it needs at least ${fewest}.`);
    }
  });
  return names;
}

/**
 * Which images stay out of training: a quarter of each class, rounded, at least one, and of each
 * class those that came last. Photographs taken one after the other look alike, and a split that
 * puts neighbours on both sides would flatter the head.
 */
export function split(labels) {
  const [training, held_out] = [[], []];
  const counts = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const seen = {};
  labels.forEach((label, i) => {
    seen[label] = (seen[label] ?? 0) + 1;
    const out = Math.max(1, Math.round(HELD_OUT * counts[label]));
    (seen[label] > counts[label] - out ? held_out : training).push(i);
  });
  return { training, held_out };
}

/** Features with mean 0 and standard deviation 1 (one that never varies becomes 0). */
function standardise(features) {
  const [n, d] = [features.length, features[0].length];
  const mean = new Float64Array(d);
  const deviation = new Float64Array(d);
  for (const f of features) for (let j = 0; j < d; j++) mean[j] += f[j] / n;
  for (const f of features) for (let j = 0; j < d; j++) deviation[j] += (f[j] - mean[j]) ** 2 / n;
  for (let j = 0; j < d; j++) {
    // Rounding alone must not count as variation.
    const varies = deviation[j] > (1e-6 * mean[j]) ** 2 && deviation[j] > 1e-30;
    deviation[j] = varies ? Math.sqrt(deviation[j]) : Infinity;
  }
  const rows = features.map((f) => {
    const row = new Float64Array(d);
    for (let j = 0; j < d; j++) row[j] = (f[j] - mean[j]) / deviation[j];
    return row;
  });
  return { mean, deviation, rows };
}

/** The scalar product of the first `length` numbers, in four sums that need not wait for another. */
function dot(a, b, length = a.length) {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < length; j += 4) {
    s0 += a[j] * b[j];
    s1 += a[j + 1] * b[j + 1];
    s2 += a[j + 2] * b[j + 2];
    s3 += a[j + 3] * b[j + 3];
  }
  for (; j < length; j++) s0 += a[j] * b[j];
  return s0 + s1 + (s2 + s3);
}

/** The lower triangle L of a symmetric, positive definite matrix: L Lᵀ = matrix. */
function cholesky(matrix) {
  const lower = matrix.map((_, i) => new Float64Array(i + 1));
  for (let i = 0; i < matrix.length; i++) {
    const row = lower[i];
    for (let j = 0; j <= i; j++) {
      const other = lower[j];
      const sum = matrix[i][j] - dot(row, other, j);
      row[j] = i === j ? Math.sqrt(sum) : sum / other[j];
    }
  }
  return lower;
}

/** Solve L Lᵀ x = b in place, for one column. */
function solve(lower, b) {
  const n = lower.length;
  for (let i = 0; i < n; i++) b[i] = (b[i] - dot(lower[i], b, i)) / lower[i][i];
  for (let i = n - 1; i >= 0; i--) {
    const row = lower[i];
    const x = (b[i] /= row[i]);
    for (let k = 0; k < i; k++) b[k] -= row[k] * x;
  }
}

/**
 * Fit the head; at least one image of each class.
 *
 * With fewer images than features, the weights are sums over images, W = Xᵀα, and all the work is
 * in the matrix X Xᵀ of images against images. A step uses a fixed matrix that bounds the second
 * derivative from above (Böhning 1992), ½ X Xᵀ + λ, so that it needs no step size; Nesterov's
 * momentum, given up wherever it points uphill, brings it home in some dozens of steps.
 */
export function fit(features, labels, classes) {
  const names = check(features, labels, classes, 1);
  const [n, k] = [features.length, names.length];
  const { mean, deviation, rows } = standardise(features);
  const gram = rows.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) gram[i][j] = gram[j][i] = dot(rows[i], rows[j]);
  }
  const bound = cholesky(gram.map((row, i) => row.map((x, j) => x / 2 + (i === j ? PENALTY : 0))));
  const zeros = () => names.map(() => new Float64Array(n));
  let [alpha, ahead] = [zeros(), zeros()];
  const scores = zeros();
  const errors = zeros();
  let bias = new Float64Array(k);
  let bias_ahead = new Float64Array(k);
  let momentum = 1;
  let steps = 0;
  for (let largest = Infinity; largest > TOLERANCE && steps < MOST_STEPS; steps++) {
    for (let c = 0; c < k; c++) {
      for (let i = 0; i < n; i++) scores[c][i] = dot(gram[i], ahead[c]) + bias_ahead[c];
    }
    largest = 0;
    const slopes = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      const shares = softmax(scores.map((column) => column[i]));
      for (let c = 0; c < k; c++) {
        const error = shares[c] - (labels[i] === c ? 1 : 0);
        slopes[c] += error;
        errors[c][i] = error + PENALTY * ahead[c][i];
        largest = Math.max(largest, Math.abs(errors[c][i]));
      }
    }
    largest = Math.max(largest, ...slopes.map(Math.abs));
    let uphill = 0;
    const next = errors.map((error, c) => {
      const step = error.slice();
      solve(bound, step);
      const moved = step.map((s, i) => ahead[c][i] - s);
      for (let i = 0; i < n; i++) uphill += step[i] * (moved[i] - alpha[c][i]);
      return moved;
    });
    const bias_next = bias_ahead.map((b, c) => b - (2 / n) * slopes[c]);
    if (uphill > 0) momentum = 1;
    const sooner = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const push = (momentum - 1) / sooner;
    ahead = next.map((a, c) => a.map((x, i) => x + push * (x - alpha[c][i])));
    bias_ahead = bias_next.map((b, c) => b + push * (b - bias[c]));
    [alpha, bias, momentum] = [next, bias_next, sooner];
  }
  const round = (x) => Number(x.toPrecision(DIGITS));
  const weights = alpha.map((a) => {
    const sum = new Float64Array(mean.length);
    rows.forEach((row, i) => {
      for (let j = 0; j < row.length; j++) sum[j] += a[i] * row[j];
    });
    return sum.map((w, j) => round(w / deviation[j])); // from standardised to plain features
  });
  const biases = weights.map((w, c) => round(bias[c] - dot(w, mean)));
  return Object.assign(new Head(names, weights, biases), { steps });
}

/** A linear head: scores are weights · features + biases, one row of weights for each class. */
export class Head {
  constructor(classes, weights, biases) {
    Object.assign(this, { classes, weights, biases });
  }

  /** The probability of each class. */
  predict(features) {
    if (features.length !== this.weights[0].length) {
      throw new RangeError(
        `The head takes ${this.weights[0].length} features, not ${features.length}.`,
      );
    }
    return softmax(this.weights.map((w, c) => dot(w, features) + this.biases[c]));
  }

  /** The class with the largest probability. */
  class_of(features) {
    const shares = this.predict(features);
    return shares.indexOf(Math.max(...shares));
  }

  /** What cv7.linear_head loads; `backbone` names the features: { sha256, size }. */
  export(backbone) {
    return {
      format: FORMAT,
      version: 1,
      backbone,
      classes: this.classes,
      weights: this.weights.map((row) => [...row]),
      biases: [...this.biases],
    };
  }

  /** The head of such a file; RangeError for anything else. */
  static from_json(saved) {
    const { format, version, classes, weights, biases } = saved ?? {};
    const finite = (row, length) =>
      Array.isArray(row) && row.length === length && row.every(Number.isFinite);
    if (format !== FORMAT || version !== 1) throw new RangeError("This file holds no such head.");
    if (!Array.isArray(classes) || !classes.every((name) => typeof name === "string")) {
      throw new RangeError("The head’s classes are not a list of names.");
    }
    const names = class_names(classes);
    const length = weights?.[0]?.length;
    const fits = Array.isArray(weights) && weights.length === names.length && length > 0;
    if (!fits || !weights.every((w) => finite(w, length)) || !finite(biases, names.length)) {
      throw new RangeError("The head’s weights do not fit its classes.");
    }
    return new Head(
      names,
      weights.map((w) => Float64Array.from(w)),
      Float64Array.from(biases),
    );
  }
}

/** How often each class (rows) was taken for each (columns). */
export function confusion(head, features, labels) {
  const table = head.classes.map(() => head.classes.map(() => 0));
  features.forEach((feature, i) => (table[labels[i]][head.class_of(feature)] += 1));
  return table;
}

/** Train on three quarters of each class and look at the rest. RangeError for too few images. */
export function train(features, labels, classes) {
  check(features, labels, classes, 2);
  const { training, held_out } = split(labels);
  const pick = (list, places) => places.map((i) => list[i]);
  const head = fit(pick(features, training), pick(labels, training), classes);
  const table = confusion(head, pick(features, held_out), pick(labels, held_out));
  return { head, training, held_out, table };
}

/** The `count` images most like the query: { index, similarity }, by cosine, most alike first. */
export function nearest(features, query, count) {
  const length = Math.sqrt(dot(query, query));
  return features
    .map((feature, index) => {
      const both = length * Math.sqrt(dot(feature, feature));
      return { index, similarity: both > 0 ? dot(feature, query) / both : 0 };
    })
    .sort((a, b) => b.similarity - a.similarity || a.index - b.index)
    .slice(0, count);
}
