// The race of a standard against a separable convolution, in a worker, when the reader asks for it.
// The layers and what torch needed for them stand in the rows of the table, written by
// snippets/figures/race_convolutions.py.

import { grouped, in_range, significant } from "../shared/numbers.mjs";
import { read, write } from "../shared/url-state.mjs";

const SLUG = "race-convolutions";
const PROMPT = "Press “Race”: it takes some seconds of one core, and nothing leaves your device.";

class RaceConvolutions extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.figure = this.querySelector('[data-figure="race"]');
    this.progress = this.querySelector("progress");
    this.status = this.querySelector('[role="status"]');
    this.rows = [...this.querySelectorAll("tr[data-layer]")];
    this.results = new Map(); // of this visit, by layer
    this.submit = this.form.querySelector('[type="submit"]');
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.worker) this.start();
    });
    this.form.elements.stop.addEventListener("click", () => {
      this.stop();
      this.show();
      this.tell("Stopped.");
    });
    this.form.elements.layer.addEventListener("change", () => {
      const running = Boolean(this.worker);
      this.stop();
      this.tell(running ? "Stopped: you chose another layer." : "");
      write(SLUG, { layer: this.form.elements.layer.value });
      this.show();
    });
    this.stop();
    this.restore(read(SLUG));
  }

  disconnectedCallback() {
    this.worker?.terminate();
    this.worker = null;
  }

  restore(state) {
    const { layer } = this.form.elements;
    const fallback = 1;
    layer.value = fallback;
    if (state.layer) {
      const { length: max } = layer.options;
      const limits = { name: "Layer", min: 1, max, step: 1, fallback };
      const { value, message } = in_range(state.layer, limits);
      layer.value = value;
      this.tell(message, Boolean(message));
    }
    this.show();
  }

  get row() {
    return this.rows.find((row) => row.dataset.layer === this.form.elements.layer.value);
  }

  /** The status line is read out: it hears of starts, ends and errors, not of every round. */
  tell(text, error = false) {
    this.status.textContent = text;
    this.status.toggleAttribute("data-error", error);
  }

  start() {
    const row = this.row;
    try {
      this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    } catch {
      this.fail("this browser runs no module workers here");
      return;
    }
    const { worker } = this;
    worker.addEventListener("message", ({ data }) => {
      if (worker !== this.worker) return; // posted before it was stopped
      if (data.failed) this.fail(data.failed);
      else if (data.result) this.finish(row, data.result);
      else this.progress.value = data.progress;
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.fail("its worker could not be loaded or broke off");
    });
    const { in: in_channels, out: out_channels, size } = row.dataset;
    this.worker.postMessage({
      race: {
        in_channels: Number(in_channels),
        out_channels: Number(out_channels),
        size: Number(size),
      },
    });
    this.running(true);
    this.form.elements.outcome.textContent = ""; // it would be that of an earlier race
    this.tell("The race is on.");
  }

  /** Ends a race, if there is one, whatever its worker is doing. */
  stop() {
    this.worker?.terminate();
    this.worker = null;
    this.running(false);
  }

  running(on) {
    const { stop } = this.form.elements;
    // A button that is disabled loses the focus, so “Race” only says that it is, and “Stop”
    // hands the focus over.
    if (!on && document.activeElement === stop) this.submit.focus();
    this.submit.setAttribute("aria-disabled", on);
    stop.disabled = !on;
    this.progress.value = 0;
  }

  fail(why) {
    this.stop();
    this.show();
    this.tell(`No result: ${why}.`, true);
  }

  finish(row, result) {
    this.stop();
    this.results.set(row, result);
    this.tell(`Finished: ${result.rounds} rounds.`);
    row.querySelector("[data-yours]").textContent = times(result);
    this.show();
  }

  show() {
    const row = this.row;
    const result = this.results.get(row);
    this.form.elements.outcome.textContent = result ? describe(result, row) : PROMPT;
    if (result) this.draw("plain JavaScript on your device", result);
    else this.draw(this.figure.dataset.whose, row.dataset);
  }

  /** Two bars as long as the times; the slower one fills the room. */
  draw(whose, milliseconds) {
    const variants = ["standard", "separable"];
    const slowest = Math.max(...variants.map((name) => Number(milliseconds[name])));
    const said = variants.map((name) => {
      const taken = Number(milliseconds[name]);
      const width = (Number(this.figure.dataset.width) * taken) / slowest;
      this.figure.querySelector(`[data-bar="${name}"]`).setAttribute("width", width);
      const text = `${taken < 100 ? significant(taken) : grouped(Math.round(taken))} ms`;
      this.figure.querySelector(`[data-time="${name}"]`).textContent = text;
      return `${name} ${text}`;
    });
    this.figure.querySelector("[data-title]").textContent = whose;
    const label = `Time of one convolution, ${whose}: ${said.join(", ")}.`;
    this.figure.setAttribute("aria-label", label);
  }
}

/** A ratio with its middle half, in the form of the table. */
function times({ ratio, low, high }) {
  return `${ratio.toFixed(1)}× (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

function describe(result, row) {
  const torch = row.querySelector("[data-torch]").textContent;
  const lines = [
    `Your device: ${times(result)} less time, medians of ${result.rounds} rounds; the middle half of them in brackets.`,
    `Theory: ${result.saving.toFixed(1)}× fewer multiply-adds. Torch on our machine: ${torch} less time.`,
    result.difference === 0
      ? "Both computed the same map."
      : `Both computed the same map, to ${significant(result.difference)} of its largest value.`,
  ];
  if (result.noisy) {
    lines.push("The middle half is wide: your device was busy with other things. Race again.");
  }
  return lines.join("\n");
}

customElements.define(`cv7-${SLUG}`, RaceConvolutions);
