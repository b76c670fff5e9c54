// Two chains, with shortcuts and without, and the paths through the first, summed up. What the
// gradient has passed is as wide as the gradient there. The page's figure and its controls both ask
// for it here.

import { hundredths } from "../shared/numbers.mjs";

const UNIT = 5; // the width of a gradient of 1
const WIDEST = 14;
const COLUMN = { left: 8, apart: 28, width: 20, between: 14 }; // of the sum of paths
const [TOP, BOTTOM] = [28, 98];
const ICONS = 108;

/** Exact where numbers have three decimals at most, as all gradients here have. */
export function gradient_text(value) {
  return signed(Number(value.toFixed(3)));
}

export function signal_text(value) {
  const rounded = Math.round(value * 100) / 100 || 0; // never −0
  return signed(rounded.toFixed(Math.abs(rounded) < 10 ? 2 : 1));
}

function signed(number) {
  return String(number).replace("-", "−");
}

/** "+ 0.121", "− 0.75": what is added to something. */
export function added(value, text) {
  const said = text(value);
  return said.startsWith("−") ? `− ${said.slice(1)}` : `+ ${said}`;
}

/** How many blocks signal and gradient have passed at this step. */
export function progress(step, blocks) {
  return { forward: Math.min(step, blocks), back: Math.max(0, step - blocks) };
}

/**
 * The attributes of each part. `residual` and `plain` have the `sums` and `gradients` of their
 * chains; `paths` say of each path, through the blocks that the gradient has passed, which of their
 * F it takes, and `terms` what it adds. `rows` are the heights of input, block 1's output, and so on.
 */
export function drawing(at, residual, plain, paths, terms, rows) {
  const blocks = rows.length - 1;
  const { forward, back } = progress(at.step, blocks);
  const part = {};
  for (const [name, chain] of Object.entries({ residual, plain })) {
    Object.assign(part, lane(name, chain, at, { blocks, forward, back }));
    const row = rows[back ? blocks - back : forward];
    const [tip, base] = back ? [row - 7, row + 5] : [row + 7, row - 5];
    part[`${name}-tip`] = { d: `M-8 ${base}h16L0 ${tip}z` };
  }
  const block = back ? blocks - back : Math.max(forward - 1, 0); // which is being passed
  const passing = at.step > 0 && at.step < 2 * blocks;
  part.here = { y: rows[block] + 4, visibility: visible(passing) };
  const labels = {
    chains: chains_label(at, residual, plain, back),
    paths: paths_label(terms, back),
  };
  return { part: { ...part, ...sum(paths, terms, back) }, labels };
}

/** Of a chain, what enters it and what each block puts out. */
export function signals({ input, relu }, sums) {
  return [input, ...sums.map((sum) => (relu ? Math.max(sum, 0) : sum))];
}

function chains_label(at, residual, plain, back) {
  const { forward } = progress(at.step, residual.sums.length);
  const said = { residual, plain };
  const list = Object.entries(said).map(([name, { sums, gradients }]) => {
    const down = signals(at, sums)
      .slice(0, forward + 1)
      .map(signal_text)
      .join(", ");
    const up = gradients
      .slice(-back - 1)
      .reverse()
      .map(gradient_text)
      .join(", ");
    return `${name}: signal ${down}${back ? `; gradient on its way back ${up}` : ""}`;
  });
  const relu = at.relu ? "a ReLU after each sum" : "no ReLU";
  return `Three residual blocks beside three plain ones, ${relu}. ${list.join(". ")}.`;
}

function paths_label(terms, back) {
  if (!back) return "The paths of the gradient, once it sets out.";
  const total = terms.reduce((all, term) => all + term, 0);
  const list = terms.map(gradient_text).join(", ");
  return `What the gradient’s ${terms.length} paths carry: ${list}; together ${gradient_text(total)}.`;
}

function visible(shown) {
  return shown ? "visible" : "hidden";
}

