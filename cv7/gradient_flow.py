"""What happens to a gradient on its way from the last layer back to the first.

The toy model of the chapter: every layer multiplies the gradient by the same factor.
Plain numbers in, plain numbers out; imports no torch.
"""

from collections.abc import Sequence
from itertools import combinations
from math import ceil, exp, isfinite, log

__all__ = [
    "chain_gradients",
    "chain_sums",
    "depth_below",
    "factor_per_layer",
    "gradient_at_first_layer",
    "path_gradients",
    "residual_gradient",
    "residual_output",
    "residual_paths",
    "sigmoid_derivative",
]


def _check_factor(factor: float) -> None:
    if not (isfinite(factor) and factor > 0):
        raise ValueError(f"the factor per layer must be a positive number, got {factor}")


def gradient_at_first_layer(factor: float, depth: int) -> float:
    """The gradient at layer 1 as a fraction of the gradient at the last layer.

    g_1 / g_L = factor ** (L - 1): a signal crosses L - 1 layers on its way from layer L to
    layer 1. Both gradients are norms, so the result has no unit.

    Raises ValueError unless factor > 0 and depth >= 1.

    >>> round(gradient_at_first_layer(0.85, 20), 3)
    0.046
    """
    _check_factor(factor)
    if depth < 1:
        raise ValueError(f"a network has at least 1 layer, got depth={depth}")
    return float(factor ** (depth - 1))


def depth_below(factor: float, threshold: float) -> int:
    """The smallest depth L at which factor ** (L - 1) is smaller than the threshold.

    Raises ValueError unless 0 < factor < 1 and 0 < threshold < 1: a factor of 1 or more
    never gets there.

    >>> depth_below(0.9, 0.01)
    45
    """
    _check_factor(factor)
    if factor >= 1:
        raise ValueError(f"a factor of {factor} never shrinks the gradient: it must be below 1")
    if not 0 < threshold < 1:
        raise ValueError(f"the threshold must lie between 0 and 1, got {threshold}")
    # The quotient of the logarithms may land a hair beyond a whole number: start one before it.
    crossings = ceil(log(threshold) / log(factor)) - 1
    while factor**crossings >= threshold:
        crossings += 1
    return crossings + 1


def factor_per_layer(early: float, late: float, layers: int) -> float:
    """The factor that each of `layers` layers would need to turn `late` into `early`.

    factor = (early / late) ** (1 / layers), the geometric mean. `early` and `late` are gradient
    norms, measured that many layers apart; `early` is the one closer to the input.

    Raises ValueError for norms that are not positive and for fewer than 1 layer.

    >>> round(factor_per_layer(0.001, 1.0, 30), 3)
    0.794
    """
    if not (early > 0 and late > 0):
        raise ValueError(f"gradient norms must be positive, got early={early}, late={late}")
    if layers < 1:
        raise ValueError(f"the two norms must lie at least 1 layer apart, got layers={layers}")
    return float((early / late) ** (1 / layers))


def residual_output(x: Sequence[float], residual: Sequence[float]) -> list[float]:
    """H(x) = F(x) + x for vectors, element by element.

    Raises ValueError when the two differ in length: nothing is broadcast.

    >>> residual_output([1.0, 2.0], [0.5, -2.0])
    [1.5, 0.0]
    """
    if len(x) != len(residual):
        raise ValueError(f"x has {len(x)} elements but F(x) has {len(residual)}")
    return [f + xi for f, xi in zip(residual, x, strict=True)]


def residual_gradient(derivative: float, blocks: int) -> float:
    """The factor by which `blocks` residual blocks scale a gradient when each has F' = derivative.

    |1 + F'| ** blocks, for one-dimensional x (He et al. 2016, equation 5, along one path).
    It is 0 for F' = -1: the identity path is no guarantee.

    Raises ValueError for a negative number of blocks or a derivative that is not finite.

    >>> round(residual_gradient(-0.1, 20), 3), residual_gradient(-1.0, 20)
    (0.122, 0.0)
    """
    if blocks < 0:
        raise ValueError(f"the number of blocks cannot be negative, got {blocks}")
    if not isfinite(derivative):
        raise ValueError(f"the derivative must be finite, got {derivative}")
    return float(abs(1 + derivative) ** blocks)


