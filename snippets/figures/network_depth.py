"""The charts of the depth visualiser, one of them to draw on, and the table, from measured data."""

import json
import random
from math import log10
from pathlib import Path
from statistics import mean, median
from typing import Any

import chart
from chart import text
from widget import Vectors, drawn, values

from cv7 import gradient_flow
from cv7._palette import ROLES, css

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "data"
THRESHOLD = 5  # percent: where the page says that a network "begins to degrade"
ILLUSTRATION = 0.85  # the lecture's factor
SHOWN = {  # recipes in docs/data/gradient-flow.json and their short names
    "sigmoid, Xavier": "sigmoid",
    "ReLU + BN, He": "ReLU + BN",
    "ReLU + BN, He, residual": "residual",
}


DRAWN = (4, *range(8, 65, 8))  # depths of the reader's points; the first is given
CHANCE = {"first-case": 50, "training-error": 90}  # percent wrong: two spirals, ten digits


def load(slug: str) -> Any:
    return json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))


def first_above(rows: list[dict[str, Any]], threshold: float) -> int | None:
    return next((r["depth"] for r in rows if mean(r["error"]) > threshold), None)


def percent(value: float) -> str:
    return f"{value:.1f}"


Point = tuple[float, float, float, float]  # depth; what the line passes, lowest and highest, %


def mark(kind: str, x: float, y: float) -> str:
    """A point in the shape of its role; fill and stroke are those of the curve around it."""
    if ROLES[kind].point == "circle":
        return f'<circle cx="{x:g}" cy="{y:g}" r="3"/>'
    return f'<path d="M{x - 2.5:g} {y - 2.5:g}h5v5h-5z"/>'


def curves(name: str, area: chart.Axes, series: dict[str, list[Point]]) -> list[str]:
    """What chance comes to, and a curve for each network, with bars from lowest to highest."""
    y, dots = area.y(CHANCE[name]), ' stroke-dasharray="1 4" stroke-width="1.5"'
    parts = [
        chart.line((area.x.start, y), (area.x.end, y), colour="quiet", extra=dots),
        text(
            area.x.start + 4,
            y - 4,
            f"chance: {CHANCE[name]} % wrong",
            anchor="start",
            colour="quiet",
        ),
    ]
    for kind, rows in series.items():
        colour = css(kind)
        parts.append(f'<g data-series="{kind}" stroke="{colour}" fill="{colour}">')
        points = [(area.x(depth), area.y(middle)) for depth, middle, _, _ in rows]
        parts.append(chart.polyline(points, colour=kind))
        for (depth, middle, low, high), (x, y) in zip(rows, points, strict=True):
            parts.append(
                f'<g data-depth="{depth:g}" data-middle="{percent(middle)}" '
                f'data-low="{percent(low)}" data-high="{percent(high)}">'
            )
            bar = f'<line x1="{x:g}" y1="{area.y(low):g}" x2="{x:g}" y2="{area.y(high):g}"/>'
            parts[-1] += bar + mark(kind, x, y) + "</g>"
        x, y = points[-1]
        x, y = x - 8, y - (7 if kind == "residual" else 10)
        if (name, kind) == ("training-error", "plain"):  # there, bars stand left of the end
            x, y = points[-1][0] + 6, area.y(rows[-1][3]) - 6
        parts.append(f'<text x="{x:g}" y="{y:g}" text-anchor="end" stroke="none">{kind}</text>')
        parts.append("</g>")
    return parts


def first_series() -> dict[str, list[Point]]:
    """Two spirals, with SGD and BatchNorm, as under “Train it yourself”: medians."""
    rows = [r for r in load("train-networks")["results"] if r["optimiser"] == "SGD"]
    return {
        kind: [
            (r["depth"], median(r["error"]), min(r["error"]), max(r["error"]))
            for r in rows
            if r["batchNorm"] and r["residual"] is (kind == "residual")
        ]
        for kind in ("plain", "residual")
    }


def first_case() -> str:
    series = first_series()
    area = chart.axes(x=(0, 52), y=(0, 60), right=246, bottom=104, top=12)
    parts = chart.frame(
        area,
        x_ticks={2: "2", 10: "10", 20: "20", 30: "30", 50: "50"},
        y_ticks={e: str(e) for e in (0, 20, 40, 60)},
        x_label="hidden layers",
        y_label="",
    )
    parts += curves("first-case", area, series)
    spoken = "; ".join(
        f"{kind}: " + ", ".join(f"{depth:g} layers {percent(m)} %" for depth, m, _, _ in rows)
        for kind, rows in series.items()
    )
    label = f"Two spirals, measured: median share of points called wrong. {spoken}."
    return chart.svg("first-case", label, area, parts)


