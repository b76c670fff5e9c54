"""What happens to a gradient on its way from the last layer back to the first.

The toy model of the chapter: every layer multiplies the gradient by the same factor.
Plain numbers in, plain numbers out; imports no torch.
"""

from collections.abc import Sequence
from math import ceil, exp, isfinite, log

__all__ = [
    "depth_below",
    "factor_per_layer",
    "gradient_at_first_layer",
    "residual_gradient",
    "residual_output",
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
