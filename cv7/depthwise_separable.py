"""The convolutions of the chapter on depthwise separable ones. Needs PyTorch.

>>> import torch
>>> from cv7.depthwise_separable import DepthwiseSeparableConv, StandardConv
>>> x = torch.zeros(8, 64, 32, 32)
>>> for kind in (DepthwiseSeparableConv, StandardConv):
...     layer = kind(64, 128, stride=2)
...     print(tuple(layer(x).shape), sum(p.numel() for p in layer.parameters()))
(8, 128, 16, 16) 9152
(8, 128, 16, 16) 73984
"""

from ._needs import need

__all__ = ["DepthwiseSeparableConv", "StandardConv"]

need("torch")
# --8<-- [start:depthwise-separable]
import torch
from torch import nn


class DepthwiseSeparableConv(nn.Module):
    """A 3x3 filter for each channel, then a 1x1 mix of all channels.

    Shape: (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride),
    rounded up. BatchNorm and ReLU6 follow each of the two convolutions.
    Source: Howard et al. 2017, section 3.1; ReLU6 instead of their ReLU.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1):
        super().__init__()
        if min(in_channels, out_channels, stride) < 1:
            given = f"{in_channels=}, {out_channels=}, {stride=}"
            raise ValueError(f"all must be at least 1: {given}")
        self.depthwise = nn.Sequential(
            nn.Conv2d(
                in_channels,
                in_channels,
                kernel_size=3,
                stride=stride,
                padding=1,
                groups=in_channels,  # one filter for each channel
                bias=False,
            ),
            nn.BatchNorm2d(in_channels),
            nn.ReLU6(),
        )
        self.pointwise = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU6(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self.depthwise(x))


# --8<-- [end:depthwise-separable]


class StandardConv(nn.Sequential):
    """The 3x3 convolution, BatchNorm and ReLU6 that a separable one replaces.

    Shape: (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride), rounded up.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1):
        if min(in_channels, out_channels, stride) < 1:
            given = f"{in_channels=}, {out_channels=}, {stride=}"
            raise ValueError(f"all must be at least 1: {given}")
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU6(),
        )
