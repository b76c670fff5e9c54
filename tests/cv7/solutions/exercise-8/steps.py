# Top to bottom without a function; batches by iterator; head and late stages in groups by name.
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models

weights = models.MobileNet_V2_Weights.IMAGENET1K_V1
model = models.mobilenet_v2(weights=weights)
for name, p in model.named_parameters():
    p.requires_grad = False
head = nn.Linear(1280, 5)
model.classifier = nn.Sequential(nn.Dropout(0.5), head)

images, labels = torch.randn(100, 3, 224, 224), torch.randint(0, 5, (100,))
new_images, new_labels = torch.randn(20, 3, 224, 224), torch.randint(0, 5, (20,))
dataset = TensorDataset(images, labels)
data_loader = DataLoader(dataset, shuffle=True, batch_size=16)
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam([{"params": head.parameters(), "lr": 1e-3}])

epoch, step = 1, 0
while epoch <= 3:
    losses, corrects = [], []
    for batch, target in data_loader:
        optimizer.zero_grad()
        logits = model(batch)
        loss = loss_function(logits, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        corrects.append((logits.argmax(1) == target).float())
        step += 1
    print(
        "Epoch", epoch, "loss", sum(losses) / len(losses), "acc", torch.cat(corrects).mean().item()
    )
    if epoch == 1:
        late = [
            p for n, p in model.named_parameters() if n.startswith(("features.17", "features.18"))
        ]
        for p in late:
            p.requires_grad_()
        optimizer.add_param_group({"params": late, "lr": 1e-4})
    epoch += 1

model.eval()
with torch.no_grad():
    print("old", (model(images[:50]).argmax(1) == labels[:50]).float().mean())
    print("new", (model(new_images).argmax(1) == new_labels).float().mean())
