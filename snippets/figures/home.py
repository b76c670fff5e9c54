"""The pictures of the home page: a photograph on its way through MobileNetV2, and three cards.

What is drawn comes from docs/data; the maps of the photograph lie there as images.
"""

import json
from html import escape
from math import log10
from pathlib import Path
from statistics import mean
from typing import Any

import chart
from chart import text
from train_networks import FIRST, KINDS, map_svg, pair, percent, shows
from widget import drawn

from cv7 import cost
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "docs/widgets/home"
ENLARGED = 150  # pixels a side; sheets that are smaller are enlarged, and show their pixels


def load(name: str) -> Any:
    return json.loads((ROOT / f"docs/data/{name}.json").read_text(encoding="utf-8"))


# ---- A photograph on its way through the network -------------------------------------------------


def image(data: str, wide: float, high: float, at: tuple[float, float] = (0, 0)) -> str:
    x, y = (f' {name}="{value:g}"' if value else "" for name, value in zip("xy", at, strict=True))
    place = f'{x}{y} width="{wide:g}" height="{high:g}"'
    return f'<image{place} preserveAspectRatio="none" href="data:image/webp;base64,{data}"/>'


def cell(picture: str, label: str, below: str, side: int, extra: str = "") -> str:
    return (
        f'<div{extra}><svg viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f"{picture}</svg><p>{below}</p></div>\n"
    )


def photo_cell(photo: dict[str, Any]) -> str:
    side = photo["side"]
    label = f"Photograph of a cat’s face, {side} by {side} pixels"
    below = f"<b>photograph</b> {side}×{side}"
    return cell(image(photo["image"], side, side), label, below, side)


def stage_cell(stage: dict[str, Any]) -> str:
    """Maps in rows and columns, lines of the page's ground between them."""
    shown, side, channels = len(stage["shown"]), stage["side"], stage["channels"]
    rows = round(shown**0.5)
    lines = "".join(f"M{k} 0V{rows}M0 {k}H{rows}" for k in range(1, rows))
    picture = (
        f'<rect width="{rows}" height="{rows}"/>{image(stage["maps"], rows, rows)}'
        f'<path d="{lines}"/>'
    )
    label = f"{shown} of the {channels} maps after stage {stage['stage']}, {side} by {side} each"
    below = f"<b>{shown} of {channels} maps</b> {side}×{side}"
    sharp = " data-sharp" if side * rows < ENLARGED else ""
    return cell(picture, label, below, rows, f' data-stage="{stage["stage"]}"{sharp}')


def guesses(found: list[dict[str, Any]]) -> str:
    """A bar for each class; all of its ground would be certainty."""
    rows = "".join(
        f'<li><span>{escape(one["name"])}</span><i><i style="width:{one["percent"]:g}%"></i></i>'
        f"<b>{percent(one['percent'])}</b></li>"
        for one in found
    )
    return f'<div class="cv7-guesses"><p>Its best guesses</p><ol>{rows}</ol></div>\n'


def strip_html() -> str:
    record = load("photograph")
    cells = photo_cell(record["photo"]) + "".join(map(stage_cell, record["stages"]))
    return f'<div class="cv7-strip">\n{cells}{guesses(record["guesses"])}</div>\n'


# ---- Deeper: two maps of decisions ---------------------------------------------------------------


def deeper_html() -> str:
    runs = pair(FIRST)
    parts = drawn("train-networks", 0, runs)
    figures = "".join(
        f"<div>{map_svg(kind, shows(kind, FIRST, run['error']), paths, parts['dots'])}"
        f'<p><b class="{kind}">{kind.title()}</b>: {percent(run["error"])} wrong</p></div>'
        for kind, run, paths in zip(KINDS, runs, parts["maps"], strict=True)
    )
    return f'<div class="cv7-picture cv7-two">{figures}</div>\n'


# ---- Lighter: three channels, filtered and mixed -------------------------------------------------

TILE, SQUARE, BIG = 60, 12, 112  # of a map, of a filter's ninth, of the mixed map
FILTERS, AFTER, MIXED = 76, 128, 224  # where columns begin


def shade(value: float, most: float) -> str:
    """How white: a filter's largest weight is white or, if it is negative, dark; half is zero."""
    return f"{0.5 + value / most / 2:.2f}"


def filter_squares(weights: list[float], x: float, y: float, side: float) -> str:
    most = max(map(abs, weights))
    return "".join(
        f'<rect x="{x + side * (k % 3):g}" y="{y + side * (k // 3):g}" width="{side:g}" '
        f'height="{side:g}" fill-opacity="{shade(weight, most)}"/>'
        for k, weight in enumerate(weights)
    )


