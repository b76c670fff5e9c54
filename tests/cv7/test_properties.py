"""What must hold for every layer, rate and depth: cv7 against torch and against formulas."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.mobilenetv2 import InvertedResidual
from torchvision.models.resnet import BasicBlock, Bottleneck, conv1x1

from cv7 import cost, fine_tuning, gradient_flow

settings.register_profile("site", deadline=None, derandomize=True, database=None)
settings.load_profile("site")

small = st.integers(1, 12)
kernels = st.sampled_from([1, 2, 3, 5, 7])
strides = st.integers(1, 3)
factors = st.floats(0.01, 0.99)
not_whole = st.one_of(st.floats(), st.booleans(), st.integers(max_value=0), st.none(), st.text())


def flops(module: nn.Module, *size: int) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval()(torch.zeros(1, *size))
    total: int = counter.get_total_flops()
    return total


def learned(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@given(
    groups=st.integers(1, 4),
    into=small,
    out=small,
    kernel_size=kernels,
    stride=strides,
    padding=st.integers(0, 3),
    bias=st.booleans(),
    height=st.integers(1, 20),
    width=st.integers(1, 20),
)
def test_any_convolution_counts_as_torchs(
    groups: int,
    into: int,
    out: int,
    kernel_size: int,
    stride: int,
    padding: int,
    bias: bool,
    height: int,
    width: int,
) -> None:
    shape = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "groups": groups}
    ours = cost.Conv2d(into * groups, out * groups, **shape, bias=bias)
    torchs = nn.Conv2d(into * groups, out * groups, **shape, bias=bias)
    assert ours.parameters == learned(torchs)
    if min(height, width) + 2 * padding < kernel_size:
        with pytest.raises(ValueError, match="smaller than the kernel"):
            ours.output_size(height, width)
        return
    output = torchs(torch.zeros(1, into * groups, height, width))
    assert ours.output_size(height, width) == tuple(output.shape[2:])
    assert 2 * ours.multiply_adds(height, width) == flops(torchs, into * groups, height, width)


@given(into=small, out=small, groups=st.integers(2, 5))
def test_groups_that_do_not_divide_are_refused(into: int, out: int, groups: int) -> None:
    assume(into % groups or out % groups)
    with pytest.raises(ValueError, match="is not divisible by groups"):
        cost.Conv2d(into, out, kernel_size=3, groups=groups)


@given(into=small, out=small, stride=st.integers(1, 2), size=st.integers(4, 20))
def test_any_block_counts_as_torchvisions(into: int, out: int, stride: int, size: int) -> None:
    def shortcut(out_channels: int) -> nn.Module | None:
        if stride == 1 and into == out_channels:
            return None
        return nn.Sequential(conv1x1(into, out_channels, stride), nn.BatchNorm2d(out_channels))

    pairs: list[tuple[cost.Layer, nn.Module]] = [
        (
            cost.residual_block(into, out, stride=stride),
            BasicBlock(into, out, stride, shortcut(out)),
        ),
        (
            cost.bottleneck_block(into, 4 * out, width=out, stride=stride),
            Bottleneck(into, out, stride, shortcut(4 * out)),
        ),
        (
            cost.inverted_residual(into, out, expand_ratio=6, stride=stride),
            InvertedResidual(into, out, stride, expand_ratio=6),
        ),
    ]
    for ours, torchs in pairs:
        assert ours.parameters == learned(torchs)
        assert 2 * ours.multiply_adds(size, size) == flops(torchs, into, size, size)
        output = torchs(torch.zeros(1, into, size, size))
        assert ours.output_size(size, size) == tuple(output.shape[2:])


@given(into=st.integers(1, 1000), out=st.integers(1, 1000), kernel_size=kernels)
def test_the_ratio_is_the_formula(into: int, out: int, kernel_size: int) -> None:
    standard = cost.standard_parameters(into, out, kernel_size)
    separable = cost.separable_parameters(into, out, kernel_size)
    formula = 1 / (1 / out + 1 / kernel_size**2)
    assert standard / separable == pytest.approx(formula)
    assert cost.separable_saving(out, kernel_size) == pytest.approx(formula)
    assert cost.separable_saving(out, kernel_size) < kernel_size**2


@given(saving=st.integers(1, 60), kernel_size=kernels)
def test_the_fewest_channels_are_the_fewest(saving: int, kernel_size: int) -> None:
    channels = cost.channels_for_saving(saving, kernel_size)
    if channels is None:
        assert saving >= kernel_size**2
        return
    # In whole numbers, where nothing rounds: k^2 * N against saving * (k^2 + N).
    area = kernel_size**2
    assert area * channels > saving * (area + channels)
    assert channels == 1 or area * (channels - 1) <= saving * (area + channels - 1)


@given(head=st.floats(1e-6, 1), groups=st.integers(1, 10), decay=st.floats(0.01, 1))
def test_learning_rates_fall_by_the_decay_from_the_head_back(
    head: float, groups: int, decay: float
) -> None:
    rates = fine_tuning.learning_rates(head, groups, decay=decay)
    assert len(rates) == groups
    assert rates[-1] == head
    for earlier, later in pairwise(rates):
        assert earlier == pytest.approx(later * decay)


@given(stages=st.integers(0, 19), groups=st.integers(1, 19), classes=st.integers(2, 1000))
def test_groups_share_out_what_is_trained(stages: int, groups: int, classes: int) -> None:
    if 0 < stages < groups:
        with pytest.raises(ValueError, match="do not make"):
            fine_tuning.stage_groups(stages, groups)
        return
    found = fine_tuning.stage_groups(stages, groups)
    assert [s for group in found for s in group] == list(range(19 - stages, 19))
    parameters = sum(fine_tuning.FEATURES[s].parameters for group in found for s in group)
    head = fine_tuning.head_parameters(classes)
    assert head == learned(nn.Linear(1280, classes))
    assert fine_tuning.trainable_parameters(classes, trainable_stages=stages) == parameters + head


@given(factor=factors, threshold=st.floats(1e-9, 0.999))
def test_the_depth_below_a_threshold_is_the_first(factor: float, threshold: float) -> None:
    depth = gradient_flow.depth_below(factor, threshold)
    assert gradient_flow.gradient_at_first_layer(factor, depth) < threshold
    assert depth == 1 or gradient_flow.gradient_at_first_layer(factor, depth - 1) >= threshold


@given(factor=st.floats(0.5, 1.5), layers=st.integers(1, 200), late=st.floats(1e-3, 1e3))
def test_the_factor_per_layer_is_what_was_multiplied(
    factor: float, layers: int, late: float
) -> None:
    early = late * factor**layers
    assert gradient_flow.factor_per_layer(early, late, layers) == pytest.approx(factor)


@given(derivative=st.floats(-3, 3), blocks=st.integers(0, 20))
def test_blocks_multiply_by_one_and_their_derivative(derivative: float, blocks: int) -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    h = x
    for _ in range(blocks):
        h = derivative * h + h
    h.backward()
    assert x.grad is not None
    assert gradient_flow.residual_gradient(derivative, blocks) == pytest.approx(
        abs(x.grad.item()), rel=1e-9, abs=1e-300
    )


@given(z=st.floats(-700, 700))
def test_the_sigmoids_slope_is_autograds(z: float) -> None:
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).backward()
    assert x.grad is not None
    assert gradient_flow.sigmoid_derivative(z) == pytest.approx(x.grad.item(), abs=1e-12)
    assert 0 <= gradient_flow.sigmoid_derivative(z) <= 0.25


@given(bad=not_whole)
def test_what_is_no_count_is_refused_wherever_a_count_is_asked(bad: Any) -> None:
    for call in (
        lambda: cost.Conv2d(bad, 4, kernel_size=3),
        lambda: cost.Conv2d(4, bad, kernel_size=3),
        lambda: cost.Conv2d(4, 4, kernel_size=bad),
        lambda: cost.Conv2d(4, 4, kernel_size=3, stride=bad),
        lambda: cost.Conv2d(4, 4, kernel_size=3, groups=bad),
        lambda: cost.BatchNorm2d(bad),
        lambda: cost.Linear(bad, 4),
        lambda: cost.Linear(4, bad),
        lambda: cost.AdaptiveAvgPool2d(bad),
        lambda: cost.Conv2d(4, 4, kernel_size=1).multiply_adds(bad, 4),
        lambda: cost.Conv2d(4, 4, kernel_size=1).multiply_adds(4, bad),
        lambda: cost.channels_for_saving(bad, 3),
        lambda: cost.separable_saving(bad, 3),
        lambda: fine_tuning.head_parameters(bad),
        lambda: fine_tuning.learning_rates(1e-3, bad, decay=0.1),
        lambda: fine_tuning.stage_groups(3, bad),
    ):
        with pytest.raises(ValueError, match="got"):
            call()


@given(bad=st.one_of(st.floats(max_value=0), st.just(math.inf), st.just(math.nan)))
def test_what_is_no_positive_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        gradient_flow.gradient_at_first_layer(bad, 5)
    with pytest.raises(ValueError, match="positive"):
        gradient_flow.depth_below(bad, 0.01)
    with pytest.raises(ValueError, match="positive"):
        fine_tuning.learning_rates(bad, 3, decay=0.1)
