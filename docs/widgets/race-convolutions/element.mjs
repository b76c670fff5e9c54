// The race of a standard against a separable convolution, in a worker, when the reader asks for it.
// The layers and what torch needed for them stand in the rows of the table, written by
// snippets/figures/race_convolutions.py.

import { in_range, significant } from "../shared/numbers.mjs";
import { Widget } from "../shared/widget.mjs";
import { drawing } from "./drawing.mjs";

const PROMPT = "Press “Race”: it takes some seconds of one core, and nothing leaves your device.";

class RaceConvolutions extends Widget {
  ready() {
    this.progress = this.querySelector("progress");
    this.rows = [...this.querySelectorAll("tr[data-layer]")];
    this.results = new Map(); // of this visit, by layer
    this.submit = this.form.querySelector('[type="submit"]');
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.worker) this.start();
    });
    this.form.elements.stop.addEventListener("click", () => {
      this.stop();
      this.refresh();
      this.say("Stopped.");
    });
    this.stop();
  }

  disconnectedCallback() {
    this.worker?.terminate();
    this.worker = null;
  }

  restore({ layer: asked }) {
    const { layer } = this.form.elements;
    const limits = { name: "Layer", min: 1, max: layer.options.length, step: 1, fallback: 1 };
    const { value, message } = in_range(asked || "1", limits);
    layer.value = value;
    return message ? [message] : [];
  }

  /** The status line is read out: it hears of starts, ends and errors, not of every round. */
  changed() {
    const running = Boolean(this.worker);
    this.stop();
    this.say(running ? "Stopped: you chose another layer." : "");
    this.refresh();
  }

  get row() {
    return this.rows.find((row) => row.dataset.layer === this.form.elements.layer.value);
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
    this.say("The race is on.");
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
    this.refresh();
    this.say(`No result: ${why}.`, true);
  }

  finish(row, result) {
    this.stop();
    this.results.set(row, result);
    this.say(`Finished: ${result.rounds} rounds.`);
    row.querySelector("[data-yours]").textContent = times(result);
    this.refresh();
  }

  update() {
    const row = this.row;
    const result = this.results.get(row);
    this.form.elements.outcome.textContent = result ? describe(result, row) : PROMPT;
    const { width, whose: torch } = this.figure.dataset;
    const { standard, separable } = result ?? row.dataset;
    const whose = result ? "plain JavaScript on your device" : torch;
    const times = { standard: Number(standard), separable: Number(separable) };
    const { marks, label } = drawing(times, whose, Number(width));
    this.draw(marks);
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

customElements.define("cv7-race-convolutions", RaceConvolutions);
