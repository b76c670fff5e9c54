"""Vectors for the race of two convolutions: what torch and cv7.cost make of a few small layers.

Inputs and weights are not in the file: numbers() in model.mjs is a formula, repeated here.
"""

import json
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from cv7 import cost

from ..conftest import ROOT, Generated

SEEDS = {"x": 1, "standard": 2, "depthwise": 3, "pointwise": 4}
LAYERS = [  # in_channels, out_channels, size
    (1, 1, 1),
    (1, 1, 2),
    (1, 3, 5),
    (3, 1, 7),
    (3, 4, 9),
    (8, 8, 3),
    (9, 5, 4),
    (17, 2, 6),
    (32, 64, 4),
    (64, 16, 3),
]


def numbers(length: int, seed: int) -> torch.Tensor:
    """numbers(length, seed, 1) of model.mjs, bit by bit: multiples of 2^-23."""
    with np.errstate(over="ignore"):
        bits = np.arange(1, length + 1, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed)
        bits = (bits ^ (bits >> np.uint32(15))) * np.uint32(0x85EBCA6B)
        bits = (bits ^ (bits >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    bits ^= bits >> np.uint32(16)
    return torch.from_numpy(((bits >> np.uint32(8)) / 2**23 - 1).astype(np.float32))


def short(values: torch.Tensor) -> list[float]:
    """Seven digits: more than float32 sums agree on, and a small file."""
    return [float(f"{value:.7g}") for value in values.flatten().tolist()]


def convolutions(into: int, out: int, size: int) -> dict[str, Any]:
    x = numbers(into * size**2, SEEDS["x"]).view(1, into, size, size).double()
    full = numbers(9 * into * out, SEEDS["standard"]).view(out, into, 3, 3).double()
    filters = numbers(9 * into, SEEDS["depthwise"]).view(into, 1, 3, 3).double()
    mixes = numbers(into * out, SEEDS["pointwise"]).view(out, into, 1, 1).double()
    return {
        "layer": {"in_channels": into, "out_channels": out, "size": size},
        "standard": short(functional.conv2d(x, full, padding=1)),
        "depthwise": short(functional.conv2d(x, filters, padding=1, groups=into)),
        "pointwise": short(functional.conv2d(x, mixes)),
    }


def counts(into: int, out: int, size: int) -> dict[str, Any]:
    return {
        "layer": {"in_channels": into, "out_channels": out, "size": size},
        "standard": cost.standard_parameters(into, out, 3) * size**2,
        "separable": cost.separable_parameters(into, out, 3) * size**2,
        "saving": cost.separable_saving(out, 3),
    }


def test_the_race_has_vectors(generated: Generated) -> None:
    torch.set_num_threads(1)
    data = json.loads((ROOT / "docs/data/depthwise-separable.json").read_text(encoding="utf-8"))
    chapter = [(row["in_channels"], row["out_channels"], row["size"]) for row in data["layers"]]
    groups = {
        "numbers": [{"seed": s, "values": numbers(5, s).tolist()} for s in SEEDS.values()],
        "multiply_adds": [counts(*layer) for layer in [*chapter, *LAYERS]],
        "convolutions": [convolutions(*layer) for layer in LAYERS],
    }
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in groups.items()
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    generated(ROOT / "tests/widgets/race-convolutions.vectors.json", text)
