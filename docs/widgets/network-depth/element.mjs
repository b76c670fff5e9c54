// The controls of the depth visualiser. Every figure it shows was measured and stands in the
// charts (data- attributes, written by snippets/figures/network_depth.py) or comes from model.mjs.

import { significant } from "../shared/numbers.mjs";
import { record } from "../shared/progress.mjs";
import { follow, restore } from "../shared/sliders.mjs";
import { teaching } from "../shared/teach.mjs";
import { read, write } from "../shared/url-state.mjs";
import { depth_below, gradient_at_first_layer } from "./model.mjs";

const SLUG = "network-depth";
const SLIDERS = ["depth", "factor"];

class NetworkDepth extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.charts = this.querySelector(".cv7-charts");
    this.error = this.querySelector('[data-figure="training-error"]');
    this.product = this.querySelector('[data-figure="gradient-product"]');
    this.status = this.querySelector('[role="status"]');
    this.label = this.error.getAttribute("aria-label");

    // Listeners sit on this element's own children, so they leave with it.
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.commit();
    });
    this.form.elements.skip.addEventListener("click", () => this.reveal("yes"));
    this.form.addEventListener("reset", () => setTimeout(() => this.restart()));
    for (const name of ["plain", "residual"]) {
      // A verdict belongs to the answers it was given on.
      this.form.elements[name].addEventListener("change", () => {
        this.form.elements.verdict.textContent = "";
      });
    }
    follow(SLUG, this.form, SLIDERS, () => {
      this.status.textContent = "";
      this.explore();
    });
    this.restore(read(SLUG));
  }

  /** From the address alone: what a browser remembers of the form must not reveal the answer. */
  restore(state) {
    const messages = restore(this.form, SLIDERS, state);
    for (const name of ["plain", "residual"]) {
      const select = this.form.elements[name];
      select.value = state[name] ?? "";
      if (select.selectedIndex < 0) {
        select.value = "";
        messages.push(`“${state[name]}” is not among the answers: choose one.`);
      }
    }
    this.status.textContent = messages.join(" ");
    const { plain, residual } = this.form.elements;
    const committed = Boolean(plain.value && residual.value);
    if (committed) this.verdict();
    this.shown = committed || Boolean(state.shown) || teaching();
    this.explore();
  }

  commit() {
    const { plain, residual, verdict } = this.form.elements;
    if (!plain.value || !residual.value) {
      verdict.textContent = "Choose an answer to both questions first; a guess is fine.";
      (plain.value ? residual : plain).focus();
      return;
    }
    this.verdict();
    record(SLUG, "kept");
    this.reveal("");
    write(SLUG, { plain: plain.value, residual: residual.value });
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
    write(SLUG, { shown });
    this.explore();
  }

  restart() {
    this.shown = false;
    this.form.elements.verdict.textContent = "";
    this.status.textContent = "";
    write(SLUG, { depth: "", factor: "", plain: "", residual: "", shown: "" });
    this.explore();
  }

  explore() {
    const { depth, factor, readout } = this.form.elements;
    const [layers, perLayer] = [Number(depth.value), Number(factor.value)];
    this.form.elements["depth-value"].textContent = `${layers} layers`;
    this.form.elements["factor-value"].textContent = perLayer.toFixed(2);
    depth.setAttribute("aria-valuetext", `${layers} layers`);
    factor.setAttribute("aria-valuetext", `${perLayer.toFixed(2)} per layer`);
    readout.textContent = `${this.measured(layers)}\n${gradient(perLayer, layers)}`;
    this.draw(layers, perLayer);
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

  draw(layers, perLayer) {
    this.toggleAttribute("data-awaiting", !this.shown);
    this.error.setAttribute(
      "aria-label",
      this.shown ? this.label : "Training error against depth. The curves appear once you predict.",
    );
    const cursor = this.error.querySelector("[data-cursor]");
    const x = scale(this.error.dataset.x)(layers);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");

    const [toX, toY] = [scale(this.product.dataset.x), scale(this.product.dataset.y)];
    const [low, high] = this.product.dataset.y.split(" ").map(Number);
    const slope = Math.log10(perLayer);
    const yours = this.product.querySelector("[data-yours]");
    // The line ends where it leaves the chart; the dot waits there.
    const end = slope === 0 ? 64 : Math.min(64, 1 + (slope < 0 ? low : high) / slope);
    const line = yours.querySelector("line");
    line.setAttribute("x2", toX(end));
    line.setAttribute("y2", toY(slope * (end - 1)));
    const dot = yours.querySelector("circle");
    const at = Math.min(layers, end);
    dot.setAttribute("cx", toX(at));
    dot.setAttribute("cy", toY(slope * (at - 1)));
    yours.setAttribute("visibility", "visible");
  }
}

/** A chart's scale from its data attribute: "low high start end". */
function scale(text) {
  const [low, high, start, end] = text.split(" ").map(Number);
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

function gradient(factor, depth) {
  const share = significant(gradient_at_first_layer(factor, depth));
  const sentence = `Gradient at layer 1: ${factor.toFixed(2)} to the power ${depth - 1} = ${share} of the one at the last layer`;
  if (factor >= 1) return `${sentence}; it never falls below 1 %.`;
  return `${sentence}; it falls below 1 % at depth ${depth_below(factor, 0.01)}.`;
}

customElements.define(`cv7-${SLUG}`, NetworkDepth);
