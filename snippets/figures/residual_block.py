"""Three residual blocks beside three plain ones, the paths through them, and what flows there."""

import random
from itertools import product
from pathlib import Path
from typing import Any

from chart import text
from widget import Vectors, at_first, attributes, drawn, values

from cv7 import gradient_flow
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
BLOCKS, OFFSET = 3, 0.5  # F(x) = slope * x + OFFSET in each block
TOP, APART = 44, 86
ROWS = [TOP + APART * k for k in range(BLOCKS + 1)]
LANE, BYPASS, PLAIN = 86, 152, 292
# From the top of a block down.
SPLIT, F_TOP, F_END, PLUS, RELU, END = 8, 16, 36, 53, 70, 82


def chain_sums(
    x: float, slope: float, offset: float, blocks: int, shortcut: bool, relu: bool
) -> list[float]:
    return gradient_flow.chain_sums(x, slope, offset, blocks=blocks, shortcut=shortcut, relu=relu)


def chain_gradients(sums: list[float], slope: float, shortcut: bool, relu: bool) -> list[float]:
    return gradient_flow.chain_gradients(sums, slope, shortcut=shortcut, relu=relu)


def residual_paths(blocks: int) -> list[list[int]]:
    return [list(path) for path in gradient_flow.residual_paths(blocks)]


def part(markup: str, name: str, parts: dict[str, dict[str, Any]], content: str = "") -> str:
    """An element that the widget's drawing.mjs fills in."""
    its = dict(parts[name])
    content = its.pop("text", content)
    tag = markup.split(maxsplit=1)[0]
    return f'<{markup} data-part="{name}" {attributes(its)}>{content}</{tag}>'


