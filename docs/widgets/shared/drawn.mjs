// Lines that readers draw: a value at each of several places, or null where there is none yet; from
// pixels to values and back, and how far a line is from what was measured. An axis is
// [low, high, start, end]: from `low` at the pixel `start` to `high` at the pixel `end`.

/** Where a value stands on an axis. */
export function scale([low, high, start, end]) {
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

/** A value brought onto the axis and to whole numbers. */
export function clamped(value, [low, high]) {
  return Math.min(high, Math.max(low, Math.round(value)));
}

/** What value a pixel stands for, on the axis and whole. */
export function value_at(pixel, axis) {
  const [low, high, start, end] = axis;
  return clamped(low + ((pixel - start) / (end - start)) * (high - low), axis);
}

/** The index of the place, the first left out because it is given, that is nearest to a pixel. */
export function nearest(x, xs) {
  const far = (i) => Math.abs(xs[i] - x);
  return xs.reduce((best, _, i) => (i > 1 && far(i) < far(best) ? i : best), 1);
}

/** The values after a hand went straight from one pixel, if it came from one, to another. */
export function swept(values, xs, axis, from, to) {
  const after = [...values];
  const [[x0, y0], [x1, y1]] = [from ?? to, to];
  for (let i = 1; i < xs.length; i += 1) {
    const share = (xs[i] - x0) / (x1 - x0);
    if (share >= 0 && share <= 1) after[i] = value_at(y0 + share * (y1 - y0), axis);
  }
  after[nearest(x1, xs)] = value_at(y1, axis);
  return after;
}

/** What the line passes at every place up to its last point; null beyond. */
export function filled(values, xs) {
  const last = values.findLastIndex((value) => value !== null);
  return values.map((value, i) => {
    if (value !== null || i > last) return value;
    const before = values.findLastIndex((v, j) => j < i && v !== null);
    const after = values.findIndex((v, j) => j > i && v !== null);
    const share = (xs[i] - xs[before]) / (xs[after] - xs[before]);
    return values[before] + share * (values[after] - values[before]);
  });
}

/**
 * How far a line is from what was measured, in points, where the reader drew it: on average, and
 * `most` at the place `at`; `upto` is its last place. null where nothing was drawn.
 */
export function gap(line, measured) {
  const off = line.map((value, i) => (value === null ? -1 : Math.abs(value - measured[i])));
  const drawn = off.slice(1).filter((distance) => distance >= 0);
  if (!drawn.length) return null;
  const most = Math.max(...drawn);
  return {
    mean: drawn.reduce((sum, distance) => sum + distance, 0) / drawn.length,
    most,
    at: off.indexOf(most, 1),
    upto: drawn.length,
  };
}

/** The index of the first value above a threshold; -1 where there is none. */
export function first_above(values, threshold) {
  return values.findIndex((value) => value !== null && value > threshold);
}

/** How much of these lines, each a list of pixels, runs through a box: samples about a pixel apart. */
export function crossed(lines, [left, top, right, bottom]) {
  let count = 0;
  for (const line of lines) {
    for (const [i, [x, y]] of line.slice(1).entries()) {
      const [x0, y0] = line[i];
      const samples = Math.ceil(Math.hypot(x - x0, y - y0));
      for (let k = 0; k <= samples; k++) {
        const [across, up] = [x0 + (k / samples) * (x - x0), y0 + (k / samples) * (y - y0)];
        count += Number(across >= left && across <= right && up >= top && up <= bottom);
      }
    }
  }
  return count;
}
