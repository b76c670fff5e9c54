"""Vectors for the widget that trains two networks: one step of each setting, by torch.

The same networks in torch, in double precision, with the widget's own random numbers.
"""

import json
import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import batch_norm, cross_entropy, linear

from ..conftest import ROOT, Generated, agree

WIDTH, POINTS, BATCH, STEPS = 16, 256, 64, 600
DEPTHS = [2, 5, 10, 20, 30, 50]
MASK = 0xFFFFFFFF


def random_numbers(seed: int) -> Iterator[float]:
    """mulberry32, as in model.mjs."""
    state = seed & MASK
    while True:
        state = (state + 0x6D2B79F5) & MASK
        t = ((state ^ (state >> 15)) * (state | 1)) & MASK
        t = ((t + (((t ^ (t >> 7)) * (t | 61)) & MASK)) ^ t) & MASK
        yield (t ^ (t >> 14)) / 2**32


def normal_numbers(random: Iterator[float]) -> Callable[[], float]:
    def normal() -> float:
        radius = math.sqrt(-2 * math.log(1 - next(random)))
        return radius * math.cos(2 * math.pi * next(random))

    return normal


def spirals(seed: int, noise: float = 0.02) -> tuple[Tensor, Tensor]:
    random = random_numbers(seed)
    normal = normal_numbers(random)
    points, labels = [], []
    for i in range(POINTS):
        along = next(random)
        angle = 2 * math.pi * along + math.pi * (i % 2)
        radius = 0.1 + 0.9 * along
        x = radius * math.cos(angle) + noise * normal()
        y = radius * math.sin(angle) + noise * normal()
        points.append((x, y))
        labels.append(i % 2)
    return torch.tensor(points, dtype=torch.float64), torch.tensor(labels)


def first_batch(seed: int) -> list[int]:
    random = random_numbers(seed + 2000)
    order = list(range(POINTS))
    for i in range(POINTS - 1, 0, -1):
        j = math.floor(next(random) * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order[:BATCH]


class Network:
    def __init__(self, depth: int, residual: bool, batch_norm: bool, seed: int) -> None:
        self.depth, self.residual, self.batch_norm = depth, residual, batch_norm
        normal = normal_numbers(random_numbers(seed + 1000))
        blocks = (depth - 1) // 2
        scaled = residual and not batch_norm and blocks
        self.scale = 1 / math.sqrt(blocks) if scaled else 1.0

        def matrix(rows: int, columns: int, gain: float) -> Tensor:
            values = [[gain * normal() for _ in range(columns)] for _ in range(rows)]
            return torch.tensor(values, dtype=torch.float64, requires_grad=True)

        def vector(size: int, value: float) -> Tensor:
            return torch.full((size,), value, dtype=torch.float64, requires_grad=True)

        self.layers = []
        for layer in range(depth):
            columns = 2 if layer == 0 else WIDTH
            weights = matrix(WIDTH, columns, math.sqrt(2 / columns))
            scales = [vector(WIDTH, 1.0)] if batch_norm else []
            self.layers.append([weights, *scales, vector(WIDTH, 0.0)])
        self.head = [matrix(2, WIDTH, math.sqrt(1 / WIDTH)), vector(2, 0.0)]
        self.parameters = [p for layer in [*self.layers, self.head] for p in layer]

    def __call__(self, x: Tensor) -> Tensor:
        shortcut = x
        for index, (weights, *norm) in enumerate(self.layers):
            closes = self.residual and index > 0 and index % 2 == 0
            if self.residual and index % 2 == 1:
                shortcut = x
            if self.batch_norm:
                scales, shifts = norm
                z = batch_norm(linear(x, weights), None, None, scales, shifts, training=True)
            else:
                z = linear(x, weights, norm[0]) * (self.scale if closes else 1)
            x = torch.relu(z + shortcut if closes else z)
        return linear(x, *self.head)


def case(depth: int, residual: bool, norm: bool, optimiser: str) -> dict[str, Any]:
    seed = depth
    points, labels = spirals(seed)
    network = Network(depth, residual, norm, seed)
    chosen = first_batch(seed)
    make = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.003),
    }[optimiser](network.parameters)
    loss = cross_entropy(network(points[chosen]), labels[chosen])
    loss.backward()
    norms = [layer[0].grad.norm().item() for layer in network.layers]
    make.step()
    flat = torch.cat([p.detach().flatten() for p in network.parameters])
    with torch.no_grad():
        scores = network(points)
    return {
        "settings": {
            "depth": depth,
            "residual": residual,
            "batchNorm": norm,
            "optimiser": optimiser,
            "seed": seed,
        },
        "loss": loss.item(),
        "norms": norms,
        "parameters": flat[:: len(flat) // 40].tolist(),
        "scores": scores[:4].T.flatten().tolist(),
        "error": (scores.argmax(1) != labels).double().mean().item(),
    }


def test_the_widget_has_vectors_for_every_setting(generated: Generated) -> None:
    cases = [
        case(*setting) for setting in product(DEPTHS, [False, True], [True, False], ["SGD", "Adam"])
    ]
    text = "[\n " + ",\n ".join(json.dumps(c) for c in cases) + "\n]\n"
    # After a step through fifty layers, two processors agreed on a score to 1e-7.
    generated(ROOT / "tests/widgets/train-networks.vectors.json", text, apart=1e-6)


def test_a_number_that_is_off_is_noticed() -> None:
    kept = '{"depth": 50, "loss": 0.25, "norms": [3.5e-05, 1.0]}'
    assert agree(kept, kept.replace("0.25", "0.2500001"), 1e-6)
    assert not agree(kept, kept.replace("0.25", "0.25001"), 1e-6)
    assert not agree(kept, kept.replace("3.5e-05", "3.5e-04"), 1e-6)
    assert not agree(kept, kept.replace("50", "51"), 1e-6)
    assert not agree(kept, kept.replace(", 1.0", ""), 1e-6)
