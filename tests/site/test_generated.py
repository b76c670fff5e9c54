"""Files derived from measured data and from cv7 are what those say today."""

import json
import random
from typing import Any

import network_depth
import pytest

from cv7 import gradient_flow

from ..conftest import ROOT, Generated

FIGURES = network_depth.files()


@pytest.mark.parametrize("path", FIGURES, ids=lambda p: p.name)
def test_figures_show_the_data(path: Any, generated: Generated) -> None:
    generated(path, FIGURES[path])


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Inputs and values for model.mjs: defaults, corners, what the prose names, random points."""
    rng = random.Random(0)
    products = [(0.85, 20), (0.85, 5), (0.85, 50), (0.05, 4), (0.05, 64), (1.3, 4), (1.3, 64)]
    products += [(1.0, 64), (0.21, 1), (1.15, 64)]
    products += [(round(rng.uniform(0.05, 1.3), 2), rng.randrange(4, 65, 4)) for _ in range(50)]
    depths = [(0.9, 0.01), (0.85, 0.01), (0.5, 0.125), (0.5, 0.25), (0.99, 0.01), (0.05, 0.01)]
    depths += [(round(rng.uniform(0.05, 0.99), 2), rng.choice([0.1, 0.01])) for _ in range(50)]
    return {
        "gradient_at_first_layer": [
            {"arguments": a, "value": gradient_flow.gradient_at_first_layer(*a)} for a in products
        ],
        "depth_below": [{"arguments": a, "value": gradient_flow.depth_below(*a)} for a in depths],
    }


def test_widget_vectors_are_what_cv7_computes(generated: Generated) -> None:
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in vectors().items()
    ]
    path = ROOT / "tests/widgets/network-depth.vectors.json"
    generated(path, "{\n" + ",\n".join(lines) + "\n}\n")
