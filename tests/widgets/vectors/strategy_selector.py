import random

import strategy_selector

from cv7 import cost
from cv7 import fine_tuning as tuning

from . import Vectors, values


def vectors() -> Vectors:
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
