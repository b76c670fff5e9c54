# --8<-- [start:block]
import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        # Conv2d(in_channels, out_channels, kernel_size, stride, padding)
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.residual(x) + self.shortcut(x))


# --8<-- [end:block]
# --8<-- [start:shape]
# stride=2 halves H and W, so the shortcut becomes a projection
block = ResidualBlock(64, 128, stride=2)
x = torch.randn(4, 64, 32, 32)  # (N, C, H, W)
print(block(x).shape)
print(f"{sum(p.numel() for p in block.parameters()):,} parameters")
# --8<-- [end:shape]
