// The controls of the depth visualiser. Every figure it shows was measured and stands in the
// charts (data- attributes, written by snippets/figures/network_depth.py) or comes from model.mjs.

import { significant } from "../shared/numbers.mjs";
import { record } from "../shared/progress.mjs";
import { teaching } from "../shared/teach.mjs";
import { Widget, set } from "../shared/widget.mjs";
import { scale, yours } from "./drawing.mjs";
import { depth_below, gradient_at_first_layer } from "./model.mjs";

class NetworkDepth extends Widget {
  ready() {
    this.charts = this.querySelector(".cv7-charts");
    this.error = this.querySelector('[data-figure="training-error"]');
    this.product = this.querySelector('[data-figure="gradient-product"]');
    this.label = this.error.getAttribute("aria-label");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.commit();
    });
    this.form.elements.skip.addEventListener("click", () => this.reveal("yes"));
    this.form.addEventListener("reset", () => setTimeout(() => this.restart()));
  }

  changed(control) {
    if (this.sliders.includes(control)) super.changed();
    else this.form.elements.verdict.textContent = ""; // which was that on other answers
  }

  settled(control) {
    if (this.sliders.includes(control)) super.settled(control); // answers are kept once committed
  }

  /** From the address alone: what a browser remembers of the form must not reveal the answer. */
  restore(state) {
    const messages = super.restore(state);
    for (const name of ["plain", "residual"]) {
      if (this.choose(name, state[name]) === null) continue;
      messages.push(`“${state[name]}” is not among the answers: choose one.`);
    }
    const { plain, residual } = this.form.elements;
    const committed = Boolean(plain.value && residual.value);
    if (committed) this.verdict();
    this.shown = committed || Boolean(state.shown) || teaching();
    return messages;
  }

  commit() {
    const { plain, residual, verdict } = this.form.elements;
    if (!plain.value || !residual.value) {
      verdict.textContent = "Choose an answer to both questions first; a guess is fine.";
      (plain.value ? residual : plain).focus();
      return;
    }
    this.verdict();
    record(this.slug, "kept");
    this.reveal("");
    this.keep({ plain: plain.value, residual: residual.value });
    this.charts.scrollIntoView({ block: "nearest" });
  }

  verdict() {
    const { plain, residual, verdict } = this.form.elements;
    const { begins, threshold, residualAtEnd } = this.charts.dataset;
    const said = plain.value === "never" ? "never" : `at depth ${plain.value}`;
    const first =
      plain.value === begins
        ? `Plain: depth ${begins}, just as you said.`
        : `Plain: you said ${said}; its mean passes ${threshold} % at depth ${begins}.`;
    // The answers are bands named by their upper ends, in order.
    const band = [...residual.options].find((o) => o.value && Number(residualAtEnd) <= o.value);
    const right = band.selected;
    const second = `Residual: ${residualAtEnd} % at depth 64, ${right ? "as you said" : "not what you expected"}.`;
    verdict.textContent = `${first}\n${second}`;
  }

  reveal(shown) {
    this.shown = true;
    this.keep({ shown });
    this.refresh();
  }

  restart() {
    this.shown = false;
    this.form.elements.verdict.textContent = "";
    this.say("");
    this.keep({ depth: "", factor: "", plain: "", residual: "", shown: "" });
    this.refresh();
  }

  update({ depth, factor }) {
    this.form.elements.readout.textContent = `${this.measured(depth)}\n${gradient(factor, depth)}`;
    this.toggleAttribute("data-awaiting", !this.shown);
    this.error.setAttribute(
      "aria-label",
      this.shown ? this.label : "Training error against depth. The curves appear once you predict.",
    );
    const across = scale(axis(this.error.dataset.x))(depth);
    const cursor = this.error.querySelector("[data-cursor]");
    set(cursor, { x1: across, x2: across, visibility: "visible" });
    const { x, y } = this.product.dataset;
    const { line, dot } = yours(depth, factor, axis(x), axis(y));
    const group = this.product.querySelector("[data-yours]");
    set(group.querySelector("line"), line);
    set(group.querySelector("circle"), dot);
    set(group, { visibility: "visible" });
  }

  measured(layers) {
    if (!this.shown) return "Training error: hidden until you predict.";
    const errors = ["plain", "residual"].map((kind) => {
      const { mean, low, high } = this.mark(kind, layers).dataset;
      return `${kind} ${mean} % (${low} to ${high})`;
    });
    return `Measured training error at depth ${layers}: ${errors.join(", ")}.`;
  }

  mark(kind, layers) {
    return this.error.querySelector(`[data-series="${kind}"] [data-depth="${layers}"]`);
  }
}

/** Of a chart, from its data attribute: [low, high, start, end]. */
function axis(text) {
  return text.split(" ").map(Number);
}

function gradient(factor, depth) {
  const share = significant(gradient_at_first_layer(factor, depth));
  const sentence = `Gradient at layer 1: ${factor.toFixed(2)} to the power ${depth - 1} = ${share} of the one at the last layer`;
  if (factor >= 1) return `${sentence}; it never falls below 1 %.`;
  return `${sentence}; it falls below 1 % at depth ${depth_below(factor, 0.01)}.`;
}

customElements.define("cv7-network-depth", NetworkDepth);
