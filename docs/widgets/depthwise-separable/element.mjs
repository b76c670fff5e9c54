// The cost explorer: four sliders, two costs, drawn to scale on the figure that stands there.

import { grouped } from "../shared/numbers.mjs";
import { follow, restore } from "../shared/sliders.mjs";
import { read } from "../shared/url-state.mjs";
import {
  channels_for_saving,
  separable_parameters,
  separable_saving,
  standard_parameters,
} from "./model.mjs";

const SLUG = "depthwise-separable";
const SLIDERS = ["in", "out", "kernel", "size"];
const SAVING = 8;

class DepthwiseSeparable extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.figure = this.querySelector("[data-figure]");
    this.status = this.querySelector('[role="status"]');
    const state = read(SLUG);
    this.moved = Object.keys(state).length > 0; // until then the answer is the reader's to find
    follow(SLUG, this.form, SLIDERS, () => {
      this.moved = true;
      this.status.textContent = "";
      this.update();
    });
    this.status.textContent = restore(this.form, SLIDERS, state).join(" ");
    this.update();
  }

  update() {
    const values = SLIDERS.map((name) => Number(this.form.elements[name].value));
    const [into, out, kernel, size] = values;
    const texts = [`${into}`, `${out}`, `${kernel}×${kernel}`, `${size}×${size}`];
    const spoken = [`${into} channels`, `${out} channels`, texts[2], texts[3]];
    SLIDERS.forEach((name, i) => {
      this.form.elements[`${name}-value`].textContent = texts[i];
      this.form.elements[name].setAttribute("aria-valuetext", spoken[i]);
    });
    const standard = standard_parameters(into, out, kernel);
    const separable = separable_parameters(into, out, kernel);
    const lines = describe(standard, separable, out, kernel, size);
    lines.push(this.moved ? limits(kernel) : "Move N and watch the factor.");
    this.form.elements.readout.textContent = lines.join("\n");
    this.draw(standard, separable - into * out, into * out);
  }

  /** Squares whose areas are the parameter counts; the larger total fills the room. */
  draw(standard, depthwise, pointwise) {
    const full = Number(this.figure.dataset.side);
    const scale = full / Math.sqrt(Math.max(standard, depthwise + pointwise));
    const counts = { standard, depthwise, pointwise };
    for (const [name, count] of Object.entries(counts)) {
      const side = scale * Math.sqrt(count);
      const square = this.figure.querySelector(`[data-square="${name}"]`);
      square.setAttribute("width", side);
      square.setAttribute("height", side);
      square.setAttribute("y", Number(square.dataset.floor) - side);
      this.figure.querySelector(`[data-count="${name}"]`).textContent = grouped(count);
    }
    this.figure.setAttribute(
      "aria-label",
      `Parameters as areas: standard ${grouped(standard)}, depthwise ${grouped(depthwise)}, ` +
        `pointwise ${grouped(pointwise)}.`,
    );
  }
}

function describe(standard, separable, out, kernel, size) {
  const saving = separable_saving(out, kernel);
  const comparison =
    saving >= 1
      ? `${saving.toFixed(2)} times fewer`
      : `${(1 / saving).toFixed(2)} times more: nothing is saved here`;
  return [
    `Parameters: standard ${grouped(standard)}, separable ${grouped(separable)}, ${comparison}.`,
    `Multiply-adds: ${grouped(standard * size ** 2)} and ${grouped(separable * size ** 2)}.`,
  ];
}

function limits(kernel) {
  const channels = channels_for_saving(SAVING, kernel);
  const reach =
    channels === null
      ? `Factor ${SAVING} is out of reach with this kernel.`
      : `It passes ${SAVING} at N = ${channels}.`;
  return `The factor grows with N towards ${kernel ** 2}. ${reach}`;
}

customElements.define(`cv7-${SLUG}`, DepthwiseSeparable);
