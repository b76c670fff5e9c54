import random

from cv7 import cost

from . import Vectors, values


def vectors() -> Vectors:
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
