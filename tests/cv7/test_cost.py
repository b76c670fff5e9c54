"""cv7.cost against torch: the module's own parameters, half of torch's FLOP counter."""

import itertools
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cv7 import cost
from cv7.residual_block import ResidualBlock


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def multiply_adds(module: nn.Module, channels: int, height: int, width: int) -> int:
    with FlopCounterMode(display=False) as counter:
        module.eval()(torch.zeros(1, channels, height, width))
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "groups", "bias"),
    list(itertools.product((1, 3, 5), (1, 2), (0, 1, 2), (1, 4), (True, False))),
)
def test_conv2d_agrees_with_torch(
    kernel_size: int, stride: int, padding: int, groups: int, bias: bool
) -> None:
    settings: dict[str, Any] = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "groups": groups,
        "bias": bias,
    }
    module = nn.Conv2d(8, 12, **settings)
    layer = cost.Conv2d(8, 12, **settings)
    assert layer.parameters == parameters(module)
    assert layer.multiply_adds(13, 10) == multiply_adds(module, 8, 13, 10)
    assert layer.output_size(13, 10) == module(torch.zeros(1, 8, 13, 10)).shape[2:]


def test_conv2d_defaults_are_those_of_torch() -> None:
    assert cost.Conv2d(3, 7, kernel_size=5).parameters == parameters(nn.Conv2d(3, 7, 5))


@pytest.mark.parametrize(("into", "out", "stride"), [(64, 128, 2), (64, 64, 1), (16, 32, 1)])
def test_residual_block_agrees_with_the_module(into: int, out: int, stride: int) -> None:
    module = ResidualBlock(into, out, stride=stride)
    layer = cost.residual_block(into, out, stride=stride)
    assert layer.parameters == parameters(module)
    assert layer.multiply_adds(32, 20) == multiply_adds(module, into, 32, 20)
    assert layer.output_size(31, 20) == module(torch.zeros(2, into, 31, 20)).shape[2:]


def test_the_blocks_of_the_chapter() -> None:
    assert cost.residual_block(64, 128, stride=2).parameters == 230_144
    assert cost.projection(64, 128, stride=2).parameters == 64 * 128 + 2 * 128
    assert cost.residual_block(64, 64).parameters == 2 * 9 * 64 * 64 + 4 * 64


def test_sequential_without_layers_is_the_identity() -> None:
    identity = cost.Sequential()
    assert identity.parameters == 0
    assert identity.output_size(7, 5) == (7, 5)
    assert identity.multiply_adds(7, 5) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_channels": 0}, "in_channels must be a whole number of at least 1, got 0"),
        ({"out_channels": -4}, "out_channels must be .* got -4"),
        ({"kernel_size": 0}, "kernel_size must be .* got 0"),
        ({"kernel_size": 2.5}, "kernel_size must be a whole number .* got 2.5"),
        ({"stride": 0}, "stride must be .* got 0"),
        ({"padding": -1}, "padding must be a whole number of at least 0, got -1"),
        ({"groups": 0}, "groups must be .* got 0"),
        ({"groups": 3}, "in_channels=8 is not divisible by groups=3"),
        ({"groups": 8}, "out_channels=12 is not divisible by groups=8"),
        ({"in_channels": True}, "in_channels must be a whole number"),
    ],
)
def test_conv2d_refuses_what_torch_could_not_build(arguments: dict[str, int], message: str) -> None:
    valid: dict[str, Any] = {"in_channels": 8, "out_channels": 12, "kernel_size": 3}
    with pytest.raises(ValueError, match=message):
        cost.Conv2d(**valid | arguments)


def test_feature_maps_must_exist_and_hold_the_kernel() -> None:
    conv = cost.Conv2d(8, 8, kernel_size=5, padding=1)
    for layer in (conv, cost.BatchNorm2d(8), cost.Sequential()):
        for measure in (layer.output_size, layer.multiply_adds):
            with pytest.raises(ValueError, match=r"height must be .* got 0"):
                measure(0, 8)
            with pytest.raises(ValueError, match=r"width must be .* got -1"):
                measure(8, -1)
    with pytest.raises(ValueError, match="2x9 with padding=1 is smaller than the kernel of 5x5"):
        conv.multiply_adds(2, 9)
    with pytest.raises(ValueError, match=r"num_features must be .* got 0"):
        cost.BatchNorm2d(0)


def test_branches_of_different_size_cannot_be_added() -> None:
    strided = cost.Conv2d(8, 8, kernel_size=3, stride=2, padding=1)
    branches = cost.Sum(strided, cost.Sequential())
    for measure in (branches.output_size, branches.multiply_adds):
        with pytest.raises(ValueError, match=r"F\(x\) is \(4, 4\) but the shortcut is \(8, 8\)"):
            measure(8, 8)