def chain_sums(
    x: float, slope: float, offset: float, *, blocks: int, shortcut: bool, relu: bool
) -> list[float]:
    """What each block of a chain hands to its ReLU, for one-dimensional x and equal blocks.

    s_k = F(h) + h with a shortcut and F(h) without, where F(h) = slope * h + offset and h is what
    the block before put out: max(s, 0) with a ReLU, s without one; x for the first block.

    Raises ValueError for a negative number of blocks or a number that is not finite.

    >>> chain_sums(2.0, -0.5, 0.0, blocks=3, shortcut=True, relu=False)
    [1.0, 0.5, 0.25]
    >>> chain_sums(2.0, -2.0, 1.0, blocks=3, shortcut=True, relu=True)
    [-1.0, 1.0, 0.0]
    """
    _check_chain(x, slope, offset, blocks=blocks)
    sums: list[float] = []
    h = x
    for _ in range(blocks):
        residual = slope * h + offset
        sums.append(residual + h if shortcut else residual)
        h = max(sums[-1], 0.0) if relu else sums[-1]
    return sums


def chain_gradients(
    sums: Sequence[float], slope: float, *, shortcut: bool, relu: bool
) -> list[float]:
    """The gradient of what such a chain puts out, by x, by h_1, ..., and by the output itself.

    g_n = 1 and, back from there, g_(k-1) = d_k (slope + 1) g_k with a shortcut and
    d_k slope g_k without. d_k is 0 where block k has a ReLU and its sum is not positive, else 1.
    `sums` are those of chain_sums; the result has one element more.

    Raises ValueError for a number that is not finite.

    >>> chain_gradients([1.0, 0.5, 0.25], -0.5, shortcut=True, relu=False)
    [0.125, 0.25, 0.5, 1.0]
    >>> chain_gradients([1.0, -0.5], -0.5, shortcut=True, relu=True)
    [0.0, 0.0, 1.0]
    """
    _check_chain(*sums, slope)
    gradients = [1.0]
    for total in reversed(sums):
        passed = 0.0 if relu and total <= 0 else gradients[0]
        through = slope * passed
        gradients.insert(0, through + passed if shortcut else through)
    return gradients


def _check_chain(*numbers: float, blocks: int = 0) -> None:
    if blocks < 0:
        raise ValueError(f"the number of blocks cannot be negative, got {blocks}")
    for number in numbers:
        if not isfinite(number):
            raise ValueError(f"all numbers of a chain must be finite, got {number}")


def residual_paths(blocks: int) -> list[tuple[int, ...]]:
    """The 2 ** blocks paths through a chain of residual blocks, each as those whose F it takes.

    Blocks are numbered from 1, and a path takes the shortcuts of all others. Paths through fewer
    F come first: the pure shortcut, those through one F, and so on.

    Raises ValueError for a negative number of blocks.

    >>> residual_paths(2)
    [(), (1,), (2,), (1, 2)]
    """
    _check_chain(blocks=blocks)
    numbers = range(1, blocks + 1)
    return [path for size in range(blocks + 1) for path in combinations(numbers, size)]


def path_gradients(derivatives: Sequence[float], shortcuts: Sequence[float]) -> list[float]:
    """What each of residual_paths adds to the gradient of a chain of residual blocks.

    The product over all blocks of the derivative of F, where the path takes F, or else that of the
    shortcut: 1 for an identity. All paths together are the product of (F' + shortcut), multiplied
    out, for one-dimensional x.

    Raises ValueError when the two differ in length or a number is not finite.

    >>> path_gradients([0.5, -2.0], [1.0, 1.0])
    [1.0, 0.5, -2.0, -1.0]
    """
    if len(derivatives) != len(shortcuts):
        raise ValueError(f"{len(derivatives)} derivatives but {len(shortcuts)} shortcuts")
    _check_chain(*derivatives, *shortcuts)
    gradients = []
    for path in residual_paths(len(derivatives)):
        product = 1.0
        for block, (derivative, shortcut) in enumerate(
            zip(derivatives, shortcuts, strict=True), start=1
        ):
            product *= derivative if block in path else shortcut
        gradients.append(product)
    return gradients


def sigmoid_derivative(z: float) -> float:
    """sigma'(z) = sigma(z) (1 - sigma(z)), at most 1/4, reached at z = 0.

    Raises ValueError for z that is not finite.

    >>> sigmoid_derivative(0.0)
    0.25
    """
    if not isfinite(z):
        raise ValueError(f"z must be finite, got {z}")
    decay = exp(-abs(z))  # the derivative is even in z, and exp of -|z| cannot overflow
    return decay / (1 + decay) ** 2
