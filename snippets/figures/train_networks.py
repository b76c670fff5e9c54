"""The first pictures of the two networks in training, and the tables under them.

Maps, gradients and deletions of recorded runs, drawn by the widget's own drawing.mjs; what the
widget loads for other depths; and what twenty seeds of each setting came to.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from widget import drawn

from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
WIDGETS = ROOT / "docs/widgets"
LEARNED = 5  # percent of the points wrong, at most
KINDS = ("plain", "residual")
FIRST = 50  # the depth of the first pictures
SHORTENED = 20  # the depth of the network that a layer is taken out of
TAKEN_OUT = {"plain": 10, "residual": 5}  # in the first picture: a layer, a block
HALVES = 16  # levels of the gradients
SIDE = 480  # of a map


def load(name: str = "train-networks") -> Any:
    return json.loads((ROOT / f"docs/data/{name}.json").read_text(encoding="utf-8"))


def recorded() -> Any:
    return load("train-networks-recorded")


def pair(depth: int) -> list[dict[str, Any]]:
    """The recorded runs of this depth, plain and residual."""
    rows = recorded()["recorded"]
    return [
        row
        for kind in (False, True)
        for row in rows
        if row["depth"] == depth
        if row["residual"] is kind
    ]


def percent(value: float) -> str:
    return f"{value:.1f} %"


# ---- Maps ----------------------------------------------------------------------------------------


def map_svg(
    kind: str, label: str, paths: Sequence[str], dots: Sequence[str], extra: str = ""
) -> str:
    rings, filled = dots
    unsure, boundary, sure = paths
    return (
        f'<svg class="cv7-map" data-map="{kind}" viewBox="0 0 {SIDE} {SIDE}" role="img" '
        f'aria-label="{label}">'
        f'<rect width="{SIDE}" height="{SIDE}"/><path d="{unsure}"/><path d="{boundary}"/>'
        f'<path d="{sure}"/><path d="{rings}"/><path d="{rings}"/><path d="{filled}"/></svg>'
    )


def figure(svg: str, caption: str, name: str, kind: str) -> str:
    return f'<figure>{svg}<figcaption data-{name}="{kind}">{caption}</figcaption></figure>\n'


def shows(kind: str, depth: int, error: float, what: str = "") -> str:
    """The text alternative; element.mjs says the same of the reader's own runs."""
    regions = "two clean spiral arms" if error <= LEARNED else "torn patches"
    return (
        f"Map of the {kind} network’s decisions, {depth} hidden layers{what}: "
        f"{regions}, {percent(error)} of the points wrong"
    )


def maps_html() -> str:
    runs = pair(FIRST)
    parts = drawn("train-networks", 0, runs)
    figures = [
        figure(
            map_svg(kind, shows(kind, FIRST, run["error"]), paths, parts["dots"]),
            f"<strong>{kind.title()}</strong>: {percent(run['error'])} wrong",
            "caption",
            kind,
        )
        for kind, run, paths in zip(KINDS, runs, parts["maps"], strict=True)
    ]
    return '<div class="cv7-pair">\n' + "".join(figures) + "</div>\n"


# ---- Gradients -----------------------------------------------------------------------------------


def ramp(level: int) -> str:
    """From the ground over green to the text: the larger, the further from the ground."""
    share = level / (HALVES - 1)
    low, high = ("ground", "green") if share < 0.5 else ("green", "text")
    mixed = round(100 * (2 * share if share < 0.5 else 2 * share - 1))
    return f"color-mix(in oklab,{css(high)} {mixed}%,{css(low)})"


def norms(run: dict[str, Any]) -> str:
    """As element.mjs writes it of the reader’s own runs."""
    (first, last), (first_then, last_then) = (
        [f"{value:.2g}" if value < 100 else f"{value:,.0f}" for value in run[key]]
        for key in ("at_first_step", "at_last_step")
    )
    return f"step 1: first layer {first}, last {last}; step 600: {first_then}, {last_then}"


def side(words: str) -> str:
    """What the upright axis of both figures says."""
    return f'<p class="cv7-side" aria-hidden="true">{words}</p>\n'


def column_of(step: int, edges: list[int]) -> float:
    """Where a step stands, in columns."""
    column = sum(edge <= step for edge in edges) - 1
    return column + (step - edges[column]) / (edges[column + 1] - edges[column])


