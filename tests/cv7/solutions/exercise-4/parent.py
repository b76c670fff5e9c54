# Both derive from one class of their own; functional activations; ratios in percent.
import torch
import torch.nn.functional as F
from torch import nn


class Base(nn.Module):
    def add(self, name, i, o, k, s=1, g=1):
        conv = nn.Conv2d(i, o, k, stride=s, padding=(k - 1) // 2, groups=g, bias=False)
        setattr(self, name, conv)
        setattr(self, name + "_bn", nn.BatchNorm2d(o))

    def run(self, name, x):
        return getattr(self, name + "_bn")(getattr(self, name)(x))


class DWSepConv(Base):
    def __init__(self, in_channels, out_channels, *, stride=1):
        super().__init__()
        self.add("dw", in_channels, in_channels, 3, stride, in_channels)
        self.add("pw", in_channels, out_channels, 1)

    def forward(self, x):
        return F.relu6(self.run("pw", F.relu6(self.run("dw", x))))


class StandardConv(Base):
    def __init__(self, in_channels, out_channels, *, stride=1):
        super().__init__()
        self.add("conv", in_channels, out_channels, 3, stride)

    def forward(self, x):
        return F.relu(self.run("conv", x))


def report():
    a, b = DWSepConv(64, 128), StandardConv(64, 128)
    for title, dims in (("convolutions only", {4}), ("everything", {1, 4})):
        few = sum(p.numel() for p in a.parameters() if p.dim() in dims)
        many = sum(p.numel() for p in b.parameters() if p.dim() in dims)
        print(f"{title}: {few:_} of {many:_}, {100 * few / many:.1f} %")
    x = torch.randn(2, 64, 112, 112)
    assert a(x).shape == b(x).shape


report()
