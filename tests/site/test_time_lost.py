"""What the pages say of where a separable convolution loses its time, held to the measurement."""

import pytest

from cv7 import cost
from docs._site.claims import data

pytestmark = pytest.mark.claims
MS = data("depthwise-separable", "layers", size=112)["ms"]
LIMITS = data("depthwise-separable", "limits")
DEPTHWISE = cost.Conv2d(32, 32, kernel_size=3, padding=1, groups=32, bias=False)
POINTWISE = cost.Conv2d(32, 64, kernel_size=1, bias=False)


def test_most_time_is_lost_in_the_pointwise_stage() -> None:
    # Each against what it would take at the rate of the standard convolution.
    depthwise = MS["depthwise"] - MS["standard"] / 64
    pointwise = MS["pointwise"] - MS["standard"] / 9
    second_call = MS["separable"] - MS["depthwise"] - MS["pointwise"]
    assert pointwise > depthwise + second_call
    assert min(depthwise, second_call) > 0


def test_the_pointwise_stage_need_not_wait_for_memory_nor_the_cache() -> None:
    intensity = POINTWISE.arithmetic_intensity(112, 112)
    assert intensity > LIMITS["multiply_adds"] / LIMITS["memory"]
    assert intensity > LIMITS["multiply_adds"] / LIMITS["cache"]


def test_the_depthwise_stage_is_faster_than_memory_and_slower_than_the_cache() -> None:
    rate = DEPTHWISE.multiply_adds(112, 112) / MS["depthwise"] / 1e6
    intensity = DEPTHWISE.arithmetic_intensity(112, 112)
    assert LIMITS["memory"] * intensity < rate
    assert rate < min(LIMITS["cache"] * intensity, LIMITS["multiply_adds"])
