"""Exercise 4: build the block and verify it. Check: python -m cv7.check exercise-4 <this file>.

Each `raise NotImplementedError` marks a place to fill in: the checker knows it as not begun.
"""

import torch
from torch import Tensor, nn


class DWSepConv(nn.Module):
    """Depthwise 3x3, BatchNorm, ReLU6, pointwise 1x1, BatchNorm, ReLU6; no biases."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        # 1. Make the layers.

    def forward(self, x: Tensor) -> Tensor:
        # 2. Return what the block makes of x.
        raise NotImplementedError


class StandardConv(nn.Module):
    """What it replaces: 3x3 convolution, BatchNorm, ReLU; no bias."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        # 3. Make the layers.

    def forward(self, x: Tensor) -> Tensor:
        # 4. Return what the block makes of x.
        raise NotImplementedError


# 5. For 64 to 128 channels, print the parameters of both and their ratio: first of the
#    convolutions alone, then of everything.
separable, standard = DWSepConv(64, 128), StandardConv(64, 128)
raise NotImplementedError

# 6. Send x through both. Are the shapes equal?
x = torch.randn(2, 64, 112, 112)
