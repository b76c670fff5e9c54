"""Three residual blocks beside three plain ones, the paths through them, and what flows there."""

import random
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from widget import Vectors, at_first, attributes, drawn, values

from cv7 import gradient_flow
from cv7._palette import css

ROOT = Path(__file__).resolve().parents[2]
BLOCKS, OFFSET = 3, 0.5  # F(x) = slope * x + OFFSET in each block
TOP, APART = 44, 86
ROWS = [TOP + APART * k for k in range(BLOCKS + 1)]
LANE, BYPASS, PLAIN = 80, 138, 292
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


Parts = dict[str, dict[str, Any]]


def part(markup: str, name: str, parts: Parts) -> str:
    """An element that the widget's drawing.mjs fills in."""
    its = dict(parts[name])
    content = its.pop("text", "")
    tag = markup.split(maxsplit=1)[0]
    return f'<{markup} data-part="{name}" {attributes(its)}>{content}</{tag}>'


def words(name: str, x: float, y: float, parts: Parts) -> str:
    placed = "" if "x" in parts[name] else f' x="{x:g}"'
    return part(f'text{placed} y="{y:g}"', name, parts)


def fixed(x: float, y: float, content: str) -> str:
    return f'<text x="{x:g}" y="{y:g}">{content}</text>'


def group(marks: Iterable[str], **its: Any) -> str:
    """What marks have in common is written once."""
    common = attributes({name.replace("_", "-"): value for name, value in its.items()})
    return f"<g {common}>\n" + "\n".join(marks) + "\n</g>"


def wires() -> dict[str, dict[str, str]]:
    """The path of each wire of both chains, by its colour and name."""
    blue, quiet, plain = {}, {}, {}
    for k, row in enumerate(ROWS):
        start = row - (5 if k else 6)
        blue[f"residual-trunk-{k}"] = f"M{LANE} {start}V{row + SPLIT}"
        end = row + (SPLIT if k == BLOCKS else F_TOP)
        plain[f"plain-trunk-{k}"] = f"M{PLAIN} {start}V{end}"
    for k, top in enumerate(ROWS[:-1], start=1):
        split, plus, end = top + SPLIT, top + PLUS, top + END
        blue[f"residual-stub-{k}"] = f"M{LANE} {plus + 7}V{end}"
        blue[f"residual-by-{k}"] = f"M{LANE} {split}H{BYPASS}V{plus}H{LANE + 7}"
        quiet[f"residual-into-{k}"] = f"M{LANE} {top + F_END}V{plus - 7}"
        quiet[f"residual-via-{k}"] = f"M{LANE} {split}V{top + F_TOP}"
        plain[f"plain-stub-{k}"] = f"M{PLAIN} {top + F_END}V{end}"
    return {"residual": blue, "quiet": quiet, "plain": plain}


def boxes() -> list[str]:
    """The F of both chains, and where their parts meet."""
    outlines, names = [], []
    for k, top in enumerate(ROWS[:-1], start=1):
        for x in (LANE, PLAIN):
            outlines.append(
                f'<rect x="{x - 24}" y="{top + F_TOP}" width="48" height="{F_END - F_TOP}" rx="4"/>'
            )
            names.append(fixed(x, top + (F_TOP + F_END) / 2 + 5, f"F{'₀₁₂₃'[k]}"))
        outlines.append(f'<circle cx="{LANE}" cy="{top + PLUS}" r="7.5" fill="{css("ground")}"/>')
        outlines.append(f'<path d="M{LANE - 4} {top + PLUS}h8m-4-4v8"/>')
    return [
        group(outlines, fill=css("box"), stroke=css("text"), stroke_width=1.3),
        group(names, fill=css("text"), text_anchor="middle"),
    ]


def relus(parts: Parts) -> list[str]:
    """Pills on the wires; a dark one over each that is shut."""
    opened, shut = [], []
    for k, top in enumerate(ROWS[:-1], start=1):
        for name, x in (("residual", LANE), ("plain", PLAIN)):
            y = top + RELU
            pill = f'<rect x="{x - 22}" y="{y - 8}" width="44" height="15" rx="7.5"'
            ground = f'{pill} fill="{css("ground")}" stroke="{css("text")}"/>'
            opened.append(f"{ground}{fixed(x, y + 4, 'ReLU')}")
            closed = part("g", f"{name}-shut-{k}", parts)
            word = fixed(x, y + 4, "shut").replace("<text", f'<text fill="{css("ground")}"')
            shut.append(closed.replace("></g>", f">{pill}/>{word}</g>"))
    look = {"fill": css("text"), "font_size": 12, "text_anchor": "middle"}
    return [
        group(opened, data_part="relu", **parts["relu"], **look),
        group(shut, **look),
    ]


