// What a choice trains, in the words of the table and of the facts below it. The page as it stands
// without a script asks for it here, too (snippets/figures/strategy_selector.py).

import { grouped, significant } from "../shared/numbers.mjs";
import {
  adam_state_bytes,
  head_parameters,
  learning_rates,
  multiply_adds,
  stage_groups,
  trainable_parameters,
} from "./model.mjs";

const DECAY = 0.1;
const STATES = { 1: ["slow"], 2: ["slowest", "slow"] };

/** What follows from the controls: which stages are trained, in which groups, at which rates. */
function plan({ strategy, stages, rate, ...task }, all) {
  const trained = { A: 0, B: stages, C: all }[strategy];
  const groups = stage_groups(trained, strategy === "C" ? 2 : 1, all);
  const name = `Strategy ${strategy}${strategy === "B" ? `(${trained})` : ""}`;
  const rates = learning_rates(rate, groups.length + 1, DECAY);
  return { ...task, strategy, name, trained, groups, rates };
}

/**
 * A row for each of the `stages` { parameters, channels, reduction, work }, the head's, and facts,
 * for the controls' values; and what they amount to, as code.mjs takes it.
 */
export function drawing(controls, stages) {
  const choice = plan(controls, stages.length);
  const { trained, groups, rates, classes, size, statistics } = choice;
  const parameters = stages.map((stage) => stage.parameters);
  const most = Math.max(...parameters);
  const bar = (count) => ((100 * count) / most).toFixed(2);
  const rows = stages.map(({ reduction, channels, parameters: count }, stage) => {
    const group = groups.findIndex(([start, stop]) => start <= stage && stage < stop);
    const map = size / reduction;
    return {
      state: group < 0 ? "frozen" : STATES[groups.length][group],
      output: `${map}×${map}×${channels}`,
      bar: bar(count),
      rate: group < 0 ? "frozen" : significant(rates[group]),
    };
  });
  const head = {
    output: `${classes}`,
    bar: bar(head_parameters(classes)),
    parameters: head_parameters(classes),
    rate: significant(rates.at(-1)),
  };
  const some = trainable_parameters(classes, trained, parameters);
  const total = trainable_parameters(classes, stages.length, parameters);
  const work = stages.map((stage) => stage.work);
  const forward = multiply_adds(size, work);
  const back = multiply_adds(size, work.slice(work.length - trained));
  const facts = {
    trained: `${grouped(some)} of ${grouped(total)} parameters, ${percent(some / total)} %`,
    "batch-norm": batch_norm(trained, statistics, stages.length),
    memory: `${(adam_state_bytes(some) / 1e6).toFixed(2)} MB of running means, beside weights and gradients`,
    work:
      `${(forward / 1e6).toFixed(0)} million multiply-adds forward; ` +
      (trained
        ? `the gradient goes back through the trained stages only, which have ${((100 * back) / forward).toFixed(0)} % of that`
        : "no gradient goes back; without augmentation the backbone runs once for each image, if you keep its 1,280 features"),
  };
  return { choice, rows, head, facts };
}

function batch_norm(trained, statistics, all) {
  if (trained === 0 || statistics === "keep") {
    return "eval mode in all stages: ImageNet’s statistics are kept";
  }
  if (trained === all) return "training mode in all stages: they learn new statistics";
  return "eval mode in the frozen stages, training mode in the trained ones";
}

function percent(share) {
  return (100 * share).toFixed(share < 0.01 ? 2 : 1);
}
