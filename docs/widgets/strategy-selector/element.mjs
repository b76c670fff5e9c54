// The strategy selector: what a choice trains, shown on the stack of stages that stands there.
// The stages' parameters, channels and work stand in its rows, written by Python.

import { grouped, significant } from "../shared/numbers.mjs";
import { follow, restore } from "../shared/sliders.mjs";
import { read, write } from "../shared/url-state.mjs";
import { code } from "./code.mjs";
import {
  adam_state_bytes,
  learning_rates,
  multiply_adds,
  stage_groups,
  trainable_parameters,
} from "./model.mjs";

const SLUG = "strategy-selector";
const SLIDERS = ["stages", "classes", "size"];
const CHOICES = ["strategy", "rate", "statistics"];
const DECAY = 0.1;
const STATES = { 1: ["slow"], 2: ["slowest", "slow"] };

class StrategySelector extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector('[role="status"]');
    this.rows = [...this.querySelectorAll("tr[data-channels]")];
    this.head = this.querySelector('tr[data-stage="head"]');
    this.code = this.querySelector("code");
    this.copied = this.querySelector("[data-copied]");
    this.parameters = this.rows.map((row) => Number(row.cells[2].dataset.parameters));
    this.work = this.rows.map((row) => Number(row.dataset.work));
    follow(SLUG, this.form, SLIDERS, () => {
      this.status.textContent = "";
      this.update();
    });
    for (const name of CHOICES) {
      for (const control of this.controls(name)) {
        control.addEventListener("change", () => {
          this.status.textContent = "";
          write(SLUG, { [name]: this.form.elements[name].value });
          this.update();
        });
      }
    }
    this.querySelector("[data-copy]").addEventListener("click", () => this.copy());
    this.restore(read(SLUG));
  }

  controls(name) {
    const found = this.form.elements[name];
    return found instanceof RadioNodeList ? [...found] : [found];
  }

  restore(state) {
    const messages = restore(this.form, SLIDERS, state);
    for (const name of CHOICES) {
      const options = this.controls(name).flatMap((c) => (c.options ? [...c.options] : [c]));
      const wanted = options.find((option) => option.value === state[name]);
      const fallback = options.find((o) => o.defaultSelected || o.defaultChecked);
      this.form.elements[name].value = (wanted ?? fallback).value;
      if (state[name] && !wanted) {
        messages.push(`${name} “${state[name]}” is not offered: ${fallback.value} is used.`);
      }
    }
    this.status.textContent = messages.join(" ");
    this.update();
  }

  /** Everything that follows from the controls. */
  choice() {
    const { strategy, stages, classes, size, rate, statistics } = this.form.elements;
    const all = this.rows.length;
    const trained = { A: 0, B: Number(stages.value), C: all }[strategy.value];
    const groups = stage_groups(trained, strategy.value === "C" ? 2 : 1, all);
    return {
      strategy: strategy.value,
      name: `Strategy ${strategy.value}${strategy.value === "B" ? `(${trained})` : ""}`,
      trained,
      groups,
      rates: learning_rates(Number(rate.value), groups.length + 1, DECAY),
      classes: Number(classes.value),
      size: Number(size.value),
      statistics: statistics.value,
    };
  }

  update() {
    const choice = this.choice();
    const { elements } = this.form;
    const side = `${choice.size}×${choice.size}`;
    elements["stages-value"].textContent = elements.stages.value;
    elements["classes-value"].textContent = choice.classes;
    elements["size-value"].textContent = side;
    elements.stages.setAttribute("aria-valuetext", `the last ${elements.stages.value} of 19`);
    elements.classes.setAttribute("aria-valuetext", `${choice.classes} classes`);
    elements.size.setAttribute("aria-valuetext", `${side} pixels`);
    this.draw(choice);
    this.tell(choice);
    this.code.textContent = code(choice);
    this.copied.textContent = "";
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      this.copied.textContent = "Copied.";
    } catch {
      this.code.closest("details").open = true;
      this.copied.textContent = "This browser does not let the page copy: take it from below.";
    }
  }

  draw({ groups, rates, classes, size }) {
    this.rows.forEach((row, stage) => {
      const group = groups.findIndex(([start, stop]) => start <= stage && stage < stop);
      row.dataset.state = group < 0 ? "frozen" : STATES[groups.length][group];
      const map = size / Number(row.dataset.reduction);
      say(row.cells[1], `${map}×${map}×${row.dataset.channels}`);
      say(row.cells[3], group < 0 ? "frozen" : significant(rates[group]));
    });
    const head = trainable_parameters(classes, 0, this.parameters);
    const [, output, parameters, rate] = this.head.cells;
    output.textContent = classes;
    parameters.lastChild.textContent = grouped(head);
    const bar = parameters.querySelector("rect");
    bar.setAttribute("width", (100 * head) / Math.max(...this.parameters));
    rate.textContent = significant(rates.at(-1));
  }

  tell(choice) {
    const { strategy, trained, classes, size, statistics } = choice;
    const some = trainable_parameters(classes, trained, this.parameters);
    const total = trainable_parameters(classes, this.rows.length, this.parameters);
    const work = multiply_adds(size, this.work);
    const back = multiply_adds(size, this.work.slice(this.work.length - trained));
    const facts = {
      trained: `${grouped(some)} of ${grouped(total)} parameters, ${percent(some / total)} %`,
      "batch-norm": batch_norm(trained, statistics),
      memory: `${megabytes(adam_state_bytes(some))} MB of running means, beside weights and gradients`,
      work:
        `${(work / 1e6).toFixed(0)} million multiply-adds forward; ` +
        (trained
          ? `the gradient goes back through the trained stages only, which have ${((100 * back) / work).toFixed(0)} % of that`
          : "no gradient goes back; without augmentation the backbone runs once for each image, if you keep its 1,280 features"),
    };
    for (const [name, text] of Object.entries(facts)) {
      say(this.querySelector(`[data-fact="${name}"]`), text);
    }
    this.querySelector("[data-what]").textContent = choice.name;
    this.form.elements.statistics.disabled = trained === 0;
    this.form.elements.stages.disabled = strategy !== "B";
    for (const risk of this.querySelectorAll("[data-risk]")) {
      risk.hidden = risk.dataset.risk !== strategy;
    }
    const slug = measured(choice);
    for (const found of this.querySelectorAll("[data-measured]")) {
      found.hidden = found.dataset.measured !== slug;
    }
  }
}

/** What stays as it was is neither spoken nor laid out again. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function batch_norm(trained, statistics) {
  if (trained === 0 || statistics === "keep") {
    return "eval mode in all stages: ImageNet’s statistics are kept";
  }
  if (trained === 19) return "training mode in all stages: they learn new statistics";
  return "eval mode in the frozen stages, training mode in the trained ones";
}

function percent(share) {
  return (100 * share).toFixed(share < 0.01 ? 2 : 1);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(2);
}

/** Which of our measurements fits the choice. */
function measured({ strategy, trained, statistics }) {
  if (strategy === "A") return "A";
  if (strategy === "B") return trained === 3 && statistics === "keep" ? "B3" : "none";
  return statistics === "keep" ? "C" : "C-new";
}

customElements.define(`cv7-${SLUG}`, StrategySelector);
