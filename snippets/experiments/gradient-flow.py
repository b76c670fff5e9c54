"""The gradient factor per layer at initialisation, for plain and residual stacks.

51 weight layers on 256 of scikit-learn's digits, in float64 so that nothing underflows. Two
families: fully connected layers of width 64, where only weights and activation act, and 3x3
convolutions of width 16 on 4x4 maps, where zero padding takes a share of its own.

    python snippets/experiments/gradient-flow.py             # a minute
    python snippets/experiments/gradient-flow.py --smoke     # one tiny stack, writes nothing
"""

import argparse
import math
from collections.abc import Callable
from typing import Any

import provenance
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy

from cv7.gradient_flow import factor_per_layer

LAYERS, BATCH = 51, 256
SEEDS = list(range(5))
MLP_WIDTH, CONV_WIDTH = 64, 16

Initialise = Callable[[Tensor], Any]


def xavier(weight: Tensor) -> Tensor:
    return nn.init.xavier_normal_(weight)


def he(weight: Tensor) -> Tensor:
    return nn.init.kaiming_normal_(weight, nonlinearity="relu")


def pytorch_default(weight: Tensor) -> Tensor:
    return nn.init.kaiming_uniform_(weight, a=math.sqrt(5))


# name: (activation, initialisation, BatchNorm, residual)
RECIPES: dict[str, tuple[type[nn.Module], Initialise, bool, bool]] = {
    "sigmoid, PyTorch default": (nn.Sigmoid, pytorch_default, False, False),
    "sigmoid, Xavier": (nn.Sigmoid, xavier, False, False),
    "tanh, PyTorch default": (nn.Tanh, pytorch_default, False, False),
    "tanh, Xavier": (nn.Tanh, xavier, False, False),
    "ReLU, PyTorch default": (nn.ReLU, pytorch_default, False, False),
    "ReLU, He": (nn.ReLU, he, False, False),
    "ReLU + BN, He": (nn.ReLU, he, True, False),
    "ReLU + BN, He, residual": (nn.ReLU, he, True, True),
    "ReLU, He, residual": (nn.ReLU, he, False, True),
}


class Stack(nn.Module):
    """`layers` weight layers, the last one the classifier; a residual addition every two layers."""

    def __init__(self, recipe: str, family: str, layers: int) -> None:
        super().__init__()
        activation, initialise, batch_norm, self.residual = RECIPES[recipe]
        self.activation = activation()
        self.weights, self.norms = nn.ModuleList(), nn.ModuleList()
        width = {"mlp": MLP_WIDTH, "conv": CONV_WIDTH}[family]
        for i in range(layers - 1):
            if family == "mlp":
                self.weights.append(nn.Linear(64 if i == 0 else width, width))
                norm: nn.Module = nn.BatchNorm1d(width)
            else:
                self.weights.append(nn.Conv2d(1 if i == 0 else width, width, 3, padding=1))
                norm = nn.BatchNorm2d(width)
            self.norms.append(norm if batch_norm else nn.Identity())
        self.head = nn.Linear(width, 10)
        for layer in [*self.weights, self.head]:
            initialise(layer.weight)
            if initialise is not pytorch_default:
                nn.init.zeros_(layer.bias)
        self.double()

    def forward(self, x: Tensor) -> Tensor:
        self.signals: list[Tensor] = []
        shortcut = None
        for i, (weight, norm) in enumerate(zip(self.weights, self.norms, strict=True)):
            z = norm(weight(x))
            # Layer 0 is the stem; the blocks are layers 1-2, 3-4, ...
            if self.residual and i > 0 and i % 2 == 0:
                z = z + shortcut
            x = self.activation(z)
            if i % 2 == 0:
                shortcut = x
            self.signals.append(x)
        return self.head(x if x.dim() == 2 else x.mean(dim=(2, 3)))


def measure(recipe: str, family: str, layers: int, seed: int) -> float:
    torch.manual_seed(seed)
    digits = load_digits()
    images = torch.tensor(digits.images[:BATCH]).unsqueeze(1)
    images = (images - images.mean()) / images.std()
    labels = torch.tensor(digits.target[:BATCH])
    stack = Stack(recipe, family, layers)
    x = images.flatten(1) if family == "mlp" else avg_pool2d(images, 2)
    loss = cross_entropy(stack(x), labels)
    first, *_, last = torch.autograd.grad(loss, stack.signals)
    return factor_per_layer(first.norm().item(), last.norm().item(), len(stack.signals) - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="one tiny stack, writes nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.smoke:
        for family in ("mlp", "conv"):
            for recipe in RECIPES:
                print(family, recipe, measure(recipe, family, layers=5, seed=0))
        return
    factors: dict[str, dict[str, list[float]]] = {}
    for family in ("mlp", "conv"):
        factors[family] = {}
        for recipe in RECIPES:
            values = [round(measure(recipe, family, LAYERS, s), 4) for s in SEEDS]
            factors[family][recipe] = values
            print(family, recipe, values, flush=True)
    settings = {
        "data": "scikit-learn digits",
        "images": BATCH,
        "layers": LAYERS,
        "mlp": f"fully connected, width {MLP_WIDTH}",
        "conv": f"3x3 convolutions, width {CONV_WIDTH}, 4x4 maps, zero padding",
        "precision": "float64",
        "factor": "(norm of the gradient at the first activation / at the last) "
        "** (1 / layers between)",
    }
    path = provenance.write(__file__, settings=settings, seeds=SEEDS, **factors)
    print(f"wrote {path.relative_to(provenance.ROOT)}")


if __name__ == "__main__":
    main()
