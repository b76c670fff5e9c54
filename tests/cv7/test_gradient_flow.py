"""cv7.gradient_flow against autograd and against plain loops."""

import math
import random

import pytest
import torch
from torch import nn

from cv7 import gradient_flow


@pytest.mark.parametrize(("factor", "depth"), [(0.85, 20), (0.85, 50), (1.1, 30), (0.5, 1)])
def test_gradient_at_first_layer_is_what_a_chain_of_layers_passes(
    factor: float, depth: int
) -> None:
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    signal = x
    for _ in range(depth - 1):
        signal = factor * signal
    signal.sum().backward()
    assert x.grad is not None
    assert gradient_flow.gradient_at_first_layer(factor, depth) == pytest.approx(
        x.grad.item(), rel=1e-12
    )


def test_the_numbers_of_the_chapter() -> None:
    assert gradient_flow.gradient_at_first_layer(0.85, 20) == pytest.approx(0.04559944833)
    assert gradient_flow.gradient_at_first_layer(0.85, 50) == pytest.approx(3.479584e-4)
    assert gradient_flow.depth_below(0.9, 0.01) == 45
    assert gradient_flow.depth_below(0.85, 0.01) == 30


def test_depth_below_is_the_first_depth_below() -> None:
    rng = random.Random(1)
    cases = [(0.5, 0.5), (0.5, 0.25), (0.1, 0.001), (0.999, 0.9999), (0.01, 0.5)]
    cases += [(rng.uniform(0.01, 0.99), rng.uniform(1e-6, 0.999)) for _ in range(300)]
    for factor, threshold in cases:
        depth = gradient_flow.depth_below(factor, threshold)
        assert gradient_flow.gradient_at_first_layer(factor, depth) < threshold
        assert gradient_flow.gradient_at_first_layer(factor, depth - 1) >= threshold


def test_factor_per_layer_inverts_the_product() -> None:
    early = gradient_flow.gradient_at_first_layer(0.7, 11)
    assert gradient_flow.factor_per_layer(early, 1.0, 10) == pytest.approx(0.7)
    assert gradient_flow.factor_per_layer(8.0, 1.0, 3) == pytest.approx(2.0)


def test_residual_output_adds_element_by_element() -> None:
    assert gradient_flow.residual_output([2, 1, 3], [0.4, 0.6, 0.2]) == [2.4, 1.6, 3.2]
    assert gradient_flow.residual_output([2, 1, 3], [-2, -1, -3]) == [0, 0, 0]
    with pytest.raises(ValueError, match="x has 3 elements but F"):
        gradient_flow.residual_output([1, 2, 3], [1])


@pytest.mark.parametrize(("derivative", "blocks"), [(-0.5, 50), (-1.0, 3), (-3.0, 3), (0.1, 0)])
def test_residual_gradient_is_what_a_chain_of_blocks_passes(derivative: float, blocks: int) -> None:
    x = torch.ones(1, dtype=torch.float64, requires_grad=True)
    signal = 1 * x
    for _ in range(blocks):
        signal = derivative * signal + signal
    signal.sum().backward()
    assert x.grad is not None
    assert gradient_flow.residual_gradient(derivative, blocks) == pytest.approx(
        abs(x.grad.item()), rel=1e-12
    )


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("shortcut", [False, True])
@pytest.mark.parametrize(("x", "slope"), [(1.0, 0.1), (1.0, -1.0), (2.0, -1.5), (-1.2, 0.1)])
def test_a_chain_passes_what_torch_passes(
    x: float, slope: float, shortcut: bool, relu: bool
) -> None:
    h = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    signals, totals = [h], []
    for _ in range(3):
        total = slope * h + 0.5 + (h if shortcut else 0.0)
        h = torch.relu(total) if relu else 1 * total
        totals.append(total.item())
        signals.append(h)
    for signal in signals[1:]:
        signal.retain_grad()
    h.backward()
    sums = gradient_flow.chain_sums(x, slope, 0.5, blocks=3, shortcut=shortcut, relu=relu)
    assert sums == pytest.approx(totals, rel=1e-12)
    gradients = gradient_flow.chain_gradients(sums, slope, shortcut=shortcut, relu=relu)
    wanted = [0.0 if signal.grad is None else signal.grad.item() for signal in signals]
    assert gradients == pytest.approx(wanted, rel=1e-12)


def test_a_sum_of_exactly_zero_shuts_its_relu_as_in_torch() -> None:
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    torch.relu(-2.0 * x + 0.5 + x).backward()
    sums = gradient_flow.chain_sums(0.5, -2.0, 0.5, blocks=1, shortcut=True, relu=True)
    assert sums == [0.0]
    assert x.grad is not None
    assert gradient_flow.chain_gradients(sums, -2.0, shortcut=True, relu=True) == [x.grad, 1.0]


def test_the_gradient_without_a_relu_is_a_power() -> None:
    for slope in (-1.5, -1.0, 0.1, 1.5):
        sums = gradient_flow.chain_sums(1.0, slope, 0.5, blocks=3, shortcut=True, relu=False)
        first = gradient_flow.chain_gradients(sums, slope, shortcut=True, relu=False)[0]
        assert abs(first) == pytest.approx(gradient_flow.residual_gradient(slope, 3))
        plain = gradient_flow.chain_gradients(sums, slope, shortcut=False, relu=False)[0]
        assert plain == pytest.approx(slope**3)


