// What a plain and a residual network have learned at each depth, as it was recorded. The page comes
// with the deepest; the others, and what draws them, come with the first hand on the control. As it
// opens a page, it is small: it keeps nothing in the address, and takes nothing from widget.mjs.

const SLIDES = 8; // pixels that a pointer goes sideways before it is no tap any more

let coming = null; // what shows a run, and the recorded ones

function load() {
  coming ??= Promise.all([
    import("../train-networks/picture.mjs"),
    import("../train-networks/recorded.mjs"),
  ]).catch(() => (coming = null)); // the next hand asks again
  return coming;
}

class SpiralsByDepth extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.depths = [...this.form.elements.depth];
    this.drawn = this.depths.find((depth) => depth.defaultChecked).value;
    for (const hand of ["pointerover", "focusin"]) {
      this.form.addEventListener(hand, load, { once: true });
    }
    this.form.addEventListener("input", () => this.update());
    this.row = this.form.querySelector("fieldset > div");
    this.row.addEventListener("pointerdown", ({ clientX }) => (this.pressed = clientX));
    this.row.addEventListener("pointermove", (event) => this.slide(event));
    if (this.form.elements.depth.value !== this.drawn) this.update(); // somebody was quicker
  }

  /** A finger, or a mouse with its button down, goes along the depths as along a slider. */
  slide({ buttons, clientX, pointerId }) {
    if (!buttons) this.pressed = NaN; // it is only passing
    if (!this.row.hasPointerCapture(pointerId)) {
      if (!(Math.abs(clientX - this.pressed) >= SLIDES)) return;
      this.row.setPointerCapture(pointerId);
    }
    const { left, width } = this.row.getBoundingClientRect();
    const at = Math.floor((this.depths.length * (clientX - left)) / width);
    const depth = this.depths[Math.max(0, Math.min(this.depths.length - 1, at))];
    if (depth.checked) return;
    depth.focus();
    depth.click();
  }

  async update() {
    const { depth: chosen, told } = this.form.elements;
    const { value } = chosen;
    const status = this.querySelector("[role=status]");
    status.textContent = "";
    const loaded = await load();
    if (value !== chosen.value) return; // it has gone on since
    if (!loaded) {
      chosen.value = this.drawn;
      status.textContent = "The other depths did not arrive. Try again.";
      return;
    }
    const [{ KINDS, recorded, said, show_run }, { default: runs }] = loaded;
    const depth = Number(value);
    for (const kind of KINDS) show_run(this, kind, depth, recorded(runs, kind, depth));
    told.textContent = said(this);
    this.drawn = value;
  }
}

customElements.define("cv7-spirals-by-depth", SpiralsByDepth);
