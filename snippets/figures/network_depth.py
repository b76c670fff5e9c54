"""The three charts of the depth visualiser, and the table under them, from measured data."""

import json
import random
from math import log10
from pathlib import Path
from statistics import mean
from typing import Any

import chart
from chart import BOTTOM, TOP, text
from widget import Vectors, drawn, values

from cv7 import gradient_flow

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "data"
THRESHOLD = 5  # percent: where the page says that a network "begins to degrade"
ILLUSTRATION = 0.85  # the lecture's factor
SHOWN = {  # recipes in docs/data/gradient-flow.json and their short names
    "sigmoid, Xavier": "sigmoid",
    "ReLU + BN, He": "ReLU + BN",
    "ReLU + BN, He, residual": "residual",
}


def load(slug: str) -> Any:
    return json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))


def first_above(rows: list[dict[str, Any]], threshold: float) -> int | None:
    return next((r["depth"] for r in rows if mean(r["error"]) > threshold), None)


def percent(value: float) -> str:
    return f"{value:.1f}"


def training_error() -> str:
    results = load("network-depth")
    area = chart.axes(x=(0, 66), y=(0, 100))
    parts = chart.frame(
        area,
        x_ticks={d: str(d) for d in range(0, 65, 16)},
        y_ticks={e: str(e) for e in range(0, 101, 20)},
        x_label="depth (weight layers)",
        y_label="training error, %",
    )
    first, cursor = area.x(4), ' data-cursor="" visibility="hidden"'
    parts.append(chart.line((first, TOP), (first, BOTTOM), colour="text", extra=cursor))
    for kind in ("plain", "residual"):
        rows = results[kind]
        parts.append(f'<g data-series="{kind}">')
        points = [(area.x(r["depth"]), area.y(mean(r["error"]))) for r in rows]
        parts.append(chart.polyline(points, colour=kind))
        for row, (x, y) in zip(rows, points, strict=True):
            low, high = area.y(min(row["error"])), area.y(max(row["error"]))
            parts.append(
                f'<g data-depth="{row["depth"]}" data-mean="{percent(mean(row["error"]))}" '
                f'data-low="{percent(min(row["error"]))}" data-high="{percent(max(row["error"]))}">'
            )
            parts.append(chart.line((x, low), (x, high), colour=kind))
            parts.append(chart.point((x, y), colour=kind))
            parts.append("</g>")
        x, y = points[-1]
        parts.append(
            text(x - 8, y - 12 if kind == "residual" else y - 26, kind, anchor="end", colour=kind)
        )
        parts.append("</g>")
    plain, residual = results["plain"][-1]["error"], results["residual"][-1]["error"]
    begins = first_above(results["plain"], THRESHOLD)
    label = (
        f"Training error against depth, measured. The plain network passes {THRESHOLD} % at depth "
        f"{begins} and reaches {percent(mean(plain))} % at depth 64; the residual network is at "
        f"{percent(mean(residual))} % there."
    )
    return chart.svg("training-error", label, area, parts)


def gradient_product() -> str:
    measured = load("gradient-flow")["conv"]
    area = chart.axes(x=(1, 66), y=(-16, 6))
    parts = chart.frame(
        area,
        x_ticks={1: "1", **{d: str(d) for d in range(16, 65, 16)}},
        y_ticks={0: "1", -4: "10⁻⁴", -8: "10⁻⁸", -12: "10⁻¹²", -16: "10⁻¹⁶", 4: "10⁴"},
        x_label="depth (weight layers)",
        y_label="gradient at layer 1 / at the last layer",
    )

    lines = [
        (mean(measured[recipe]), name, "residual" if name == "residual" else "quiet", "")
        for recipe, name in SHOWN.items()
    ]
    lines.append((ILLUSTRATION, "the lecture’s", "quiet", ' stroke-dasharray="2 4"'))
    ends = drawn("network-depth", [factor for factor, *_ in lines], [area.y.low, area.y.high])
    for (factor, name, colour, dash), (depth, power) in zip(lines, ends, strict=True):
        end = (area.x(depth), area.y(power))
        extra = f' stroke-width="1.5" data-factor="{factor:.2f}"{dash}'
        parts.append(chart.line((area.x(1), area.y(0)), end, colour=colour, extra=extra))
        if depth < 64:
            parts.append(text(end[0] + 6, end[1] - 6, f"{name} {factor:.2f}", anchor="start"))
        else:
            shift = -8 if factor > 1.1 else 16
            parts.append(text(end[0], end[1] + shift, f"{name} {factor:.2f}", anchor="end"))
    parts.append(
        '<g data-yours="" visibility="hidden">'
        + chart.line((area.x(1), area.y(0)), (area.x(64), area.y(0)), colour="rust")
        + chart.circle((area.x(1), area.y(0)), colour="rust", radius=5)
        + "</g>"
    )
    names = ", ".join(f"{name} {mean(measured[recipe]):.2f}" for recipe, name in SHOWN.items())
    label = (
        "Gradient at layer 1 against depth for a constant factor per layer, on a logarithmic axis: "
        f"straight lines from 1. Measured factors: {names}. The lecture’s: {ILLUSTRATION}."
    )
    return chart.svg("gradient-product", label, area, parts)


