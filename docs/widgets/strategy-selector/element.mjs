// The strategy selector: what a choice trains, shown on the stack of stages that stands there.
// The stages' parameters, channels and work stand in its rows, written by Python.

import { grouped } from "../shared/numbers.mjs";
import { Widget } from "../shared/widget.mjs";
import { code } from "./code.mjs";
import { drawing } from "./drawing.mjs";

class StrategySelector extends Widget {
  ready() {
    this.rows = [...this.querySelectorAll("tr[data-channels]")];
    this.head = this.querySelector('tr[data-stage="head"]');
    this.code = this.querySelector("code");
    this.copied = this.querySelector("[data-copied]");
    this.stages = this.rows.map((row) => ({
      parameters: Number(row.cells[2].dataset.parameters),
      channels: row.dataset.channels,
      reduction: Number(row.dataset.reduction),
      work: Number(row.dataset.work),
    }));
    this.querySelector("[data-copy]").addEventListener("click", () => this.copy());
  }

  restore(state) {
    const messages = super.restore(state);
    for (const name of ["strategy", "rate", "statistics"]) {
      const usual = this.choose(name, state[name]);
      if (usual) messages.push(`${name} “${state[name]}” is not offered: ${usual} is used.`);
    }
    return messages;
  }

  update(numbers) {
    const { strategy, stages, rate, statistics } = this.form.elements;
    const { choice, ...shown } = drawing(
      {
        ...numbers,
        strategy: strategy.value,
        rate: Number(rate.value),
        statistics: statistics.value,
      },
      this.stages,
    );
    this.show(shown);
    statistics.disabled = choice.trained === 0;
    stages.disabled = choice.strategy !== "B";
    for (const risk of this.querySelectorAll("[data-risk]")) {
      risk.hidden = risk.dataset.risk !== choice.strategy;
    }
    const slug = measured(choice);
    for (const found of this.querySelectorAll("[data-measured]")) {
      found.hidden = found.dataset.measured !== slug;
    }
    this.querySelector("[data-what]").textContent = choice.name;
    this.code.textContent = code(choice);
    this.copied.textContent = "";
  }

  show({ rows, head, facts }) {
    rows.forEach(({ state, output, rate }, stage) => {
      const row = this.rows[stage];
      row.dataset.state = state;
      say(row.cells[1], output);
      say(row.cells[3], rate);
    });
    const [, output, parameters, rate] = this.head.cells;
    output.textContent = head.output;
    parameters.lastChild.textContent = grouped(head.parameters);
    parameters.querySelector("rect").setAttribute("width", head.bar);
    rate.textContent = head.rate;
    for (const [name, text] of Object.entries(facts)) {
      say(this.querySelector(`[data-fact="${name}"]`), text);
    }
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
}

/** What stays as it was is neither spoken nor laid out again. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Which of our measurements fits the choice. */
function measured({ strategy, trained, statistics }) {
  if (strategy === "A") return "A";
  if (strategy === "B") return trained === 3 && statistics === "keep" ? "B3" : "none";
  return statistics === "keep" ? "C" : "C-new";
}

customElements.define("cv7-strategy-selector", StrategySelector);
