"""The few SVG parts that the figures share: a frame with axes, and marks placed on it.

Colours are the page's own custom properties, by their roles in cv7/_palette.py, with fallbacks for
a figure opened by itself.
"""

from collections.abc import Callable, Sequence
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


def axes(
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    right: float = RIGHT,
    bottom: float = BOTTOM,
    top: float = TOP,
) -> Axes:
    return Axes(Scale(*x, LEFT, right), Scale(*y, bottom, top))


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
    left, right, bottom = area.x.start, area.x.end, area.y.start
    ys, xs = (
        {scale(v): name for v, name in ticks.items()}
        for scale, ticks in ((area.y, y_ticks), (area.x, x_ticks))
    )
    lines = "".join(f"M{left:g} {y:g}H{right:g}" for y in ys)
    ticks = "".join(f"M{x:g} {bottom:g}v4" for x in xs)
    parts = [
        f'<path d="{lines}" stroke="{css("grid")}"/>',
        f'<path d="{ticks}" stroke="{css("quiet")}"/>',
        f'<g fill="{css("quiet")}" text-anchor="end">',
        *(f'<text x="{left - 6:g}" y="{y + 5:g}">{escape(name)}</text>' for y, name in ys.items()),
        "</g>",
        f'<g fill="{css("quiet")}" text-anchor="middle">',
        *(f'<text x="{x:g}" y="{bottom + 20:g}">{escape(name)}</text>' for x, name in xs.items()),
        "</g>",
    ]
    if x_label:
        parts.append(text((left + right) / 2, bottom + 42, x_label))
    if y_label:
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


# The palette's patterns as SVG has them: the side of a tile, its turn, and what is drawn on it.
TILES = {
    "barred": (5, 0, '<path d="M1.5 0v5" stroke="{}" stroke-width="3"/>'),
    "spotted": (6, 0, '<circle cx="3" cy="3" r="2.1" fill="{}"/>'),
    "striped": (6, 45, '<path d="M1.5 0v6" stroke="{}" stroke-width="3"/>'),
}


def filled(role: str, figure: str) -> tuple[str, str]:
    """What defines the pattern of a role in this figure, if it has one, and the fill to ask for."""
    colour, pattern = css(role), ROLES[role].pattern
    if pattern == "solid":
        return "", colour
    side, turn, drawn = TILES[pattern]
    turned = f' patternTransform="rotate({turn})"' if turn else ""
    name = f"{figure}-{role}"
    return (
        f'<pattern id="{name}" width="{side}" height="{side}" patternUnits="userSpaceOnUse"'
        f"{turned}>{drawn.format(colour)}</pattern>",
        f"url(#{name})",
    )


def view(area: Axes) -> str:
    return f"0 0 {area.x.end + WIDTH - RIGHT:g} {area.y.start + HEIGHT - BOTTOM:g}"


def svg(name: str, label: str, area: Axes, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view(area)}" '
        f'class="cv7-chart" data-figure="{name}" {area.data} role="img" '
        f'aria-label="{escape(label)}" font-family="system-ui, sans-serif" font-size="15">\n'
        f"{body}\n</svg>\n"
    )


def sketch(
    area: Axes,
    lines: dict[str, str],
    places: Sequence[float],
    label: str,
    *,
    across: Callable[[float], float] | None = None,
    below: float | None = None,
) -> str:
    """What a reader draws with, over a chart of these axes: docs/widgets/shared/sketch.mjs.

    A line for each role, with what invites to draw it, and a point at each of the places, of
    which the first is given; `across` says where they are if the axis is not straight; dots
    lead up to each as far as `below`. Nothing of it shows before the script is there.
    """
    left, right, bottom, top = area.x.start, area.x.end, area.y.start, area.y.end
    xs = [round((across or area.x)(place), 1) for place in places]
    until = area.y(below if below is not None else area.y.high)
    ways = "".join(f"M{x:g} {until:g}V{bottom:g}" for x in xs[1:])
    parts = [
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" '
        'fill="transparent"/>',
        f'<path d="{ways}" stroke="{css("quiet")}" stroke-dasharray="1 5"/>',
    ]
    middle, start = (left + right) / 2, xs[0]
    for name, hint in lines.items():
        words = "".join(
            f'<tspan x="{middle:g}" dy="{20 * (i > 0)}">{escape(part)}</tspan>'
            for i, part in enumerate(hint.split("\n"))
        )
        y = top + 0.4 * (bottom - top)
        parts.append(
            f'<g data-hint="{name}"><rect x="{left + 10:g}" y="{y - 16:g}" '
            f'width="{right - left - 12:g}" height="{20 * hint.count(chr(10)) + 22:g}" '
            f'fill="{css("ground")}"/><text y="{y:g}" text-anchor="middle" fill="{css("text")}">'
            f"{words}</text></g>"
        )
    parts.append(
        f'<path data-way="" d="M{start + 12:g} {bottom - 9:g}q30 -30 62 -31m-8 -5l9 5l-8 6" '
        f'fill="none" stroke="{css("text")}" stroke-width="1.5"/>'
    )
    for name in lines:
        colour, dash = css(name), ROLES[name].dash
        marks = (
            f'<path data-gap="" fill="{colour}" fill-opacity="0.13"/>'
            f'<polyline data-pen="" fill="none" stroke="{colour}" stroke-width="9" '
            f'stroke-opacity="0.3" stroke-linecap="round" stroke-linejoin="round"/>'
            f'<polyline data-core="" fill="none" stroke="{colour}" stroke-width="1.5"'
            + (f' stroke-dasharray="{dash}"' if dash else "")
            + "/>"
        )
        parts.append(f'<g data-line="{name}" data-point="{ROLES[name].point}">{marks}</g>')
    parts.append('<path data-start=""/>')
    parts += [
        f'<g role="slider" tabindex="-1" data-at="{place:g}" data-x="{x:g}" aria-label="{place:g}" '
        f'aria-valuenow="{area.y.low:g}"><rect/><circle/><path/></g>'
        for place, x in zip(places[1:], xs[1:], strict=True)
    ]
    parts.append(
        f'<g data-widest="" visibility="hidden"><line stroke="{css("text")}" stroke-width="2"/>'
        f'<text font-weight="700" fill="{css("text")}"></text></g>'
    )
    parts.append(
        f'<text data-said="" x="{right - 4:g}" y="{top + 16:g}" text-anchor="end" '
        f'font-weight="700" fill="{css("text")}"></text>'
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view(area)}" class="cv7-sketch" '
        f'data-yours="" {area.data} data-given="{start:g}" visibility="hidden" '
        f'role="group" aria-label="{escape(label)}" font-family="system-ui, sans-serif" '
        f'font-size="15">\n{body}\n</svg>\n'
    )
