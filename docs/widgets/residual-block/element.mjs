// The residual block moves: one block further, forward and then back, at each step of the reader's.

import { Widget } from "../shared/widget.mjs";
import { added, drawing, gradient_text, progress, signal_text, signals } from "./drawing.mjs";
import { chain_gradients, chain_sums, path_gradients, residual_paths } from "./model.mjs";

class ResidualBlock extends Widget {
  ready() {
    [this.chains, this.paths] = this.querySelectorAll("figure > svg");
    this.figure = this; // both are drawn on
    this.rows = this.chains.dataset.rows.split(" ").map(Number);
    this.offset = Number(this.chains.dataset.offset);
    const { step, back, next } = this.form.elements;
    back.addEventListener("click", () => this.go(Math.max(step.valueAsNumber - 1, 0)));
    next.addEventListener("click", () =>
      this.go((step.valueAsNumber + 1) % (Number(step.max) + 1)),
    );
  }

  go(step) {
    this.form.elements.step.value = step;
    this.changed();
    this.keep({ step });
  }

  restore({ relu, ...state }) {
    this.form.elements.relu.checked = relu === "on";
    const messages = super.restore(state);
    if (relu && relu !== "on") messages.push(`ReLU “${relu}” is not on: off is used.`);
    return messages;
  }

  settled(control) {
    if (control.name === "relu") this.keep({ relu: control.checked ? "on" : "" });
    else super.settled(control);
  }

  update({ step, slope, input }) {
    const { back, next, readout } = this.form.elements;
    const relu = this.form.elements.relu.checked;
    const at = { step, slope, input, relu, offset: this.offset };
    const blocks = this.rows.length - 1;
    const chains = [true, false].map((shortcut) => {
      const sums = chain_sums(input, slope, this.offset, blocks, shortcut, relu);
      return { sums, gradients: chain_gradients(sums, slope, shortcut, relu) };
    });
    const passed = chains[0].sums.slice(-progress(step, blocks).back); // of 0, all
    const open = passed.map((sum) => Number(!relu || sum > 0));
    const through = open.map((gate) => slope * gate);
    const terms = path_gradients(through, open);
    const paths = residual_paths(open.length);
    const { part, labels } = drawing(at, ...chains, paths, terms, this.rows);
    this.draw({ part });
    this.chains.setAttribute("aria-label", labels.chains);
    this.paths.setAttribute("aria-label", labels.paths);
    back.setAttribute("aria-disabled", step === 0); // it keeps the focus
    next.textContent = step === 2 * blocks ? "Step through" : "Next step";
    readout.textContent = describe(at, ...chains);
  }
}

function describe({ input, step, slope, offset, relu }, residual, plain) {
  const blocks = residual.sums.length;
  const { forward, back } = progress(step, blocks);
  if (step === 0) return `${signal_text(input)} comes in.`;
  if (!back) {
    const k = forward - 1;
    const told = ({ sums }) => signal_text(sums[k]) + (relu && sums[k] <= 0 ? ", cut to 0" : "");
    const h = signals({ input, relu }, residual.sums)[k];
    const parts = `${signal_text(h)} ${added(slope * h + offset, signal_text)}`;
    return `Block ${forward}: what came in and F, ${parts} = ${told(residual)}.\nPlain: F alone, ${told(plain)}.`;
  }
  const k = blocks - back; // of the block, from 0
  const [there, here] = [plain, residual].map(({ sums, gradients }) => ({
    shut: relu && sums.slice(k).some((sum) => sum <= 0),
    came: gradients[k + 1],
    leaves: gradient_text(gradients[k]),
  }));
  const parts = `${gradient_text(here.came)} ${added(slope * here.came, gradient_text)}`;
  let first = `back through block ${k + 1}, past F and through it: ${parts} = ${here.leaves}`;
  let second = `${within(slope)} · ${within(there.came)} = ${there.leaves}`;
  if (k === 0) {
    first = `(1 ${added(slope, gradient_text)})³ = ${here.leaves} arrives`;
    second = `${within(slope)}³ = ${there.leaves} arrives`;
    if (slope === -1) {
      first = "(1 − 1)³ = 0: F cancels the bypass";
      second = "(−1)³ = −1: shortcuts are not always better";
    }
  }
  if (here.shut) first = "0, for a ReLU is shut, and the bypass leads into it";
  if (there.shut) second = "0, for a ReLU is shut";
  return `Residual: ${first}.\nPlain: ${second}.`;
}

/** Of a product or a power. */
function within(value) {
  return value < 0 ? `(${gradient_text(value)})` : gradient_text(value);
}

customElements.define("cv7-residual-block", ResidualBlock);
