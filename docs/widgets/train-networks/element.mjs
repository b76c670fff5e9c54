// The view of two networks in training. They train in worker.mjs; this asks, and draws frames.

import { Widget } from "../shared/widget.mjs";
import { POINTS, STEPS, spirals } from "./model.mjs";

const KINDS = ["plain", "residual"];
const SEEDS = 20;
const LEARNED = 0.05; // a run has succeeded with at most this share of the points wrong
const MAP = 48; // as in worker.mjs
const REACH = 1.2; // the maps show -1.2 to 1.2
const CHART = { left: 40, right: 350, top: 10, bottom: 206 };
const NORMS = [-6, 6]; // powers of ten between which gradient norms are drawn

class TrainNetworks extends Widget {
  ready() {
    const { step, restart, sweep } = this.form.elements;
    this.form.noValidate = true; // a seed out of range is corrected, with a message
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.toggle();
    });
    step.addEventListener("click", () => this.one_step());
    restart.addEventListener("click", () => this.start());
    sweep.addEventListener("click", () => this.sweep());
    // Canvases do not follow the page's colours by themselves.
    this.scheme = new MutationObserver(() => this.draw_maps());
    this.scheme.observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  }

  disconnectedCallback() {
    this.scheme.disconnect();
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

  update() {
    this.draw_task();
  }

  changed() {} // not while a seed is being typed

  settled(control) {
    this.say(control.name === "seed" ? this.fit(control, control.value) : "");
    super.settled(control);
    if (this.worker)
      this.start(); // what is shown belongs to the settings beside it
    else if (control.name === "seed") this.draw_task(); // nothing else changes the points
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

  /** The worker comes with the first request. */
  ask(message) {
    if (!this.worker) {
      this.worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
      this.worker.addEventListener("message", ({ data }) => this.hear(data));
      this.worker.addEventListener("error", (event) => {
        event.preventDefault();
        this.stop();
        this.worker = null;
        this.say("The training stopped with an error. “Train” starts it anew.");
      });
    }
    this.worker.postMessage(message);
  }

  start() {
    this.stop();
    this.errors = { plain: [], residual: [] };
    this.steps = 0;
    this.sweeping = null;
    this.say("");
    this.draw_task();
    this.ask({ start: this.settings() });
  }

  stop() {
    this.running = false;
    this.form.elements.run.textContent = "Train";
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

  hear({ frame, run }) {
    if (frame) this.show(frame);
    if (run && this.sweeping) {
      for (const kind of KINDS) this.sweeping[kind].push(run[kind]);
      this.report();
    }
  }

  show({ steps, networks }) {
    this.steps = steps;
    for (const kind of KINDS) {
      const { error, map } = networks[kind];
      this.errors[kind].push([steps, error]);
      this.maps[kind] = map;
      this.querySelector(`[data-caption="${kind}"]`).textContent =
        `${kind === "plain" ? "Plain" : "Residual"}: ${percent(error)} wrong`;
    }
    this.draw_maps();
    this.draw_errors();
    this.draw_norms(networks);
    if (this.sweeping) return;
    this.form.elements.told.textContent = this.summary();
    if (steps >= STEPS && this.running) {
      this.stop();
      this.tell("Done");
    }
  }

  summary() {
    const [plain, residual] = KINDS.map((kind) => percent(this.errors[kind].at(-1)[1]));
    return `Step ${this.steps} of ${STEPS}. Wrong: plain ${plain}, residual ${residual}.`;
  }

  /** A message; one that repeats what the readout shows is for those who listen only. */
  say(message, error = false, repeated = false) {
    super.say(message, error);
    this.status.toggleAttribute("data-repeated", repeated);
  }

  /** At a pause and at the end, not with every frame. */
  tell(event) {
    this.say(`${event}. ${this.summary()}`, false, true);
    for (const kind of KINDS) {
      const share = percent(this.errors[kind].at(-1)[1]);
      this.querySelector(`[data-map="${kind}"]`).setAttribute(
        "aria-label",
        `Map of the ${kind} network’s decisions at step ${this.steps}: ${share} of the points wrong`,
      );
    }
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
        `${kind} ${learned(errors)} of ${done}${done ? ` (median ${percent(median(errors))} wrong)` : ""}`,
    );
    const text = `${settings.depth} hidden layers, seeds 0 to ${SEEDS - 1}: ${done} of ${SEEDS} done. Learned, at most 5 % wrong: ${parts.join(", ")}.`;
    this.form.elements.told.textContent = text;
    if (done === SEEDS) {
      this.say(`Done. ${text}`, false, true);
      this.sweeping = null;
    }
  }

  // ---- Drawing ---------------------------------------------------------------------------------

  colour(name) {
    return getComputedStyle(this).getPropertyValue(`--cv7-${name}`).trim();
  }

  rgb(name) {
    const hex = this.colour(name);
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  /** Before the first step: the points to be told apart. */
  draw_task() {
    this.points = spirals(this.settings().seed);
    this.maps = { plain: [], residual: [] };
    this.draw_maps();
  }

  draw_maps() {
    for (const kind of KINDS) this.draw_map(kind, this.maps[kind]);
  }

  /** The map, coloured by class and the paler the less sure, and over it the points. */
  draw_map(kind, map) {
    const canvas = this.querySelector(`[data-map="${kind}"]`);
    const context = canvas.getContext("2d");
    const small = (this.small ??= new OffscreenCanvas(MAP, MAP)).getContext("2d");
    const image = small.createImageData(MAP, MAP);
    const colours = [this.rgb("rust"), this.rgb("blue")]; // of classes, not of networks
    for (let i = 0, at = 0; i < map.length; i++, at += 4) {
      const sure = (map[i] - 127.5) / 127.5; // -1: class 0 for certain, 1: class 1
      const [red, green, blue] = colours[sure > 0 ? 1 : 0];
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 150 * Math.abs(sure);
    }
    small.putImageData(image, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.small, 0, 0, canvas.width, canvas.height);
    context.drawImage(this.drawn_points(canvas.width), 0, 0);
  }

  /** The points, drawn once for each start and colour scheme: rings of class 0, dots of class 1. */
  drawn_points(size) {
    const colour = this.colour("text");
    if (this.drawn?.points === this.points && this.drawn.colour === colour)
      return this.drawn.canvas;
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext("2d");
    context.strokeStyle = context.fillStyle = colour;
    const place = (value) => ((value + REACH) / (2 * REACH)) * size;
    const { points, labels } = this.points;
    for (let i = 0; i < POINTS; i++) {
      context.beginPath();
      context.arc(place(points[i]), size - place(points[POINTS + i]), 2.2, 0, 7);
      if (labels[i]) context.fill();
      else context.stroke();
    }
    this.drawn = { points: this.points, colour, canvas };
    return canvas;
  }

  draw_errors() {
    const chart = this.querySelector('[data-chart="error"]');
    const x = (step) => scaled(step, 0, STEPS, CHART.left, CHART.right);
    const y = (error) => scaled(error, 0, 0.6, CHART.bottom, CHART.top);
    for (const kind of KINDS) {
      const line = this.errors[kind].map(
        ([step, error]) => `${x(step)},${y(Math.min(0.6, error))}`,
      );
      chart.querySelector(`[data-line="${kind}"]`).setAttribute("points", line.join(" "));
    }
  }

  draw_norms(networks) {
    const chart = this.querySelector('[data-chart="norms"]');
    for (const kind of KINDS) {
      const { norms } = networks[kind];
      const points = Array.from(norms, (norm, layer) => {
        const power = Math.max(NORMS[0], Math.min(NORMS[1], Math.log10(norm || 1e-30)));
        const x = scaled(layer, 0, Math.max(1, norms.length - 1), CHART.left, CHART.right);
        return `${x},${scaled(power, ...NORMS, CHART.bottom, CHART.top)}`;
      });
      chart.querySelector(`[data-line="${kind}"]`).setAttribute("points", points.join(" "));
    }
  }
}

function scaled(value, low, high, start, end) {
  return (start + ((value - low) / (high - low)) * (end - start)).toFixed(1);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

customElements.define("cv7-train-networks", TrainNetworks);