def chains_svg(parts: Parts, label: str) -> str:
    text, quiet = css("text"), css("quiet")
    side = {"residual": BYPASS + 12, "plain": PLAIN + 12}
    lanes = {"residual": LANE, "plain": PLAIN}
    turns = "".join(p for name, p in wires()["residual"].items() if "-by-" in name)
    rows = list(enumerate(ROWS))
    marks = [
        part(f'rect width="360" height="{APART}" rx="6" fill="{css("box")}"', "here", parts),
        f'<path d="M{LANE} {TOP - 6}V{ROWS[-1] + SPLIT}M{PLAIN} {TOP - 6}V{ROWS[-1] + SPLIT}'
        f'{turns}" fill="none" stroke="{css("grid")}" stroke-width="1.5"/>',
    ]
    for colour, its in wires().items():
        lines = [part(f'path d="{path}"', name, parts) for name, path in its.items()]
        marks.append(group(lines, fill="none", stroke=css(colour), stroke_linejoin="round"))
    marks += boxes() + relus(parts)
    signals = [
        words(f"{name}-signal-{k}", x - 12, row + 5, parts)
        for name, x in lanes.items()
        for k, row in rows
    ]
    marks.append(group(signals, fill=text, text_anchor="end"))
    added = [words(f"residual-f-{k}", LANE - 32, ROWS[k - 1] + 31, parts) for k, _ in rows[1:]]
    added += [fixed(LANE - 10, 32, "signal ↓"), fixed(PLAIN - 10, 32, "↓")]
    marks.append(group(added, fill=quiet, text_anchor="end"))
    marks.append(
        group(
            [fixed(190, 14, "width: the gradient")], fill=quiet, font_size=12, text_anchor="middle"
        )
    )
    heads = [fixed(BYPASS + 12, 32, "gradient ↑"), fixed(PLAIN + 10, 32, "↑")]
    for k, _ in rows[1:]:
        passed = part(f'tspan fill="{css("residual")}"', f"residual-by-text-{k}", parts)
        through = part("tspan", f"residual-via-text-{k}", parts)
        heads.append(fixed(BYPASS + 12, ROWS[k - 1] + 31, f"{passed} {through}"))
    marks.append(group(heads, fill=quiet))
    for name, x in lanes.items():
        strong = [words(f"{name}-gradient-{k}", side[name], row + 5, parts) for k, row in rows]
        strong.append(fixed(x, 14, name).replace("<text", '<text text-anchor="middle"'))
        strong.append(part(f'path transform="translate({x})"', f"{name}-tip", parts))
        marks.append(group(strong, fill=css(name), font_weight=600))
    data = f'data-rows="{" ".join(map(str, ROWS))}" data-offset="{OFFSET}"'
    return figure(marks, label, ROWS[-1] + 16, data)


def paths_svg(parts: Parts, label: str) -> str:
    text, quiet, blue = css("text"), css("quiet"), css("residual")
    sizes = range(BLOCKS + 1)
    first, *others = [words(f"power-{size}", 0, 164, parts) for size in sizes]
    shares = [words(f"share-{size}", 0, 184, parts) for size in sizes]
    total = words("total", 326, 184, parts).replace("<text", '<text font-weight="600"')
    marks = [
        group([words("paths-title", 8, 14, parts)], fill=text),
        group([part("path", "bars-through", parts)], fill=quiet, stroke=quiet),
        group(
            [part("path", "bar-shortcut", parts), part("path", "bar-total", parts)],
            fill=blue,
            stroke=blue,
        ),
        part(f'line x1="4" x2="340" stroke="{text}"', "paths-zero", parts),
        part(f'path fill="none" stroke="{blue}" stroke-width="2"', "icons-by", parts),
        part(f'path fill="{quiet}"', "icons-via", parts),
        group([*others, fixed(326, 164, "total")], fill=quiet, text_anchor="middle"),
        f'<path d="M280 110v1.5h8v10h-8v1.5" fill="none" stroke="{blue}" stroke-width="2"/>',
        f'<path d="M276.5 134h7v7h-7zM279.5 131h1v13h-1z" fill="{quiet}"/>',
        group([fixed(293, 121, "past F"), fixed(293, 142, "through F")], fill=text, font_size=12),
        group([first, total], fill=blue, text_anchor="middle"),
        group(shares, fill=text, text_anchor="middle"),
    ]
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
    rule = f"<strong>F(x) = F′·x + {OFFSET:g}</strong> in every block"
    first_frame = (
        "<strong>Exact arithmetic.</strong> Wires are as wide as their gradient, up to a limit. "
        f"With F′ = {slope:g}, {arrived:.4g} arrives at the input, {terms[0]:g} of it past "
        f"every F; without shortcuts {plain:.4g}."
    )
    return f"""<figure>
<figcaption>{rule}</figcaption>
{chains_svg(parts, labels["chains"])}
{paths_svg(parts, labels["paths"])}
</figure>
<p>{first_frame}</p>
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
