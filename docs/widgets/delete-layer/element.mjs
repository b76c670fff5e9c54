// Takes one layer out of a trained plain network, one block out of a residual one, and shows what is
// left: of the recorded run, or of the reader’s own, which worker.mjs of train-networks holds.

import { read } from "../shared/url-state.mjs";
import { Widget, set } from "../shared/widget.mjs";
import { dots } from "../train-networks/drawing.mjs";
import { spirals } from "../train-networks/model.mjs";
import { KINDS, caption, draw_map, part, percent, shows } from "../train-networks/picture.mjs";

const SLUG = "delete-layer";
const DEPTH = 20; // of the recorded run
const SVG = "http://www.w3.org/2000/svg";
const NONE = "yours, once you have trained both above";
const SLIDERS = { plain: "layer", residual: "block" };

let recorded = null; // once it is here: for each kind a picture of the whole and without each part

async function load() {
  const runs = recorded ? [] : (await import("./recorded.mjs")).default;
  recorded ??= Object.fromEntries(
    runs.map(({ residual, pictures }) => [residual ? "residual" : "plain", pictures]),
  );
}

class DeleteLayer extends Widget {
  ready() {
    this.yours = null;
    this.settings = { depth: DEPTH, seed: 0 };
    const { networks } = this.form.elements;
    const { layer, block } = this.form.elements;
    this.shown = `recorded ${layer.defaultValue} ${block.defaultValue}`; // as the page has it
    networks.addEventListener("change", () => this.take());
    for (const kind of KINDS) {
      part(this, "bars", kind).addEventListener("click", (event) => this.point(kind, event));
    }
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.trainer = document.querySelector("cv7-train-networks");
    this.trainer?.addEventListener("finished", () => this.offer(), { signal });
    this.trainer?.addEventListener("part", ({ detail }) => this.hear(detail), { signal });
    this.offer();
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  restore(state) {
    const wanted = state.networks === "yours" ? "" : state.networks; // of which nothing is kept
    const usual = this.choose("networks", wanted);
    const messages = usual ? [`“${wanted}” is not on offer: ${usual} is used.`] : [];
    return [...messages, ...super.restore(state)];
  }

  settled(control) {
    if (control.name in { layer: 0, block: 0 }) super.settled(control);
  }

  // ---- Whose networks ----------------------------------------------------------------------------

  /** The reader’s own, as long as they are there. */
  offer() {
    const finished = this.trainer?.finished ?? null;
    const { networks } = this.form.elements;
    const [, yours] = networks.options;
    yours.textContent = finished
      ? `yours: ${finished.depth} hidden layers, seed ${finished.seed}`
      : NONE;
    if (!finished && networks.value === "yours") {
      networks.value = "recorded";
      this.take();
    }
  }

  take() {
    const { networks } = this.form.elements;
    if (networks.value === "yours" && !this.trainer?.finished) {
      networks.value = "recorded";
      this.say("Train both networks above first; then you can take out their layers here.");
      return;
    }
    this.say("");
    const own = networks.value === "yours";
    this.settings = own ? this.trainer.finished : { depth: DEPTH, seed: 0 };
    this.yours = own ? { plain: [], residual: [] } : null;
    const { depth } = this.settings;
    const { layer, block } = this.form.elements;
    layer.max = depth;
    block.max = Math.floor((depth - 1) / 2);
    for (const slider of this.sliders) slider.value = Math.min(slider.value, slider.max);
    this.shown = "";
    if (own) this.trainer.ask({ delete: true });
    this.refresh();
  }

  hear({ kind, index, error, map }) {
    if (!this.yours) return;
    this.yours[kind][index] = { error, map };
    this.shown = "";
    this.refresh();
  }

  // ---- What is left ------------------------------------------------------------------------------

  point(kind, { target, clientX }) {
    const { left, width } = target.closest("svg").getBoundingClientRect();
    const slider = this.form.elements[SLIDERS[kind]];
    const parts = slider.max - slider.min;
    const index = Math.min(parts, 1 + Math.floor((parts * (clientX - left)) / width));
    slider.value = Number(slider.min) + index;
    this.changed(slider);
    this.settled(slider);
  }

  update({ layer, block }) {
    const wanted = `${this.form.elements.networks.value} ${layer} ${block}`;
    if (wanted === this.shown) return;
    if (!this.yours && !recorded) {
      load().then(() => this.refresh());
      return;
    }
    const whole = this.shown === "";
    const before = this.shown.split(" ");
    const pictures = this.yours ?? recorded;
    [layer, block].forEach((value, i) => {
      if (String(value) !== before[i + 1]) this.draw(KINDS[i], pictures[KINDS[i]], whole);
    });
    this.shown = wanted;
    const sentences = KINDS.map((kind) => part(this, "caption", kind).textContent);
    this.form.elements.told.textContent = `${sentences.join(". ")}.`;
  }

  draw(kind, pictures, whole) {
    const slider = this.form.elements[SLIDERS[kind]];
    const index = slider.value - slider.min;
    const { depth, seed } = this.settings;
    const picture = pictures[index];
    const taken = index ? ` without ${SLIDERS[kind]} ${slider.value}` : ", whole";
    const map = part(this, "map", kind);
    const error = picture ? `: ${percent(picture.error)} wrong` : ": being computed";
    draw_map(map, picture, whole ? dots(spirals(seed)) : null);
    if (picture)
      map.setAttribute("aria-label", shows(kind, depth, picture.error, index ? `,${taken}` : ""));
    caption(part(this, "caption", kind), `${taken}${error}`);
    this.draw_bars(kind, pictures, slider.max - slider.min, index, whole);
  }

  draw_bars(kind, pictures, count, index, whole) {
    const chart = part(this, "bars", kind);
    set(chart.querySelector("[data-chosen]"), {
      x: index - 1,
      visibility: index ? "visible" : "hidden",
    });
    if (whole) this.draw_all(kind, chart, pictures, count);
    for (const bar of chart.querySelectorAll("[data-part]")) {
      bar.toggleAttribute("data-out", Number(bar.dataset.part) === index - 1);
    }
  }

  draw_all(kind, chart, pictures, count) {
    chart.setAttribute("viewBox", `0 0 ${count} 100`);
    chart
      .querySelector("[data-grid]")
      .setAttribute("d", `M0 50H${count}M0 0H${count}M0 100H${count}`);
    // The medians are those of other runs with twenty layers.
    const same = !this.yours || (this.settings.depth === DEPTH && usual(this.settings));
    set(chart.querySelector("[data-medians]"), { visibility: same ? "visible" : "hidden" });
    this.querySelector(".cv7-median").hidden = !same;
    chart.querySelectorAll("[data-part]").forEach((bar) => bar.remove());
    for (let i = 0; i < count; i++) {
      const error = pictures[i + 1]?.error ?? 0;
      const bar = document.createElementNS(SVG, "rect");
      set(bar, { x: i + 0.15, y: 100 - error, width: ".7", height: error, "data-part": i });
      chart.querySelector("[data-medians]").before(bar);
    }
    caption(
      part(this, "parts", kind),
      `${kind === "plain" ? "without layer 2" : "without block 1"} … ${count + (kind === "plain" ? 1 : 0)}`,
    );
  }
}

function usual({ optimiser, batchNorm }) {
  return optimiser === "SGD" && batchNorm;
}

// Who comes by an address with settings finds them drawn from the start.
const coming = Object.keys(read(SLUG)).length ? load() : Promise.resolve();
coming.then(() => customElements.define("cv7-delete-layer", DeleteLayer));