def test_the_paths_are_all_choices_between_f_and_shortcut() -> None:
    for blocks in range(6):
        paths = gradient_flow.residual_paths(blocks)
        assert len(set(paths)) == len(paths) == 2**blocks
        assert [len(path) for path in paths] == sorted(len(path) for path in paths)
        assert all(set(path) <= set(range(1, blocks + 1)) for path in paths)
        assert all(sorted(path) == list(path) for path in paths)


def test_the_paths_add_up_to_what_autograd_finds() -> None:
    rng = random.Random(2)
    for blocks in range(1, 6):
        derivatives = [rng.uniform(-2, 2) for _ in range(blocks)]
        shortcuts = [rng.choice([0.0, 0.5, 1.0]) for _ in range(blocks)]
        x = torch.ones(1, dtype=torch.float64, requires_grad=True)
        signal = 1 * x
        for derivative, shortcut in zip(derivatives, shortcuts, strict=True):
            signal = derivative * signal + shortcut * signal
        signal.sum().backward()
        terms = gradient_flow.path_gradients(derivatives, shortcuts)
        assert x.grad is not None
        assert sum(terms) == pytest.approx(x.grad.item(), rel=1e-9, abs=1e-12)
        # Each by itself: the other way past every block is shut.
        for path, term in zip(gradient_flow.residual_paths(blocks), terms, strict=True):
            factors = [
                (derivatives if block in path else shortcuts)[block - 1]
                for block in range(1, blocks + 1)
            ]
            assert term == pytest.approx(math.prod(factors))


@pytest.mark.parametrize("z", [0.0, 1.5, -1.5, 30.0, -800.0, 800.0])
def test_sigmoid_derivative_is_autograds(z: float) -> None:
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).backward()
    assert x.grad is not None
    assert gradient_flow.sigmoid_derivative(z) == pytest.approx(x.grad.item(), rel=1e-9, abs=1e-13)
    assert gradient_flow.sigmoid_derivative(z) <= 0.25


def test_the_recursion_on_the_page_is_backpropagation() -> None:
    """delta_l = sigma'(z_l) * W_{l+1}^T delta_{l+1} and dL/dW_l = delta_l a_{l-1}^T."""
    torch.manual_seed(0)
    weights = [torch.randn(3, 3, dtype=torch.float64, requires_grad=True) for _ in range(4)]
    a = [torch.randn(3, dtype=torch.float64)]
    z = []
    for weight in weights:
        z.append(weight @ a[-1])
        a.append(torch.sigmoid(z[-1]))
    (a[-1] ** 2).sum().backward()
    slope = [torch.sigmoid(v) * (1 - torch.sigmoid(v)) for v in z]
    delta = slope[-1] * 2 * a[-1]
    for layer in reversed(range(4)):
        torch.testing.assert_close(torch.outer(delta, a[layer]), weights[layer].grad)
        if layer:
            delta = slope[layer - 1] * (weights[layer].T @ delta)


def test_relu_after_the_addition_masks_the_gradient() -> None:
    x = torch.tensor([-2.0, 1.0], requires_grad=True)
    nn.ReLU()(x + 0.1 * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([0.0, 1.1])


@pytest.mark.parametrize("bad", [0.0, -0.5, math.nan, math.inf])
def test_factors_must_be_positive_numbers(bad: float) -> None:
    with pytest.raises(ValueError, match="factor per layer must be a positive number"):
        gradient_flow.gradient_at_first_layer(bad, 5)
    with pytest.raises(ValueError, match="factor per layer must be a positive number"):
        gradient_flow.depth_below(bad, 0.1)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="depth=0"):
        gradient_flow.gradient_at_first_layer(0.5, 0)
    for factor in (1.0, 1.5):
        with pytest.raises(ValueError, match="never shrinks"):
            gradient_flow.depth_below(factor, 0.1)
    for threshold in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            gradient_flow.depth_below(0.5, threshold)
    for early, late in ((0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)):
        with pytest.raises(ValueError, match="must be positive"):
            gradient_flow.factor_per_layer(early, late, 3)
    with pytest.raises(ValueError, match="layers=0"):
        gradient_flow.factor_per_layer(1.0, 1.0, 0)
    with pytest.raises(ValueError, match="got -1"):
        gradient_flow.residual_gradient(0.5, -1)
    with pytest.raises(ValueError, match="got -1"):
        gradient_flow.residual_paths(-1)
    with pytest.raises(ValueError, match="got -2"):
        gradient_flow.chain_sums(1.0, 0.5, 0.0, blocks=-2, shortcut=True, relu=True)
    with pytest.raises(ValueError, match="2 derivatives but 1 shortcuts"):
        gradient_flow.path_gradients([1.0, 2.0], [1.0])
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            gradient_flow.residual_gradient(value, 3)
        with pytest.raises(ValueError, match="finite"):
            gradient_flow.sigmoid_derivative(value)
        for numbers in ((value, 1.0, 1.0), (1.0, value, 1.0), (1.0, 1.0, value)):
            with pytest.raises(ValueError, match="finite"):
                gradient_flow.chain_sums(*numbers, blocks=1, shortcut=True, relu=True)
        for sums, slope in (([value], 1.0), ([1.0], value)):
            with pytest.raises(ValueError, match="finite"):
                gradient_flow.chain_gradients(sums, slope, shortcut=True, relu=True)
        for derivatives, shortcuts in (([value], [1.0]), ([1.0], [value])):
            with pytest.raises(ValueError, match="finite"):
                gradient_flow.path_gradients(derivatives, shortcuts)
