# The optimiser gets the whole backbone, frozen stages too: allowed, and worth a word.
import torch
from torch import nn
from torchvision import models

backbone_lr, head_lr = 0.0001, 0.001
model = models.mobilenet_v2(weights=models.MobileNet_V2_Weights.IMAGENET1K_V1)
trainable = lambda: sum(p.numel() for p in model.parameters() if p.requires_grad)

[p.requires_grad_(False) for p in model.parameters()]
print("step 2:", trainable())

model.classifier[0] = nn.Dropout(p=0.2)
model.classifier[1] = nn.Linear(1280, 4)
print("step 3:", trainable())

for i in (16, 17, 18):
    for p in model.features[i].parameters():
        p.requires_grad = True
    print("  ", type(model.features[i]).__name__)
print("step 4:", trainable())

adam = torch.optim.Adam(model.features.parameters(), lr=backbone_lr)
adam.add_param_group({"params": list(model.classifier.parameters()), "lr": head_lr})
model.eval()
