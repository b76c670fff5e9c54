// What is drawn, read back: wires as wide as the gradient, and paths that add up to it.

import assert from "node:assert/strict";
import test from "node:test";
import { drawing } from "../../docs/widgets/residual-block/drawing.mjs";
import {
  chain_gradients,
  chain_sums,
  path_gradients,
  residual_paths,
} from "../../docs/widgets/residual-block/model.mjs";

const ROWS = [40, 120, 200, 280];
const BLOCKS = 3;
const OFFSET = 0.5;
const STATES = [0, 1, 3, 4, 5, 6].flatMap((step) =>
  [
    [0.1, 1, false],
    [-1, 1, false],
    [-1.5, 2, false],
    [1.5, 2, true],
    [0.1, -1.2, true], // the first block's ReLU is shut
    [-1.4, 1, true],
    [0, 0, true],
  ].map(([slope, input, relu]) => ({ step, slope, input, relu, offset: OFFSET })),
);

function number(text) {
  return Number(text.replace("−", "-").replace(/[=+\s]/g, ""));
}

function near(got, wanted, within, message) {
  assert.ok(Math.abs(got - wanted) <= within, `${message}: drawn ${got}, computed ${wanted}`);
}

/** Each subpath "M x y …" as the numbers in it. */
function subpaths({ d }) {
  return [...d.matchAll(/M([^M]+)/g)].map(([, path]) => path.match(/-?[\d.]+/g).map(Number));
}

