// The line under a page's title: how many of its questions are done, and all answers for a lecture.

import { follow, kept, load } from "../shared/progress.mjs";
import { teach, teaching } from "../shared/teach.mjs";

class Progress extends HTMLElement {
  connectedCallback() {
    this.names = this.getAttribute("names").split(" ");
    this.count = this.querySelector("[data-count]");
    this.teach = this.querySelector("input");
    this.leaving = new AbortController();
    follow(() => this.show(), this.leaving.signal);
    this.teach.addEventListener("change", () => this.switch(this.teach.checked));
    this.show();
    if (teaching()) {
      this.teach.checked = true;
      this.switch(true);
    }
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  show() {
    const states = load();
    const done = this.names.filter((name) => ["right", "kept"].includes(states[name])).length;
    const lost = kept() ? "" : "; this browser keeps no record, so it ends with the page";
    this.count.textContent = `${done} of ${this.names.length} done on this page${lost}`;
  }

  /** Opens all answers and hints, and what waits for a prediction; off, it closes what it opened. */
  switch(on) {
    teach(on);
    for (const answer of document.querySelectorAll("details:is(.answer, .hint)")) {
      if (on && !answer.open) answer.dataset.taught = "";
      if (on || "taught" in answer.dataset) answer.open = on;
      if (!on) delete answer.dataset.taught;
    }
    if (on) document.querySelectorAll("[data-awaiting] [name=truth]").forEach((b) => b.click());
  }
}

customElements.define("cv7-progress", Progress);
