# --8<-- [start:solution]
import torch
from torch import nn
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2


def trainable(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
for parameter in model.parameters():
    parameter.requires_grad = False
print(f"frozen:        {trainable(model):>9,}")

model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 4))
print(f"new head:      {trainable(model):>9,}")

late = model.features[-3:]
for parameter in late.parameters():
    parameter.requires_grad = True
print(f"with 3 stages: {trainable(model):>9,}")
for stage in late:
    print(f"  {type(stage).__name__:22}{trainable(stage):>9,}")

optimizer = torch.optim.Adam(
    [
        {"params": late.parameters(), "lr": 1e-4},
        {"params": model.classifier.parameters(), "lr": 1e-3},
    ]
)
# --8<-- [end:solution]
