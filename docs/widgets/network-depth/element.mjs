// The depth visualiser: the reader draws, and holds it against what was measured. Every figure it
// shows stands in the charts (data- attributes, written by snippets/figures/network_depth.py) or
// comes from model.mjs.

import { first_above, gap, scale } from "../shared/drawn.mjs";
import { significant } from "../shared/numbers.mjs";
import { drawn, keep_drawn, record } from "../shared/progress.mjs";
import { Sketch } from "../shared/sketch.mjs";
import { teaching } from "../shared/teach.mjs";
import { Widget, set } from "../shared/widget.mjs";
import { yours } from "./drawing.mjs";
import { depth_below, gradient_at_first_layer } from "./model.mjs";

const KINDS = ["plain", "residual"];

class NetworkDepth extends Widget {
  ready() {
    this.error = this.querySelector('[data-figure="training-error"]');
    this.product = this.querySelector('[data-figure="gradient-product"]');
    this.explore = this.form.querySelector("details");
    this.label = this.error.getAttribute("aria-label");
    this.how = this.form.elements.verdict.textContent;
    this.sketch = new Sketch(this.querySelector(".cv7-sketch"), {
      given: Object.fromEntries(KINDS.map((kind) => [kind, this.middle(kind, 4)])),
      words: (...point) => this.words(...point),
      changed: () => this.drew(),
    });
    this.measured = Object.fromEntries(KINDS.map((kind) => [kind, this.curve(kind)]));
    this.form.elements.truth.addEventListener("click", () => this.reveal());
    this.form.elements.clear.addEventListener("click", () => this.restart());
    this.explore.addEventListener("toggle", () => this.refresh());
  }

  changed(control) {
    if (control.name === "line") this.sketch.choose(control.value);
    super.changed();
  }

  restore(state) {
    const messages = super.restore(state);
    const usual = this.choose("line", state.line);
    if (usual) messages.push(`“${state.line}” is not a line: ${usual} is used.`);
    this.sketch.choose(this.form.elements.line.value);
    this.sketch.restore(drawn(this.slug));
    this.shown = Boolean(state.shown) || teaching();
    return messages;
  }

  /** Kept with each stroke, so that nothing is lost. */
  drew() {
    this.say("");
    keep_drawn(this.slug, this.sketch.lines);
  }

  reveal() {
    if (this.shown) return;
    this.shown = true;
    if (KINDS.some((kind) => this.sketch.drawn(kind))) record(this.slug, "kept");
    this.keep({ shown: "yes" });
    this.refresh();
  }

  restart() {
    this.shown = false;
    this.sketch.clear();
    keep_drawn(this.slug, {});
    this.say("");
    this.keep({ shown: "" });
    this.refresh();
  }

  update({ depth, factor }) {
    this.toggleAttribute("data-awaiting", !this.shown);
    this.sketch.compare(this.shown ? this.measured : null);
    const { truth, verdict, readout } = this.form.elements;
    set(truth, { "aria-disabled": String(this.shown) });
    verdict.textContent = this.shown ? this.verdict() : this.how;
    this.error.setAttribute(
      "aria-label",
      this.shown ? this.label : "Training error against depth on digits: empty, for you to draw.",
    );
    readout.textContent = `${this.told(depth)}\n${gradient(factor, depth)}`;
    const across = scale(axis(this.error.dataset.x))(depth);
    const visibility = this.shown && this.explore.open ? "visible" : "hidden";
    set(this.error.querySelector("[data-cursor]"), { x1: across, x2: across, visibility });
    // The line that a reader drew may cross its name; the buttons have it, too.
    const name = this.error.querySelector('[data-series="residual"] > text');
    name.toggleAttribute("hidden", this.sketch.drawn("residual"));
    const { x, y } = this.product.dataset;
    const { line, dot } = yours(depth, factor, axis(x), axis(y));
    const group = this.product.querySelector("[data-yours]");
    set(group.querySelector("line"), line);
    set(group.querySelector("circle"), dot);
    set(group, { visibility: "visible" });
  }

