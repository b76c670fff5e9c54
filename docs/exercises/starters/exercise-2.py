"""Exercise 2: a mini ResNet for CIFAR-10. Check it: python -m cv7.check exercise-2 <this file>.

Each `raise NotImplementedError` marks a place to fill in: the checker knows it as not begun.
"""

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """ReLU(F(x) + shortcut(x)) with F = 3x3 convolution, BatchNorm, ReLU, the same again.

    The shortcut is the identity, or a 1x1 convolution with BatchNorm where channels or stride
    change: (N, in_channels, H, W) becomes (N, out_channels, H / stride, W / stride).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        # 1. Make the layers of F and of the shortcut.

    def forward(self, x: Tensor) -> Tensor:
        # 2. Return what the block makes of x.
        raise NotImplementedError


# 3. Stack a stem (3x3 convolution 3 to 32 channels, BatchNorm, ReLU), the blocks 32 to 32,
#    32 to 64 with stride 2, and 64 to 64, then global average pooling and a linear head.
model = nn.Sequential()

# 4. Send x through it, part by part, and print the shape after each. Predict them first.
x = torch.randn(8, 3, 32, 32)
raise NotImplementedError

# 5. Count the parameters, and print how many they are.
