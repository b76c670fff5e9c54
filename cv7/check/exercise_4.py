"""What is checked of exercise 4: a depthwise separable block, and the one that it replaces."""

from typing import Any

import torch
from torch import nn

from .. import cost
from .solution import (
    Call,
    Check,
    Solution,
    Wrong,
    gradients,
    near,
    normalised,
    of,
    parameters,
    shape,
    signature,
    size,
    trace,
    unpadded,
)

NAME, OTHER = "DWSepConv", "StandardConv"
IN, OUT = 64, 128
BATCH, SIZE, ODD = 2, 16, 15
SEPARABLE, STANDARD = cost.depthwise_separable(IN, OUT), cost.standard_conv(IN, OUT)
WEIGHTS, OTHER_WEIGHTS = cost.separable_parameters(IN, OUT, 3), cost.standard_parameters(IN, OUT, 3)
CEILING = 6  # of ReLU6


def images(side: int = SIZE, *, scale: float = 1) -> Any:
    return scale * torch.randn(BATCH, IN, side, side)


def keeps_size(solution: Solution, name: str) -> None:
    for stride, side in ((1, SIZE), (2, SIZE), (2, ODD)):
        made = f"{name}{signature(IN, OUT, stride)}"
        block = solution.build(name, IN, OUT, stride)
        y, _ = trace(block, images(side))
        wanted = (BATCH, OUT, -(-side // stride), -(-side // stride))
        if shape(y) != str(wanted):
            told = unpadded(block)
            raise Wrong(
                f"{made} makes {shape(y)} of {shape(images(side))} instead of {wanted}. {told}"
            )


def separable(solution: Solution, stride: int = 1) -> tuple[list[Call], Any]:
    """The calls of the block's convolutions, and what the block makes of large numbers."""
    y, calls = trace(solution.build(NAME, IN, OUT, stride), images(scale=100))
    return calls, y


def separable_shapes(solution: Solution) -> None:
    try:
        keeps_size(solution, NAME)
    except ValueError as error:
        if "divisible by groups" in str(error):
            raise Wrong(
                f"{NAME}({IN}, {OUT}) cannot be made: groups does not divide in_channels. Is it "
                f"groups=out_channels? There is one filter for each channel that comes in, so "
                f"groups=in_channels, and as many channels go out."
            ) from error
        raise


def order(solution: Solution) -> None:
    calls, _ = separable(solution)
    kernels = [size(c.module) for c in of(calls, nn.Conv2d)]
    if kernels == [1, 3]:
        raise Wrong(
            "The pointwise convolution comes first. The block filters each channel first, 3×3, "
            "and mixes the channels then, 1×1."
        )
    if kernels != [3, 1]:
        told = ", ".join(f"{k}×{k}" for k in kernels)
        raise Wrong(
            f"The block should have two convolutions, 3×3 and then 1×1. It has {told or 'none'}."
        )


def depthwise(solution: Solution) -> None:
    calls, _ = separable(solution)
    conv = of(calls, nn.Conv2d)[0].module
    if conv.groups == 1:
        raise Wrong(
            f"The 3×3 convolution mixes all {IN} channels: groups is missing. With "
            f"groups=in_channels each channel has one filter of its own."
        )
    if conv.out_channels != IN:
        raise Wrong(
            f"The depthwise convolution gives {conv.out_channels} channels. It has one filter a "
            f"channel, so {IN} come in and {IN} go out; the pointwise one changes their number."
        )
    x = images()
    other = x.clone()
    other[:, 0] += 1
    with torch.no_grad():
        changed = (conv(x) != conv(other)).any(dim=0).any(dim=-1).any(dim=-1)
    if changed[1:].any():
        raise Wrong(
            f"Channel 0 of the input changes {int(changed.sum())} channels of the depthwise "
            f"output, because groups={conv.groups}. With groups=in_channels it changes one."
        )


def strided(solution: Solution) -> None:
    calls, _ = separable(solution, stride=2)
    first, second = (c.module for c in of(calls, nn.Conv2d))
    if first.stride[0] != 2 or second.stride[0] != 1:
        raise Wrong(
            f"With stride=2 the depthwise convolution has stride {first.stride[0]} and the "
            f"pointwise {second.stride[0]}. A 1×1 convolution with a stride never looks at three "
            f"of four positions; the stride belongs to the 3×3."
        )


def plain(name: str, calls: list[Call]) -> None:
    """No convolution has a bias."""
    for call in of(calls, nn.Conv2d):
        if call.module.bias is not None:
            k, extra = size(call.module), call.module.bias.numel()
            raise Wrong(
                f"In {name} the {k}×{k} convolution has {extra} biases, one a channel. BatchNorm "
                f"takes the mean off again and has a shift of its own: bias=False."
            )


def without_bias(solution: Solution) -> None:
    plain(NAME, separable(solution)[0])


def batch_norms(solution: Solution) -> None:
    normalised(separable(solution)[0], NAME)


def activations(solution: Solution) -> None:
    calls, y = separable(solution)
    for x, place in ((of(calls, nn.Conv2d)[1].given, "first"), (y, "second")):
        low, high = float(x.min()), float(x.max())
        if low < 0:
            raise Wrong(
                f"Behind the {place} BatchNorm there is no ReLU6: of large inputs it lets "
                f"{low:.0f} pass."
            )
        if high > CEILING:
            raise Wrong(
                f"The {place} activation does not stop at {CEILING}: of large inputs it lets "
                f"{high:.0f} pass. That is ReLU; the exercise asks for ReLU6, min(max(x, 0), 6)."
            )
        if high < CEILING:
            raise Wrong(f"The {place} activation is not ReLU6: it never reaches {CEILING}.")


def separable_count(solution: Solution) -> None:
    found = parameters(solution.build(NAME, IN, OUT))
    if found != SEPARABLE.parameters:
        raise Wrong(
            f"{NAME}({IN}, {OUT}) has {found:,} parameters instead of {SEPARABLE.parameters:,}: "
            f"it makes layers that it does not use."
        )


def standard_shapes(solution: Solution) -> None:
    keeps_size(solution, OTHER)


def standard(solution: Solution) -> None:
    y, calls = trace(solution.build(OTHER, IN, OUT), images(scale=100))
    convolutions = of(calls, nn.Conv2d)
    if [size(c.module) for c in convolutions] != [3] or convolutions[0].module.groups != 1:
        raise Wrong(f"{OTHER} should be one ordinary 3×3 convolution, with groups=1.")
    plain(OTHER, calls)
    normalised(calls, OTHER)
    behind = of(calls, nn.BatchNorm2d)[0].made
    if y.min() < 0:
        raise Wrong(f"{OTHER} has no ReLU behind its BatchNorm.")
    if near(y, behind.clamp(0, CEILING)):
        raise Wrong(f"{OTHER} ends with ReLU6; the exercise asks for ReLU there.")
    if not near(y, behind.relu()):
        raise Wrong(f"{OTHER} should be 3×3 convolution, BatchNorm, ReLU, and nothing else.")


def learn(solution: Solution) -> None:
    for name in (NAME, OTHER):
        gradients(solution.build(name, IN, OUT, 2), images())


def printed(solution: Solution) -> None:
    numbers = solution.numbers()
    for what, few, many in (
        ("the convolutions alone", WEIGHTS, OTHER_WEIGHTS),
        ("everything, BatchNorm included,", SEPARABLE.parameters, STANDARD.parameters),
    ):
        if not {few, many} <= set(numbers):
            raise Wrong(
                f"Of {what} the file should print {many:,} against {few:,} parameters; at least "
                f"one of the two is not in its output."
            )
        ratios = (many / few, few / many, 100 * few / many)  # whichever way it was put
        if not any(abs(n / ratio - 1) < 0.01 for n in numbers for ratio in ratios):
            raise Wrong(
                f"The ratio for {what} is {many / few:.2f} (or {100 * few / many:.1f} %); it is "
                f"not in the output, with two digits or more."
            )


PAGE = "chapters/depthwise-separable/"
COSTS = f"{PAGE}#what-a-separable-convolution-costs"
CODE = f"{PAGE}#implementation"
HERE = "exercises/#exercise-4"
CHECKS = [
    Check(
        f"{NAME} maps {IN}→{OUT} channels; the stride alone changes the size",
        CODE,
        separable_shapes,
    ),
    Check("3×3 first, then 1×1", CODE, order),
    Check("The 3×3 is depthwise: each channel stays by itself", COSTS, depthwise),
    Check("The stride belongs to the depthwise convolution", CODE, strided),
    Check("No convolution has a bias", CODE, without_bias),
    Check("A BatchNorm follows each convolution", CODE, batch_norms),
    Check("ReLU6 follows each BatchNorm", CODE, activations),
    Check(f"{SEPARABLE.parameters:,} parameters", COSTS, separable_count),
    Check(f"{OTHER} gives maps of the same shape", HERE, standard_shapes),
    Check(f"{OTHER} is 3×3, BatchNorm, ReLU", HERE, standard),
    Check("Gradients reach both inputs and every parameter", HERE, learn),
    Check("The file prints both counts and ratios", "exercises/#exercise-3", printed),
]
# Where the file stops with an error, these may know why.
EVEN_IF_IT_STOPPED = CHECKS[:-1]
