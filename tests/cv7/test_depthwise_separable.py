"""cv7.depthwise_separable against torchvision's layers, its own counts and its own algebra."""

import re

import pytest
import torch
from torch import nn
from torchvision.ops import Conv2dNormActivation

from cv7 import cost
from cv7.depthwise_separable import DepthwiseSeparableConv, StandardConv

SHAPES = [(32, 64, 1), (32, 64, 2), (5, 5, 1), (1, 3, 2)]


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("into", "out", "stride"), SHAPES)
def test_shape_and_counts(into: int, out: int, stride: int) -> None:
    x = torch.randn(2, into, 15, 16)
    for block, counted in (
        (
            DepthwiseSeparableConv(into, out, stride=stride),
            cost.depthwise_separable(into, out, stride=stride),
        ),
        (StandardConv(into, out, stride=stride), cost.standard_conv(into, out, stride=stride)),
    ):
        assert block(x).shape == (2, out, -(-15 // stride), 16 // stride)
        assert counted.parameters == parameters(block)
        assert counted.output_size(15, 16) == block(x).shape[2:]


@pytest.mark.parametrize(("into", "out", "stride"), SHAPES)
def test_with_the_same_weights_it_equals_torchvisions_layers(
    into: int, out: int, stride: int
) -> None:
    torch.manual_seed(0)
    theirs = nn.Sequential(
        Conv2dNormActivation(into, into, 3, stride, groups=into, activation_layer=nn.ReLU6),
        Conv2dNormActivation(into, out, 1, activation_layer=nn.ReLU6),
    )
    ours = DepthwiseSeparableConv(into, out, stride=stride)
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    x = torch.randn(2, into, 15, 16)
    torch.testing.assert_close(ours(x), theirs(x), atol=1e-6, rtol=0)


def test_it_is_a_standard_convolution_of_restricted_form() -> None:
    """Without what stands between, kernel[o, i] is pointwise[o, i] times depthwise[i]."""
    torch.manual_seed(0)
    block = DepthwiseSeparableConv(4, 6).double()
    depthwise, pointwise = block.depthwise[0], block.pointwise[0]
    x = torch.randn(2, 4, 9, 9, dtype=torch.float64)
    kernel = pointwise.weight * depthwise.weight.transpose(0, 1)
    whole = nn.functional.conv2d(x, kernel, padding=1)
    torch.testing.assert_close(pointwise(depthwise(x)), whole)


@pytest.mark.parametrize("block", [DepthwiseSeparableConv, StandardConv])
def test_arguments_below_one_are_refused_with_their_values(block: type[nn.Module]) -> None:
    for into, out, stride in ((0, 8, 1), (8, -2, 1), (8, 8, 0)):
        message = f"in_channels={into}, out_channels={out}, stride={stride}"
        with pytest.raises(ValueError, match=re.escape(message)):
            block(into, out, stride=stride)
