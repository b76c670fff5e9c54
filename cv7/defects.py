"""Made-up surface defects on photographs of real surfaces, for the transfer experiments.

Five classes, drawn on 96x96 crops: good (nothing), crack (a dark, jagged line), scratch (a bright,
straight one), dent (shading like that of a hollow) and discolour (a stain). The surfaces come from
outside, as square greyscale photographs; training crops are cut from their left halves and test
crops from their right halves, so that no pixel is in both. Needs NumPy.

>>> import numpy as np
>>> from cv7 import defects
>>> surface = np.random.default_rng(0).random((256, 256))  # or a photograph
>>> images, labels = defects.dataset([surface], 10, seed=0, test=False)
>>> images.shape, images.dtype, [defects.CLASSES[label] for label in labels[:3]]
((10, 3, 96, 96), dtype('float32'), ['good', 'crack', 'scratch'])
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from ._needs import need

need("numpy")
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CLASSES",
    "DRAW",
    "SIZE",
    "crop",
    "dataset",
]

CLASSES = ("good", "crack", "scratch", "dent", "discolour")
SIZE, GAP = 96, 16

Array: TypeAlias = NDArray[np.float64]
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float64)


def distance_to_line(points: Array) -> Array:
    """Each pixel's distance to a polyline through `points`, given as rows and columns."""
    nearest = np.full((SIZE, SIZE), np.inf)
    for (r0, c0), (r1, c1) in pairwise(points):
        dr, dc = r1 - r0, c1 - c0
        length = max(dr**2 + dc**2, 1e-9)
        along = np.clip(((ROWS - r0) * dr + (COLUMNS - c0) * dc) / length, 0, 1)
        nearest = np.minimum(nearest, np.hypot(ROWS - r0 - along * dr, COLUMNS - c0 - along * dc))
    return nearest


def line_mask(points: Array, width: float) -> Array:
    """1 on a line of this width, falling to 0 within a pixel beside it."""
    return np.clip(width / 2 + 0.5 - distance_to_line(points), 0, 1)


def crack(image: Array, rng: np.random.Generator) -> Array:
    """A dark line of a few legs, each turned a little."""
    point = rng.uniform(0.2 * SIZE, 0.8 * SIZE, size=2)
    heading, points = rng.uniform(0, 2 * np.pi), [point]
    for _ in range(rng.integers(6, 12)):
        heading += rng.normal(0, 0.6)
        point = point + rng.uniform(4, 9) * np.array([np.sin(heading), np.cos(heading)])
        points.append(point)
    mask = rng.uniform(0.5, 0.9) * line_mask(np.array(points), rng.uniform(1.0, 2.5))
    return image * (1 - mask[..., None])


def scratch(image: Array, rng: np.random.Generator) -> Array:
    """A bright, straight line."""
    centre = rng.uniform(0.25 * SIZE, 0.75 * SIZE, size=2)
    angle, half = rng.uniform(0, np.pi), rng.uniform(12, 36)
    step = half * np.array([np.sin(angle), np.cos(angle)])
    mask = line_mask(np.array([centre - step, centre + step]), rng.uniform(0.8, 1.8))
    mask = rng.uniform(0.35, 0.8) * mask[..., None]
    return image * (1 - mask) + mask


def blob(rng: np.random.Generator, radius: float) -> tuple[Array, Array, Array]:
    """A soft disc, and each pixel's offset from its centre in radii."""
    r, c = rng.uniform(0.25 * SIZE, 0.75 * SIZE, size=2)
    down, right = (ROWS - r) / radius, (COLUMNS - c) / radius
    return np.exp(-(down**2 + right**2)), down, right


def dent(image: Array, rng: np.random.Generator) -> Array:
    """Light on one side of a hollow, shade on the other."""
    soft, down, right = blob(rng, rng.uniform(7, 15))
    angle = rng.uniform(0, 2 * np.pi)
    shade = soft * (down * np.sin(angle) + right * np.cos(angle))  # lit on one side
    return image + rng.uniform(0.35, 0.8) * shade[..., None]


def discolour(image: Array, rng: np.random.Generator) -> Array:
    """A stain with soft edges, in a colour of its own."""
    soft, *_ = blob(rng, rng.uniform(10, 22))
    mask = rng.uniform(0.3, 0.6) * soft[..., None]
    return image * (1 - mask) + mask * image.mean() * rng.uniform(0.4, 1.6, size=3)


DRAW = {"crack": crack, "scratch": scratch, "dent": dent, "discolour": discolour}


def crop(surface: Array, rng: np.random.Generator, *, test: bool) -> Array:
    """A random crop from one half of a surface, flipped, tinted and with random contrast.

    >>> rng = np.random.default_rng(0)
    >>> crop(rng.random((256, 256)), rng, test=False).shape
    (96, 96, 3)
    """
    height, width = surface.shape
    half = (width - GAP) // 2
    if height < SIZE or half < SIZE:
        raise ValueError(f"a surface needs two halves of {SIZE} pixels, got {height}x{width}")
    row = rng.integers(0, height - SIZE + 1)
    column = rng.integers(0, half - SIZE + 1) + (width - half if test else 0)
    grey = surface[row : row + SIZE, column : column + SIZE]
    for axis in (0, 1):
        if rng.random() < 0.5:
            grey = np.flip(grey, axis)
    grey = 0.5 + rng.uniform(0.5, 1.0) * (grey - grey.mean()) + rng.uniform(-0.15, 0.15)
    return grey[..., None] * rng.uniform(0.8, 1.2, size=3)


def dataset(
    surfaces: Sequence[Array], count: int, *, seed: int, test: bool
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`count` images (count, 3, 96, 96) in 0 to 1 and their labels, classes in equal numbers.

    Surfaces are (H, W) arrays in 0 to 1. The same seed gives the same images, and the first images
    of a longer set are those of a shorter one.

    Raises ValueError for surfaces of another form, and for a count that is not positive.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    for surface in surfaces:
        if surface.ndim != 2 or surface.min() < 0 or surface.max() > 1:
            raise ValueError("surfaces must be (H, W) arrays with values in 0 to 1")
    rng = np.random.default_rng([seed, int(test)])
    images: NDArray[np.float32] = np.empty((count, 3, SIZE, SIZE), dtype=np.float32)
    labels: NDArray[np.int64] = np.arange(count) % len(CLASSES)
    for index, label in enumerate(labels):
        image = crop(surfaces[int(rng.integers(len(surfaces)))], rng, test=test)
        draw = DRAW.get(CLASSES[label])
        image = draw(image, rng) if draw else image
        noisy = image + rng.normal(0, 0.01, image.shape)
        images[index] = np.clip(noisy, 0, 1).transpose(2, 0, 1)
    return images, labels
