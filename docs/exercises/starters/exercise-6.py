"""Exercise 6: fine-tuning, step by step. Check it: python -m cv7.check exercise-6 <this file>.

Each `raise NotImplementedError` marks a place to fill in: the checker knows it as not begun.
"""

from torch import nn
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2


def trainable(module: nn.Module) -> int:
    """How many parameters of the module are trainable."""
    raise NotImplementedError


# 1. Load MobileNetV2.
model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)

# 2. Freeze all parameters.
print("frozen:", trainable(model))

# 3. Replace model.classifier: dropout 0.2 and a linear layer for four classes.
print("new head:", trainable(model))

# 4. Unfreeze the last three stages, model.features[-3:].
print("with three stages:", trainable(model))

# 5. Make an Adam optimiser with 1e-4 for the backbone and 1e-3 for the head.
