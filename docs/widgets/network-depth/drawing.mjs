// Lines of a constant gradient factor, those of the page's figure and the reader's, whose place is
// shown on both charts.

import { scale } from "../shared/drawn.mjs";

const DEEPEST = 64;

/** Where each factor's line ends, as [depth, power of ten]: where it leaves the chart, if it does. */
export function drawing(factors, [low, high]) {
  return factors.map((factor) => {
    const slope = Math.log10(factor);
    const leaves = slope === 0 ? Infinity : 1 + (slope < 0 ? low : high) / slope;
    const depth = Math.min(DEEPEST, leaves);
    return [depth, slope * (depth - 1)];
  });
}

/** The attributes of the reader's line and of the dot on it, which waits where the line ends. */
export function yours(depth, factor, x, y) {
  const [across, up] = [scale(x), scale(y)];
  const [[last, power]] = drawing([factor], y);
  const at = Math.min(depth, last);
  return {
    line: { x2: across(last), y2: up(power) },
    dot: { cx: across(at), cy: up(Math.log10(factor) * (at - 1)) },
  };
}
