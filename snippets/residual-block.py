# --8<-- [start:import]
import torch

from cv7.residual_block import ResidualBlock

# --8<-- [end:import]
# --8<-- [start:shape]
# stride=2 halves H and W, so the shortcut becomes a projection
block = ResidualBlock(64, 128, stride=2)
x = torch.randn(4, 64, 32, 32)  # (N, C, H, W)
print(block(x).shape)
print(f"{sum(p.numel() for p in block.parameters()):,} parameters")
# --8<-- [end:shape]
