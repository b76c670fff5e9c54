"""The table under the two networks in training: what twenty seeds of each setting came to."""

import json
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEARNED = 5  # percent of the points wrong, at most


def load() -> Any:
    return json.loads((ROOT / "docs/data/train-networks.json").read_text(encoding="utf-8"))


def cell(errors: list[float]) -> str:
    learned = sum(error <= LEARNED for error in errors)
    return f"<td>{learned} of {len(errors)}</td><td>{median(errors):.1f}</td>"


def table(rows: list[dict[str, Any]], caption: str) -> str:
    depths = sorted({row["depth"] for row in rows})
    found = {(row["depth"], row["residual"]): row["error"] for row in rows}
    body = "\n".join(
        f'<tr><th scope="row">{depth}</th>{cell(found[depth, False])}'
        f"{cell(found[depth, True])}</tr>"
        for depth in depths
    )
    return f"""<table>
<caption>{caption}</caption>
<thead><tr><th scope="col">layers</th><th scope="col">plain learned</th>\
<th scope="col">median, % wrong</th><th scope="col">residual learned</th>\
<th scope="col">median, % wrong</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
"""


def results_html() -> str:
    results = load()["results"]

    def rows(optimiser: str, batch_norm: bool) -> list[dict[str, Any]]:
        wanted = (optimiser, batch_norm)
        return [row for row in results if (row["optimiser"], row["batchNorm"]) == wanted]

    parts = []
    for optimiser in ("SGD", "Adam"):
        for batch_norm in (True, False):
            norm = "with BatchNorm" if batch_norm else "without BatchNorm"
            parts.append(table(rows(optimiser, batch_norm), f"{optimiser}, {norm}"))
    first, *others = parts
    return (
        "<details>\n<summary>Measured: twenty seeds of each setting</summary>\n"
        f"<p>A run has learned when at most {LEARNED} % of its 256 points are called wrong after "
        "600 steps. The same program as above, run in Node. Without BatchNorm, the residual "
        "network divides each block’s own part by the square root of the number of blocks.</p>\n"
        + first
        + "".join(others)
        + "</details>\n"
    )


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/train-networks/results.html": results_html()}
