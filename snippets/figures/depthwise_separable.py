"""The cost explorer's figure: parameter counts as areas, at the sliders' defaults."""

from pathlib import Path

from chart import text
from widget import at_first, attributes, drawn

from cv7 import cost
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
SIDE, FLOOR = 104, 146
SQUARES = {"standard": 12, "depthwise": 128, "pointwise": 244}


def grouped(count: int) -> str:
    return f"{count:,}"


def results_html() -> str:
    into, out, kernel, size = at_first("depthwise-separable").values()
    standard = cost.standard_parameters(into, out, kernel)
    separable = cost.separable_parameters(into, out, kernel)
    pointwise = into * out
    counts = {
        "standard": standard,
        "depthwise": separable - pointwise,
        "pointwise": pointwise,
    }
    figure = drawn("depthwise-separable", counts, SIDE, FLOOR)
    marks = figure["marks"]
    parts = []
    for name, x in SQUARES.items():
        parts.append(
            f'<rect data-square="{name}" data-floor="{FLOOR}" x="{x}" '
            f'{attributes(marks["square"][name])} fill="{css(name)}"/>'
        )
        parts.append(text(x, FLOOR + 20, name, anchor="start"))
        count = marks["count"][name]["text"]
        count = text(x, FLOOR + 40, count, anchor="start", colour="quiet")
        parts.append(count.replace("<text ", f'<text data-count="{name}" '))
    parts.append(text(12, 22, "parameters, as areas", anchor="start"))
    body = "\n".join(parts)
    caption = (
        "<strong>Exact arithmetic.</strong> For example, "
        f"a {kernel}×{kernel} convolution from {into} to {out} channels "
        f"has {grouped(standard)} parameters, its separable equivalent {grouped(separable)}: "
        f"{cost.separable_saving(out, kernel):.2f} times fewer. "
        f"On a {size}×{size} map that is {grouped(standard * size**2)} against "
        f"{grouped(separable * size**2)} multiply-adds."
    )
    return f"""<figure>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 196" class="cv7-chart" \
data-figure="areas" data-side="{SIDE}" role="img" aria-label="{figure["label"]}" \
font-family="system-ui, sans-serif" font-size="14">
{body}
</svg>
<figcaption>{caption}</figcaption>
</figure>
"""


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/depthwise-separable/results.html": results_html()}
