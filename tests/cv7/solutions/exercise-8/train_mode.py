# A class for the data, everything in training mode while training, model.zero_grad().
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision.models import mobilenet_v2

torch.manual_seed(7)


class Noise(Dataset):
    def __init__(self, n=100):
        self.x = torch.randn(n, 3, 224, 224)
        self.y = torch.randint(0, 5, (n,))

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def evaluate(net, data):
    net.eval()
    right = 0
    with torch.inference_mode():
        for x, y in DataLoader(data, batch_size=50):
            right += (net(x).argmax(1) == y).sum().item()
    net.train()
    return right / len(data)


net = mobilenet_v2(weights="IMAGENET1K_V1")
for p in net.features.parameters():
    p.requires_grad = False
net.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 5))
train_set, test_set = Noise(), Noise(40)
test_loader = DataLoader(test_set, batch_size=40)
train_loader = DataLoader(train_set, batch_size=16, shuffle=True)
adam = torch.optim.Adam(net.classifier.parameters(), lr=0.001)
for epoch in range(3):
    if epoch == 1:
        print("before", evaluate(net, train_set), evaluate(net, test_set))
        net.features[-2:].requires_grad_(True)
        adam.add_param_group({"params": net.features[-2:].parameters(), "lr": 0.0001})
    for x, y in train_loader:
        net.zero_grad()
        out = net(x)
        loss = F.cross_entropy(out, y)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
    print(epoch, loss.item(), evaluate(net, train_set))
print("after", evaluate(net, train_set), evaluate(net, test_set))
