# --8<-- [start:import]
import torch
from torch import nn

from cv7.depthwise_separable import DepthwiseSeparableConv


# --8<-- [end:import]
# --8<-- [start:compare]
def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


standard = nn.Sequential(
    nn.Conv2d(32, 64, kernel_size=3, padding=1, bias=False),
    nn.BatchNorm2d(64),
)
separable = DepthwiseSeparableConv(32, 64)
x = torch.randn(4, 32, 112, 112)  # (N, C, H, W)
print(separable(x).shape)

convs = [m for m in separable.modules() if isinstance(m, nn.Conv2d)]
before, after = count(standard[0]), sum(map(count, convs))
print(f"convolutions: {before:,} to {after:,}, {before / after:.1f} x fewer")
before, after = count(standard), count(separable)
print(f"with BatchNorm: {before:,} to {after:,}, {before / after:.1f} x fewer")
# --8<-- [end:compare]
