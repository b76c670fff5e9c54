# By names of parameters; one group for each tensor.
from torch import nn, optim
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

HEAD_LR = 1e-3
model = mobilenet_v2(weights=MobileNet_V2_Weights.DEFAULT.IMAGENET1K_V1)


def show(what):
    total = 0
    for parameter in model.parameters():
        if parameter.requires_grad:
            total += parameter.numel()
    print(what + ":", f"{total:_}")


for parameter in model.parameters():
    parameter.requires_grad_(False)
show("All frozen")
model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(model.last_channel, 4))
show("Head")
last = len(model.features) - 1
late = tuple(f"features.{last - k}." for k in range(3))
for name, parameter in model.named_parameters():
    if name.startswith(late):
        parameter.requires_grad = True
show("Head and three stages")
groups = []
for name, parameter in model.named_parameters():
    if parameter.requires_grad:
        lr = HEAD_LR if name.startswith("classifier") else HEAD_LR * 0.1
        groups.append({"params": [parameter], "lr": lr})
optimizer = optim.Adam(groups, lr=123)
