"""One row of a feature map, the windows that a convolution lays on it, and the row it makes."""

import random
from itertools import product
from pathlib import Path

from chart import text
from widget import Vectors, at_first, attributes, drawn, values

from cv7 import cost
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
FILLS = {"padding": "grid", "input": "quiet", "unseen": "amber", "windows": "violet"}
FILLS["output"] = "quiet"


def output_size(size: int, kernel: int, stride: int, padding: int) -> int | None:
    """How many positions a row of the output has; None where the kernel does not fit."""
    conv = cost.Conv2d(1, 1, kernel_size=kernel, stride=stride, padding=padding)
    return None if size + 2 * padding < kernel else conv.output_size(size, size)[0]


def unseen(size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """The columns of the input, from 0, that no window covers."""
    starts = [stride * i - padding for i in range(output_size(size, kernel, stride, padding) or 0)]
    return [c for c in range(size) if not any(s <= c < s + kernel for s in starts)]


def svg() -> str:
    """Without role and label: the page's text alternative becomes both."""
    layer = at_first("stride-and-padding")
    parts = drawn("stride-and-padding", layer, output_size(**layer), unseen(**layer))["part"]
    marks = "\n".join(
        f'<path data-part="{part}" {attributes(parts[part])} fill="{css(fill)}" '
        'vector-effect="non-scaling-stroke"/>'
        for part, fill in FILLS.items()
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 176" class="cv7-chart" \
font-family="system-ui, sans-serif" font-size="14">
{text(12, 18, "a row of the input, its padding pale", anchor="start")}
<svg data-part="row" x="12" y="28" height="120" {attributes(parts["row"])} \
preserveAspectRatio="none" stroke="{css("ground")}" stroke-width="2">
{marks}
</svg>
{text(12, 168, "a row of the output, under its windows", anchor="start")}
</svg>
"""


def vectors() -> Vectors:
    rng = random.Random(0)
    layers = [(8, 3, 2, 1), (8, 3, 2, 0), (7, 3, 2, 1), (8, 1, 2, 0)]
    layers += product((1, 32), (1, 7), (1, 4), (0, 3))
    layers += [
        (rng.randint(1, 32), rng.randint(1, 7), rng.randint(1, 4), rng.randint(0, 3))
        for _ in range(80)
    ]
    return {"output_size": values(output_size, layers), "unseen": values(unseen, layers)}


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/figures/stride-and-padding.svg": svg()}
