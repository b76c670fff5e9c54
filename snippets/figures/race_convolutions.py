"""What the race of two convolutions shows before it is run: torch's times on our machine."""

import json
from pathlib import Path
from typing import Any

from chart import filled, text
from widget import attributes, drawn

from cv7 import cost
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
LEFT, WIDTH, HEIGHT = 12, 336, 20
BARS = {"standard": 50, "separable": 104}
WHOSE = "torch, one thread of our server CPU"


def significant(value: float) -> str:
    """Three significant digits, as docs/widgets/shared/numbers.mjs writes them."""
    return f"{float(f'{value:.3g}'):g}"


def figure(times: dict[str, float]) -> str:
    shown = {name: float(significant(times[name])) for name in BARS}  # as the table's row has them
    drawing = drawn("race-convolutions", shown, WHOSE, WIDTH)
    marks = drawing["marks"]
    title = text(LEFT, 22, WHOSE, anchor="start").replace("<text ", '<text data-title="" ')
    defined, fills = zip(*(filled(name, "race-convolutions") for name in BARS), strict=True)
    parts = [f"<defs>{''.join(defined)}</defs>", title]
    for (name, y), fill in zip(BARS.items(), fills, strict=True):
        time = text(LEFT + WIDTH, y, marks["time"][name]["text"], anchor="end", colour="quiet")
        parts += [
            text(LEFT, y, name, anchor="start"),
            time.replace("<text ", f'<text data-time="{name}" '),
            f'<rect data-bar="{name}" x="{LEFT}" y="{y + 8}" {attributes(marks["bar"][name])} '
            f'height="{HEIGHT}" fill="{fill}" stroke="{css(name)}"/>',
        ]
    body = "\n".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 142" class="cv7-chart" \
data-figure="race" data-width="{WIDTH}" data-whose="{WHOSE}" role="img" \
aria-label="{drawing["label"]}" \
font-family="system-ui, sans-serif" font-size="14">
{body}
</svg>"""


def row(number: int, layer: dict[str, Any]) -> str:
    into, out, size = (layer[name] for name in ("in_channels", "out_channels", "size"))
    low, high = min(layer["speedup_of_processes"]), max(layer["speedup_of_processes"])
    times = layer["ms"]
    return (
        f'<tr data-layer="{number}" data-in="{into}" data-out="{out}" data-size="{size}" '
        f'data-standard="{significant(times["standard"])}" '
        f'data-separable="{significant(times["separable"])}">\n'
        f'<th scope="row">{into}→{out}, {size}×{size}</th>'
        f"<td>{cost.separable_saving(out, 3):.1f}×</td>"
        f"<td data-torch>{layer['speedup']:.1f}× ({low:.1f} to {high:.1f})</td>"
        "<td data-yours>not raced</td></tr>"
    )


def results_html() -> str:
    path = ROOT / "docs/data/depthwise-separable.json"
    layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
    rows = "\n".join(row(number, layer) for number, layer in enumerate(layers, 1))
    return f"""<figure>
{figure(layers[0]["ms"])}
<figcaption><strong>Measured.</strong> Time of one convolution, standard against separable, one \
image. Between torch and your browser compare ratios, not milliseconds: torch has code made \
for this processor, the page has plain JavaScript.</figcaption>
</figure>
<table class="cv7-stack">
<caption>How many times fewer, and how many times less time</caption>
<thead><tr><th scope="col">Layer</th><th scope="col">multiply-adds</th>\
<th scope="col">torch, our machine</th><th scope="col" data-yours>your device</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
"""


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/race-convolutions/results.html": results_html()}
