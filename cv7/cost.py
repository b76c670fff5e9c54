"""Parameters and multiply-adds of layers, as plain integers. Imports no torch.

One multiply and one add count as 1 multiply-add. Torch's own FLOP counter counts them as 2;
torchvision's tables print multiply-adds under the name GFLOPS. Biases and BatchNorm add
parameters but, as in those tables, no multiply-adds.

Every layer is described with nn.Conv2d's argument names and tells three things:

    layer.parameters                     how many numbers it learns
    layer.output_size(height, width)     the size of the map it makes of such a one
    layer.multiply_adds(height, width)   its work on one image with such a map

So that blocks, and networks of them, are layers again:

>>> from cv7 import cost
>>> block = cost.residual_block(64, 128, stride=2)
>>> block.parameters, block.output_size(32, 32), block.multiply_adds(32, 32)
(230144, (16, 16), 58720256)
>>> two = cost.Sequential((block, cost.residual_block(128, 128)))
>>> two.parameters
525568
"""

from dataclasses import KW_ONLY, dataclass
from typing import Protocol

__all__ = [
    "AdaptiveAvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "Layer",
    "Linear",
    "MaxPool2d",
    "Sequential",
    "Size",
    "Sum",
    "bottleneck_block",
    "channels_for_saving",
    "conv_bn",
    "depthwise_separable",
    "inverted_residual",
    "projection",
    "residual_block",
    "separable_parameters",
    "separable_saving",
    "standard_conv",
    "standard_parameters",
]

Size = tuple[int, int]


class Layer(Protocol):
    """What every layer, block and network here tells of itself.

    >>> def share(part: Layer, whole: Layer) -> float:
    ...     return part.parameters / whole.parameters
    >>> block = residual_block(64, 128, stride=2)
    >>> round(share(projection(64, 128, stride=2), block), 3)
    0.037
    """

    @property
    def parameters(self) -> int: ...
    def output_size(self, height: int, width: int) -> Size: ...
    def multiply_adds(self, height: int, width: int) -> int: ...


def _check(minimum: int, **arguments: int) -> None:
    for name, value in arguments.items():
        if type(value) is not int or value < minimum:
            raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}")


