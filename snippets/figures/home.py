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
NETWORK = "MobileNetV2"


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
    below = f"<b>{channels} maps</b> {side}×{side}"
    sharp = " data-sharp" if side * rows < photo_side() else ""
    return cell(picture, label, below, rows, f' data-stage="{stage["stage"]}"{sharp}')


def photo_side() -> int:
    return int(load("photograph")["photo"]["side"]) * 3 // 4


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
        f"<p><b>{kind.title()}</b>: {percent(run['error'])} wrong</p></div>"
        for kind, run, paths in zip(KINDS, runs, parts["maps"], strict=True)
    )
    return f'<div class="cv7-picture cv7-two">{figures}</div>\n'


# ---- Lighter: three channels, filtered and mixed -------------------------------------------------

TILE, APART, GAP = 56, 60, 12
FILTER, AFTER, MIXED = 72, 124, 224  # where columns begin; a filter is half as wide as a tile
BIG = 112


def shade(value: float, most: float) -> str:
    """White to black as a filter's weight falls; grey is nothing."""
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


def lighter_html() -> str:
    record = load("photograph")["separable"]
    count = len(record["channels"])
    high = APART * count - (APART - TILE)
    middle, centre = (high - BIG) / 2, high / 2
    few, many = multiplications()
    wires, squares, grounds = "", "", ""
    for k, weights in enumerate(record["filters"]):
        y = APART * k
        half = y + TILE / 2
        wires += f"M{TILE + 3} {half:g}h{FILTER - TILE - 6}M{FILTER + 39} {half:g}h10"
        wires += f"M{AFTER + TILE + 3} {half:g}C{MIXED - 20} {half:g} {MIXED - 24} {centre:g} {MIXED - 4} {centre:g}"
        squares += filter_squares(weights, FILTER, half - 18, 12)
        grounds += f"M{FILTER} {half - 18:g}h36v36h-36z"
    maps = (
        f"{tiles(record['before'], 0, count)}{tiles(record['after'], AFTER, count)}"
        f'<rect x="{MIXED}" y="{middle:g}" width="{BIG}" height="{BIG}" data-map-ground=""/>'
        + image(record["mixed"], BIG, BIG, (MIXED, middle))
    )
    quiet = css("quiet")
    label = (
        f"Three of 32 maps of the photograph, each filtered with a 3×3 filter of its own; "
        f"one of the 16 maps that are mixed of all. A pixel takes {few} multiplications, "
        f"where a standard convolution takes {many:,}"
    )
    words = "".join(
        f'<text x="{x:g}" y="{high + 18}">{word}</text>'
        for x, word in (
            (TILE / 2, "maps"),
            (FILTER + 18, "filters"),
            (AFTER + TILE / 2, "filtered"),
            (MIXED + BIG / 2, "mixed"),
        )
    )
    return (
        f'<div class="cv7-picture"><svg viewBox="0 0 {MIXED + BIG} {high + 24}" role="img" '
        f'aria-label="{label}" font-size="14" text-anchor="middle">'
        f'{maps}<path d="{wires}" fill="none" stroke="{quiet}"/>'
        f'<path d="{grounds}" fill="{css("header")}"/>'
        f'<g data-filters="" fill="{css("on-header")}">{squares}</g>'
        f'<g fill="{css("text")}">{words}</g></svg>'
        f"<p><b>{few}</b> multiplications a pixel, not <b>{many:,}</b></p></div>\n"
    )


def tiles(data: str, x: float, count: int) -> str:
    """A column of tiles with gaps: the image is one, so each shows through a window of its own."""
    high = TILE * count
    return "".join(
        f'<svg x="{x:g}" y="{APART * k}" width="{TILE}" height="{TILE}" '
        f'viewBox="0 {TILE * k} {TILE} {TILE}"><rect width="{TILE}" height="{high}" data-map-ground=""/>'
        f"{image(data, TILE, high)}</svg>"
        for k in range(count)
    )


# ---- Borrowed: accuracy against images -----------------------------------------------------------

CURVES = {  # by strategy its words and its role
    "C": ("borrowed, fine-tuned", "trained"),
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
