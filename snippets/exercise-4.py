# --8<-- [start:solution]
import torch
from torch import Tensor, nn


class DWSepConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels,
            in_channels,
            3,
            stride=stride,
            padding=1,
            groups=in_channels,  # one filter for each channel
            bias=False,
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.relu6(self.bn1(self.depthwise(x)))
        return nn.functional.relu6(self.bn2(self.pointwise(x)))


class StandardConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            3,
            stride=stride,
            padding=1,
            bias=False,
        )
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(self.bn(self.conv(x)))


def count(module: nn.Module, kind: type[nn.Module]) -> int:
    """Parameters of the parts of one kind."""
    parts = [part for part in module.modules() if isinstance(part, kind)]
    own = [p for part in parts for p in part.parameters(recurse=False)]
    return sum(p.numel() for p in own)


separable, standard = DWSepConv(64, 128), StandardConv(64, 128)
for name, kind in [("convolutions", nn.Conv2d), ("all", nn.Module)]:
    many, few = count(standard, kind), count(separable, kind)
    print(f"{name}: {many:,} against {few:,}, {many / few:.2f} times")

x = torch.randn(2, 64, 112, 112)
print(standard(x).shape, separable(x).shape == standard(x).shape)
# --8<-- [end:solution]
