"""What the depth visualiser's two charts draw is read back, and is what was measured."""

import json
from statistics import mean, median
from xml.etree import ElementTree

import network_depth
import pytest

from ..conftest import ROOT

WIDGET = ROOT / "docs/widgets/network-depth"
SPIRALS = json.loads((ROOT / "docs/data/train-networks.json").read_text(encoding="utf-8"))
DIGITS = json.loads((ROOT / "docs/data/network-depth.json").read_text(encoding="utf-8"))
KINDS = ("plain", "residual")
NAMESPACE = "{http://www.w3.org/2000/svg}"


def middle_and_range(figure: str, kind: str) -> dict[int, tuple[float, float, float]]:
    """By depth, from the data."""
    if figure == "training-error":
        return {r["depth"]: (mean(e := r["error"]), min(e), max(e)) for r in DIGITS[kind]}
    return {
        r["depth"]: (median(e := r["error"]), min(e), max(e))
        for r in SPIRALS["results"]
        if r["optimiser"] == "SGD" and r["batchNorm"] and r["residual"] is (kind == "residual")
    }


def charts() -> dict[str, ElementTree.Element]:
    text = (WIDGET / "charts.html").read_text(encoding="utf-8")
    found = ElementTree.fromstring(f"<div>{text}</div>").iter(f"{NAMESPACE}svg")
    return {svg.get("data-figure", "board"): svg for svg in found}


def value(pixel: str | None, axis: str | None) -> float:
    low, high, start, end = map(float, (axis or "").split())
    return low + (float(pixel or "nan") - start) / (end - start) * (high - low)


def series(svg: ElementTree.Element, kind: str) -> ElementTree.Element:
    found = svg.find(f".//*[@data-series='{kind}']")
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("figure", ["first-case", "training-error"])
def test_curves_points_and_bars_are_what_was_measured(figure: str, kind: str) -> None:
    svg = charts()[figure]
    x, y = svg.get("data-x"), svg.get("data-y")
    group = series(svg, kind)
    wanted = middle_and_range(figure, kind)
    line = group.find(f"{NAMESPACE}polyline")
    assert line is not None
    corners = [corner.split(",") for corner in (line.get("points") or "").split()]
    drawn = {value(across, x): value(up, y) for across, up in corners}
    near = 0.06  # a tenth of a pixel
    assert list(drawn) == pytest.approx(list(wanted), abs=near)
    assert list(drawn.values()) == pytest.approx([m for m, _, _ in wanted.values()], abs=near)
    points = group.findall(f"{NAMESPACE}g")
    assert [int(point.get("data-depth", "")) for point in points] == list(wanted)
    for point, (middle, low, high) in zip(points, wanted.values(), strict=True):
        said = [point.get(f"data-{name}") for name in ("middle", "low", "high")]
        assert said == [f"{number:.1f}" for number in (middle, low, high)]
        bar = point.find(f"{NAMESPACE}line")
        assert bar is not None
        ends = [value(bar.get(end), y) for end in ("y1", "y2")]
        assert ends == pytest.approx([low, high], abs=near)


def test_the_first_case_is_told_in_words_too() -> None:
    label = charts()["first-case"].get("aria-label", "")
    for kind in KINDS:
        for depth, (middle, _, _) in middle_and_range("first-case", kind).items():
            assert f"{depth} layers {middle:.1f} %" in label.partition(f"{kind}: ")[2]


@pytest.mark.parametrize(("figure", "classes"), [("first-case", 2), ("training-error", 10)])
def test_chance_is_said_and_drawn(figure: str, classes: int) -> None:
    svg = charts()[figure]
    guess = 100 - 100 / classes
    assert network_depth.CHANCE[figure] == guess
    assert f"chance: {guess:g} % wrong" in [text.text for text in svg.iter(f"{NAMESPACE}text")]
    dotted = [one for one in svg.findall(f"{NAMESPACE}line") if one.get("stroke-dasharray")]
    assert [value(one.get("y1"), svg.get("data-y")) for one in dotted] == pytest.approx(
        [guess], abs=0.06
    )


def test_the_board_lies_on_the_axes_of_its_chart() -> None:
    board, chart = charts()["board"], charts()["training-error"]
    for name in ("viewBox", "data-x", "data-y"):
        assert board.get(name) == chart.get(name)
    assert value(board.get("data-given"), board.get("data-x")) == pytest.approx(4, abs=0.06)
    sliders = board.findall(".//*[@role='slider']")
    depths = [int(slider.get("data-at", "")) for slider in sliders]
    assert depths == list(range(8, 65, 8))
    places = [value(slider.get("data-x"), board.get("data-x")) for slider in sliders]
    assert places == pytest.approx(depths, abs=0.06)
