# All in a function, behind the guard; a second optimiser instead of add_param_group.
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2


def build():
    model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
    model.requires_grad_(False)
    model.classifier[1] = nn.Linear(1280, 5)
    return model


def noise():
    return TensorDataset(torch.randn(100, 3, 224, 224), torch.randint(5, (100,)))


def epoch(model, loader, optimizer):
    total, hits = 0.0, 0
    model.train()
    model.features[:-2].eval()
    for x, y in loader:
        out = model(x)
        loss = nn.CrossEntropyLoss()(out, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        total += float(loss)
        hits += int((out.argmax(-1) == y).sum())
    print("loss", total / len(loader), "accuracy", hits / 100)


@torch.no_grad()
def accuracy(model, dataset):
    model.eval()
    x, y = dataset[:]
    return (model(x).argmax(dim=1) == y).float().mean().item()


def main():
    model, data = build(), noise()
    loader = DataLoader(data, 16, True)
    optimizer = optim.Adam(model.classifier.parameters(), lr=1e-3)
    epoch(model, loader, optimizer)
    late = list(model.features[-2:].parameters())
    for p in late:
        p.requires_grad = True
    groups = [{"params": model.classifier.parameters(), "lr": 1e-3}, {"params": late, "lr": 1e-4}]
    optimizer = optim.Adam(groups)
    for _ in range(2):
        epoch(model, loader, optimizer)
    print("fresh", accuracy(model, noise()))
    return model, loader, optimizer


if __name__ == "__main__":
    model, loader, optimizer = main()
