// Parameter counts as areas; the figure of the page and the sliders both ask for them here.

import { grouped, hundredths } from "../shared/numbers.mjs";

/** Squares on a `floor`, the larger total with the area of a square of this `side`. */
export function drawing({ standard, depthwise, pointwise }, side, floor) {
  const counts = { standard, depthwise, pointwise };
  const scale = side / Math.sqrt(Math.max(standard, depthwise + pointwise));
  const square = {};
  const count = {};
  for (const [name, parameters] of Object.entries(counts)) {
    const length = hundredths(scale * Math.sqrt(parameters));
    square[name] = { y: hundredths(floor - length), width: length, height: length };
    count[name] = { text: grouped(parameters) };
  }
  const said = Object.keys(counts).map((name) => `${name} ${count[name].text}`);
  return { marks: { square, count }, label: `Parameters as areas: ${said.join(", ")}.` };
}