def gradients_html() -> str:
    runs = pair(FIRST)
    parts = drawn("train-networks", 0, runs)
    edges = parts["edges"]
    wide = len(edges) - 1
    ticks = "".join(
        f'<span style="left:{100 * column_of(step, edges) / wide:.0f}%">{step}</span>'
        for step in (1, 10, 100)
    )
    figures = []
    for kind, run, paths in zip(KINDS, runs, parts["bands"], strict=True):
        lines = "".join(
            f'<path stroke="{ramp(level)}" d="{path}"/>' for level, path in enumerate(paths)
        )
        svg = (
            f'<svg data-gradients="{kind}" viewBox="0 0 {wide} {run["depth"]}" '
            f'preserveAspectRatio="none" role="img" aria-label="Norms of the gradients of the '
            f'{kind} network’s layers at each step; the caption has those at the corners">'
            f'<g transform="translate(.5)">{lines}</g></svg>'
            f'<p class="cv7-ticks" aria-hidden="true">{ticks}<span>600</span></p>'
            '<p class="cv7-ticks cv7-axis" aria-hidden="true">training step (log)</p>'
        )
        caption = f"<strong>{kind.title()}</strong>, {norms(run)}"
        figures.append(figure(svg, caption, "norms", kind))
    return (
        '<p class="cv7-legend">Norm of each layer’s gradient:</p>\n'
        '<p class="cv7-ramp"><span>10<sup>−4</sup></span><span>1</span>'
        "<span>10<sup>4</sup></span></p>\n"
        f'<div class="cv7-pair">\n{side("first → last layer")}' + "".join(figures) + "</div>\n"
    )


# ---- Deletions -----------------------------------------------------------------------------------


def medians(depth: int, residual: bool) -> list[float]:
    rows = recorded()["deletions"]
    (row,) = [r for r in rows if (r["depth"], r["residual"]) == (depth, residual)]
    return [median(errors) for errors in row["error_without"]]


def part(kind: str, index: int) -> str:
    """What a slider calls it: layers are counted from 1 and the first cannot be taken out."""
    return f"layer {index + 2}" if kind == "plain" else f"block {index + 1}"


def index_of(kind: str, number: int) -> int:
    return number - 2 if kind == "plain" else number - 1


def deleted_html() -> str:
    runs = pair(SHORTENED)
    shown = [
        run["without"][index_of(kind, TAKEN_OUT[kind])]
        for kind, run in zip(KINDS, runs, strict=True)
    ]
    parts = drawn("train-networks", 0, [{**picture, "depth": SHORTENED} for picture in shown])
    figures = []
    for kind, picture, paths in zip(KINDS, shown, parts["maps"], strict=True):
        taken = part(kind, index_of(kind, TAKEN_OUT[kind]))
        label = shows(kind, SHORTENED, picture["error"], f", without {taken}")
        caption = (
            f"<strong>{kind.title()}</strong> without {taken}: {percent(picture['error'])} wrong"
        )
        svg = map_svg(kind, label, paths, parts["dots"])
        figures.append(figure(svg, caption, "caption", kind))
    return '<div class="cv7-pair">\n' + "".join(figures) + "</div>\n"


def bars_html() -> str:
    figures = []
    for kind, run in zip(KINDS, pair(SHORTENED), strict=True):
        errors = [picture["error"] for picture in run["without"]]
        middle = medians(SHORTENED, kind == "residual")
        chosen = index_of(kind, TAKEN_OUT[kind])
        out = ' data-out=""'
        bars = "".join(
            f'<rect x="{i + 0.15:g}" y="{100 - error:.4g}" width=".7" height="{error:.4g}" '
            f'data-part="{i}"{out if i == chosen else ""}/>'
            for i, error in enumerate(errors)
        )
        line = "".join(f"M{i + 0.02:g} {100 - value:.4g}h.96" for i, value in enumerate(middle))
        svg = (
            f'<svg data-bars="{kind}" viewBox="0 0 {len(errors)} 100" preserveAspectRatio="none" '
            f'role="img" aria-label="Share of the points wrong without each '
            f"{'layer' if kind == 'plain' else 'block'} of the {kind} network: with this seed "
            f"{percent(min(errors))} to {percent(max(errors))}, medians of twenty seeds "
            f'{percent(min(middle))} to {percent(max(middle))}">'
            f'<rect data-chosen x="{chosen}" width="1" height="100"/>'
            f'<path data-grid d="M0 50H{len(errors)}M0 0H{len(errors)}M0 100H{len(errors)}"/>'
            f'{bars}<path data-medians d="{line}"/></svg>'
        )
        first, last = part(kind, 0), part(kind, len(errors) - 1).split()[1]
        caption = f"without {first} … {last}"
        figures.append(figure(svg, caption, "parts", kind))
    return (
        '<p class="cv7-legend">Points wrong without each:</p>\n'
        '<div class="cv7-pair">\n<p class="cv7-scale" aria-hidden="true"><span>100 %</span>'
        "<span>50</span><span>0</span></p>\n" + "".join(figures) + "</div>\n"
        '<p class="cv7-legend"><span class="cv7-median">Median of twenty seeds.</span> Taken '
        "out: what entered it goes on to the next. The first layer stays: it changes the "
        "shape.</p>\n"
    )


