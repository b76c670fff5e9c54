"""The residual block of the chapter on skip connections. Needs PyTorch.

>>> import torch
>>> from cv7.residual_block import ResidualBlock
>>> block = ResidualBlock(64, 128, stride=2)
>>> tuple(block(torch.zeros(8, 64, 32, 32)).shape)
(8, 128, 16, 16)
>>> sum(p.numel() for p in block.parameters())
230144
"""

from ._needs import need

__all__ = ["ResidualBlock"]

need("torch")
# --8<-- [start:residual-block]
from functools import partial

import torch
from torch import nn

# bias=False: BatchNorm follows, and its shift makes a bias redundant
conv3x3 = partial(nn.Conv2d, kernel_size=3, padding=1, bias=False)
conv1x1 = partial(nn.Conv2d, kernel_size=1, bias=False)


class ResidualBlock(nn.Module):
    """ReLU(F(x) + shortcut(x)) with F = conv3x3, BN, ReLU, conv3x3, BN.

    Shape: (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride),
    rounded up. The shortcut is the identity, or conv1x1 and BN where the shape
    changes: option B of He et al. 2015, section 3.3.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1):
        super().__init__()
        if min(in_channels, out_channels, stride) < 1:
            given = f"{in_channels=}, {out_channels=}, {stride=}"
            raise ValueError(f"all must be at least 1: {given}")
        self.residual = nn.Sequential(
            conv3x3(in_channels, out_channels, stride=stride),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            conv3x3(out_channels, out_channels),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                conv1x1(in_channels, out_channels, stride=stride),
                nn.BatchNorm2d(out_channels),
            )
        self.activation = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual, shortcut = self.residual(x), self.shortcut(x)
        if residual.shape != shortcut.shape:  # "+" might broadcast in silence
            raise ValueError(f"cannot add {residual.shape} to {shortcut.shape}")
        return self.activation(residual + shortcut)


# --8<-- [end:residual-block]