def words(
    name: str,
    x: float,
    y: float,
    parts: dict[str, dict[str, Any]],
    *,
    anchor: str,
    colour: str = "text",
    bold: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    placed = "" if "x" in parts[name] else f' x="{x:g}"'
    start = f'text{placed} y="{y:g}" text-anchor="{anchor}" fill="{css(colour)}"{weight}'
    return part(start, name, parts)


def wires() -> dict[str, str]:
    """The path of each wire of both chains, by its name."""
    found = {}
    for k, row in enumerate(ROWS):
        start = row - (5 if k else 6)
        last = k == BLOCKS
        found[f"residual-trunk-{k}"] = f"M{LANE} {start}V{row + SPLIT}"
        found[f"plain-trunk-{k}"] = f"M{PLAIN} {start}V{row + (SPLIT if last else F_TOP)}"
    for k, top in enumerate(ROWS[:-1], start=1):
        split, plus, end = top + SPLIT, top + PLUS, top + END
        found |= {
            f"residual-stub-{k}": f"M{LANE} {plus + 7}V{end}",
            f"residual-into-{k}": f"M{LANE} {top + F_END}V{plus - 7}",
            f"residual-via-{k}": f"M{LANE} {split}V{top + F_TOP}",
            f"residual-by-{k}": f"M{LANE} {split}H{BYPASS}V{plus}H{LANE + 7}",
            f"plain-stub-{k}": f"M{PLAIN} {top + F_END}V{end}",
        }
    return found


def wire_colour(name: str) -> str:
    if name.startswith("plain"):
        return "plain"
    return "quiet" if "-into-" in name or "-via-" in name else "residual"


def box(x: float, top: float, label: str) -> str:
    return (
        f'<rect x="{x - 24:g}" y="{top + F_TOP}" width="48" height="{F_END - F_TOP}" rx="4" '
        f'fill="{css("box")}" stroke="{css("text")}" stroke-width="1.3"/>'
        f"{text(x, top + (F_TOP + F_END) / 2 + 5, label)}"
    )


def relu(name: str, k: int, x: float, top: float, parts: dict[str, dict[str, Any]]) -> str:
    """A pill on the wire, and its dark shape when it is shut."""
    shape = f'x="{x - 22:g}" y="{top + RELU - 8}" width="44" height="15" rx="7.5"'
    y = top + RELU + 4
    opened = f'<rect {shape} fill="{css("ground")}" stroke="{css("text")}"/>{text(x, y, "ReLU")}'
    shut = f'<rect {shape} fill="{css("text")}"/>{text(x, y, "shut", colour="ground")}'
    return "\n".join(
        part('g font-size="12"', f"{name}-{kind}-{k}", parts, marks)
        for kind, marks in (("relu", opened), ("shut", shut))
    )


def chains_svg(parts: dict[str, dict[str, Any]], label: str) -> str:
    marks = [
        part(f'rect x="0" width="360" height="{APART}" rx="6" fill="{css("box")}"', "here", parts),
        text(LANE, 14, "residual", colour="residual").replace("<text", '<text font-weight="600"'),
        text(PLAIN, 14, "plain", colour="plain").replace("<text", '<text font-weight="600"'),
        text(LANE - 10, 32, "signal ↓", anchor="end", colour="quiet"),
        text(BYPASS + 12, 32, "gradient ↑", anchor="start", colour="quiet"),
        text(PLAIN - 10, 32, "↓", anchor="end", colour="quiet"),
        text(PLAIN + 10, 32, "↑", anchor="start", colour="quiet"),
    ]
    lanes = wires()
    marks.append(
        f'<path d="{"".join(lanes.values())}" fill="none" stroke="{css("grid")}" '
        'stroke-width="1.5"/>'
    )
    for name, path in lanes.items():
        start = (
            f'path d="{path}" fill="none" stroke="{css(wire_colour(name))}" stroke-linejoin="round"'
        )
        marks.append(part(start, name, parts))
    for k, top in enumerate(ROWS[:-1], start=1):
        sub = "₁₂₃"[k - 1]
        marks += [box(LANE, top, f"F{sub}"), box(PLAIN, top, f"F{sub}")]
        marks.append(
            f'<circle cx="{LANE}" cy="{top + PLUS}" r="7.5" fill="{css("ground")}" '
            f'stroke="{css("text")}" stroke-width="1.3"/>'
            f'<path d="M{LANE - 4} {top + PLUS}h8m-4-4v8" stroke="{css("text")}" '
            'stroke-width="1.5"/>'
        )
        marks += [relu("residual", k, LANE, top, parts), relu("plain", k, PLAIN, top, parts)]
        middle = top + 31
        marks.append(
            words(f"residual-f-{k}", LANE - 32, middle, parts, anchor="end", colour="quiet")
        )
        passed = part("tspan", f"residual-by-text-{k}", parts)
        through = part(f'tspan fill="{css("quiet")}"', f"residual-via-text-{k}", parts)
        place = f'x="{BYPASS + 12}" y="{middle}" fill="{css("residual")}"'
        marks.append(f"<text {place}>{passed} {through}</text>")
    for name, x, side in (("residual", LANE, BYPASS + 12), ("plain", PLAIN, PLAIN + 12)):
        start = f'path transform="translate({x})" fill="{css(name)}"'
        marks.append(part(start, f"{name}-tip", parts))
        for k, row in enumerate(ROWS):
            marks.append(words(f"{name}-signal-{k}", x - 12, row + 5, parts, anchor="end"))
            marks.append(
                words(
                    f"{name}-gradient-{k}",
                    side,
                    row + 5,
                    parts,
                    anchor="start",
                    colour=name,
                    bold=True,
                )
            )
    rows = " ".join(map(str, ROWS))
    height = ROWS[-1] + 16
    return figure(marks, label, height, f'data-rows="{rows}" data-offset="{OFFSET}"')


def paths_svg(parts: dict[str, dict[str, Any]], label: str) -> str:
    quiet, strong, blue = css("quiet"), css("text"), css("residual")
    marks = [
        words("paths-title", 8, 14, parts, anchor="start"),
        part(f'path fill="{blue}" stroke="{blue}"', "bar-shortcut", parts),
        part(f'path fill="{quiet}" stroke="{quiet}"', "bars-through", parts),
        part(f'path fill="{blue}" stroke="{blue}"', "bar-total", parts),
        part(f'line x1="4" x2="340" stroke="{strong}"', "paths-zero", parts),
        part(f'path fill="none" stroke="{blue}" stroke-width="2"', "icons-by", parts),
        part(f'path fill="{quiet}"', "icons-via", parts),
    ]
    for size in range(BLOCKS + 1):
        colour = "quiet" if size else "residual"
        marks.append(words(f"power-{size}", 0, 164, parts, anchor="middle", colour=colour))
        marks.append(words(f"share-{size}", 0, 184, parts, anchor="middle"))
    marks.append(text(326, 164, "total", colour="quiet"))
    marks.append(words("total", 326, 184, parts, anchor="middle", colour="residual", bold=True))
    return figure(marks, label, 192)


def figure(marks: list[str], label: str, height: int, data: str = "") -> str:
    body = "\n".join(marks)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 {height}" \
class="cv7-chart" {data} role="img" aria-label="{label}" font-family="system-ui, sans-serif" \
font-size="14">
{body}
</svg>"""


def results_html() -> str:
    at = at_first("residual-block") | {"offset": OFFSET, "relu": False}
    x, slope = at["input"], at["slope"]
    chains = []
    for shortcut in (True, False):
        sums = chain_sums(x, slope, OFFSET, BLOCKS, shortcut, relu=False)
        gradients = chain_gradients(sums, slope, shortcut, relu=False)
        chains.append({"sums": sums, "gradients": gradients})
    paths = residual_paths(BLOCKS)
    terms = gradient_flow.path_gradients([slope] * BLOCKS, [1.0] * BLOCKS)
    first = drawn("residual-block", at, *chains, paths, terms, ROWS)
    parts, labels = first["part"], first["labels"]
    arrived, plain = (chain["gradients"][0] for chain in chains)
    caption = (
        "<strong>Exact arithmetic.</strong> Every F is the same line, "
        f"F(x) = F′·x + {OFFSET:g}. Wires are as wide as the gradient they carry, up to a limit. "
        f"With a nearly flat F, F′ = {slope:g}, it arrives at the input as {arrived:.4g}, "
        f"{terms[0]:g} of it past every F; without shortcuts as {plain:.4g}. Squares: the F that a "
        "path takes."
    )
    return f"""<figure>
{chains_svg(parts, labels["chains"])}
{paths_svg(parts, labels["paths"])}
</figure>
<p>{caption}</p>
"""


def vectors() -> Vectors:
    rng = random.Random(0)
    slopes, inputs = (-1.5, -1.0, -0.2, 0.0, 0.1, 1.5), (-2.0, -0.5, 0.0, 1.0, 2.0)
    both = (True, False)
    chains = [
        (x, slope, OFFSET, BLOCKS, shortcut, relu)
        for x, slope, shortcut, relu in product(inputs, slopes, both, both)
    ]
    chains += [
        (rng.uniform(-2, 2), rng.uniform(-1.5, 1.5), OFFSET, rng.randint(0, 4), *pair)
        for pair in product(both, both)
        for _ in range(5)
    ]
    back = [
        (chain_sums(x, slope, offset, blocks, shortcut, relu), slope, shortcut, relu)
        for x, slope, offset, blocks, shortcut, relu in chains
    ]
    products = [([s] * n, [1.0] * n) for s in slopes for n in range(BLOCKS + 1)]
    products += [([0.1, 0.0, 0.1], [1.0, 0.0, 1.0])]  # one ReLU is shut
    products += [([rng.uniform(-2, 2) for _ in range(4)], [rng.random() for _ in range(4)])]
    return {
        "chain_sums": values(chain_sums, chains),
        "chain_gradients": values(chain_gradients, back),
        "residual_paths": values(residual_paths, [(n,) for n in range(6)]),
        "path_gradients": values(gradient_flow.path_gradients, products),
    }


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/residual-block/results.html": results_html()}
