// The view of two networks in training. They train in worker.mjs; this asks, and draws frames. Until
// then it shows recorded runs.

import { read } from "../shared/url-state.mjs";
import { Widget } from "../shared/widget.mjs";
import { bands, dots } from "./drawing.mjs";
import { STEPS, spirals } from "./model.mjs";
import { KINDS, caption, part, percent, recorded, said, show_run } from "./picture.mjs";

const SLUG = "train-networks";
const SEEDS = 20;
const LEARNED = 0.05; // a run has succeeded with at most this share of the points wrong
const RECORDED = "Recorded: seed 0 after 600 steps. “Train both” shows how.";
const NOTHING = "Not trained yet with these settings: “Train both”.";

let runs = null; // the recorded ones, once they are here

async function load() {
  runs ??= (await import("./recorded.mjs")).default;
}

class TrainNetworks extends Widget {
  ready() {
    const { step, restart, sweep, depth } = this.form.elements;
    this.form.noValidate = true; // a seed out of range is corrected, with a message
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.toggle();
    });
    step.addEventListener("click", () => this.one_step());
    restart.addEventListener("click", () => this.start());
    sweep.addEventListener("click", () => this.sweep());
    this.shown = `SGD true 0 ${[...depth].find((one) => one.defaultChecked).value}`;
    this.steps = 0;
    this.finished = null; // the settings of a run of the reader’s own that is over
  }

  disconnectedCallback() {
    this.worker?.terminate();
    this.worker = null;
  }

  restore(state) {
    const messages = [];
    for (const name of ["depth", "optimiser", "batchNorm"]) {
      const usual = this.choose(name, state[name]);
      if (usual) messages.push(`“${state[name]}” is not on offer: ${usual} is used.`);
    }
    const { seed } = this.form.elements;
    messages.push(this.fit(seed, state.seed || seed.defaultValue));
    return messages.filter(Boolean);
  }

  changed() {} // not while a seed is being typed

  settled(control) {
    this.say(control.name === "seed" ? this.fit(control, control.value) : "");
    super.settled(control);
    this.leave(); // what is shown belongs to the settings beside it
    this.update().then(() => this.tell_recorded());
  }

  settings() {
    const { depth, optimiser, batchNorm, seed } = this.form.elements;
    return {
      depth: Number(depth.value),
      optimiser: optimiser.value,
      batchNorm: batchNorm.value === "on",
      seed: Number(seed.value),
    };
  }

  // ---- What was recorded -------------------------------------------------------------------------

  /** Before the reader trains anything: the recorded run with these settings, or the task alone. */
  async update() {
    const { depth, optimiser, batchNorm, seed } = this.settings();
    const wanted = `${optimiser} ${batchNorm} ${seed} ${depth}`;
    if (wanted === this.shown) return;
    const usual = optimiser === "SGD" && batchNorm && seed === 0;
    if (usual && !runs) {
      await load();
      return this.steps ? undefined : this.update(); // the settings may be others by now
    }
    this.shown = wanted;
    this.form.elements.told.textContent = usual ? RECORDED : NOTHING;
    for (const kind of KINDS) {
      this.draw(kind, usual ? recorded(runs, kind, depth) : null, dots(spirals(seed)));
    }
  }

  /** For those who listen: what the pictures show now. */
  tell_recorded() {
    if (!this.steps && !this.status.textContent) this.say(said(this), false, true);
  }

  // ---- Training ----------------------------------------------------------------------------------

  /** The worker comes with the first request. */
  ask(message) {
    if (!this.worker) {
      this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
      this.worker.addEventListener("message", ({ data }) => this.hear(data));
      this.worker.addEventListener("error", (event) => {
        event.preventDefault();
        this.stop();
        this.worker = null;
        this.say("The training stopped with an error. “Train both” starts it anew.");
      });
    }
    this.worker.postMessage(message);
  }

  start() {
    this.leave();
    this.errors = { plain: 0, residual: 0 };
    this.say("");
    this.shown = "";
    const points = dots(spirals(this.settings().seed));
    for (const kind of KINDS) this.draw(kind, null, points);
    this.ask({ start: this.settings() });
  }

  /** Of a run of the reader’s own. */
  leave() {
    this.stop();
    this.steps = 0;
    this.sweeping = null;
    this.worker?.postMessage({ run: false });
    this.finish(null);
  }

  finish(settings) {
    this.finished = settings;
    this.dispatchEvent(new CustomEvent("finished"));
  }

  stop() {
    this.running = false;
    this.form.elements.run.textContent = "Train both";
  }

  one_step() {
    if (!this.steps || this.steps >= STEPS) this.start();
    this.stop();
    this.ask({ step: true });
  }

  toggle() {
    if (this.running) {
      this.ask({ run: false });
      this.stop();
      this.tell("Paused");
      return;
    }
    if (!this.steps || this.steps >= STEPS) this.start();
    this.running = true;
    this.form.elements.run.textContent = "Pause";
    this.say("");
    this.ask({ run: true });
  }

  sweep() {
    this.start();
    this.sweeping = { settings: this.settings(), plain: [], residual: [] };
    this.ask({ sweep: { ...this.sweeping.settings, count: SEEDS } });
    this.report();
  }

  hear({ frame, run, part }) {
    if (frame) this.show(frame);
    if (part) this.dispatchEvent(new CustomEvent("part", { detail: part }));
    if (run && this.sweeping) {
      for (const kind of KINDS) this.sweeping[kind].push(run[kind]);
      this.report();
    }
  }

  show({ steps, networks }) {
    if (this.shown) return; // a frame that was under way when something else was chosen
    this.steps = steps;
    for (const kind of KINDS) {
      this.errors[kind] = networks[kind].error;
      this.draw(kind, networks[kind]);
    }
    if (this.sweeping) return;
    this.form.elements.told.textContent = this.summary();
    if (steps >= STEPS && this.running) {
      this.stop();
      this.tell("Done");
      this.finish(this.settings());
    }
  }

  summary() {
    const [plain, residual] = KINDS.map((kind) => percent(this.errors[kind]));
    return `Step ${this.steps} of ${STEPS}. Wrong: plain ${plain}, residual ${residual}.`;
  }

  /** A message; one that repeats what is shown is for those who listen only. */
  say(message, error = false, repeated = false) {
    super.say(message, error);
    this.status.toggleAttribute("data-repeated", repeated);
  }

  /** At a pause and at the end, not with every frame. */
  tell(event) {
    this.say(`${event}. ${this.summary()}`, false, true);
  }

  report() {
    const { settings, plain, residual } = this.sweeping;
    const learned = (errors) => errors.filter((error) => error <= LEARNED).length;
    const done = plain.length;
    const parts = [
      ["plain", plain],
      ["residual", residual],
    ].map(
      ([kind, errors]) =>
        `${kind} ${learned(errors)} of ${done}${done ? ` (median ${percent(100 * median(errors))} wrong)` : ""}`,
    );
    const text = `${settings.depth} hidden layers, seeds 0 to ${SEEDS - 1}: ${done} of ${SEEDS} done. Learned, at most 5 % wrong: ${parts.join(", ")}.`;
    this.form.elements.told.textContent = text;
    if (done === SEEDS) {
      this.say(`Done. ${text}`, false, true);
      this.sweeping = null;
    }
  }

  // ---- Drawing ---------------------------------------------------------------------------------

  /** A run as recording.mjs tells it, or none; and its points, where they are others. */
  draw(kind, run, points = null) {
    const { depth } = this.settings();
    show_run(this, kind, depth, run, points);
    const fall = part(this, "gradients", kind);
    fall.setAttribute("viewBox", fall.getAttribute("viewBox").replace(/\d+$/, depth));
    const lines = bands(run?.gradients ?? "", depth);
    fall.querySelectorAll("path").forEach((path, level) => path.setAttribute("d", lines[level]));
    caption(part(this, "norms", kind), run?.gradients ? `, ${norms(run)}` : ": no step yet");
  }
}

/** As snippets/figures/train_networks.py writes it. */
function norms({ at_first_step, at_last_step, steps = STEPS }) {
  const [first, last, first_then, last_then] = [...at_first_step, ...at_last_step].map(short);
  return `step 1: first layer ${first}, last ${last}; step ${steps}: ${first_then}, ${last_then}`;
}

function short(norm) {
  if (norm >= 100) return Math.round(norm).toLocaleString("en-GB");
  return String(Number(norm.toPrecision(2)));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

// Who comes by an address with settings finds their run drawn from the start.
const coming = Object.keys(read(SLUG)).length ? load() : Promise.resolve();
coming.then(() => customElements.define("cv7-train-networks", TrainNetworks));
