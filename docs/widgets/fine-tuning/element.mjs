// The strategy matrix: four quadrants, each of which opens when it is chosen. What they say stands
// in the page (snippets/figures/fine_tuning.py), so there is nothing to compute here.

import { read, write } from "../shared/url-state.mjs";

const SLUG = "fine-tuning";

class FineTuning extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.form.addEventListener("change", () => {
      this.status.textContent = "";
      this.choose(this.form.elements.quadrant.value);
      write(SLUG, { quadrant: this.form.elements.quadrant.value });
    });
    const asked = read(SLUG).quadrant ?? "";
    const known = [...this.form.elements.quadrant].some((option) => option.value === asked);
    if (asked && !known) this.status.textContent = `There is no quadrant “${asked}”: choose one.`;
    this.choose(known ? asked : "");
  }

  choose(quadrant) {
    for (const option of this.form.elements.quadrant) option.checked = option.value === quadrant;
    for (const section of this.querySelectorAll("[data-quadrant]")) {
      section.toggleAttribute("data-open", section.dataset.quadrant === quadrant);
    }
  }
}

customElements.define(`cv7-${SLUG}`, FineTuning);
