// The formula with the sliders' numbers, and its windows drawn to scale on the figure.

import { Widget } from "../shared/widget.mjs";
import { drawing } from "./drawing.mjs";
import { output_size, unseen } from "./model.mjs";

class StrideAndPadding extends Widget {
  update(layer) {
    const { size, kernel, stride, padding } = layer;
    const output = output_size(size, kernel, stride, padding);
    const blind = unseen(size, kernel, stride, padding);
    const text = describe(layer, output, blind.length);
    this.form.elements.readout.textContent = text;
    this.figure.setAttribute("aria-label", text);
    this.draw(drawing(layer, output ?? 0, blind));
  }
}

function describe({ size, kernel, stride, padding }, output, blind) {
  const sum = `${size} + 2·${padding} − ${kernel}`;
  if (output === null) return `${sum} is below zero: the kernel does not fit, which is an error.`;
  const seen = blind === 0 ? "Every column is read." : `${blind} of ${size} columns: never read.`;
  return `⌊(${sum}) / ${stride}⌋ + 1 = ${output}.\n${seen}`;
}

customElements.define("cv7-stride-and-padding", StrideAndPadding);
