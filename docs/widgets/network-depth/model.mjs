// The arithmetic of the depth visualiser. Names and formulas are those of cv7.gradient_flow,
// and tests/widgets/parity.test.mjs holds them to values that it wrote.

/** g_1 / g_L = factor ** (L - 1). */
export function gradient_at_first_layer(factor, depth) {
  return factor ** (depth - 1);
}

/** The smallest depth at which factor ** (depth - 1) < threshold, for 0 < factor < 1. */
export function depth_below(factor, threshold) {
  // The quotient of the logarithms may land a hair beyond a whole number: start one before it.
  let crossings = Math.ceil(Math.log(threshold) / Math.log(factor)) - 1;
  while (factor ** crossings >= threshold) crossings += 1;
  return crossings + 1;
}
