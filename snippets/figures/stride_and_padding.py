"""One row of a feature map, the windows that a convolution lays on it, and the row it makes."""

from pathlib import Path

from chart import COLOURS, text

from cv7 import cost

ROOT = Path(__file__).resolve().parents[2]
SIZE, KERNEL, STRIDE, PADDING = 8, 3, 2, 1  # as the sliders stand at first
FILLS = {"padding": "grid", "input": "quiet", "unseen": "plain", "windows": "residual"}
FILLS["output"] = "quiet"


def output_size(size: int, kernel: int, stride: int, padding: int) -> int | None:
    """How many positions a row of the output has; None where the kernel does not fit."""
    conv = cost.Conv2d(1, 1, kernel_size=kernel, stride=stride, padding=padding)
    return None if size + 2 * padding < kernel else conv.output_size(size, size)[0]


def unseen(size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """The columns of the input, from 0, that no window covers."""
    starts = [stride * i - padding for i in range(output_size(size, kernel, stride, padding) or 0)]
    return [c for c in range(size) if not any(s <= c < s + kernel for s in starts)]


def paths(size: int, kernel: int, stride: int, padding: int) -> dict[str, str]:
    """SVG paths, to scale: a column is 2 wide, rows of cells are 3 high, windows 1."""
    outputs = range(output_size(size, kernel, stride, padding) or 0)
    rows = -(-kernel // stride)  # that many windows overlap, so they take turns
    blind = unseen(size, kernel, stride, padding)
    edges = [*range(padding), *range(padding + size, size + 2 * padding)]
    return {
        "padding": "".join(f"M{2 * c} 0h2v3h-2z" for c in edges),
        "input": "".join(f"M{2 * (padding + c)} 0h2v3h-2z" for c in range(size) if c not in blind),
        "unseen": "".join(f"M{2 * (padding + c)} 0h2v3h-2z" for c in blind),
        "windows": "".join(
            f"M{2 * stride * i} {4 + i % rows}h{2 * kernel}v1h{-2 * kernel}z" for i in outputs
        ),
        "output": "".join(f"M{2 * stride * i + kernel - 1} 12h2v3h-2z" for i in outputs),
    }


def svg() -> str:
    """Without role and label: the page's text alternative becomes both."""
    columns = SIZE + 2 * PADDING
    marks = "\n".join(
        f'<path data-part="{part}" d="{path}" fill="{COLOURS[FILLS[part]]}"/>'
        for part, path in paths(SIZE, KERNEL, STRIDE, PADDING).items()
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 176" class="cv7-chart" \
font-family="system-ui, sans-serif" font-size="14">
{text(12, 18, "a row of the input, its padding pale", anchor="start")}
<svg x="12" y="28" width="{24 * columns}" height="120" viewBox="0 0 {2 * columns} 15" \
preserveAspectRatio="none" stroke="var(--md-default-bg-color, #fff)" stroke-width="2">
{marks.replace("/>", ' vector-effect="non-scaling-stroke"/>')}
</svg>
{text(12, 168, "a row of the output, under its windows", anchor="start")}
</svg>
"""


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/figures/stride-and-padding.svg": svg()}
