# Activations as layers, one Sequential each.
import torch
import torch.nn as nn


class DWSepConv(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super(DWSepConv, self).__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, stride, 1, groups=in_channels, bias=False),
            nn.BatchNorm2d(in_channels),
            nn.ReLU6(inplace=True),
            nn.Conv2d(in_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU6(inplace=True),
        )

    def forward(self, x):
        return self.layers(x)


class StandardConv(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super(StandardConv, self).__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.layers(x)


def convs_only(model):
    return sum(m.weight.numel() for m in model.modules() if isinstance(m, nn.Conv2d))


dw, std = DWSepConv(64, 128), StandardConv(64, 128)
print("conv", convs_only(dw), convs_only(std), convs_only(dw) / convs_only(std))
n_dw, n_std = (sum(p.numel() for p in m.parameters()) for m in (dw, std))
print("all", n_dw, n_std, n_dw / n_std)
x = torch.randn(2, 64, 112, 112)
print(dw(x).shape == std(x).shape)