def published() -> str:
    table = load("sources")["he2015"]["values"]["Table 6"]
    points = [(int(depth), error) for depth, error in table.items() if depth.isdigit()]
    area = chart.axes(x=(log10(16), log10(1500)), y=(6, 9))
    parts = chart.frame(
        area,
        x_ticks={log10(d): str(d) for d, _ in points if d != 44 and d != 32},
        y_ticks={e: str(e) for e in range(6, 10)},
        x_label="depth of the ResNet (logarithmic)",
        y_label="test error on CIFAR-10, %",
    )
    placed = [(area.x(log10(d)), area.y(e)) for d, e in points]
    parts.append(chart.polyline(placed, colour="residual"))
    for (x, y), (depth, error) in zip(placed, points, strict=True):
        parts.append(chart.point((x, y), colour="residual"))
        if depth in (56, 110):  # below the curve, clear of it and of their neighbours
            parts.append(text(x, y + 20, f"{error}"))
        else:
            parts.append(text(x + 7, y - 6, f"{error}", anchor="start" if x < 300 else "end"))
    listed = ", ".join(f"{d} layers {e} %" for d, e in points)
    label = f"Test error of ResNets on CIFAR-10 as published by He et al. 2015, Table 6: {listed}."
    return chart.svg("published", label, area, parts)


def table() -> str:
    results = load("network-depth")
    seeds = len(results["provenance"]["seeds"])

    def cell(row: dict[str, Any]) -> str:
        error = row["error"]
        return (
            f"<td>{percent(mean(error))}</td><td>{percent(min(error))}–{percent(max(error))}</td>"
        )

    body = "\n".join(
        f'<tr><th scope="row">{plain["depth"]}</th>{cell(plain)}{cell(residual)}</tr>'
        for plain, residual in zip(results["plain"], results["residual"], strict=True)
    )
    return f"""<details>
<summary>The measured numbers as a table (the answer is in it)</summary>
<table>
<caption>Training error in percent over {seeds} seeds: mean and range</caption>
<thead><tr><th scope="col">depth</th><th scope="col">plain</th><th scope="col">range</th>\
<th scope="col">residual</th><th scope="col">range</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
</details>
"""


def figure(svg: str, caption: str) -> str:
    return f"<figure>\n{svg}<figcaption>{caption}</figcaption>\n</figure>\n"


def results_html() -> str:
    """What the widget shows, and all of it without JavaScript."""
    results = load("network-depth")
    provenance = results["provenance"]
    seeds = len(provenance["seeds"])
    begins = first_above(results["plain"], THRESHOLD)
    last = mean(results["residual"][-1]["error"])
    return (
        f'<div class="cv7-charts" data-threshold="{THRESHOLD}" data-begins="{begins}" '
        f'data-residual-at-end="{percent(last)}">\n'
        + figure(
            training_error(),
            f"<strong>Measured by us.</strong> Digits, width {provenance['settings']['width']}, "
            f"{provenance['settings']['epochs']} epochs; mean of {seeds} seeds, bars from lowest "
            "to highest. Plain: squares, dashed. Residual: circles, solid.",
        )
        + figure(
            gradient_product(),
            "<strong>Arithmetic, with measured factors.</strong> A constant factor per layer is a "
            "straight line here.",
        )
        + figure(
            published(),
            "<strong>Published by He et al. 2015, Table 6.</strong> Another data set, and test "
            "error, with 110 layers the best of five runs. The rise at 1202 layers is not "
            "degradation, for the training error is tiny; the authors call it overfitting.",
        )
        + "</div>\n"
        + table()
    )


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


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/network-depth/results.html": results_html()}
