# Shapes by hooks, blocks in a ModuleList, its own seed, trained for a step, left in eval mode.
import torch
from torch import nn

torch.manual_seed(1234)


def conv(i, o, k, s=1):
    return nn.Conv2d(i, o, k, s, k // 2, bias=False)


class Shortcut(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.needed = i != o or s != 1
        if self.needed:
            self.conv, self.bn = conv(i, o, 1, s), nn.BatchNorm2d(o)

    def forward(self, x):
        return self.bn(self.conv(x)) if self.needed else x


class ResidualBlock(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.convs = nn.ModuleList([conv(i, o, 3, stride), conv(o, o, 3)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(o), nn.BatchNorm2d(o)])
        self.shortcut = Shortcut(i, o, stride)

    def forward(self, x):
        y = self.norms[0](self.convs[0](x)).clamp(min=0)
        y = self.norms[1](self.convs[1](y))
        return torch.relu(torch.add(y, self.shortcut(x)))


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 32, 3), nn.BatchNorm2d(32), nn.ReLU())
        plan = [(32, 32, 1), (32, 64, 2), (64, 64, 1)]
        self.blocks = nn.ModuleList([ResidualBlock(*p) for p in plan])
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.fc(torch.flatten(self.pool(x), 1))


my_net = Net(10)
hooks = [
    m.register_forward_hook(lambda m, _, out: print(type(m).__name__, list(out.shape)))
    for m in my_net.modules()
]
optimizer = torch.optim.SGD(my_net.parameters(), lr=0.1)
loss = nn.functional.cross_entropy(my_net(torch.randn(8, 3, 32, 32)), torch.arange(8))
loss.backward()
optimizer.step()
for hook in hooks:
    hook.remove()
my_net.eval()
print("in all", format(sum(p.numel() for p in my_net.parameters()), ",d"), "parameters")
