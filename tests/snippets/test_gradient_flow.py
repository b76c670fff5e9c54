"""What the page says that the snippet gives with another gain, which it does not print."""

import runpy

import pytest
from torch import nn

from ..conftest import ROOT


def test_with_weights_ten_times_larger_even_the_sigmoid_nearly_holds_the_gradient() -> None:
    words = "with `gain=10`, even the sigmoid nearly holds the gradient"
    assert words in (ROOT / "docs/deeper/gradient-factors.md").read_text(encoding="utf-8")
    measure = runpy.run_path(str(ROOT / "snippets/gradient-flow.py"))["factor_per_layer"]
    assert measure(nn.Sigmoid(), gain=10) == pytest.approx(1, abs=0.05)