  // ---- What was measured -----------------------------------------------------------------------

  mark(kind, depth) {
    return this.error.querySelector(`[data-series="${kind}"] [data-depth="${depth}"]`);
  }

  middle(kind, depth) {
    return Number(this.mark(kind, depth).dataset.middle);
  }

  /** Its values where the reader draws, and the pixels of all of it. */
  curve(kind) {
    const points = this.error.querySelector(`[data-series="${kind}"] polyline`).points;
    return {
      values: [4, ...this.sketch.places].map((depth) => this.middle(kind, depth)),
      edge: [...points].map(({ x, y }) => [x, y]),
    };
  }

  // ---- What is said ----------------------------------------------------------------------------

  words(kind, depth, value, passed) {
    const percent = `${Math.round(value)} %`;
    if (this.shown) {
      const truth = `measured ${this.mark(kind, depth).dataset.middle} %`;
      return {
        shown: `${depth}: ${passed ? `you ${percent}` : "not drawn"}, ${truth}`,
        spoken: `depth ${depth}: ${passed ? `you drew ${percent}` : "not drawn"}, ${truth}`,
      };
    }
    const spoken = `depth ${depth}: ${passed ? percent : "not drawn yet"}`;
    return { shown: spoken, spoken };
  }

  verdict() {
    const lines = KINDS.filter((kind) => this.sketch.drawn(kind)).map((kind) => this.missed(kind));
    if (lines.length) return lines.join("\n");
    const depths = [4, ...this.sketch.places];
    const begins = depths[first_above(this.measured.plain.values, this.threshold())];
    const [plain, residual] = KINDS.map((kind) => this.measured[kind].values.at(-1).toFixed(1));
    return `Measured: plain passes ${this.threshold()} % at depth ${begins} and ends at ${plain} %; residual ends at ${residual} %.`;
  }

  threshold() {
    return Number(this.querySelector(".cv7-board").dataset.threshold);
  }

  /** By how much a line missed, where most, and from where on it sees damage. */
  missed(kind) {
    const { values } = this.measured[kind];
    const line = this.sketch.filled(kind);
    const depths = [4, ...this.sketch.places];
    const { mean, most, at, upto } = gap(line, values);
    if (most < 1) return `${name(kind)}: right to within a point.`;
    const until = upto < values.length - 1 ? `, up to depth ${depths[upto]}` : "";
    const off = `${name(kind)}: off by ${points(mean)} on average${until}, by ${points(most)} at depth ${depths[at]}.`;
    const [mine, theirs] = [line, values].map((one) => depths[first_above(one, this.threshold())]);
    if (!theirs) return off;
    const from = mine ? `at depth ${mine}` : "never";
    return `${off} Yours passes ${this.threshold()} % ${from}, the measured one at ${theirs}.`;
  }

  told(layers) {
    if (!this.shown) return "Training error: hidden until you ask for the truth.";
    const errors = KINDS.map((kind) => {
      const { middle, low, high } = this.mark(kind, layers).dataset;
      return `${kind} ${middle} % (${low} to ${high})`;
    });
    return `Measured training error at depth ${layers}: ${errors.join(", ")}.`;
  }
}

/** Of a chart, from its data attribute: [low, high, start, end]. */
function axis(text) {
  return text.split(" ").map(Number);
}

function points(distance) {
  const rounded = distance.toFixed(distance < 9.5 && distance > 0 ? 1 : 0);
  return `${rounded} ${rounded === "1.0" ? "point" : "points"}`;
}

function name(kind) {
  return kind[0].toUpperCase() + kind.slice(1);
}

function gradient(factor, depth) {
  const share = significant(gradient_at_first_layer(factor, depth));
  const sentence = `Gradient at layer 1: ${factor.toFixed(2)} to the power ${depth - 1} = ${share} of the one at the last layer`;
  if (factor >= 1) return `${sentence}; it never falls below 1 %.`;
  return `${sentence}; it falls below 1 % at depth ${depth_below(factor, 0.01)}.`;
}

customElements.define("cv7-network-depth", NetworkDepth);
