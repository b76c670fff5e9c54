// The whole record of a reader's progress: shown, saved to a file, read from one, forgotten.

import { adopt, as_text, follow, from_text, kept, load, reset } from "../shared/progress.mjs";

const MOST_BYTES = 100_000;
const WORDS = { right: "right", kept: "predicted or compared", wrong: "tried, not yet right" };

class Record extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.leaving = new AbortController();
    follow(() => this.show(), this.leaving.signal);
    const { save, file, forget } = this.form.elements;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    save.addEventListener("click", () => this.save());
    file.addEventListener("change", () => this.read(file.files[0]));
    forget.addEventListener("click", () => this.forget());
    this.show();
    if (!kept())
      this.say("This browser keeps nothing: each page forgets its answers when you leave it.");
  }

  disconnectedCallback() {
    this.leaving.abort();
  }

  say(message) {
    this.status.textContent = message;
  }

  show() {
    const states = load();
    for (const row of this.querySelectorAll("tr[data-names]")) {
      const names = row.dataset.names.split(" ");
      const of = (state) => names.filter((name) => states[name] === state).length;
      row.querySelector("[data-right]").textContent = of("right");
      row.querySelector("[data-kept]").textContent = of("kept");
      row.querySelector("[data-wrong]").textContent = of("wrong");
    }
    for (const cell of this.querySelectorAll("[data-exercise]")) {
      cell.textContent = WORDS[states[cell.dataset.exercise]] ?? "not yet";
    }
  }

  save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([as_text(load())], { type: "application/json" }));
    link.download = "progress.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 0);
    this.say("Saved as progress.json.");
  }

  async read(file) {
    if (!file) return;
    try {
      if (file.size > MOST_BYTES) throw new Error("This file is too large to be a record.");
      const states = from_text(decoded(await file.arrayBuffer()));
      adopt(states);
      const { length } = Object.keys(states);
      this.say(
        `${length === 1 ? "1 entry" : `${length} entries`} read; what was better here stays.`,
      );
    } catch ({ message }) {
      this.say(`${message} Nothing has changed.`);
    }
    this.form.elements.file.value = ""; // the same file may come again
  }

  /** Asked twice: there is no way back. */
  forget() {
    const { forget } = this.form.elements;
    if (!("sure" in forget.dataset)) {
      forget.dataset.sure = "";
      forget.textContent = "Really forget everything?";
      forget.addEventListener("blur", () => this.unsure(), { once: true });
      return;
    }
    this.unsure();
    reset();
    this.say("Everything is forgotten.");
  }

  unsure() {
    const { forget } = this.form.elements;
    delete forget.dataset.sure;
    forget.textContent = "Forget everything";
  }
}

/** PowerShell writes what a command prints as UTF-16. */
function decoded(bytes) {
  const [first, second] = new Uint8Array(bytes);
  const utf16 = first === 0xff && second === 0xfe;
  return new TextDecoder(utf16 ? "utf-16le" : "utf-8").decode(bytes);
}

customElements.define("cv7-record", Record);
