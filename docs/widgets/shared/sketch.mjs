// Drawing on a chart with finger, mouse, pen or keys: the overlay that chart.sketch() in
// snippets/figures wrote. What is computed is in drawn.mjs.

import { clamped, crossed, filled, gap, scale, swept } from "./drawn.mjs";
import { set } from "./widget.mjs";

const KEYS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 };
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const MARGIN = 14; // pixels below the axis, for a hand that aims at 0
const LABELLED = 10; // points: a gap that has room for its label
const ALONG = [0.5, 0.35, 0.65, 0.2, 0.8]; // where on the gap’s line that may stand
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
    for (const handle of this.handles) this.shape(handle);
    this.measured = null;
    this.at = 0; // the handle that Tab comes to
    this.clear();
    this.choose(this.groups.keys().next().value);
    this.listen();
    set(svg, { visibility: "visible" });
  }

  /** What every handle has: a place for a finger, a ring for the focus, a mark. */
  shape(handle) {
    const [low, high] = this.axis;
    const wide = Math.min(
      ...this.xs
        .slice(1)
        .map((x, i) => x - this.xs[i])
        .slice(1),
    );
    set(handle, { "aria-orientation": "vertical", "aria-valuemin": low, "aria-valuemax": high });
    const [finger, ring, mark] = handle.children;
    set(finger, { x: -wide / 2, y: -20, width: wide, height: 40, fill: "transparent" });
    set(ring, { r: 11, fill: "none", stroke: "var(--md-accent-fg-color)", "stroke-width": 2.5 });
    set(mark, { fill: "var(--md-default-bg-color)", "stroke-width": 2 });
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
    if (to[1] > this.axis[2] + MARGIN) return; // on the names of the axis
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
    this.mark();
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
      set(handle.lastElementChild, { d: mark, stroke: colour });
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

  pixels(name) {
    return this.filled(name).flatMap((value, i) =>
      value === null ? [] : [[this.xs[i], this.up(value)]],
    );
  }

  /** A line with its given point; compared, also the area between it and what was measured. */
  trace(name, group) {
    const pixels = this.pixels(name);
    for (const stroke of group.querySelectorAll("[data-pen], [data-core]")) {
      set(stroke, { points: corners(pixels).join(" ") });
    }
    let d = "";
    if (this.measured && this.drawn(name)) {
      const edge = this.measured[name].edge.filter(([x]) => x <= pixels.at(-1)[0]);
      d = `M${corners([...pixels, ...edge.reverse()]).join("L")}Z`;
    }
    set(group.querySelector("[data-gap]"), { d });
  }

  /** Where words beside a gap’s line have the fewest lines under them. */
  clearest(x, y1, y2, width) {
    const lines = [...this.groups.keys()].flatMap((name) => [
      this.pixels(name),
      this.measured[name].edge,
    ]);
    const places = ALONG.flatMap((share) =>
      [-1, 1].map((side) => {
        const [near, y] = [x + 8 * side, y1 + share * (y2 - y1) + 5];
        const [left, right] = [near, near + side * width].sort((a, b) => a - b);
        const inside = left >= this.xs[0] && right <= this.xs.at(-1) + 8;
        const under = inside ? crossed(lines, [left - 3, y - 14, right + 3, y + 5]) : Infinity;
        return { under, at: { x: near, y, "text-anchor": side < 0 ? "end" : "start" } };
      }),
    );
    return places.reduce((best, one) => (one.under < best.under ? one : best)).at;
  }

  /** Mark where a line is furthest from what was measured, if that is far enough to be seen. */
  mark() {
    const mark = this.svg.querySelector("[data-widest]");
    const [, name, found] = [...this.groups.keys()]
      .map((line) => [line, this.measured && gap(this.filled(line), this.measured[line].values)])
      .map(([line, one]) => [one?.most ?? 0, line, one])
      .reduce((widest, one) => (one[0] > widest[0] ? one : widest), [0]);
    const seen = Boolean(found && found.most >= LABELLED);
    set(mark, { visibility: seen ? "inherit" : "hidden" });
    if (!seen) return;
    const x = this.xs[found.at];
    const [y1, y2] = [this.filled(name), this.measured[name].values].map((one) =>
      this.up(one[found.at]),
    );
    const [line, text] = mark.children;
    set(line, { x1: x, x2: x, y1, y2 });
    text.textContent = `${Math.round(found.most)} points`;
    set(text, this.clearest(x, y1, y2, text.getComputedTextLength()));
  }
}

function corners(pixels) {
  return pixels.map((pixel) => pixel.join());
}
