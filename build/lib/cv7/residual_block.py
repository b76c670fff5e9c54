"""The residual block of the chapter docs/chapters/skip-connections.md. Needs PyTorch."""

# --8<-- [start:residual-block]
import torch
from torch import nn


class ResidualBlock(nn.Module):
    """ReLU(F(x) + shortcut(x)) with F = conv3x3, BN, ReLU, conv3x3, BN.

    Shape: (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride),
    rounded up. The shortcut is the identity, or 1x1 convolution and BN where
    the shape changes: option B of He et al. 2015, section 3.3.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1):
        super().__init__()
        if min(in_channels, out_channels, stride) < 1:
            raise ValueError(f"below 1: {in_channels=}, {out_channels=}, {stride=}")
        # bias=False: the shift of the BatchNorm that follows makes it redundant
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
        self.activation = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual, shortcut = self.residual(x), self.shortcut(x)
        if residual.shape != shortcut.shape:  # "+" might broadcast in silence
            raise ValueError(f"cannot add {residual.shape} and {shortcut.shape}")
        return self.activation(residual + shortcut)


# --8<-- [end:residual-block]
