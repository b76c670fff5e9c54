"""Exercise 8: a pipeline from end to end. Check: python -m cv7.check exercise-8 <this file>.

Each `raise NotImplementedError` marks a place to fill in: the checker knows it as not begun.
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

CLASSES = 5

# 1. Freeze the backbone, and give it a head for five classes.
model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)


# 2. A hundred images of noise with random labels from 0 to 4; then batches of 16.
def random_data() -> TensorDataset:
    raise NotImplementedError


training, fresh = random_data(), random_data()
loader = DataLoader(training)

# 3. Adam, for the head alone, with learning rate 1e-3.
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())


# 4. One epoch: the loss and the accuracy over all batches.
def train_epoch() -> tuple[float, float]:
    raise NotImplementedError


def accuracy(data: TensorDataset) -> float:
    """The share of right answers, in eval mode."""
    raise NotImplementedError


# 5. After the first epoch, unfreeze the last two stages and add them to the optimiser with 1e-4.
for epoch in (1, 2, 3):
    loss, right = train_epoch()
    print(f"epoch {epoch}: loss {loss:.1f}, training accuracy {right:.0%}")

print(f"the same images in eval mode: {accuracy(training):.0%}")
print(f"fresh images:                 {accuracy(fresh):.0%}")
