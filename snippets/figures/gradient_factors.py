"""Nine recipes and the gradient’s factor per layer, every seed a mark, from measured data."""

import json
from itertools import pairwise
from math import log10
from pathlib import Path
from typing import Any

import chart
from chart import text

from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
# Families in the data: their names, colours, and marks as ends of a line without length.
FAMILIES = {
    "mlp": ("fully connected", "violet", "round", 3.6),
    "conv": ("convolution", "amber", "square", 2.8),
}
ROWS = {  # recipes in the data, their names, and the roles of the two networks compared
    "sigmoid, PyTorch default": ("sigmoid, default", ""),
    "sigmoid, Xavier": ("sigmoid, Xavier", ""),
    "tanh, PyTorch default": ("tanh, default", ""),
    "tanh, Xavier": ("tanh, Xavier", ""),
    "ReLU, PyTorch default": ("ReLU, default", ""),
    "ReLU, He": ("ReLU, He", ""),
    "ReLU + BN, He": ("+ BatchNorm: plain network", "plain"),
    "ReLU + BN, He, residual": ("+ shortcuts: residual network", "residual"),
    "ReLU, He, residual": ("shortcuts, no BatchNorm", ""),
}
LOW, HIGH = 0.1, 1.5
TICKS = (0.1, 0.2, 0.5, 1)
STEP = 30  # from row to row
LANE, APART = 3, 2.6  # from a row’s middle to a family’s first mark; from one to the next


def factors() -> Any:
    return json.loads((ROOT / "docs/data/gradient-flow.json").read_text(encoding="utf-8"))


def area() -> chart.Axes:
    top = 34
    return chart.Axes(
        chart.Scale(log10(LOW), log10(HIGH), 12, 350),
        chart.Scale(len(ROWS) - 0.5, -0.5, top + STEP * len(ROWS), top),
    )


def marks(family: str, runs: list[float], number: int, axes: chart.Axes) -> str:
    """A line without length, of which only the ends show, for each run, the smallest first.

    Runs hardly differ, so each mark stands a little lower than the one before.
    """
    xs = sorted(axes.x(log10(run)) for run in runs)
    below = LANE if family == "conv" else -LANE - APART * (len(xs) - 1)
    way = f"M{xs[0]:g} {axes.y(number) + below:g}h0" + "".join(
        f"m{after - before:.3g} {APART}h0" for before, after in pairwise(xs)
    )
    return f'<path data-family="{family}" d="{way}"/>'


def legend() -> list[str]:
    parts = []
    for x, (name, colour, cap, width) in zip((18, 160), FAMILIES.values(), strict=True):
        parts.append(
            f'<path d="M{x:g} 13h0" stroke="{css(colour)}" stroke-linecap="{cap}" '
            f'stroke-width="{2.4 * width:g}"/>'
        )
        parts.append(f'<text x="{x + 9:g}" y="18">{name}</text>')
    return parts


def svg() -> str:
    data, axes = factors(), area()
    top, bottom = axes.y.end, axes.y.start
    grid = "".join(f"M{axes.x(log10(tick)):g} {top:g}V{bottom:g}" for tick in TICKS[:-1])
    one = axes.x(0)
    parts = [
        f'<path d="{grid}" stroke="{css("grid")}"/>',
        f'<path data-one="" d="M{one:g} {top - 6:g}V{bottom:g}" stroke="{css("text")}" '
        'stroke-width="1.5"/>',
        f'<g fill="{css("text")}">',
        *legend(),
    ]
    for number, (recipe, (name, role)) in enumerate(ROWS.items()):
        runs = [run for family in FAMILIES for run in data[family][recipe]]
        y = axes.y(number) + 5
        # Where there is room: right of marks that are far left, otherwise left of them.
        left, right = axes.x(log10(min(runs))), axes.x(log10(max(runs)))
        end = min(left, one) - 9
        place = f'x="{right + 9:g}"' if left < 130 else f'x="{end:g}" text-anchor="end"'
        parts.append(
            f'<text {place} y="{y:g}"'
            + (f' font-weight="700" fill="{css(role)}"' if role else "")
            + f">{name}</text>"
        )
    parts.append("</g>")
    for family, (_, colour, cap, width) in FAMILIES.items():
        parts.append(
            f'<g stroke="{css(colour)}" stroke-linecap="{cap}" stroke-width="{width:g}" '
            'stroke-opacity=".8">'
        )
        for number, recipe in enumerate(ROWS):
            parts.append(marks(family, data[family][recipe], number, axes))
        parts.append("</g>")
    parts += [text(axes.x(log10(tick)), bottom + 18, f"{tick:g}", colour="quiet") for tick in TICKS]
    parts.append(text(4, bottom + 38, "← vanishes", anchor="start"))
    parts.append(text(356, bottom + 38, "grows →", anchor="end"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 {bottom + 44:g}" '
        f'class="cv7-chart" {axes.data} font-family="system-ui, sans-serif" font-size="14">\n'
        f"{body}\n</svg>\n"
    )


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/figures/gradient-factors.svg": svg()}