@pytest.mark.parametrize(
    ("into", "out", "kernel_size"), [(32, 64, 3), (64, 128, 3), (128, 256, 3), (7, 5, 5), (1, 1, 1)]
)
def test_separable_formulas_agree_with_torch(into: int, out: int, kernel_size: int) -> None:
    standard = parameters(nn.Conv2d(into, out, kernel_size, bias=False))
    depthwise = parameters(nn.Conv2d(into, into, kernel_size, groups=into, bias=False))
    pointwise = parameters(nn.Conv2d(into, out, 1, bias=False))
    assert cost.standard_parameters(into, out, kernel_size) == standard
    assert cost.separable_parameters(into, out, kernel_size) == depthwise + pointwise
    saving = cost.separable_saving(out, kernel_size)
    assert saving == pytest.approx(standard / (depthwise + pointwise))
    assert 1 / saving == pytest.approx(1 / out + 1 / kernel_size**2)


def test_channels_for_saving_is_the_first_that_saves_more() -> None:
    assert cost.channels_for_saving(8, 3) == 73
    assert cost.channels_for_saving(9, 3) is None
    assert cost.channels_for_saving(1, 1) is None
    for kernel_size in (2, 3, 5, 7):
        for saving in range(1, kernel_size**2):
            channels = cost.channels_for_saving(saving, kernel_size)
            assert channels is not None
            assert cost.separable_saving(channels, kernel_size) > saving
            if channels > 1:
                assert cost.separable_saving(channels - 1, kernel_size) <= saving
    for bad in ((0, 3), (8, 0), (8, -3)):
        with pytest.raises(ValueError, match="must be a whole number of at least 1"):
            cost.channels_for_saving(*bad)


def test_the_separable_numbers_of_the_chapter() -> None:
    assert cost.standard_parameters(32, 64, 3) == 18_432
    assert cost.separable_parameters(32, 64, 3) == 2_336
    assert cost.depthwise_separable(32, 64).parameters == 2_528
    assert cost.standard_conv(32, 64).parameters == 18_560


def test_arithmetic_intensity_counts_every_byte_once() -> None:
    conv = nn.Conv2d(32, 64, 3, padding=1, bias=False)
    x = torch.zeros(4, 32, 20, 16)
    moved = sum(t.numel() * t.element_size() for t in (x, conv.weight, conv(x)))
    layer = cost.Conv2d(32, 64, kernel_size=3, padding=1, bias=False)
    expected = 4 * layer.multiply_adds(20, 16) / moved
    assert layer.arithmetic_intensity(20, 16, batch=4) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"batch must be .* got 0"):
        layer.arithmetic_intensity(20, 16, batch=0)


def test_the_smallest_layers_and_maps_are_allowed() -> None:
    layers: list[cost.Layer] = [
        cost.Conv2d(1, 1, kernel_size=1, bias=False),
        cost.BatchNorm2d(1),
        cost.MaxPool2d(1, 1),
        cost.AdaptiveAvgPool2d(1),
        cost.Linear(1, 1),
        cost.Sequential(),
    ]
    for layer in layers:
        assert layer.output_size(1, 1) == (1, 1)
        assert layer.multiply_adds(1, 1) == isinstance(layer, cost.Conv2d | cost.Linear)
    # One multiply-add for an input, a weight and an output of 4 bytes each.
    assert cost.Conv2d(1, 1, kernel_size=1).arithmetic_intensity(1, 1) == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    "layer",
    [
        cost.Conv2d(4, 4, kernel_size=1),
        cost.BatchNorm2d(4),
        cost.MaxPool2d(1, 1),
        cost.AdaptiveAvgPool2d(1),
        cost.Linear(4, 4),
        cost.Sequential(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_an_empty_map_is_refused_by_every_layer(layer: cost.Layer) -> None:
    for size in ((0, 4), (4, 0)):
        for ask in (layer.output_size, layer.multiply_adds):
            with pytest.raises(ValueError, match="must be a whole number of at least 1, got 0"):
                ask(*size)


@pytest.mark.parametrize(
    "block",
    [
        cost.conv_bn(4, 8, kernel_size=3),
        cost.projection(4, 8),
        cost.residual_block(4, 8),
        cost.bottleneck_block(4, 8, width=2),
        cost.standard_conv(4, 8),
        cost.depthwise_separable(4, 8),
        cost.inverted_residual(4, 8, expand_ratio=2),
    ],
)
def test_blocks_keep_the_map_unless_given_a_stride(block: cost.Layer) -> None:
    assert block.output_size(14, 10) == (14, 10)


def test_a_standard_block_takes_a_stride() -> None:
    assert cost.standard_conv(4, 8, stride=2).output_size(14, 14) == (7, 7)


def test_an_inverted_residual_expands_and_has_its_shortcut_only_where_it_fits() -> None:
    assert cost.inverted_residual(4, 4, expand_ratio=2).parameters == (
        (4 * 8 + 2 * 8) + (9 * 8 + 2 * 8) + (8 * 4 + 2 * 4)
    )
    assert isinstance(cost.inverted_residual(4, 4, expand_ratio=2), cost.Sum)
    assert not isinstance(cost.inverted_residual(4, 8, expand_ratio=2), cost.Sum)
    assert not isinstance(cost.inverted_residual(4, 4, expand_ratio=2, stride=2), cost.Sum)
    with pytest.raises(ValueError, match="in_channels must be a whole number"):
        cost.inverted_residual(0, 4, expand_ratio=2)
