"""Nine recipes and the gradient’s factor per layer, every seed a mark, from measured data."""

import json
from math import log10
from pathlib import Path
from typing import Any

import chart
from chart import text

from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
# Families in the data: their names and colours, and their marks as ends of a line without length.
FAMILIES = {
    "mlp": ("fully connected", "violet", "round", 9),
    "conv": ("convolution", "amber", "square", 7.5),
}
# Recipes in the data, how far they are built on the one above, their names, and the roles of the
# two networks compared.
ROWS = {
    "sigmoid, PyTorch default": (0, "sigmoid, default", ""),
    "sigmoid, Xavier": (0, "sigmoid, Xavier", ""),
    "tanh, PyTorch default": (0, "tanh, default", ""),
    "tanh, Xavier": (0, "tanh, Xavier", ""),
    "ReLU, PyTorch default": (0, "ReLU, default", ""),
    "ReLU, He": (0, "ReLU, He", ""),
    "ReLU + BN, He": (1, "+ BatchNorm:", "plain"),
    "ReLU + BN, He, residual": (2, "+ shortcuts:", "residual"),
    "ReLU, He, residual": (1, "+ shortcuts only", ""),
}
LOW, HIGH = 0.1, 2
TICKS = (0.1, 0.2, 0.5, 1, 2)
LEFT, RIGHT = 198, 350  # of the axis, right of the names
TOP, STEP = 44, 28  # of the first row; from row to row
LANES = {"mlp": -6, "conv": 6}  # from a row’s middle
INDENT, FIRST = 14, 4  # of the names


def factors() -> Any:
    return json.loads((ROOT / "docs/data/gradient-flow.json").read_text(encoding="utf-8"))


def area() -> chart.Axes:
    return chart.Axes(
        chart.Scale(log10(LOW), log10(HIGH), LEFT, RIGHT),
        chart.Scale(len(ROWS) - 0.5, -0.5, TOP + STEP * len(ROWS), TOP),
    )


def legend() -> list[str]:
    parts = []
    for x, (name, colour, cap, width) in zip((12, 156), FAMILIES.values(), strict=True):
        parts.append(
            f'<path d="M{x:g} 11h0" stroke="{css(colour)}" stroke-linecap="{cap}" '
            f'stroke-width="{width:g}"/>'
        )
        parts.append(f'<text x="{x + 9:g}" y="16">{name}</text>')
    return parts


def branches(axes: chart.Axes) -> str:
    """A hook from the recipe that one is built on to each that adds something."""
    hooks, latest = "", {}
    for number, (depth, _, _) in enumerate(ROWS.values()):
        latest[depth] = number
        if depth:
            x = FIRST + INDENT * (depth - 1) + 4
            start = axes.y(latest[depth - 1]) + 9
            hooks += f"M{x:g} {start:g}V{axes.y(number):g}h7"
    return hooks


def marks(family: str, data: Any, axes: chart.Axes) -> str:
    """A mark for each run, all of a recipe on one line and seen through each other."""
    _, colour, cap, width = FAMILIES[family]
    ways = "".join(
        f'<path d="M{axes.x(log10(run)):g} {axes.y(number) + LANES[family]:g}h0"/>'
        for number, recipe in enumerate(ROWS)
        for run in sorted(data[family][recipe])
    )
    return (
        f'<g data-family="{family}" stroke="{css(colour)}" stroke-linecap="{cap}" '
        f'stroke-width="{width:g}" stroke-opacity=".5">{ways}</g>'
    )


def svg() -> str:
    data, axes = factors(), area()
    top, bottom = axes.y.end, axes.y.start
    grid = "".join(f"M{axes.x(log10(tick)):g} {top:g}V{bottom:g}" for tick in TICKS)
    rows = "".join(f"M{FIRST} {axes.y(number + 0.5):g}H{RIGHT}" for number in range(len(ROWS) - 1))
    one = axes.x(0)
    parts = [
        f'<path d="M{LEFT} {top:g}H{one:g}V{bottom:g}H{LEFT}z" fill="{css("box")}"/>',
        f'<path d="{grid}{rows}" stroke="{css("grid")}"/>',
        f'<path d="{branches(axes)}" fill="none" stroke="{css("quiet")}"/>',
        f'<path data-one="" d="M{one:g} {top - 4:g}V{bottom:g}" stroke="{css("text")}" '
        'stroke-width="2"/>',
        f'<g fill="{css("text")}">',
        *legend(),
    ]
    for number, (depth, name, role) in enumerate(ROWS.values()):
        network = f' <tspan font-weight="700" fill="{css(role)}">{role}</tspan>' if role else ""
        x = FIRST + INDENT * depth + (2 if depth else 0)
        parts.append(f'<text x="{x:g}" y="{axes.y(number) + 5:g}">{name}{network}</text>')
    parts.append("</g>")
    parts += [marks(family, data, axes) for family in FAMILIES]
    parts += [text(axes.x(log10(tick)), bottom + 17, f"{tick:g}", colour="quiet") for tick in TICKS]
    parts.append(text(356, top - 8, "1: unchanged", anchor="end"))
    parts.append(text(FIRST, bottom + 17, "factor per layer (log)", anchor="start"))
    parts.append(text(LEFT, bottom + 36, "← shrinks", anchor="start"))
    parts.append(text(357, bottom + 36, "grows →", anchor="end"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 {bottom + 42:g}" '
        f'class="cv7-chart" {axes.data} font-family="system-ui, sans-serif" font-size="14">\n'
        f"{body}\n</svg>\n"
    )


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/figures/gradient-factors.svg": svg()}
