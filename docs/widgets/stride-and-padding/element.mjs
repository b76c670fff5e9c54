// Four sliders, the formula with their numbers, and its windows drawn to scale on the figure.

import { follow, restore } from "../shared/sliders.mjs";
import { read } from "../shared/url-state.mjs";
import { output_size, unseen } from "./model.mjs";

const SLUG = "stride-and-padding";
const SLIDERS = ["size", "kernel", "stride", "padding"];

class StrideAndPadding extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.figure = this.querySelector("figure > svg");
    this.status = this.querySelector('[role="status"]');
    follow(SLUG, this.form, SLIDERS, () => {
      this.status.textContent = "";
      this.update();
    });
    this.status.textContent = restore(this.form, SLIDERS, read(SLUG)).join(" ");
    this.update();
  }

  update() {
    const values = SLIDERS.map((name) => Number(this.form.elements[name].value));
    SLIDERS.forEach((name, i) => {
      this.form.elements[`${name}-value`].textContent = values[i];
      this.form.elements[name].setAttribute("aria-valuetext", values[i]);
    });
    const output = output_size(...values);
    const blind = unseen(...values);
    const text = describe(values, output, blind.length);
    this.form.elements.readout.textContent = text;
    this.figure.setAttribute("aria-label", text);
    this.draw(values, output ?? 0, blind);
  }

  /** As snippets/figures/stride_and_padding.py draws: a column is 2 wide, a row of cells 3 high. */
  draw([size, kernel, stride, padding], output, blind) {
    const columns = size + 2 * padding;
    const row = this.figure.querySelector("svg");
    row.setAttribute("width", Math.min(336, 24 * columns));
    row.setAttribute("viewBox", `0 0 ${2 * columns} 15`);
    const places = [...Array(columns).keys()];
    const inside = (place) => place >= padding && place < padding + size;
    const hidden = (place) => blind.includes(place - padding);
    const rows = Math.ceil(kernel / stride); // that many windows overlap, so they take turns
    const windows = [...Array(output).keys()];
    const paths = {
      padding: places.filter((c) => !inside(c)).map((c) => cell(2 * c, 0)),
      input: places.filter((c) => inside(c) && !hidden(c)).map((c) => cell(2 * c, 0)),
      unseen: places.filter(hidden).map((c) => cell(2 * c, 0)),
      windows: windows.map(
        (i) => `M${2 * stride * i} ${4 + (i % rows)}h${2 * kernel}v1h${-2 * kernel}z`,
      ),
      output: windows.map((i) => cell(2 * stride * i + kernel - 1, 12)),
    };
    for (const [part, path] of Object.entries(paths)) {
      row.querySelector(`[data-part="${part}"]`).setAttribute("d", path.join(""));
    }
  }
}

function cell(x, y) {
  return `M${x} ${y}h2v3h-2z`;
}

function describe([size, kernel, stride, padding], output, blind) {
  const sum = `${size} + 2·${padding} − ${kernel}`;
  if (output === null) return `${sum} is below zero: the kernel does not fit, which is an error.`;
  const seen = blind === 0 ? "Every column is read." : `${blind} of ${size} columns: never read.`;
  return `⌊(${sum}) / ${stride}⌋ + 1 = ${output}.\n${seen}`;
}

customElements.define(`cv7-${SLUG}`, StrideAndPadding);