def multiplications() -> tuple[int, int]:
    """A pixel's, of the first separable convolution and of a standard one in its place."""
    size = 112
    layers = cost.depthwise_separable(32, 16), cost.standard_conv(32, 16)
    separable, standard = (layer.multiply_adds(size, size) // size**2 for layer in layers)
    return separable, standard


def column(data: str, x: float, count: int) -> str:
    """Maps below each other, lines of the page's ground between them."""
    high = TILE * count
    lines = "".join(f"M{x:g} {TILE * k}h{TILE}" for k in range(1, count))
    return (
        f'<rect x="{x:g}" width="{TILE}" height="{high}" data-map-ground=""/>'
        f"{image(data, TILE, high, (x, 0))}"
        f'<path d="{lines}" stroke="{css("ground")}" stroke-width="4"/>'
    )


def lighter_html() -> str:
    record = load("photograph")["separable"]
    count = len(record["channels"])
    high = TILE * count
    centre, side = high / 2, 3 * SQUARE
    few, many = multiplications()
    wires = squares = grounds = ""
    for k, weights in enumerate(record["filters"]):
        y = TILE * (k + 0.5)
        top = y - side / 2
        wires += f"M{TILE + 3} {y:g}H{FILTERS - 3}M{FILTERS + side + 3} {y:g}H{AFTER - 3}"
        start, end = AFTER + TILE + 3, MIXED - 3
        bend = (start + end) / 2
        wires += f"M{start} {y:g}C{bend:g} {y:g} {bend:g} {centre:g} {end} {centre:g}"
        grounds += f"M{FILTERS} {top:g}h{side}v{side}h-{side}z"
        squares += filter_squares(weights, FILTERS, top, SQUARE)
    words = "".join(
        f'<text x="{x:g}" y="{high + 18}">{word}</text>'
        for word, x in {
            "maps": TILE / 2,
            "filters": FILTERS + side / 2,
            "filtered": AFTER + TILE / 2,
            "mixed": MIXED + BIG / 2,
        }.items()
    )
    label = (
        "Three of 32 maps of the photograph, each filtered with a 3×3 filter of its own, and one "
        f"of the 16 maps that are mixed of all. A pixel takes {few} multiplications, where a "
        f"standard convolution takes {many:,}"
    )
    place = f'x="{MIXED}" y="{centre - BIG / 2:g}" width="{BIG}" height="{BIG}"'
    return (
        f'<div class="cv7-picture"><svg viewBox="0 0 {MIXED + BIG} {high + 24}" role="img" '
        f'aria-label="{label}" font-size="14" text-anchor="middle">\n'
        f"{column(record['before'], 0, count)}\n{column(record['after'], AFTER, count)}\n"
        f'<rect {place} data-map-ground=""/>'
        f"{image(record['mixed'], BIG, BIG, (MIXED, centre - BIG / 2))}\n"
        f'<path d="{wires}" fill="none" stroke="{css("quiet")}"/>\n'
        f'<path d="{grounds}" fill="{css("header")}"/>'
        f'<g data-filters="" fill="{css("on-header")}">{squares}</g>\n'
        f'<g fill="{css("text")}">{words}</g></svg>\n'
        f"<p><b>{few}</b> multiplications a pixel, not <b>{many:,}</b></p></div>\n"
    )


# ---- Borrowed: accuracy against images -----------------------------------------------------------

CURVES = {  # by strategy its words and its role
    "C": ("borrowed, all trained", "trained"),
    "A": ("borrowed, frozen", "frozen"),
    "from scratch": ("from scratch", "violet"),
}
IMAGES = (25, 100, 250, 1000)


def runs(strategy: str) -> dict[int, list[float]]:
    rows = load("transfer-learning")["results"]
    found = {
        row["images"]: row["accuracy"]
        for row in rows
        if (row["task"], row["strategy"]) == ("defects", strategy)
    }
    return {images: found[images] for images in IMAGES}


def borrowed_area() -> chart.Axes:
    low, high = log10(IMAGES[0]), log10(IMAGES[-1])
    return chart.Axes(chart.Scale(low, high, 36, 326), chart.Scale(0, 90, 172, 22))


def place(line: list[tuple[float, float]], *, above: bool) -> tuple[float, float, str]:
    """Where the words of a line stand: over its third point, or under what follows it."""
    (x, y), (end, last) = line[2], line[3]
    return (x - 10, y - 10, "end") if above else (end + 10, max(y, last) + 21, "end")


def borrowed_html() -> str:
    area = borrowed_area()
    left, right, bottom = 26, 336, area.y.start
    grid = "".join(f"M{left} {area.y(v):g}H{right}" for v in (0, 50))
    parts = [
        f'<path d="{grid}" stroke="{css("grid")}"/>',
        *(text(left - 4, area.y(v) + 5, f"{v}", anchor="end", colour="quiet") for v in (0, 50)),
        *(text(area.x(log10(n)), bottom + 18, f"{n:,}", colour="quiet") for n in IMAGES[:-1]),
        text(right, bottom + 18, f"{IMAGES[-1]:,} images", anchor="end", colour="quiet"),
        text(0, 14, "% right", anchor="start", colour="quiet"),
    ]
    said = []
    for strategy, (words, role) in CURVES.items():
        found = runs(strategy)
        line = [(area.x(log10(n)), area.y(mean(values))) for n, values in found.items()]
        dots = [
            chart.circle((area.x(log10(n)), area.y(v)), colour=role, radius=3)
            for n, values in found.items()
            for v in values
        ]
        parts.append(f'<g data-strategy="{strategy}">{chart.polyline(line, colour=role)}')
        parts.append("".join(dots) + "</g>")
        x, y, anchor = place(line, above=strategy == "C")
        parts.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="700" '
            f'fill="{css(role)}">{words}</text>'
        )
        first, last = mean(found[IMAGES[0]]), mean(found[IMAGES[-1]])
        said.append(f"{words} {percent(first)} to {percent(last)}")
    label = (
        f"Defects told right, from {IMAGES[0]} to {IMAGES[-1]:,} training images, means of three "
        f"runs: {', '.join(said)}"
    )
    return (
        f'<div class="cv7-picture"><svg viewBox="0 0 336 200" role="img" aria-label="{label}" '
        f'{area.data} font-size="14">' + "".join(parts) + "</svg>"
        "<p>telling five kinds of defects, every run a dot</p></div>\n"
    )


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {
        HOME / "photograph.html": strip_html(),
        HOME / "deeper.html": deeper_html(),
        HOME / "lighter.html": lighter_html(),
        HOME / "borrowed.html": borrowed_html(),
    }
