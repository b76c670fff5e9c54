// The strategy matrix: four quadrants, each of which opens when it is chosen. What they say stands
// in the page (snippets/figures/fine_tuning.py), so there is nothing to compute here.

import { Widget } from "../shared/widget.mjs";

class FineTuning extends Widget {
  ready() {
    this.sections = [...this.querySelectorAll("[data-quadrant]")];
    for (const section of this.sections) {
      // For pointers, which expect a box to open; the radio buttons are the way for everyone.
      section.addEventListener("click", () => {
        this.select(section.dataset.quadrant);
        this.changed();
        this.settled({ name: "quadrant" });
      });
    }
  }

  restore({ quadrant = "" }) {
    this.select(quadrant);
    const none = quadrant && !this.form.elements.quadrant.value;
    return none ? [`There is no quadrant “${quadrant}”: choose one.`] : [];
  }

  select(quadrant) {
    for (const option of this.form.elements.quadrant) option.checked = option.value === quadrant;
  }

  update() {
    const { value } = this.form.elements.quadrant;
    for (const section of this.sections) {
      section.toggleAttribute("data-open", section.dataset.quadrant === value);
    }
  }
}

customElements.define("cv7-fine-tuning", FineTuning);
