"""Figures of notebooks: readable in light and dark, with a text alternative.

Needs matplotlib and Pillow. In a terminal, where nothing can be shown, the text stands alone.

>>> from cv7.notebook import PLAIN, figure, show, show_images, svg
>>> drawing, axes = figure()
>>> _ = axes.plot([0, 1], [0, 1], color=PLAIN)
>>> show(drawing, alt="A line from 0 to 1.")
[figure: A line from 0 to 1.]
>>> 'role="img" aria-label="A line' in svg(drawing, "A line from 0 to 1.")
True
>>> pixels = [[[0, 0, 0], [1, 1, 1]]]
>>> show_images(pixels, alt="A black pixel beside a white one.", scale=50)
[figure: A black pixel beside a white one.]
>>> from cv7.notebook import in_parallel
>>> list(in_parallel(abs, [-2, 1]))
[2, 1]
"""

import base64
import io
import multiprocessing
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from ._needs import need
from ._palette import css

if TYPE_CHECKING:
    from matplotlib.figure import Figure

need("IPython", "matplotlib", "PIL", extra="notebooks")

__all__ = [
    "ABOVE",
    "AMBER",
    "DEPTHWISE",
    "GREEN",
    "HEAD",
    "PLAIN",
    "POINTWISE",
    "QUIET",
    "RESIDUAL",
    "SLOW",
    "STANDARD",
    "TRAINED",
    "VIOLET",
    "figure",
    "in_parallel",
    "show",
    "show_images",
    "svg",
]

Job = TypeVar("Job")
Result = TypeVar("Result")

ROLES = [
    *("text", "plain", "residual", "green", "violet", "amber", "quiet", "grid"),
    *("standard", "depthwise", "pointwise", "slow", "trained", "head"),
]
# What stands for a role in a drawing: a colour that matplotlib accepts and nothing else there has.
NAMED = {role: f"#{0x0B9300 + number:06x}" for number, role in enumerate(ROLES)}
# What becomes of it: the page's own colour, with a fallback for elsewhere.
COLOURS = {code: css(role) for role, code in NAMED.items()} | {NAMED["text"]: "currentColor"}
# Where a legend hides nothing: axes.legend(**ABOVE).
ABOVE: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "ncols": 3}
PLAIN, RESIDUAL, GREEN = NAMED["plain"], NAMED["residual"], NAMED["green"]
VIOLET, AMBER, QUIET = NAMED["violet"], NAMED["amber"], NAMED["quiet"]
STANDARD, DEPTHWISE, POINTWISE = NAMED["standard"], NAMED["depthwise"], NAMED["pointwise"]
SLOW, TRAINED, HEAD = NAMED["slow"], NAMED["trained"], NAMED["head"]


def _display(html: str, alt: str) -> None:
    from IPython.core.getipython import get_ipython
    from IPython.display import HTML, display

    if get_ipython() is None:
        print(f"[figure: {alt}]")
    else:
        display(HTML(html))


def _check(alt: str) -> None:
    if not alt.strip():
        raise ValueError("a figure needs alt=: one sentence that says what it shows")


def figure(width: float = 4.8, height: float = 3.2) -> tuple["Figure", Any]:
    """A figure and its axes, in the site's style; wider ones are hard to read on a phone."""
    import matplotlib
    from matplotlib.figure import Figure

    text, grid = NAMED["text"], NAMED["grid"]
    style: dict[str, Any] = {
        "axes.edgecolor": text,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.labelcolor": text,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.facecolor": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        "grid.color": grid,
        "grid.linewidth": 0.6,
        "legend.framealpha": 0,
        "svg.fonttype": "none",  # text stays text: smaller, and in the page's own font
        "text.color": text,
        "xtick.color": text,
        "ytick.color": text,
    }
    matplotlib.rcParams.update(style)
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots()


def svg(made: "Figure", alt: str) -> str:
    """The figure as inline SVG whose colours follow the page's. ValueError without `alt`."""
    import matplotlib

    _check(alt)
    matplotlib.rcParams["svg.hashsalt"] = alt  # the same names each time, others in other figures
    buffer = io.StringIO()
    made.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawing = buffer.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    # Its style sheet would reach the whole page, its names those of other figures.
    drawing = re.sub(
        r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", drawing, flags=re.S
    )
    drawing = re.sub(r' (?:xmlns:xlink|width|height|version)="[^"]*"', "", drawing, count=4)
    drawing = re.sub(r'<g id="[^"]*">', "<g>", drawing)
    marks = dict(re.findall(r'<path id="(\w+)" d="([^"]*)"', drawing))
    drawing = re.sub(
        r'<use xlink:href="#(\w+)" x="([^"]*)" y="([^"]*)"',
        lambda m: f'<path d="{marks[m[1]]}" transform="translate({m[2]} {m[3]})"',
        drawing,
    )
    drawing = re.sub(r'<path id="\w+" d="[^"]*"[^>]*/>', "", drawing)
    drawing = re.sub(r"'[\w ]+', (?:'[\w ]+', |[\w ]+, )*sans-serif", "sans-serif", drawing)
    for code, colour in COLOURS.items():
        drawing = drawing.replace(code, colour)
    size = re.search(r'viewBox="0 0 ([\d.]+)', drawing)
    width = f"max-width: {float(size[1]) * 4 / 3:.0f}px" if size else ""
    head = (
        f'<svg role="img" aria-label="{escape(alt)}" stroke-linejoin="round" '
        f'style="width: 100%; {width}"'
    )
    return re.sub(r"\s*\n\s*", "\n", drawing.replace("<svg", head, 1))


def show(made: "Figure", *, alt: str) -> None:
    """Show a figure; `alt` says what it shows to those who cannot see it."""
    _display(svg(made, alt), alt)


def show_images(sheet: Any, *, alt: str, scale: int = 1) -> None:
    """Show one image, (height, width, 3) in 0 to 1, `scale` times enlarged."""
    import numpy as np
    from PIL import Image

    _check(alt)
    pixels = (255 * np.clip(np.asarray(sheet), 0, 1)).round().astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="WEBP", quality=80, method=6)
    data = base64.b64encode(buffer.getvalue()).decode()
    height, width = (scale * n for n in pixels.shape[:2])
    _display(
        f'<img src="data:image/webp;base64,{data}" width="{width}" height="{height}" '
        f'alt="{escape(alt)}">',
        alt,
    )


def in_parallel(function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
    """The results of function(job), in order, each as soon as it is there.

    Two processes of one thread each where processes can be forked, so that a notebook's own
    functions reach them; one job after the other elsewhere. The function must not print.
    """
    import torch

    torch.set_num_threads(1)  # more would leave locks behind that a forked process waits for
    if sys.platform != "linux" or torch.cuda.is_available():
        yield from map(function, jobs)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the kernel's own threads hold no lock
        with multiprocessing.get_context("fork").Pool(2) as pool:
            yield from pool.imap(function, jobs)
