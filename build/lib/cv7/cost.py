"""Parameters and multiply-adds of layers, as plain integers. Imports no torch.

One multiply and one add count as 1 multiply-add. Torch's own FLOP counter counts them as 2;
torchvision's tables print multiply-adds under the name GFLOPS. Biases and BatchNorm add
parameters but, as in those tables, no multiply-adds.

Every layer is described with nn.Conv2d's argument names and tells three things:

    layer.parameters                     how many numbers it learns
    layer.output_size(height, width)     the feature map it makes of a (height, width) one
    layer.multiply_adds(height, width)   its work on one image with such a feature map
"""

from dataclasses import KW_ONLY, dataclass
from typing import Protocol

Size = tuple[int, int]


class Layer(Protocol):
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


@dataclass(frozen=True)
class BatchNorm2d:
    """Two parameters a channel, scale and shift; its work folds into the convolution before it."""

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
class Sequential:
    """Layers one after the other; with no layer at all, the identity."""

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


def residual_block(in_channels: int, out_channels: int, *, stride: int = 1) -> Sum:
    """The block of He et al. 2015, section 3.3, option B: `cv7.residual_block.ResidualBlock`."""
    residual = Sequential(
        (
            Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False),
            BatchNorm2d(out_channels),
            Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
            BatchNorm2d(out_channels),
        )
    )
    if stride == 1 and in_channels == out_channels:
        return Sum(residual, Sequential())
    return Sum(residual, projection(in_channels, out_channels, stride=stride))


def projection(in_channels: int, out_channels: int, *, stride: int = 1) -> Sequential:
    """The 1x1 convolution with BatchNorm on the shortcut of such a block."""
    return Sequential(
        (
            Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
            BatchNorm2d(out_channels),
        )
    )
