"""Files derived from measured data and from cv7 are what those say today."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import depthwise_separable
import fine_tuning
import network_depth
import pytest
import race_convolutions
import strategy_selector
import train_networks

from cv7 import cost, gradient_flow
from cv7 import fine_tuning as tuning

from ..conftest import ROOT, Generated

FIGURES = {
    path: text
    for figure in (
        network_depth,
        depthwise_separable,
        fine_tuning,
        strategy_selector,
        race_convolutions,
        train_networks,
    )
    for path, text in figure.files().items()
}
Vectors = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize("path", FIGURES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_figures_show_the_data(path: Any, generated: Generated) -> None:
    generated(path, FIGURES[path])


def values(
    function: Callable[..., Any], points: list[Any], *, then: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """`then` are arguments that only the widget's function needs."""
    return [{"arguments": [*point, *then], "value": function(*point)} for point in points]


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


def strategy_selector_vectors() -> Vectors:
    rng = random.Random(0)
    parameters = [stage.parameters for stage in tuning.FEATURES]
    classes = [2, 3, 5, 200, *(rng.randint(2, 200) for _ in range(10))]
    counts = [[c, k] for c in classes[:4] for k in range(20)]
    rates = [
        [head, g, decay] for head in (1e-4, 1e-3, 5e-4) for g in (1, 2, 3) for decay in (0.1, 0.3)
    ]

    def trainable_parameters(classes: int, stages: int) -> int:
        return tuning.trainable_parameters(classes, trainable_stages=stages)

    def learning_rates(head: float, groups: int, decay: float) -> list[float]:
        return tuning.learning_rates(head, groups, decay=decay)

    def stage_groups(stages: int, groups: int) -> list[list[int]]:
        return [[g.start, g.stop] for g in tuning.stage_groups(stages, groups)]

    def multiply_adds(size: int) -> int:
        return cost.Sequential(tuning.FEATURES).multiply_adds(size, size)

    return {
        "head_parameters": values(tuning.head_parameters, [[c] for c in classes]),
        "trainable_parameters": values(trainable_parameters, counts, then=[parameters]),
        "adam_state_bytes": values(tuning.adam_state_bytes, [[0], [1], [6405], [2230277]]),
        "learning_rates": values(learning_rates, rates),
        "stage_groups": values(
            stage_groups, [[k, g] for g in (1, 2, 3) for k in (0, *range(g, 20))], then=[19]
        ),
        "multiply_adds": values(
            multiply_adds, [[size] for size in range(64, 449, 32)], then=[strategy_selector.WORK]
        ),
    }


@pytest.mark.parametrize(
    "vectors", [network_depth_vectors, depthwise_separable_vectors, strategy_selector_vectors]
)
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