def deletions_table() -> str:
    middles = {kind: medians(SHORTENED, kind == "residual") for kind in KINDS}
    runs = {
        kind: [picture["error"] for picture in run["without"]]
        for kind, run in zip(KINDS, pair(SHORTENED), strict=True)
    }
    tables = []
    for kind in KINDS:
        name = "layer" if kind == "plain" else "block"
        body = "\n".join(
            f'<tr><th scope="row">{part(kind, i).split()[1]}</th><td>{error:.1f}</td>'
            f"<td>{middle:.1f}</td></tr>"
            for i, (error, middle) in enumerate(zip(runs[kind], middles[kind], strict=True))
        )
        tables.append(
            f"<table>\n<caption>{kind.title()}, {SHORTENED} hidden layers</caption>\n"
            f'<thead><tr><th scope="col">without {name}</th><th scope="col">seed 0, % wrong</th>'
            f'<th scope="col">median of twenty seeds</th></tr></thead>\n<tbody>\n{body}\n'
            "</tbody>\n</table>\n"
        )
    return "".join(tables)


# ---- The paths through three blocks --------------------------------------------------------------


# ---- Twenty seeds of each setting ----------------------------------------------------------------


def cell(errors: list[float]) -> str:
    learned = sum(error <= LEARNED for error in errors)
    return f"<td>{learned} of {len(errors)}</td><td>{median(errors):.1f}</td>"


def table(rows: list[dict[str, Any]], caption: str) -> str:
    depths = sorted({row["depth"] for row in rows})
    found = {(row["depth"], row["residual"]): row["error"] for row in rows}
    body = "\n".join(
        f'<tr><th scope="row">{depth}</th>{cell(found[depth, False])}'
        f"{cell(found[depth, True])}</tr>"
        for depth in depths
    )
    return f"""<table>
<caption>{caption}</caption>
<thead><tr><th scope="col">layers</th><th scope="col">plain learned</th>\
<th scope="col">median, % wrong</th><th scope="col">residual learned</th>\
<th scope="col">median, % wrong</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
"""


def seeds_table() -> str:
    results = load()["results"]

    def rows(optimiser: str, batch_norm: bool) -> list[dict[str, Any]]:
        wanted = (optimiser, batch_norm)
        return [row for row in results if (row["optimiser"], row["batchNorm"]) == wanted]

    parts = []
    for optimiser in ("SGD", "Adam"):
        for batch_norm in (True, False):
            norm = "with BatchNorm" if batch_norm else "without BatchNorm"
            parts.append(table(rows(optimiser, batch_norm), f"{optimiser}, {norm}"))
    return "".join(parts)


# ---- What the widgets load when they are used ----------------------------------------------------


def module(what: str, value: Any) -> str:
    """Data as a module: from files, browsers load no JSON."""
    text = json.dumps(value, separators=(",", ":"))
    assert "'" not in text
    head = f"// {what} Written by snippets/figures/train_networks.py."
    return f"{head}\n\nexport default JSON.parse(\n  '{text}',\n);\n"


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    train, delete = WIDGETS / "train-networks", WIDGETS / "delete-layer"
    rows = recorded()["recorded"]
    runs = [{k: v for k, v in row.items() if k != "without"} for row in rows]
    shortened = [
        {
            "residual": row["residual"],
            "depth": row["depth"],
            "pictures": [{"error": row["error"], "map": row["map"]}, *row["without"]],
        }
        for row in rows
        if "without" in row
    ]
    return {
        train / "maps.html": maps_html(),
        train / "gradients.html": gradients_html(),
        train / "table.html": seeds_table(),
        train / "recorded.mjs": module("The recorded runs of all depths.", runs),
        delete / "maps.html": deleted_html(),
        delete / "bars.html": bars_html(),
        delete / "table.html": deletions_table(),
        delete / "recorded.mjs": module("The recorded run without each part.", shortened),
    }
