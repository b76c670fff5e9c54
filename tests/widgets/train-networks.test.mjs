import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  DEPTHS,
  OPTIMISERS,
  POINTS,
  STEPS,
  Training,
  randomNumbers,
} from "../../docs/widgets/train-networks/model.mjs";

const cases = JSON.parse(readFileSync(new URL("train-networks.vectors.json", import.meta.url)));

test("one step of every setting agrees with torch to 1e-5", () => {
  assert.equal(cases.length, DEPTHS.length * 2 * 2 * Object.keys(OPTIMISERS).length);
  for (const { settings, loss, norms, parameters, scores, error } of cases) {
    const close = (got, value, what) => {
      const message = `${what} of ${JSON.stringify(settings)} is ${got}, torch has ${value}`;
      assert.ok(Math.abs(got - value) <= 1e-5 * Math.max(1e-3, Math.abs(value)), message);
    };
    const training = new Training(settings);
    const network = training.network;
    close(training.step(), loss, "the loss");
    const got = network.gradientNorms(new Float64Array(settings.depth));
    norms.forEach((value, layer) => close(got[layer], value, `the gradient of layer ${layer + 1}`));
    const stride = Math.floor(network.parameters.length / 40);
    parameters.forEach((value, i) => close(network.parameters[i * stride], value, "a parameter"));
    assert.equal(training.error(), error);
    // All points at once, after a step through up to fifty layers: rounding has grown by then.
    scores.forEach((value, i) => {
      const score = network.scores[i < 4 ? i : POINTS + i - 4];
      assert.ok(Math.abs(score - value) < 1e-5 * Math.max(1, Math.abs(value)), "a score");
    });
  }
});

test("fifty layers: the plain network fails and the residual one learns", () => {
  const errors = [false, true].map((residual) => {
    const training = new Training({ ...WITH_NORM, depth: 50, residual, seed: 1 });
    while (training.steps < STEPS) training.step();
    return training.error();
  });
  assert.ok(errors[0] > 0.05, `plain: ${errors[0]}`);
  assert.ok(errors[1] <= 0.05, `residual: ${errors[1]}`);
});

const WITH_NORM = { batchNorm: true, optimiser: "SGD" };

test("the same seed gives the same run, another seed another", () => {
  const loss = (seed) => {
    const training = new Training({ ...WITH_NORM, depth: 5, residual: true, seed });
    for (let i = 0; i < 9; i++) training.step();
    return training.loss;
  };
  assert.equal(loss(3), loss(3));
  assert.notEqual(loss(3), loss(4));
});

test("after the last step nothing moves", () => {
  const training = new Training({ ...WITH_NORM, depth: 2, residual: false, seed: 0 });
  while (training.steps < STEPS) training.step();
  const before = [...training.network.parameters];
  training.step();
  assert.deepEqual([...training.network.parameters], before);
  assert.equal(training.steps, STEPS);
});

test("the gradient is the slope of the loss", () => {
  for (const batchNorm of [true, false]) {
    const training = new Training({ ...WITH_NORM, batchNorm, depth: 5, residual: true, seed: 2 });
    const { network, data } = training;
    const loss = () => network.backward(data.points, data.labels, POINTS);
    loss();
    const gradient = [...network.gradient];
    for (let i = 0; i < gradient.length; i += 37) {
      const kept = network.parameters[i];
      network.parameters[i] = kept + 1e-6;
      const above = loss();
      network.parameters[i] = kept - 1e-6;
      const below = loss();
      network.parameters[i] = kept;
      const slope = (above - below) / 2e-6;
      assert.ok(Math.abs(slope - gradient[i]) < 1e-5, `parameter ${i}: ${slope}, ${gradient[i]}`);
    }
  }
});

test("a thousand random settings give numbers", () => {
  const random = randomNumbers(0);
  const map = new Uint8ClampedArray(9);
  for (let i = 0; i < 1000; i++) {
    const training = new Training({
      depth: 1 + Math.floor(12 * random()),
      residual: random() < 0.5,
      batchNorm: random() < 0.5,
      optimiser: random() < 0.5 ? "SGD" : "Adam",
      seed: Math.floor(1000 * random()),
    });
    for (let s = 0; s < 3; s++) assert.ok(Number.isFinite(training.step()));
    const error = training.error();
    assert.ok(error >= 0 && error <= 1);
    training.map(3, map);
    const norms = training.network.gradientNorms(new Float64Array(training.network.depth));
    assert.ok(norms.every(Number.isFinite));
  }
});