for (const at of STATES) {
  const { step, slope, input, relu } = at;
  const chain = (shortcut) => {
    const sums = chain_sums(input, slope, OFFSET, BLOCKS, shortcut, relu);
    return { sums, gradients: chain_gradients(sums, slope, shortcut, relu) };
  };
  const chains = { residual: chain(true), plain: chain(false) };
  const back = Math.max(0, step - BLOCKS);
  const forward = Math.min(step, BLOCKS);
  const open = chains.residual.sums.map((sum) => Number(!relu || sum > 0)).slice(-back || 0);
  const paths = residual_paths(open.length); // all, until it sets out
  const terms = path_gradients(
    open.map((gate) => gate * slope),
    open,
  );
  const { part, labels } = drawing(at, chains.residual, chains.plain, paths, terms, ROWS);
  const state = `step ${step}, slope ${slope}, input ${input}${relu ? ", ReLU" : ""}`;

  test(`${state}: the wires carry what is computed, as far as one has stepped`, () => {
    for (const [name, { sums, gradients }] of Object.entries(chains)) {
      const passed = (k) => back > BLOCKS - k;
      const there = (k) => back > 0 && back >= BLOCKS - k;
      const wire = (its, reached, gradient, passed) => {
        const width = part[`${name}-${its}`]["stroke-width"];
        const wanted = passed ? Math.min(14, 5 * Math.abs(gradient)) : reached && !back ? 2 : 0;
        near(width, wanted, 0.0051, `${name}-${its}`);
      };
      const said = (its, shown, value, within) => {
        const { text } = part[`${name}-${its}`];
        if (shown) near(number(text.replace("x = ", "")), value, within, `${name}-${its}`);
        else assert.equal(text, "", `${name}-${its} is not known yet`);
      };
      for (let k = 0; k <= BLOCKS; k++) {
        wire(`trunk-${k}`, forward >= k, gradients[k], there(k));
        said(`gradient-${k}`, there(k), gradients[k], 1e-9);
        const output = k === 0 ? input : relu ? Math.max(0, sums[k - 1]) : sums[k - 1];
        said(`signal-${k}`, forward >= k, output, Math.abs(output) < 10 ? 0.0051 : 0.051);
        if (k === 0) continue;
        const shut = relu && sums[k - 1] <= 0;
        const carried = shut ? 0 : gradients[k];
        wire(`stub-${k}`, forward >= k, carried, passed(k));
        const { visibility } = part[`${name}-shut-${k}`];
        assert.equal(visibility, shut && forward >= k ? "visible" : "hidden");
        if (name === "plain") continue;
        for (const its of ["by", "into"]) wire(`${its}-${k}`, forward >= k, carried, passed(k));
        wire(`via-${k}`, forward >= k, slope * carried, passed(k));
        said(`by-text-${k}`, passed(k), carried, 1e-9);
        said(`via-text-${k}`, passed(k), slope * carried, 1e-9);
        if (passed(k)) near(carried + slope * carried, gradients[k - 1], 1e-12, "both add up");
        const before = k === 1 ? input : relu ? Math.max(0, sums[k - 2]) : sums[k - 2];
        const f = slope * before + OFFSET;
        said(`f-${k}`, forward >= k, f, Math.abs(f) < 10 ? 0.0051 : 0.051);
      }
      const [, tip] = part[`${name}-tip`].d.match(/L0 (\d+)z/);
      const row = ROWS[back ? BLOCKS - back : forward];
      assert.equal(Number(tip), back ? row - 9 : row + 9, "the tip points on from there");
    }
    assert.equal(part.relu.visibility, relu ? "visible" : "hidden");
    const block = back ? BLOCKS - back : Math.max(0, forward - 1);
    assert.deepEqual(part.here, {
      y: ROWS[block] + 4,
      visibility: step > 0 && step < 6 ? "visible" : "hidden",
    });
    const { gradients } = chains.residual;
    const ends = gradients.slice(-back - 1).reverse();
    const drawn = labels.chains.match(/residual: [^;]*; gradient on its way back ([^;]*)\. plain:/);
    assert.equal(Boolean(drawn), back > 0);
    if (drawn) assert.deepEqual(drawn[1].split(", ").map(number), ends.map(thousandths));
  });

  test(`${state}: the paths' bars stand on each other and reach the gradient`, () => {
    const bars = [part["bar-shortcut"], part["bars-through"], part["bar-total"]].flatMap(subpaths);
    if (!back) {
      assert.deepEqual(bars, []);
      assert.equal(part.total.text, "");
      assert.match(part["paths-title"].text, /^8 paths lead back/);
      return;
    }
    assert.equal(bars.length, 2 ** back + 1);
    const { y1: zero, visibility } = part["paths-zero"];
    assert.equal(visibility, "visible");
    const total = bars.pop();
    const gradient = chains.residual.gradients[BLOCKS - back];
    let [level, left, sum] = [zero, -Infinity, 0];
    const levels = [0, ...terms.map((term) => (sum += term))];
    const span = Math.max(...levels) - Math.min(...levels);
    const scale = 70 / (span || 1);
    bars.forEach(([x, from, width, to], i) => {
      near(from, level, 0.011, `bar ${i} begins where the last one ended`);
      near(from - to, scale * terms[i], 0.021, `bar ${i} is to scale`);
      assert.ok(x >= left, `bar ${i} lies on another`);
      [level, left] = [to, x + width];
    });
    assert.deepEqual(total.slice(1, 2), [zero]);
    near(zero - total[3], scale * gradient, 0.021, "the total is to scale");
    assert.ok(total[0] > left);
    for (const [, from, , to] of bars)
      assert.ok(Math.min(from, to) >= 28 && Math.max(from, to) <= 98);
    near(number(part.total.text), gradient, 1e-9, "the total in words");
    const shares = [0, 1, 2, 3].map((size) => part[`share-${size}`].text).filter(Boolean);
    near(
      shares.map(number).reduce((all, share) => all + share),
      gradient,
      1e-9,
      "the shares",
    );
    const said = labels.paths.match(/: (.*); = (.*)\./);
    assert.deepEqual(said[1].split(", ").map(number), terms.map(thousandths));
    near(number(said[2]), gradient, 1e-9, "the alternative");
    assert.equal(/shut by a ReLU/.test(part["paths-title"].text), open.includes(0));
  });

  test(`${state}: each path's small chain has a square for each F that it takes`, () => {
    const squares = subpaths(part["icons-via"]).filter(([, , width]) => width === 7);
    const bows = subpaths(part["icons-by"]);
    const taken = paths.flatMap((path) => path.map((block) => [path.join(), block]));
    assert.equal(squares.length, taken.length);
    assert.equal(bows.length, open.length * paths.length - taken.length);
    if (!back) return; // no bar stands over it yet
    const columns = subpaths(part["bar-shortcut"]).concat(subpaths(part["bars-through"]));
    const height = (y) => Math.floor((y - 108) / 13) + 1;
    const seen = squares.map(([x, y]) => {
      const column = columns.findIndex(([left, , width]) => x >= left && x + 7 <= left + width);
      return [paths[column].join(), height(y)];
    });
    assert.deepEqual(seen, taken);
  });
}

function thousandths(value) {
  return Number(value.toFixed(3)) + 0; // never −0
}
