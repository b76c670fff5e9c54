"""What the page shows of two networks before anybody trains them, read back and compared."""

import json
import re
from statistics import median
from typing import Any

import pytest

from ..conftest import ROOT

WIDGETS = ROOT / "docs/widgets"
DATA = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text(encoding="utf-8"))
KINDS = {"plain": False, "residual": True}


def shown(widget: str, part: str) -> str:
    return (WIDGETS / widget / f"{part}.html").read_text(encoding="utf-8")


def row(results: str, depth: int, residual: bool) -> Any:
    (found,) = [r for r in DATA[results] if (r["depth"], r["residual"]) == (depth, residual)]
    return found


def said(html: str, pattern: str) -> str:
    (found,) = re.findall(pattern, html)
    return str(found)


@pytest.mark.parametrize(("kind", "residual"), KINDS.items())
def test_captions_and_text_alternatives_say_what_was_recorded(kind: str, residual: bool) -> None:
    run = row("recorded", 50, residual)
    html = shown("train-networks", "maps")
    label = said(html, rf'data-map="{kind}"[^>]* aria-label="([^"]*)"')
    assert f"{run['error']:.1f} % of the points wrong" in label
    assert ("clean" in label) is residual
    caption = said(html, rf'data-caption="{kind}"><strong>\w+</strong>: ([\d.]+) % wrong')
    assert float(caption) == round(run["error"], 1)
    norms = said(shown("train-networks", "gradients"), rf'data-norms="{kind}">(.*?)</figcaption>')
    numbers = re.findall(r"(?:first layer|last|600:|,) ([\d.,]*\d)(?=[,;<]|$)", norms)
    values = [float(number.replace(",", "")) for number in numbers]
    assert values == pytest.approx([*run["at_first_step"], *run["at_last_step"]], rel=0.05)


def test_what_the_first_chapter_opens_with_is_so() -> None:
    page = (ROOT / "docs/chapters/skip-connections.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<cv7-spirals-by-depth>(.*?)</cv7-spirals-by-depth>", page, re.S)
    assert "docs/widgets/train-networks/maps.html" in block
    assert row("recorded", 50, False)["error"] > 5  # torn
    assert row("recorded", 50, True)["error"] <= 5  # found
    depths = re.findall(r'value="(\d+)"', shown("spirals-by-depth", "controls"))
    assert list(map(int, depths)) == sorted({run["depth"] for run in DATA["recorded"]})


@pytest.mark.parametrize(("kind", "residual"), KINDS.items())
def test_bars_lines_and_table_show_each_deletion(kind: str, residual: bool) -> None:
    errors = [left["error"] for left in row("recorded", 20, residual)["without"]]
    middles = [median(runs) for runs in row("deletions", 20, residual)["error_without"]]
    html = shown("delete-layer", "bars")
    chart = said(html, rf'(<svg data-bars="{kind}".*?</svg>)')
    bars = re.findall(r'y="([\d.]+)" width=".7" height="([\d.e-]+)" data-part', chart)
    assert [float(height) for _, height in bars] == pytest.approx(errors, abs=0.006)
    assert [100 - float(y) for y, _ in bars] == pytest.approx(errors, abs=0.006)
    line = said(chart, r'data-medians d="([^"]*)"')
    assert [100 - float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h", line)] == pytest.approx(
        middles, abs=0.006
    )
    label = said(chart, r'aria-label="([^"]*)"')
    for value in (min(errors), max(errors), min(middles), max(middles)):
        assert f"{value:.1f} %" in label
    table = said(
        shown("delete-layer", "table").replace("\n", ""),
        rf"<caption>{kind.title()}, 20 hidden layers</caption>(.*?)</table>",
    )
    cells = re.findall(r"<td>([\d.]+)</td><td>([\d.]+)</td>", table)
    assert cells == [(f"{e:.1f}", f"{m:.1f}") for e, m in zip(errors, middles, strict=True)]


def test_what_is_loaded_later_is_what_was_recorded() -> None:
    def loaded(widget: str) -> Any:
        text = (WIDGETS / widget / "recorded.mjs").read_text(encoding="utf-8")
        return json.loads(said(text, r"(?m)^  '(.*)',$"))

    kept = [{k: v for k, v in run.items() if k != "without"} for run in DATA["recorded"]]
    assert loaded("train-networks") == kept
    for run in loaded("delete-layer"):
        whole = row("recorded", 20, run["residual"])
        pictures = [{"error": whole["error"], "map": whole["map"]}, *whole["without"]]
        assert run["pictures"] == pictures
