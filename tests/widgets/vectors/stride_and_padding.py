import random
from itertools import product

from stride_and_padding import output_size, unseen

from . import Vectors, values


def vectors() -> Vectors:
    rng = random.Random(0)
    layers = [(8, 3, 2, 1), (8, 3, 2, 0), (7, 3, 2, 1), (8, 1, 2, 0)]
    layers += product((1, 32), (1, 7), (1, 4), (0, 3))
    layers += [
        (rng.randint(1, 32), rng.randint(1, 7), rng.randint(1, 4), rng.randint(0, 3))
        for _ in range(80)
    ]
    return {"output_size": values(output_size, layers), "unseen": values(unseen, layers)}