@dataclass(frozen=True)
class Conv2d:
    """A convolution with a square kernel, for k = kernel_size and C_in, C_out channels.

        parameters    = k^2 * (C_in / groups) * C_out, and C_out more with a bias
        multiply_adds = k^2 * (C_in / groups) * C_out * H_out * W_out
        output size   = floor((size + 2 * padding - k) / stride) + 1

    Raises ValueError for arguments that nn.Conv2d could not build, and for a feature map that
    is smaller than the kernel.

    >>> conv = Conv2d(64, 128, kernel_size=3, padding=1, bias=False)
    >>> conv.parameters, conv.multiply_adds(32, 32)
    (73728, 75497472)
    >>> Conv2d(64, 128, kernel_size=3, groups=3)
    Traceback (most recent call last):
    ValueError: in_channels=64 is not divisible by groups=3
    """

    in_channels: int
    out_channels: int
    _: KW_ONLY
    kernel_size: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        _check(
            1,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            kernel_size=self.kernel_size,
            stride=self.stride,
            groups=self.groups,
        )
        _check(0, padding=self.padding)
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels % self.groups:
                raise ValueError(f"{name}={channels} is not divisible by groups={self.groups}")

    @property
    def _weights(self) -> int:
        return self.kernel_size**2 * (self.in_channels // self.groups) * self.out_channels

    @property
    def parameters(self) -> int:
        return self._weights + (self.out_channels if self.bias else 0)

    def output_size(self, height: int, width: int) -> Size:
        _check(1, height=height, width=width)

        def output(size: int) -> int:
            reach = size + 2 * self.padding - self.kernel_size
            if reach < 0:
                raise ValueError(
                    f"a feature map of {height}x{width} with padding={self.padding} is smaller "
                    f"than the kernel of {self.kernel_size}x{self.kernel_size}"
                )
            return reach // self.stride + 1

        return output(height), output(width)

    def multiply_adds(self, height: int, width: int) -> int:
        rows, columns = self.output_size(height, width)
        return self._weights * rows * columns

    def arithmetic_intensity(self, height: int, width: int, *, batch: int = 1) -> float:
        """Multiply-adds per byte, when input, weights and output pass memory once, in float32.

        >>> pointwise = Conv2d(64, 64, kernel_size=1, bias=False)
        >>> depthwise = Conv2d(64, 64, kernel_size=3, padding=1, groups=64, bias=False)
        >>> round(pointwise.arithmetic_intensity(32, 32), 1)
        7.8
        >>> round(depthwise.arithmetic_intensity(32, 32), 1)
        1.1
        """
        _check(1, batch=batch)
        rows, columns = self.output_size(height, width)
        maps = self.in_channels * height * width + self.out_channels * rows * columns
        return batch * self.multiply_adds(height, width) / (4 * (batch * maps + self._weights))


@dataclass(frozen=True)
class BatchNorm2d:
    """Two parameters a channel, scale and shift; its work folds into the convolution before it.

    >>> BatchNorm2d(64).parameters
    128
    """

    num_features: int

    def __post_init__(self) -> None:
        _check(1, num_features=self.num_features)

    @property
    def parameters(self) -> int:
        return 2 * self.num_features

    def output_size(self, height: int, width: int) -> Size:
        _check(1, height=height, width=width)
        return height, width

    def multiply_adds(self, height: int, width: int) -> int:
        _check(1, height=height, width=width)
        return 0


@dataclass(frozen=True)
class MaxPool2d:
    """Keeps the largest value of each window: no parameters, no multiply-adds.

    >>> MaxPool2d(3, 2, padding=1).output_size(112, 112)
    (56, 56)
    """

    kernel_size: int
    stride: int
    padding: int = 0

    @property
    def parameters(self) -> int:
        return 0

    def output_size(self, height: int, width: int) -> Size:
        # A pooling window moves like a convolution's.
        window = Conv2d(
            1, 1, kernel_size=self.kernel_size, stride=self.stride, padding=self.padding
        )
        return window.output_size(height, width)

    def multiply_adds(self, height: int, width: int) -> int:
        self.output_size(height, width)
        return 0


@dataclass(frozen=True)
class AdaptiveAvgPool2d:
    """Averages a feature map of any size down to side x side; learns nothing.

    >>> AdaptiveAvgPool2d(1).output_size(7, 7)
    (1, 1)
    """

    side: int

    def __post_init__(self) -> None:
        _check(1, side=self.side)

    @property
    def parameters(self) -> int:
        return 0

    def output_size(self, height: int, width: int) -> Size:
        _check(1, height=height, width=width)
        return self.side, self.side

    def multiply_adds(self, height: int, width: int) -> int:
        _check(1, height=height, width=width)
        return 0


@dataclass(frozen=True)
class Linear:
    """A fully connected layer on the flattened map: in_features * out_features, and a bias.

    >>> Linear(1280, 5).parameters
    6405
    """

    in_features: int
    out_features: int

    def __post_init__(self) -> None:
        _check(1, in_features=self.in_features, out_features=self.out_features)

    @property
    def parameters(self) -> int:
        return self.in_features * self.out_features + self.out_features

    def output_size(self, height: int, width: int) -> Size:
        _check(1, height=height, width=width)
        return 1, 1

    def multiply_adds(self, height: int, width: int) -> int:
        _check(1, height=height, width=width)
        return self.in_features * self.out_features


@dataclass(frozen=True)
class Sequential:
    """Layers one after the other; with no layer at all, the identity.

    >>> Sequential((Conv2d(3, 8, kernel_size=3), BatchNorm2d(8))).parameters
    240
    >>> Sequential().output_size(32, 32)
    (32, 32)
    """

    layers: tuple[Layer, ...] = ()

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    def output_size(self, height: int, width: int) -> Size:
        _check(1, height=height, width=width)
        for layer in self.layers:
            height, width = layer.output_size(height, width)
        return height, width

    def multiply_adds(self, height: int, width: int) -> int:
        _check(1, height=height, width=width)
        total = 0
        for layer in self.layers:
            total += layer.multiply_adds(height, width)
            height, width = layer.output_size(height, width)
        return total


@dataclass(frozen=True)
class Sum:
    """Two branches over the same input, added up. The addition itself counts nothing.

    Raises ValueError where the branches give feature maps of different size.

    >>> Sum(conv_bn(64, 64, kernel_size=3), Sequential()).parameters
    36992
    >>> smaller = conv_bn(64, 64, kernel_size=3, stride=2)
    >>> Sum(smaller, Sequential()).output_size(8, 8)
    Traceback (most recent call last):
    ValueError: F(x) is (4, 4) but the shortcut is (8, 8): they cannot be added
    """

    residual: Layer
    shortcut: Layer

    @property
    def parameters(self) -> int:
        return self.residual.parameters + self.shortcut.parameters

    def output_size(self, height: int, width: int) -> Size:
        size = self.residual.output_size(height, width)
        other = self.shortcut.output_size(height, width)
        if size != other:
            raise ValueError(f"F(x) is {size} but the shortcut is {other}: they cannot be added")
        return size

    def multiply_adds(self, height: int, width: int) -> int:
        self.output_size(height, width)
        return self.residual.multiply_adds(height, width) + self.shortcut.multiply_adds(
            height, width
        )


def conv_bn(
    in_channels: int, out_channels: int, *, kernel_size: int, stride: int = 1, groups: int = 1
) -> Sequential:
    """A convolution without bias that keeps the map's size at stride 1, and its BatchNorm.

    >>> conv_bn(3, 64, kernel_size=7, stride=2).output_size(224, 224)
    (112, 112)
    """
    padding = (kernel_size - 1) // 2
    return Sequential(
        (
            Conv2d(
                in_channels,
                out_channels,
                kernel_size=kernel_size,
                stride=stride,
                padding=padding,
                groups=groups,
                bias=False,
            ),
            BatchNorm2d(out_channels),
        )
    )


def projection(in_channels: int, out_channels: int, *, stride: int = 1) -> Sequential:
    """The 1x1 convolution with BatchNorm on the shortcut of a residual block.

    >>> projection(64, 128, stride=2).parameters
    8448
    """
    return conv_bn(in_channels, out_channels, kernel_size=1, stride=stride)


def _with_shortcut(residual: Sequential, in_channels: int, out_channels: int, stride: int) -> Sum:
    if stride == 1 and in_channels == out_channels:
        return Sum(residual, Sequential())
    return Sum(residual, projection(in_channels, out_channels, stride=stride))


def residual_block(in_channels: int, out_channels: int, *, stride: int = 1) -> Sum:
    """The block of He et al. 2015, section 3.3, option B: `cv7.residual_block.ResidualBlock`.

    >>> residual_block(64, 64).parameters
    73984
    >>> residual_block(64, 128, stride=2).parameters
    230144
    """
    residual = Sequential(
        (
            conv_bn(in_channels, out_channels, kernel_size=3, stride=stride),
            conv_bn(out_channels, out_channels, kernel_size=3),
        )
    )
    return _with_shortcut(residual, in_channels, out_channels, stride)


def bottleneck_block(in_channels: int, out_channels: int, *, width: int, stride: int = 1) -> Sum:
    """1x1 down to `width`, 3x3, 1x1 up: the block of ResNet-50 and deeper.

    Source: He et al. 2015, section 4.1 and Figure 5; with torchvision's stride on the 3x3.

    >>> bottleneck_block(256, 256, width=64).parameters
    70400
    """
    residual = Sequential(
        (
            conv_bn(in_channels, width, kernel_size=1),
            conv_bn(width, width, kernel_size=3, stride=stride),
            conv_bn(width, out_channels, kernel_size=1),
        )
    )
    return _with_shortcut(residual, in_channels, out_channels, stride)


def standard_conv(
    in_channels: int, out_channels: int, *, kernel_size: int = 3, stride: int = 1
) -> Sequential:
    """The convolution and BatchNorm that a depthwise separable one replaces.

    >>> standard_conv(32, 64).parameters
    18560
    """
    return conv_bn(in_channels, out_channels, kernel_size=kernel_size, stride=stride)


def depthwise_separable(
    in_channels: int, out_channels: int, *, kernel_size: int = 3, stride: int = 1
) -> Sequential:
    """One filter a channel, then a 1x1 mix of the channels, each with BatchNorm.

    Without BatchNorm: kernel_size^2 * C_in + C_in * C_out parameters.
    Source: Howard et al. 2017, section 3.1 and Figure 3.

    >>> depthwise_separable(32, 64).parameters
    2528
    """
    return Sequential(
        (
            conv_bn(
                in_channels, in_channels, kernel_size=kernel_size, stride=stride, groups=in_channels
            ),
            conv_bn(in_channels, out_channels, kernel_size=1),
        )
    )


def inverted_residual(
    in_channels: int, out_channels: int, *, expand_ratio: int, stride: int = 1
) -> Layer:
    """1x1 up, 3x3 depthwise, linear 1x1 down; a shortcut only where the shapes allow it.

    Source: Sandler et al. 2018, section 3.3.

    >>> inverted_residual(32, 32, expand_ratio=6).parameters
    14848
    """
    _check(1, in_channels=in_channels, expand_ratio=expand_ratio)
    hidden = in_channels * expand_ratio
    expand = (conv_bn(in_channels, hidden, kernel_size=1),) if expand_ratio > 1 else ()
    residual = Sequential(
        (
            *expand,
            conv_bn(hidden, hidden, kernel_size=3, stride=stride, groups=hidden),
            conv_bn(hidden, out_channels, kernel_size=1),
        )
    )
    if stride == 1 and in_channels == out_channels:
        return Sum(residual, Sequential())
    return residual


def standard_parameters(in_channels: int, out_channels: int, kernel_size: int) -> int:
    """kernel_size^2 * C_in * C_out: a standard convolution's weights, without bias and BatchNorm.

    Times the number of output positions: its multiply-adds. (Howard et al. 2017, equation 2)

    >>> standard_parameters(64, 128, 3)
    73728
    """
    return Conv2d(in_channels, out_channels, kernel_size=kernel_size, bias=False).parameters


def separable_parameters(in_channels: int, out_channels: int, kernel_size: int) -> int:
    """kernel_size^2 * C_in + C_in * C_out: depthwise and pointwise weights together.

    Times the number of output positions: the multiply-adds. (Howard et al. 2017, equation 5)

    >>> separable_parameters(64, 128, 3)
    8768
    """
    depthwise = Conv2d(
        in_channels, in_channels, kernel_size=kernel_size, groups=in_channels, bias=False
    )
    pointwise = Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
    return depthwise.parameters + pointwise.parameters


def separable_saving(out_channels: int, kernel_size: int) -> float:
    """How many times fewer weights: 1 / (1 / C_out + 1 / kernel_size^2), below kernel_size^2.

    >>> round(separable_saving(128, 3), 2)
    8.41
    """
    return standard_parameters(1, out_channels, kernel_size) / separable_parameters(
        1, out_channels, kernel_size
    )


def channels_for_saving(saving: int, kernel_size: int) -> int | None:
    """The fewest output channels at which a separable convolution saves more than `saving` times.

    C_out > saving * k^2 / (k^2 - saving); None where saving >= k^2, which is never reached.

    >>> channels_for_saving(8, 3)
    73
    >>> print(channels_for_saving(9, 3))
    None
    """
    _check(1, saving=saving, kernel_size=kernel_size)
    area = kernel_size**2
    if saving >= area:
        return None
    return saving * area // (area - saving) + 1
