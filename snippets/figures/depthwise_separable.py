"""The cost explorer's figure: parameter counts as areas, at the sliders' defaults."""

from math import sqrt
from pathlib import Path

from chart import COLOURS, text

from cv7 import cost

ROOT = Path(__file__).resolve().parents[2]
IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, SIZE = 32, 64, 3, 112
SIDE, FLOOR = 104, 146
SQUARES = {"standard": (12, "quiet"), "depthwise": (128, "plain"), "pointwise": (244, "residual")}


def grouped(count: int) -> str:
    return f"{count:,}"


def results_html() -> str:
    standard = cost.standard_parameters(IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE)
    separable = cost.separable_parameters(IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE)
    pointwise = IN_CHANNELS * OUT_CHANNELS
    counts = {
        "standard": standard,
        "depthwise": separable - pointwise,
        "pointwise": pointwise,
    }
    scale = SIDE / sqrt(max(standard, separable))
    parts = []
    for name, (x, colour) in SQUARES.items():
        side = round(scale * sqrt(counts[name]), 2)
        parts.append(
            f'<rect data-square="{name}" data-floor="{FLOOR}" x="{x}" y="{FLOOR - side:g}" '
            f'width="{side:g}" height="{side:g}" fill="{COLOURS[colour]}"/>'
        )
        parts.append(text(x, FLOOR + 20, name, anchor="start"))
        count = text(x, FLOOR + 40, grouped(counts[name]), anchor="start", colour="quiet")
        parts.append(count.replace("<text ", f'<text data-count="{name}" '))
    parts.append(text(12, 22, "parameters, as areas", anchor="start"))
    label = (
        f"Parameters as areas: standard {grouped(standard)}, depthwise "
        f"{grouped(counts['depthwise'])}, pointwise {grouped(pointwise)}."
    )
    body = "\n".join(parts)
    caption = (
        "<strong>Exact arithmetic.</strong> For example, "
        f"a {KERNEL_SIZE}×{KERNEL_SIZE} convolution from {IN_CHANNELS} to {OUT_CHANNELS} channels "
        f"has {grouped(standard)} parameters, its separable equivalent {grouped(separable)}: "
        f"{cost.separable_saving(OUT_CHANNELS, KERNEL_SIZE):.2f} times fewer. "
        f"On a {SIZE}×{SIZE} map that is {grouped(standard * SIZE**2)} against "
        f"{grouped(separable * SIZE**2)} multiply-adds."
    )
    return f"""<figure>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 196" class="cv7-chart" \
data-figure="areas" data-side="{SIDE}" role="img" aria-label="{label}" \
font-family="system-ui, sans-serif" font-size="14">
{body}
</svg>
<figcaption>{caption}</figcaption>
</figure>
"""


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/depthwise-separable/results.html": results_html()}
