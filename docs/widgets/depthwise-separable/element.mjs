// The cost explorer: four sliders, two costs, drawn to scale on the figure that stands there.

import { grouped } from "../shared/numbers.mjs";
import { Widget } from "../shared/widget.mjs";
import { drawing } from "./drawing.mjs";
import {
  channels_for_saving,
  separable_parameters,
  separable_saving,
  standard_parameters,
} from "./model.mjs";

const SAVING = 8;

class DepthwiseSeparable extends Widget {
  ready() {
    this.side = Number(this.figure.dataset.side);
    this.floor = Number(this.figure.querySelector("[data-floor]").dataset.floor);
  }

  restore(state) {
    this.moved = Object.keys(state).length > 0; // until then the answer is the reader's to find
    return super.restore(state);
  }

  changed() {
    this.moved = true;
    super.changed();
  }

  update({ in: into, out, kernel, size }) {
    const standard = standard_parameters(into, out, kernel);
    const separable = separable_parameters(into, out, kernel);
    const lines = describe(standard, separable, out, kernel, size);
    lines.push(this.moved ? limits(kernel) : "Move N and watch the factor.");
    this.form.elements.readout.textContent = lines.join("\n");

    const pointwise = into * out;
    const counts = { standard, depthwise: separable - pointwise, pointwise };
    const { marks, label } = drawing(counts, this.side, this.floor);
    this.draw(marks);
    this.figure.setAttribute("aria-label", label);
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

customElements.define("cv7-depthwise-separable", DepthwiseSeparable);
