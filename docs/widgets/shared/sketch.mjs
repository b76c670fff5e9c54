// Drawing on a chart with finger, mouse, pen or keys: the overlay that chart.sketch() in
// snippets/figures wrote. What is computed is in drawn.mjs.

import { clamped, filled, gap, scale, swept } from "./drawn.mjs";
import { set } from "./widget.mjs";

const KEYS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 };
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const LABELLED = 10; // points: a gap that has room for its label
const MARKS = { circle: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0", square: "M-5.5-5.5h11v11h-11z" };

export class Sketch {
  /**
   * `given` has by line the value at the first place. `words(line, place, value, passed)` says what a
   * point stands at, as { shown, spoken }; `changed()` hears of every stroke and key.
   */
  constructor(svg, { given, words, changed }) {
    Object.assign(this, { svg, given, words, changed });
    this.handles = [...svg.querySelectorAll('[role="slider"]')];
    this.axis = svg.dataset.y.split(" ").map(Number);
    this.up = scale(this.axis);
    this.places = this.handles.map((handle) => Number(handle.dataset.at));
    this.xs = [svg.dataset.given, ...this.handles.map((handle) => handle.dataset.x)].map(Number);
    this.groups = new Map(
      [...svg.querySelectorAll("[data-line]")].map((group) => [group.dataset.line, group]),
    );
    this.measured = null;
    this.at = 0; // the handle that Tab comes to
    this.clear();
    this.choose(this.groups.keys().next().value);
    this.listen();
    set(svg, { visibility: "visible" });
  }

  // ---- What the widget asks of it --------------------------------------------------------------

  clear() {
    this.lines = Object.fromEntries(
      [...this.groups.keys()].map((name) => [
        name,
        [this.given[name], ...this.places.map(() => null)],
      ]),
    );
  }

  /** Which line the hand draws. */
  choose(name) {
    this.name = name;
    this.draw();
  }

  /** Lines as they were kept; whatever does not fit is left out. */
  restore(kept) {
    for (const [name, line] of Object.entries(this.lines)) {
      const values = kept[name];
      if (!Array.isArray(values)) continue;
      const fits = (value) => (Number.isFinite(value) ? clamped(value, this.axis) : null);
      this.lines[name] = line.map((value, i) => (i ? fits(values[i]) : value));
    }
    this.draw();
  }

  /** The line that a reader drew, between its points, too; null beyond its end. */
  filled(name) {
    return filled(this.lines[name], this.xs);
  }

  drawn(name) {
    return this.lines[name].some((value, i) => i > 0 && value !== null);
  }

  /**
   * Hold the lines against what was measured, { line: { values, edge } }: `values` at the places,
   * `edge` the pixels of its curve. With null, the reader draws again.
   */
  compare(measured) {
    this.measured = measured;
    this.draw();
  }

  // ---- The hand --------------------------------------------------------------------------------

  listen() {
    const { svg } = this;
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    svg.addEventListener("pointerup", (event) => this.end(event));
    svg.addEventListener("pointercancel", () => this.cancel());
    // On a point that is there, a finger moves it up and down; style sheets cannot say so in drawings.
    svg.addEventListener("touchstart", (event) => this.touched(event), { passive: false });
    svg.addEventListener("keydown", (event) => this.key(event));
    for (const [i, handle] of this.handles.entries()) {
      // On the drawing as a whole, these would make it a stop of its own.
      handle.addEventListener("focus", () => this.focused(i));
      handle.addEventListener("blur", () => this.say(""));
    }
  }

  /** A pixel of the drawing under the pointer. */
  under({ clientX, clientY }) {
    const { left, top, width } = this.svg.getBoundingClientRect();
    const zoom = this.svg.viewBox.baseVal.width / width;
    return [(clientX - left) * zoom, (clientY - top) * zoom];
  }

  touched(event) {
    if (!this.measured && event.target.closest("[data-set]")) event.preventDefault();
  }

  down(event) {
    if (!event.isPrimary || event.button || this.hand) return;
    const to = this.under(event);
    this.hand = { before: this.lines[this.name], from: null, to };
    if (this.measured) return;
    this.svg.setPointerCapture(event.pointerId);
    // A finger that means to scroll has not touched the line: it draws once it goes across.
    if (event.pointerType !== "touch") this.stroke(to);
  }

  move(event) {
    if (!this.hand || !event.isPrimary || this.measured) return;
    if (!this.hand.from) this.stroke(this.hand.to);
    this.stroke(this.under(event));
  }

  end(event) {
    if (!this.hand || !event.isPrimary) return;
    const to = this.under(event);
    if (!this.measured && !this.hand.from) this.stroke(this.hand.to);
    this.hand = null;
    this.focus(this.closest(to));
  }

  /** The page scrolls instead. */
  cancel() {
    if (!this.hand) return;
    this.lines[this.name] = this.hand.before;
    this.hand = null;
    this.say("");
    this.draw();
    this.changed();
  }

  stroke(to) {
    const { hand, xs, axis, name } = this;
    this.lines[name] = swept(this.lines[name], xs, axis, hand.from, to);
    hand.from = to;
    this.at = this.closest(to);
    this.draw();
    this.say(this.told(this.at).shown);
    this.changed();
  }

  closest([x]) {
    const far = this.xs.slice(1).map((place) => Math.abs(place - x));
    return far.indexOf(Math.min(...far));
  }

  // ---- The keys --------------------------------------------------------------------------------

  key(event) {
    const { key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || !this.handles.includes(event.target))
      return;
    const i = this.at + 1;
    const line = this.lines[this.name];
    if (key in STEPS) {
      this.focus(Math.min(this.handles.length - 1, Math.max(0, this.at + STEPS[key])));
    } else if (this.measured) {
      return;
    } else if (key in KEYS) {
      line[i] = clamped(this.standing(this.at) + KEYS[key], this.axis);
    } else if (key === "Enter" || key === " ") {
      line[i] = clamped(this.standing(this.at), this.axis);
    } else if (key === "Delete" || key === "Backspace") {
      line[i] = null;
    } else {
      return;
    }
    event.preventDefault();
    this.draw();
    this.say(this.told(this.at).shown);
    if (!(key in STEPS)) this.changed();
  }

  focus(index) {
    this.at = index;
    this.draw();
    this.handles[index].focus({ preventScroll: true });
  }

  focused(index) {
    this.at = index;
    this.draw();
    this.say(this.told(index).shown);
  }

  // ---- What is seen and said -------------------------------------------------------------------

  /** Where a handle stands: on the line, or at the height of its end. */
  standing(index) {
    const line = this.filled(this.name);
    return line[index + 1] ?? line.findLast((value) => value !== null);
  }

  told(index) {
    const passed = this.filled(this.name)[index + 1] !== null;
    return this.words(this.name, this.places[index], this.standing(index), passed);
  }

  say(text) {
    this.svg.querySelector("[data-said]").textContent = text;
  }

  draw() {
    for (const [name, group] of this.groups) this.trace(name, group);
    const colour = this.groups.get(this.name).querySelector("[data-core]").getAttribute("stroke");
    const mark = MARKS[this.groups.get(this.name).dataset.point];
    for (const [i, handle] of this.handles.entries()) {
      const value = this.standing(i);
      set(handle, {
        tabindex: i === this.at ? 0 : -1,
        transform: `translate(${this.xs[i + 1]} ${this.up(value)})`,
        "aria-label": `${this.name} ${this.places[i]}`,
        "aria-valuenow": Math.round(value),
        "aria-valuetext": this.told(i).spoken,
        "aria-readonly": String(Boolean(this.measured)),
      });
      handle.toggleAttribute("data-set", this.lines[this.name][i + 1] !== null);
      set(handle.querySelector("[data-mark]"), { d: mark, stroke: colour });
    }
    set(this.svg.querySelector("[data-start]"), {
      d: mark,
      fill: colour,
      transform: `translate(${this.xs[0]} ${this.up(this.given[this.name])})`,
    });
    const begun = Boolean(this.measured) || this.drawn(this.name);
    for (const hint of this.svg.querySelectorAll("[data-hint], [data-way]")) {
      hint.toggleAttribute("hidden", begun || ![undefined, this.name].includes(hint.dataset.hint));
    }
    this.svg.toggleAttribute("data-compared", Boolean(this.measured));
  }

  /** A line with its given point; compared, also the area of the gap and where it is widest. */
  trace(name, group) {
    const line = this.filled(name);
    const pixels = line.flatMap((value, i) =>
      value === null ? [] : [[this.xs[i], this.up(value)]],
    );
    const path = pixels.map((pixel) => pixel.join()).join(" ");
    for (const stroke of group.querySelectorAll("[data-pen], [data-core]")) {
      set(stroke, { points: path });
    }
    const [area, most, much] = ["gap", "most", "much"].map((part) =>
      group.querySelector(`[data-${part}]`),
    );
    const found = this.measured && gap(line, this.measured[name].values);
    const wide = Boolean(found && found.most >= LABELLED);
    set(most, { visibility: wide ? "inherit" : "hidden" });
    much.textContent = "";
    set(area, { d: "" });
    if (!found) return;
    const edge = this.measured[name].edge.filter(([x]) => x <= pixels.at(-1)[0]);
    set(area, { d: `M${[...pixels, ...edge.reverse()].map((pixel) => pixel.join()).join("L")}Z` });
    if (!wide) return;
    const x = this.xs[found.at];
    const [y1, y2] = [line[found.at], this.measured[name].values[found.at]].map(this.up);
    set(most, { x1: x, x2: x, y1, y2 });
    const left = x > (this.xs[0] + this.xs.at(-1)) / 2;
    set(much, {
      x: x + (left ? -8 : 8),
      y: (y1 + y2) / 2 + 5,
      "text-anchor": left ? "end" : "start",
    });
    much.textContent = `${Math.round(found.most)} points`;
  }
}
