# Functions that take the model; requires_grad_ on modules; the optimiser's default is the head's.
import torch
import torchvision


def count(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def head(classes=4):
    return torch.nn.Sequential(torch.nn.Dropout(p=0.2), torch.nn.Linear(1280, classes))


net = torchvision.models.mobilenet_v2(weights="IMAGENET1K_V1").requires_grad_(False)
print(count(net))
net.classifier = head()
print(count(net))
for stage in net.features[-3:]:
    stage.requires_grad_(True)
print(count(net))
opt = torch.optim.Adam(
    [
        {"params": net.classifier.parameters()},
        {"params": net.features[-3:].parameters(), "lr": 1e-4},
    ],
    lr=1e-3,
)
