// The strategy matrix: four quadrants, each of which opens when it is chosen. What they say stands
// in the page (snippets/figures/fine_tuning.py), so there is nothing to compute here.

import { read, write } from "../shared/url-state.mjs";

const SLUG = "fine-tuning";

class FineTuning extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.form.addEventListener("change", () => this.chosen(this.form.elements.quadrant.value));
    for (const section of this.querySelectorAll("[data-quadrant]")) {
      // For pointers, which expect a box to open; the radio buttons are the way for everyone.
      section.addEventListener("click", () => this.chosen(section.dataset.quadrant));
    }
    const asked = read(SLUG).quadrant ?? "";
    const known = [...this.form.elements.quadrant].some((option) => option.value === asked);
    if (asked && !known) this.status.textContent = `There is no quadrant “${asked}”: choose one.`;
    this.choose(known ? asked : "");
  }

  chosen(quadrant) {
    this.status.textContent = "";
    this.choose(quadrant);
    write(SLUG, { quadrant });
  }

  choose(quadrant) {
    for (const option of this.form.elements.quadrant) option.checked = option.value === quadrant;
    for (const section of this.querySelectorAll("[data-quadrant]")) {
      section.toggleAttribute("data-open", section.dataset.quadrant === quadrant);
    }
  }
}

customElements.define(`cv7-${SLUG}`, FineTuning);
