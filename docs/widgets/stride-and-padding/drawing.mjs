// One row of a feature map, the windows that a convolution lays on it, and the row it makes, to
// scale: a column is 2 wide, a row of cells 3 high, a window 1. The page's figure and its sliders
// both ask for it here.

/** The attributes of each part; `output` is the number of windows, `unseen` what none covers. */
export function drawing({ size, kernel, stride, padding }, output, unseen) {
  const columns = size + 2 * padding;
  const lines = Math.ceil(kernel / stride); // that many windows overlap, so they take turns
  const cells = { padding: [], input: [], unseen: [] };
  for (let column = 0; column < columns; column++) {
    const place = column - padding;
    const outside = place < 0 || place >= size;
    cells[outside ? "padding" : unseen.includes(place) ? "unseen" : "input"].push(2 * column);
  }
  const starts = [...Array(output).keys()].map((window) => 2 * stride * window);
  const window = (x, i) => `M${x} ${4 + (i % lines)}h${2 * kernel}v1h${-2 * kernel}z`;
  const centres = starts.map((x) => x + kernel - 1);
  return {
    part: {
      row: { width: Math.min(336, 24 * columns), viewBox: `0 0 ${2 * columns} 15` },
      padding: { d: path(cells.padding, 0) },
      input: { d: path(cells.input, 0) },
      unseen: { d: path(cells.unseen, 0) },
      windows: { d: starts.map(window).join("") },
      output: { d: path(centres, 12) },
    },
  };
}

/** Cells with their left edges at `xs` and their upper ones at `y`. */
function path(xs, y) {
  return xs.map((x) => `M${x} ${y}h2v3h-2z`).join("");
}