/** One chain, top to bottom: its wires, what they carry, and its ReLUs. */
function lane(name, { sums, gradients }, at, { blocks, forward, back }) {
  const { slope, offset, relu } = at;
  const shortcut = name === "residual";
  const outputs = signals(at, sums);
  const part = {};
  const wire = (its, reached, passed, gradient) => {
    const width = passed ? Math.min(WIDEST, UNIT * Math.abs(gradient)) : back || !reached ? 0 : 2;
    part[`${name}-${its}`] = { "stroke-width": hundredths(width) };
  };
  const write = (its, shown, text) => (part[`${name}-${its}`] = { text: shown ? text : "" });
  for (let k = 0; k <= blocks; k++) {
    const there = back >= blocks - k && back > 0;
    wire(`trunk-${k}`, forward >= k, there, gradients[k]);
    write(`gradient-${k}`, there, gradient_text(gradients[k]));
    const signal = signal_text(outputs[k]);
    write(`signal-${k}`, forward >= k, k ? signal : `${shortcut ? "x = " : ""}${signal}`);
    if (k === 0) continue;
    const shut = relu && sums[k - 1] <= 0;
    const carried = shut ? 0 : gradients[k];
    const passed = back > blocks - k;
    wire(`stub-${k}`, forward >= k, passed, carried);
    const reached = forward >= k;
    part[`${name}-relu-${k}`] = { visibility: visible(relu) };
    part[`${name}-shut-${k}`] = { visibility: visible(shut && reached) };
    if (!shortcut) continue;
    wire(`by-${k}`, reached, passed, carried);
    wire(`into-${k}`, reached, passed, carried);
    wire(`via-${k}`, reached, passed, slope * carried);
    write(`by-text-${k}`, passed, gradient_text(carried));
    write(`via-text-${k}`, passed, added(slope * carried, gradient_text));
    write(`f-${k}`, reached, added(slope * outputs[k - 1] + offset, signal_text));
  }
  return part;
}

/** Each path's share on top of those before it, what it passes, and all of them together. */
function sum(paths, terms, blocks) {
  const shown = blocks > 0;
  const shut = terms[0] === 0; // by a ReLU: past all F there is no other factor than 1
  const title = `The gradient’s ${paths.length} paths, ${shut ? "all shut by a ReLU" : "added up"}`;
  const levels = terms.reduce((all, term) => [...all, all.at(-1) + term], [0]);
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  const scale = (BOTTOM - TOP) / (high - low || 1);
  const y = (value) => hundredths(BOTTOM - (value - low) * scale);
  const x = (column, group) => COLUMN.left + COLUMN.apart * column + COLUMN.between * group;
  const box = (left, from, to) => `M${left} ${y(from)}h${COLUMN.width}V${y(to)}h-${COLUMN.width}z`;
  const bars = paths.map((path, i) => box(x(i, path.length), levels[i], levels[i + 1]));
  const icons = paths.map((path, i) => icon(x(i, path.length) + 7, path, blocks));
  const last = x(paths.length, blocks + 1) + 2 * COLUMN.between;
  const part = {
    "paths-title": { text: shown ? title : "The gradient’s paths: it sets out at step 4" },
    "paths-zero": { d: shown ? `M4 ${y(0)}H${last + COLUMN.width + 4}` : "" },
    "bar-shortcut": { d: shown ? bars[0] : "" },
    "bars-through": { d: shown ? bars.slice(1).join("") : "" },
    "bar-total": { d: shown ? box(last, 0, levels.at(-1)) : "" },
    "icons-by": { d: shown ? icons.map(({ by }) => by).join("") : "" },
    "icons-via": { d: shown ? icons.map(({ via }) => via).join("") : "" },
    equals: { x: last + COLUMN.width / 2, text: shown ? "total" : "" },
    total: {
      x: last + COLUMN.width / 2,
      text: shown ? `= ${gradient_text(levels.at(-1))}` : "",
    },
  };
  for (let size = 0; size <= 3; size++) {
    const columns = [...paths.keys()].filter((i) => shown && paths[i].length === size);
    const middle = columns.length ? (x(columns[0], size) + x(columns.at(-1), size)) / 2 : 0;
    const share = columns.reduce((all, i) => all + terms[i], 0);
    const at = { x: middle + COLUMN.width / 2 };
    const times = columns.length > 1 ? columns.length : "";
    const power = `${times}${["1", "F′", "F′²", "F′³"][size]}`;
    part[`power-${size}`] = { ...at, text: columns.length && !shut ? power : "" };
    const text = size ? added(share, gradient_text) : gradient_text(share);
    part[`share-${size}`] = { ...at, text: columns.length ? text : "" };
  }
  return part;
}

/** A small chain, block 1 on top: a square for each F on the path, a bow past the others. */
function icon(x, path, blocks) {
  let [by, via] = ["", ""];
  for (let k = 1; k <= blocks; k++) {
    const y = ICONS + 13 * (k - 1);
    if (path.includes(k)) via += `M${x - 3.5} ${y + 3}h7v7h-7zM${x - 0.5} ${y}h1v13h-1z`;
    else by += `M${x} ${y}v1.5h8v10h-8v1.5`;
  }
  return { by, via };
}
