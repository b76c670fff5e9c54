// The arithmetic of the sliders; tests/widgets/parity.test.mjs holds it to values that cv7 wrote.

/** floor((n + 2p - k) / s) + 1; null where the kernel does not fit. */
export function output_size(size, kernel, stride, padding) {
  const reach = size + 2 * padding - kernel;
  return reach < 0 ? null : Math.floor(reach / stride) + 1;
}

/** The columns of the input, from 0, that no window covers. */
export function unseen(size, kernel, stride, padding) {
  const windows = output_size(size, kernel, stride, padding) ?? 0;
  return [...Array(size).keys()].filter((column) => {
    const place = column + padding;
    // The last window that begins at or before the column reaches furthest.
    const last = Math.min(Math.floor(place / stride), windows - 1);
    return last < 0 || place >= last * stride + kernel;
  });
}
