# --8<-- [start:solution]
import torch
from torch import Tensor, nn


def conv_bn(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            bias=False,
        ),
        nn.BatchNorm2d(out_channels),
    )


class ResidualBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        self.residual = nn.Sequential(
            conv_bn(in_channels, out_channels, 3, stride),
            nn.ReLU(),
            conv_bn(out_channels, out_channels, 3),
        )
        same = stride == 1 and in_channels == out_channels
        projection = conv_bn(in_channels, out_channels, 1, stride)
        self.shortcut = nn.Identity() if same else projection

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.residual(x) + self.shortcut(x))


model = nn.Sequential(
    conv_bn(3, 32, 3),  # the stem: the first block expects 32 channels
    nn.ReLU(),
    ResidualBlock(32, 32),
    ResidualBlock(32, 64, stride=2),
    ResidualBlock(64, 64),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(64, 10),
)

x = torch.randn(8, 3, 32, 32)
for layer in model:
    x = layer(x)
    print(f"{type(layer).__name__:18}{tuple(x.shape)}")
parameters = sum(p.numel() for p in model.parameters())
print(f"{parameters:,} parameters")
# --8<-- [end:solution]
