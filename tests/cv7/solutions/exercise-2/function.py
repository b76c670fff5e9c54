# A function makes the network; ReLU in place; "same" padding; nothing else at the top level.
from collections import OrderedDict

import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, *, stride=1):
        super().__init__()
        same = in_channels == out_channels and stride == 1
        first = {"padding": "same"} if stride == 1 else {"padding": 1, "stride": stride}
        self.f = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, bias=False, **first),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.project = nn.Sequential()
        if not same:
            self.project.append(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False))
            self.project.append(nn.BatchNorm2d(out_channels))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.project(x) + self.f(x))


def make_network():
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(3, 32, 3, 1, 1, bias=False),
            norm=nn.BatchNorm2d(32),
            relu=nn.ReLU(inplace=True),
            a=ResidualBlock(32, 32),
            b=ResidualBlock(32, 64, stride=2),
            c=ResidualBlock(64, 64),
            pool=nn.AvgPool2d(16),
            flat=nn.Flatten(),
            head=nn.Linear(64, 10),
        )
    )


def main():
    network = make_network()
    x = torch.randn(8, 3, 32, 32)
    for name, part in network.named_children():
        x = part(x)
        print(name, *x.shape)
    total = 0
    for p in network.parameters():
        total += p.numel()
    print(f"{total:_}")


main()