def case_axes() -> chart.Axes:
    return chart.axes(x=(0, 66), y=(0, 100), bottom=208, top=12)


def training_error() -> str:
    results = load("network-depth")
    area = case_axes()
    parts = chart.frame(
        area,
        x_ticks={d: str(d) for d in (4, *range(16, 65, 16))},
        y_ticks={e: str(e) for e in range(0, 101, 20)},
        x_label="depth (weight layers)",
        y_label="",
    )
    first, cursor = area.x(4), ' data-cursor="" visibility="hidden"'
    parts.append(
        chart.line((first, area.y.end), (first, area.y.start), colour="text", extra=cursor)
    )
    parts += curves(
        "training-error",
        area,
        {
            kind: [
                (r["depth"], mean(r["error"]), min(r["error"]), max(r["error"]))
                for r in results[kind]
            ]
            for kind in ("plain", "residual")
        },
    )
    plain, residual = results["plain"][-1]["error"], results["residual"][-1]["error"]
    begins = first_above(results["plain"], THRESHOLD)
    label = (
        f"Training error against depth, measured. The plain network passes {THRESHOLD} % at depth "
        f"{begins} and reaches {percent(mean(plain))} % at depth 64; the residual network is at "
        f"{percent(mean(residual))} % there."
    )
    return chart.svg("training-error", label, area, parts)


def drawing_board() -> str:
    return chart.sketch(
        case_axes(),
        {
            kind: f"Draw here: how many will\nthe {kind} network get wrong?"
            for kind in ("plain", "residual")
        },
        DRAWN,
        "Your line: training images wrong at eight depths. Up and down arrows move a point, left "
        "and right arrows go to the next.",
        below=CHANCE["training-error"],
    )


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
        + chart.line((area.x(1), area.y(0)), (area.x(64), area.y(0)), colour="violet")
        + chart.circle((area.x(1), area.y(0)), colour="violet", radius=5)
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
    return f"""<table>
<caption>Training error in percent over {seeds} seeds: mean and range</caption>
<thead><tr><th scope="col">depth</th><th scope="col">plain</th><th scope="col">range</th>\
<th scope="col">residual</th><th scope="col">range</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
"""


def figure(svg: str, caption: str) -> str:
    return f"<figure>\n{svg}<figcaption>{caption}</figcaption>\n</figure>\n"


def charts_html() -> str:
    """Both cases; the second one is drawn on. Without JavaScript both are there, measured."""
    results = load("network-depth")
    settings = results["provenance"]["settings"]
    seeds = len(results["provenance"]["seeds"])
    runs = len(load("train-networks")["provenance"]["seeds"])
    board = f'<div class="cv7-board" data-threshold="{THRESHOLD}">\n'
    fine = (
        f"Spirals: median of {runs} runs. Digits: width {settings['width']}, "
        f"{settings['epochs']} epochs, mean of {seeds} seeds. Bars from lowest to highest."
    )
    return (
        case("Two spirals, measured", "% wrong", first_case())
        + case(
            "Digits",
            "% of training images wrong",
            board + training_error() + drawing_board() + "</div>\n",
        )
        + f'<p class="cv7-fine">{fine}</p>\n'
    )


def case(title: str, axis: str, svg: str) -> str:
    return (
        f'<figure class="cv7-case">\n<figcaption><strong>{title}</strong> · {axis}</figcaption>\n'
        f"{svg}</figure>\n"
    )


def results_html() -> str:
    """What stands below the controls, and all of it without JavaScript."""
    return (
        '<div class="cv7-charts">\n'
        + figure(
            gradient_product(),
            "<strong>Arithmetic, with measured factors.</strong> A constant factor per layer is a "
            "straight line here.",
        )
        + "</div>\n"
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
    return {
        ROOT / "docs/widgets/network-depth/charts.html": charts_html(),
        ROOT / "docs/widgets/network-depth/results.html": results_html(),
        ROOT / "docs/widgets/network-depth/published.html": published(),
        ROOT / "docs/widgets/network-depth/table.html": table(),
    }
