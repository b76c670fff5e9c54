"""cv7.residual_block against torchvision's BasicBlock and against its own equation."""

import re

import pytest
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock

from cv7.residual_block import ResidualBlock

SHAPES = [(64, 128, 2), (64, 64, 1), (64, 64, 2), (16, 48, 1)]


def as_torchvision(in_channels: int, out_channels: int, stride: int) -> BasicBlock:
    downsample = None
    if stride != 1 or in_channels != out_channels:
        downsample = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
            nn.BatchNorm2d(out_channels),
        )
    return BasicBlock(in_channels, out_channels, stride, downsample)


NAMES = {
    "residual.0.": "conv1.",
    "residual.1.": "bn1.",
    "residual.3.": "conv2.",
    "residual.4.": "bn2.",
    "shortcut.": "downsample.",
}


def renamed(key: str) -> str:
    for ours, theirs in NAMES.items():
        if key.startswith(ours):
            return theirs + key.removeprefix(ours)
    raise KeyError(key)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("into", "out", "stride"), SHAPES)
def test_with_the_weights_of_torchvision_it_gives_the_same(
    into: int, out: int, stride: int, training: bool
) -> None:
    torch.manual_seed(0)
    theirs = as_torchvision(into, out, stride)
    for module in theirs.modules():  # statistics and scales that a fresh block would not show
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -1, 1)
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    ours = ResidualBlock(into, out, stride=stride)
    state = theirs.state_dict()
    ours.load_state_dict({key: state.pop(renamed(key)) for key in ours.state_dict()})
    assert not state, "torchvision's block has more than ours"
    x = torch.randn(4, into, 15, 16)
    torch.testing.assert_close(
        ours.train(training)(x), theirs.train(training)(x), atol=1e-6, rtol=0
    )


@pytest.mark.parametrize(("into", "out", "stride"), SHAPES)
def test_shape(into: int, out: int, stride: int) -> None:
    y = ResidualBlock(into, out, stride=stride)(torch.randn(2, into, 15, 16))
    assert y.shape == (2, out, -(-15 // stride), 16 // stride)


def test_with_a_silent_residual_branch_only_the_shortcut_is_left() -> None:
    for block in (ResidualBlock(8, 8), ResidualBlock(8, 16, stride=2)):
        block.eval()
        nn.init.zeros_(block.residual[4].weight)
        x = torch.randn(2, 8, 10, 10)
        torch.testing.assert_close(block(x), block.shortcut(x).relu())


def test_gradient_passes_the_shortcut_where_the_branch_is_silent() -> None:
    block = ResidualBlock(8, 8).eval()
    nn.init.zeros_(block.residual[4].weight)
    x = torch.randn(2, 8, 10, 10, requires_grad=True)
    block(x).sum().backward()
    torch.testing.assert_close(x.grad, (x > 0).to(x.dtype))


@pytest.mark.parametrize("arguments", [(0, 64, 1), (64, -1, 1), (64, 64, 0)])
def test_arguments_below_one_are_refused_with_their_values(arguments: tuple[int, ...]) -> None:
    into, out, stride = arguments
    message = f"all must be at least 1: in_channels={into}, out_channels={out}, stride={stride}"
    with pytest.raises(ValueError, match=re.escape(message)):
        ResidualBlock(into, out, stride=stride)


def test_a_sum_that_would_only_broadcast_is_refused() -> None:
    block = ResidualBlock(8, 8)
    block.shortcut = nn.Conv2d(8, 1, 1)  # one channel, which "+" would repeat eight times
    with pytest.raises(ValueError, match=r"cannot add .*\[2, 8, 6, 6\].* to .*\[2, 1, 6, 6\]"):
        block(torch.randn(2, 8, 6, 6))
