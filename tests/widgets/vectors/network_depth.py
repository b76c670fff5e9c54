import random

from cv7 import gradient_flow

from . import Vectors, values


def vectors() -> Vectors:
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
