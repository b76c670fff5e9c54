// What a plain and a residual network have learned at each depth, as it was recorded. The page comes
// with the deepest; the others, and what draws them, come with the first hand on the control.

import { read } from "../shared/url-state.mjs";
import { Widget } from "../shared/widget.mjs";

const SLUG = "spirals-by-depth";
const SLIDES = 8; // pixels that a pointer goes sideways before it is no tap any more

let coming = null; // what shows a run, and the recorded ones

function load() {
  coming ??= Promise.all([
    import("../train-networks/picture.mjs"),
    import("../train-networks/recorded.mjs"),
  ]).catch(() => (coming = null)); // the next hand asks again
  return coming;
}

class SpiralsByDepth extends Widget {
  ready() {
    const { depth } = this.form.elements;
    this.drawn = this.wanted = depth.value; // as the page has it
    for (const hand of ["pointerover", "focusin"]) {
      this.form.addEventListener(hand, load, { once: true });
    }
    const row = this.form.querySelector("fieldset > div");
    row.addEventListener("pointerdown", ({ clientX }) => (this.pressed = clientX));
    row.addEventListener("pointermove", (event) => this.slide(row, [...depth], event));
  }

  restore({ depth }) {
    const usual = this.choose("depth", depth);
    return usual ? [`“${depth}” is not on offer: ${usual} is used.`] : [];
  }

  /** A finger, or a mouse with its button down, goes along the depths as along a slider. */
  slide(row, depths, { buttons, clientX, pointerId }) {
    if (!buttons) this.pressed = NaN; // it is only passing
    if (!row.hasPointerCapture(pointerId)) {
      if (!(Math.abs(clientX - this.pressed) >= SLIDES)) return;
      row.setPointerCapture(pointerId);
    }
    const { left, width } = row.getBoundingClientRect();
    const at = Math.floor((depths.length * (clientX - left)) / width);
    const depth = depths[Math.max(0, Math.min(depths.length - 1, at))];
    if (depth.checked) return;
    depth.focus();
    depth.click();
  }

  async update() {
    const { value } = this.form.elements.depth;
    if (value === this.wanted) return;
    this.wanted = value;
    const loaded = await load();
    if (value !== this.wanted) return; // it has gone on since
    if (!loaded) {
      this.wanted = this.drawn;
      this.choose("depth", this.drawn);
      this.say("The other depths did not arrive. Try again.", true);
      return;
    }
    const [{ KINDS, recorded, show_run, told }, { default: runs }] = loaded;
    const depth = Number(value);
    for (const kind of KINDS) show_run(this, kind, depth, recorded(runs, kind, depth));
    this.form.elements.told.textContent = told(this);
    this.drawn = value;
  }
}

// Who comes by an address with a depth finds it drawn from the start.
const first = Object.keys(read(SLUG)).length ? load() : Promise.resolve();
first.then(() => customElements.define("cv7-spirals-by-depth", SpiralsByDepth));
