"""Files derived from measured data and from cv7 are what those say today."""

import json
import random
from collections.abc import Callable
from typing import Any

import depthwise_separable
import fine_tuning
import network_depth
import pytest

from cv7 import cost, gradient_flow

from ..conftest import ROOT, Generated

FIGURES = network_depth.files() | depthwise_separable.files() | fine_tuning.files()
Vectors = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize("path", FIGURES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_figures_show_the_data(path: Any, generated: Generated) -> None:
    generated(path, FIGURES[path])


def values(function: Callable[..., Any], points: list[Any]) -> list[dict[str, Any]]:
    return [{"arguments": point, "value": function(*point)} for point in points]


# Inputs for each model.mjs: defaults, corners, what the prose names, random points.


def network_depth_vectors() -> Vectors:
    rng = random.Random(0)
    products = [(0.85, 20), (0.85, 5), (0.85, 50), (0.05, 4), (0.05, 64), (1.3, 4), (1.3, 64)]
    products += [(1.0, 64), (0.21, 1), (1.15, 64)]
    products += [(round(rng.uniform(0.05, 1.3), 2), rng.randrange(4, 65, 4)) for _ in range(50)]
    depths = [(0.9, 0.01), (0.85, 0.01), (0.5, 0.125), (0.5, 0.25), (0.99, 0.01), (0.05, 0.01)]
    depths += [(round(rng.uniform(0.05, 0.99), 2), rng.choice([0.1, 0.01])) for _ in range(50)]
    return {
        "gradient_at_first_layer": values(gradient_flow.gradient_at_first_layer, products),
        "depth_below": values(gradient_flow.depth_below, depths),
    }


def depthwise_separable_vectors() -> Vectors:
    rng = random.Random(0)
    layers = [(32, 64, 3), (64, 128, 3), (1, 1, 1), (512, 512, 7), (1, 512, 1), (512, 1, 7)]
    layers += [(128, 256, 3), (32, 64, 5), (33, 64, 3), (32, 65, 3)]
    layers += [
        (rng.randint(1, 512), rng.randint(1, 512), rng.choice([1, 3, 5, 7])) for _ in range(50)
    ]
    return {
        "standard_parameters": values(cost.standard_parameters, layers),
        "separable_parameters": values(cost.separable_parameters, layers),
        "separable_saving": values(cost.separable_saving, [layer[1:] for layer in layers]),
        "channels_for_saving": values(
            cost.channels_for_saving, [(s, k) for s in (1, 4, 8, 9, 24, 48) for k in (1, 3, 5, 7)]
        ),
    }


@pytest.mark.parametrize("vectors", [network_depth_vectors, depthwise_separable_vectors])
def test_widget_vectors_are_what_cv7_computes(
    vectors: Callable[[], Vectors], generated: Generated
) -> None:
    slug = vectors.__name__.removesuffix("_vectors").replace("_", "-")
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in vectors().items()
    ]
    path = ROOT / f"tests/widgets/{slug}.vectors.json"
    generated(path, "{\n" + ",\n".join(lines) + "\n}\n")
