"""The cost explorer's figure: parameter counts as areas, at the sliders' defaults."""

import random
from pathlib import Path

from chart import filled, text
from widget import Vectors, at_first, attributes, drawn, values

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
    defined, fills = zip(*(filled(name, "depthwise-separable") for name in SQUARES), strict=True)
    parts = [f"<defs>{''.join(defined)}</defs>"]
    for (name, x), fill in zip(SQUARES.items(), fills, strict=True):
        parts.append(
            f'<rect data-square="{name}" data-floor="{FLOOR}" x="{x}" '
            f'{attributes(marks["square"][name])} fill="{fill}" stroke="{css(name)}"/>'
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


def vectors() -> Vectors:
    rng = random.Random(0)
    layers = [(32, 64, 3), (64, 128, 3), (1, 1, 1), (512, 512, 7), (1, 512, 1), (512, 1, 7)]
    layers += [(128, 256, 3), (32, 64, 5), (33, 64, 3), (32, 65, 3)]
    layers += [
        (rng.randint(1, 512), rng.randint(1, 512), rng.choice([1, 3, 5, 7])) for _ in range(50)
    ]
    return {
        "standard_parameters": values(cost.standard_parameters, layers),
        "separable_parameters": values(cost.separable_parameters, layers),
        "separable_saving": values(cost.separable_saving, [layer[1:] for layer in layers]),
        "channels_for_saving": values(
            cost.channels_for_saving, [(s, k) for s in (1, 4, 8, 9, 24, 48) for k in (1, 3, 5, 7)]
        ),
    }


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/depthwise-separable/results.html": results_html()}
