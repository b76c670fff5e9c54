# --8<-- [start:strategy-b]
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import FakeData
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

NUM_CLASSES = 5

# 1. The pretrained network, and the preprocessing its weights expect
weights = MobileNet_V2_Weights.IMAGENET1K_V1
model = mobilenet_v2(weights=weights)
preprocess = weights.transforms()

# 2. Freeze everything
for parameter in model.parameters():
    parameter.requires_grad = False

# 3. A new head: 1280 features to NUM_CLASSES
model.classifier = nn.Sequential(
    nn.Dropout(0.2),
    nn.Linear(model.last_channel, NUM_CLASSES),
)

# 4. Strategy B: train the last three stages as well
for parameter in model.features[-3:].parameters():
    parameter.requires_grad = True

# 5. A learning rate ten times lower for the backbone
optimizer = torch.optim.Adam(
    [
        {"params": model.features[-3:].parameters(), "lr": 1e-4},
        {"params": model.classifier.parameters(), "lr": 1e-3},
    ]
)


# 6. Training mode, but frozen BatchNorm keeps ImageNet's statistics
def train_mode(model: nn.Module) -> None:
    model.train()
    model.features[:-3].eval()


trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
total = sum(p.numel() for p in model.parameters())
print(f"Trainable: {trainable:,} of {total:,} ({trainable / total:.1%})")

# 7. Train. FakeData stands where your own data set belongs
images = FakeData(32, num_classes=NUM_CLASSES, transform=preprocess)
loader = DataLoader(images, batch_size=16, shuffle=True)
criterion = nn.CrossEntropyLoss()
for _epoch in range(1):
    train_mode(model)  # instead of model.train()
    for inputs, labels in loader:
        optimizer.zero_grad()
        criterion(model(inputs), labels).backward()
        optimizer.step()
# --8<-- [end:strategy-b]
