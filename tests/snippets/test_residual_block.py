"""The short block of the chapter computes what the tested one of the package does."""

import runpy

import pytest
import torch

from cv7.residual_block import ResidualBlock

from ..conftest import ROOT


@pytest.mark.parametrize(("channels", "stride"), [((8, 8), 1), ((8, 16), 1), ((8, 16), 2)])
def test_the_short_block_is_the_tested_one(channels: tuple[int, int], stride: int) -> None:
    short = runpy.run_path(str(ROOT / "snippets/residual-block.py"))["ResidualBlock"]
    torch.manual_seed(0)
    tested = ResidualBlock(*channels, stride=stride)
    same = short(*channels, stride=stride)
    same.load_state_dict(tested.state_dict())
    x = torch.randn(2, channels[0], 9, 9)
    assert torch.equal(same(x), tested(x))
