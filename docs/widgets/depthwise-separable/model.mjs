// The arithmetic of the cost explorer. Names and formulas are those of cv7.cost, and
// tests/widgets/parity.test.mjs holds them to values that it wrote.

/** k^2 * C_in * C_out */
export function standard_parameters(in_channels, out_channels, kernel_size) {
  return kernel_size ** 2 * in_channels * out_channels;
}

/** k^2 * C_in + C_in * C_out */
export function separable_parameters(in_channels, out_channels, kernel_size) {
  return kernel_size ** 2 * in_channels + in_channels * out_channels;
}

/** 1 / (1 / C_out + 1 / k^2) */
export function separable_saving(out_channels, kernel_size) {
  return (
    standard_parameters(1, out_channels, kernel_size) /
    separable_parameters(1, out_channels, kernel_size)
  );
}

/** The fewest output channels that save more than `saving` times; null where none do. */
export function channels_for_saving(saving, kernel_size) {
  const area = kernel_size ** 2;
  if (saving >= area) return null;
  return Math.floor((saving * area) / (area - saving)) + 1;
}
