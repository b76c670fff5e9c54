// A question that answers back: reads what was entered, has model.mjs judge it, and says why.

import { record } from "../shared/progress.mjs";
import { grade } from "./model.mjs";

const NEARBY = ".admonition, .md-typeset";

class Question extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.parts = this.querySelector("[data-parts]");
    this.name = this.getAttribute("name");
    this.question ??= JSON.parse(this.dataset.question);
    // Listeners sit on this element's own children, so they leave with it.
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
    this.form.addEventListener("input", ({ target }) => target.removeAttribute("aria-invalid"));
    this.form.elements.another?.addEventListener("click", () => this.another());
  }

  entered(index) {
    return this.form.elements[`part-${index}`].value;
  }

  answer() {
    const { parts, prediction } = this.question;
    const marks = parts.map((part, i) =>
      part.rubric
        ? { state: this.entered(i).trim() ? "said" : "empty", why: "" }
        : grade(part, this.entered(i)),
    );
    const missing = marks.findIndex(({ state }) => state === "empty");
    if (missing >= 0) {
      const label = parts.length > 1 ? ` (${parts[missing].label})` : "";
      this.say([line(`${prediction ? "Commit to an answer" : "Answer"} first${label}.`)]);
      return;
    }
    const lines = marks.map((mark, i) => this.line(parts[i], mark));
    if (prediction) {
      if (marks.some(({ state }) => state === "unclear")) return void this.say(lines);
      this.keep("kept");
      this.say([line("Kept."), ...lines]);
      return;
    }
    const graded = marks.filter(({ state }) => state !== "said");
    const right = graded.every(({ state }) => state === "right");
    for (const [i, { state }] of marks.entries()) {
      const control = this.form.elements[`part-${i}`];
      if (control instanceof HTMLInputElement && state !== "right") {
        control.setAttribute("aria-invalid", "true");
      }
    }
    const essay = parts.find(({ rubric }) => rubric);
    if (right && essay) lines.push(this.rubric(essay));
    else this.keep(right ? "right" : "wrong");
    this.tries = right ? 0 : (this.tries ?? 0) + 1;
    // The page's own question has its answer folded below; fresh numbers have none.
    const shown = right || (this.fresh && this.tries > 1);
    if (shown && this.question.steps) lines.push(list("How to get there:", this.question.steps));
    this.say(lines);
  }

  line(part, { state, why }) {
    if (state === "said") return line("");
    const several =
      this.question.parts.length > 1 ? `${part.label.replace(/[\s?=:.]+$/, "")}: ` : "";
    if (this.question.prediction) {
      return line(`${several}${state === "unclear" ? why : (part.why ?? why)}`);
    }
    const verdict = { right: "✓ Right.", wrong: "✗ Not yet.", unclear: "?" }[state];
    // The reason of a right option begins with “Right”, too.
    const reason = why.replace(/^Right(?:[:.,] ?| )/, "");
    const element = line(
      `${several}${verdict} ${reason.charAt(0).toUpperCase()}${reason.slice(1)}`,
    );
    element.dataset.state = state;
    return element;
  }

  /** What an answer in words should have in it, for its writer to tick. */
  rubric({ rubric }) {
    const part = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = "Which of these did you say?";
    const count = line("");
    const boxes = rubric.map((point) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      label.append(box, ` ${point}`);
      return label;
    });
    part.addEventListener("change", () => {
      const ticked = part.querySelectorAll("input:checked").length;
      count.textContent = `${ticked} of ${rubric.length}.`;
      this.keep(ticked === rubric.length ? "right" : "kept");
    });
    part.append(legend, ...boxes, count);
    for (const answer of this.closest(NEARBY).querySelectorAll("details.answer")) {
      if (this.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING) {
        answer.open = true; // to compare with
        break;
      }
    }
    this.keep("kept");
    return part;
  }

  /** Fresh numbers are practice: the record is of the page's own question. */
  keep(state) {
    if (!this.fresh) record(this.name, state);
  }

  say(lines) {
    this.status.replaceChildren(...lines.filter((one) => one.hasChildNodes()));
  }

  async another() {
    try {
      this.variants ??= await this.fetch_variants();
    } catch {
      this.say([line("There are no fresh numbers to be had: you seem to be offline.")]);
      return;
    }
    const next = this.variants.shift();
    this.variants.push(next); // after the last comes the first again
    this.fresh = !next.own;
    this.tries = 0;
    this.question = next.question;
    this.parts.innerHTML = next.html; // our own, from the build
    const task = line(next.own ? "Back to the page’s own." : `Another one: ${next.question.task}`);
    task.tabIndex = -1;
    this.parts.prepend(task);
    this.say([]);
    task.focus();
  }

  async fetch_variants() {
    const response = await fetch(new URL(`./${this.name}.json`, import.meta.url));
    if (!response.ok) throw new Error(response.statusText);
    const found = await response.json();
    found.push({ own: true, question: this.question, html: this.parts.innerHTML });
    const start = Math.floor(Math.random() * found.length);
    return [...found.slice(start), ...found.slice(0, start)];
  }
}

function line(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function list(title, items) {
  const element = document.createElement("div");
  const ordered = document.createElement("ol");
  for (const item of items) {
    const entry = document.createElement("li");
    entry.textContent = item;
    ordered.append(entry);
  }
  element.append(line(title), ordered);
  return element;
}

customElements.define("cv7-question", Question);
