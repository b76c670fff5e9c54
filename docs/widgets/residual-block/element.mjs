// Three residual blocks beside three plain ones: the signal forward and the gradient back, one block
// at each step of the reader's.

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
    back.addEventListener("click", () => this.go(step.valueAsNumber - 1));
    next.addEventListener("click", () =>
      this.go((step.valueAsNumber + 1) % (Number(step.max) + 1)),
    );
  }

  go(step) {
    this.form.elements.step.value = step;
    this.changed();
    this.keep({ step });
  }

  restore(state) {
    const { relu } = this.form.elements;
    relu.checked = state.relu === "on";
    const messages = super.restore(state);
    if (relu.checked || !state.relu) return messages;
    return [...messages, `ReLU “${state.relu}” is neither on nor off: off is used.`];
  }

  settled(control) {
    if (control.name === "relu") this.keep({ relu: control.checked ? "on" : "" });
    else super.settled(control);
  }

  update({ step, slope, input }) {
    const { relu, back, next, readout } = this.form.elements;
    const at = { step, slope, input, offset: this.offset, relu: relu.checked };
    const blocks = this.rows.length - 1;
    const chains = [true, false].map((shortcut) => {
      const sums = chain_sums(input, slope, this.offset, blocks, shortcut, at.relu);
      return { sums, gradients: chain_gradients(sums, slope, shortcut, at.relu) };
    });
    const { back: passed } = progress(step, blocks);
    const last = chains[0].sums.slice(blocks - passed);
    const open = last.map((sum) => (at.relu && sum <= 0 ? 0 : 1));
    const paths = residual_paths(passed);
    const terms = path_gradients(
      open.map((gate) => slope * gate),
      open,
    );
    const { part, labels } = drawing(at, ...chains, paths, terms, this.rows);
    this.draw({ part });
    this.chains.setAttribute("aria-label", labels.chains);
    this.paths.setAttribute("aria-label", labels.paths);
    back.disabled = step === 0;
    next.textContent = step === 2 * blocks ? "Start over" : "Next step";
    readout.textContent = describe(at, ...chains);
  }
}

function describe(at, residual, plain) {
  const { step, slope, offset, relu } = at;
  const blocks = residual.sums.length;
  const { forward, back } = progress(step, blocks);
  const s = gradient_text(slope);
  if (step === 0) {
    return `${signal_text(at.input)} comes in. Every F is the same line: F(x) = ${s}·x ${added(offset, gradient_text)}.`;
  }
  if (!back) {
    const h = signals(at, residual.sums)[forward - 1];
    const sum = residual.sums[forward - 1];
    const alone = plain.sums[forward - 1];
    const told = (s) => `${signal_text(s)}${relu && s <= 0 ? ", cut to 0" : ""}`;
    const parts = `${signal_text(h)} ${added(slope * h + offset, signal_text)}`;
    return `Block ${forward}: what came in and F, ${parts} = ${told(sum)}.\nPlain: F alone, ${told(alone)}.`;
  }
  const k = blocks - back; // of the block, from 0
  const [there, here] = [plain, residual].map(({ sums, gradients }) => {
    const [leaves, arrives] = gradients.slice(k, k + 2);
    return { leaves, arrives, shut: relu && sums[k] <= 0 };
  });
  if (step === 2 * blocks)
    return `${arrived(s, here, residual, relu)}\n${plainly(s, there, plain, relu)}`;
  const parts = `${gradient_text(here.arrives)} ${added(slope * here.arrives, gradient_text)}`;
  const first = here.shut
    ? `The ReLU of block ${k + 1} is shut: nothing gets back, past F or through it.`
    : `Back through block ${k + 1}, past F and through it: ${parts} = ${gradient_text(here.leaves)}.`;
  const second = there.shut
    ? "Plain: its ReLU is shut."
    : `Plain: ${within(s)} · ${within(gradient_text(there.arrives))} = ${gradient_text(there.leaves)}.`;
  return `${first}\n${second}`;
}

/** What became of the gradient on its way through all residual blocks. */
function arrived(slope, { leaves }, { sums }, relu) {
  if (relu && sums.some((sum) => sum <= 0)) {
    return "Residual: 0 arrives. A ReLU is shut, and the bypass leads into it.";
  }
  const total = `Residual: (1 ${added(Number(slope.replace("−", "-")), gradient_text)})³ = ${gradient_text(leaves)} arrives`;
  return leaves === 0 ? `${total}: F cancels the bypass.` : `${total}.`;
}

function plainly(slope, { leaves }, { sums }, relu) {
  if (relu && sums.some((sum) => sum <= 0)) return "Plain: 0 arrives, a ReLU is shut.";
  return `Plain: ${within(slope)}³ = ${gradient_text(leaves)} arrives.`;
}

/** Of a product or a power. */
function within(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

customElements.define("cv7-residual-block", ResidualBlock);
