# ReLU6 by clamp, the depthwise step a class of its own, "same" where it can be.
import torch
from torch import nn
from torch.nn import BatchNorm2d, Conv2d


class Depthwise(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        padding = "same" if stride == 1 else 1
        kwargs = {"kernel_size": (3, 3), "groups": channels, "bias": False}
        self.filter = Conv2d(channels, channels, stride=stride, padding=padding, **kwargs)
        self.norm = BatchNorm2d(channels)

    def forward(self, x):
        return torch.clamp(self.norm(self.filter(x)), 0, 6)


class DWSepConv(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.depthwise = Depthwise(in_channels, stride)
        self.mix = Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
        self.norm = BatchNorm2d(out_channels)

    def forward(self, x):
        return self.norm(self.mix(self.depthwise(x))).clamp(min=0, max=6)


class StandardConv(nn.Sequential):
    def __init__(self, in_channels, out_channels, stride=1):
        conv = Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        super().__init__(conv, BatchNorm2d(out_channels), nn.ReLU())


torch.manual_seed(99)
models = {"separable": DWSepConv(64, 128), "standard": StandardConv(64, 128)}
x = torch.randn(2, 64, 112, 112)
counts = {}
for name, model in models.items():
    everything = sum(p.numel() for p in model.parameters())
    norms = sum(2 * m.num_features for m in model.modules() if isinstance(m, BatchNorm2d))
    counts[name] = (everything - norms, everything)
    print(name, counts[name], tuple(model(x).size()))
for few, many in zip(counts["separable"], counts["standard"], strict=True):
    print("ratio", round(many / few, 2))
