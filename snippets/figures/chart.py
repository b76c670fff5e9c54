"""The few SVG parts that the figures share: a frame with axes, and marks placed on it.

Colours are the page's own custom properties, by their roles in cv7/_palette.py, with fallbacks for
a figure opened by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cv7._palette import ROLES, css

WIDTH, HEIGHT = 360, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 348, 34, 230


@dataclass(frozen=True)
class Scale:
    """A straight line from data to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Axes:
    """The plotting area; `data` is written on the figure for the widget to read."""

    x: Scale
    y: Scale

    @property
    def data(self) -> str:
        def numbers(scale: Scale) -> str:
            return f"{scale.low:g} {scale.high:g} {scale.start:g} {scale.end:g}"

        return f'data-x="{numbers(self.x)}" data-y="{numbers(self.y)}"'


def axes(x: tuple[float, float], y: tuple[float, float]) -> Axes:
    return Axes(Scale(*x, LEFT, RIGHT), Scale(*y, BOTTOM, TOP))


def text(x: float, y: float, content: str, *, anchor: str = "middle", colour: str = "text") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{css(colour)}">'
        f"{escape(content)}</text>"
    )


def line(
    start: tuple[float, float], end: tuple[float, float], *, colour: str, extra: str = ""
) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{css(colour)}"{extra}/>'


def polyline(points: Sequence[tuple[float, float]], *, colour: str) -> str:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dash = ROLES[colour].dash
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{css(colour)}" stroke-width="2"{extra}/>'


def frame(
    area: Axes,
    *,
    x_ticks: dict[float, str],
    y_ticks: dict[float, str],
    x_label: str,
    y_label: str,
) -> list[str]:
    """Grid, tick labels and axis titles; the y title stands above the axis, unrotated."""
    parts = []
    for value, label in y_ticks.items():
        y = area.y(value)
        parts.append(line((LEFT, y), (RIGHT, y), colour="grid"))
        parts.append(text(LEFT - 6, y + 5, label, anchor="end", colour="quiet"))
    for value, label in x_ticks.items():
        x = area.x(value)
        parts.append(line((x, BOTTOM), (x, BOTTOM + 4), colour="quiet"))
        parts.append(text(x, BOTTOM + 20, label, colour="quiet"))
    parts.append(text((LEFT + RIGHT) / 2, HEIGHT - 8, x_label))
    parts.append(text(4, 16, y_label, anchor="start"))
    return parts


def circle(at: tuple[float, float], *, colour: str, radius: float = 3.5) -> str:
    return f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{radius:g}" fill="{css(colour)}"/>'


def point(at: tuple[float, float], *, colour: str) -> str:
    """What was measured, in the shape of its role."""
    if ROLES[colour].point == "circle":
        return circle(at, colour=colour)
    x, y = at
    return f'<rect x="{x - 3:g}" y="{y - 3:g}" width="6" height="6" fill="{css(colour)}"/>'


def svg(name: str, label: str, area: Axes, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'class="cv7-chart" data-figure="{name}" {area.data} role="img" '
        f'aria-label="{escape(label)}" font-family="system-ui, sans-serif" font-size="15">\n'
        f"{body}\n</svg>\n"
    )
