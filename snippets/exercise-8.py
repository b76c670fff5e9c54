# --8<-- [start:solution]
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

CLASSES = 5
torch.manual_seed(2)

# 1. Frozen backbone, new head
model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
for parameter in model.parameters():
    parameter.requires_grad = False
model.classifier = nn.Sequential(
    nn.Dropout(0.2),
    nn.Linear(model.last_channel, CLASSES),
)


# 2. Random images, random labels: nothing to learn but the images themselves
def random_data(seed: int) -> TensorDataset:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(100, 3, 224, 224, generator=generator)
    labels = torch.randint(CLASSES, (100,), generator=generator)
    return TensorDataset(images, labels)


training, fresh = random_data(seed=1), random_data(seed=2)
loader = DataLoader(training, batch_size=16, shuffle=True)

# 3. Loss and optimiser, for the head alone
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)


# 4. One epoch; frozen stages stay in eval mode
def train_epoch(trained_stages: int) -> tuple[float, float]:
    model.train()
    model.features[: len(model.features) - trained_stages].eval()
    losses, right = 0.0, 0
    for images, labels in loader:
        optimizer.zero_grad()
        logits = model(images)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        losses += loss.item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
    return losses / len(training), right / len(training)


def accuracy(data: TensorDataset) -> float:
    model.eval()
    images, labels = data.tensors
    with torch.no_grad():
        logits = torch.cat([model(batch) for batch in images.split(25)])
    return (logits.argmax(dim=1) == labels).float().mean().item()


# 5. After epoch 1, the last two stages learn too, more slowly
for epoch in (1, 2, 3):
    if epoch == 2:
        late = model.features[-2:]
        for parameter in late.parameters():
            parameter.requires_grad = True
        optimizer.add_param_group({"params": late.parameters(), "lr": 1e-4})
    loss, right = train_epoch(trained_stages=0 if epoch == 1 else 2)
    print(f"epoch {epoch}: loss {loss:.1f}, training accuracy {right:.0%}")

print(f"the same images in eval mode: {accuracy(training):.0%}")
print(f"fresh images:                 {accuracy(fresh):.0%}")
# --8<-- [end:solution]
