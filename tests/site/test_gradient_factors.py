"""The picture of gradient factors is read back, and shows what was measured."""

import json
import re
from xml.etree import ElementTree

import gradient_factors
import pytest

from cv7._palette import css

from ..conftest import ROOT

DATA = json.loads((ROOT / "docs/data/gradient-flow.json").read_text(encoding="utf-8"))
SVG = ElementTree.fromstring(
    (ROOT / "docs/figures/gradient-factors.svg").read_text(encoding="utf-8")
)
NAMESPACE = "{http://www.w3.org/2000/svg}"
FAMILIES = {"mlp": ("fully connected", "round"), "conv": ("convolution", "square")}


def factor(pixel: float) -> float:
    low, high, start, end = map(float, SVG.get("data-x", "").split())
    return float(10 ** (low + (pixel - start) / (end - start) * (high - low)))


def row(pixel: float) -> int:
    low, high, start, end = map(float, SVG.get("data-y", "").split())
    return round(low + (pixel - start) / (end - start) * (high - low))


def marks(family: str) -> list[tuple[float, float]]:
    """Where the marks of a family stand, in pixels."""
    found = []
    for path in SVG.iterfind(f".//{NAMESPACE}g[@data-family='{family}']/{NAMESPACE}path"):
        (place,) = re.findall(r"^M([\d.]+) ([\d.]+)h0$", path.get("d", ""))
        found.append((float(place[0]), float(place[1])))
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_seed_of_every_recipe_is_a_mark_in_its_row(family: str) -> None:
    recipes = list(gradient_factors.ROWS)
    assert recipes == list(DATA[family])
    shown: dict[str, list[float]] = {recipe: [] for recipe in recipes}
    for x, y in marks(family):
        shown[recipes[row(y)]].append(factor(x))
    for recipe in recipes:
        assert shown[recipe] == pytest.approx(sorted(DATA[family][recipe]), rel=0.002), recipe


def test_the_line_stands_at_one_and_the_ticks_where_they_say() -> None:
    (line,) = SVG.iterfind(f".//{NAMESPACE}path[@data-one]")
    assert factor(float(re.findall(r"M([\d.]+)", line.get("d", ""))[0])) == pytest.approx(
        1, rel=0.002
    )
    ticks = [
        text for text in SVG.findall(f"{NAMESPACE}text") if re.match(r"[\d.]+$", text.text or "")
    ]
    assert len(ticks) == 5
    for tick in ticks:
        assert factor(float(tick.get("x", "nan"))) == pytest.approx(
            float(tick.text or ""), rel=0.002
        )
    said = [text.text or "" for text in SVG.findall(f"{NAMESPACE}text")]
    assert any("(log)" in one for one in said)
    assert "1: unchanged" in said


def test_families_differ_in_shape_and_colour_as_the_legend_says() -> None:
    looks = {}
    for family, (_, cap) in FAMILIES.items():
        (group,) = SVG.iterfind(f"{NAMESPACE}g[@data-family='{family}']")
        looks[family] = group.get("stroke"), group.get("stroke-linecap")
        assert looks[family][1] == cap
    assert len(set(looks.values())) == len({colour for colour, _ in looks.values()}) == 2
    reserved = {css(role) for role in ("plain", "residual", "link", "focus")}
    assert not {colour for colour, _ in looks.values()} & reserved
    (legend,) = [one for one in SVG.iterfind(f"{NAMESPACE}g") if one.get("fill") == css("text")]
    parts = [
        p
        for p in legend
        if p.tag != f"{NAMESPACE}text" or p.text in {n for n, _ in FAMILIES.values()}
    ]
    said = {
        text.text: (mark.get("stroke"), mark.get("stroke-linecap"))
        for mark, text in zip(parts[::2], parts[1::2], strict=True)
    }
    assert said == {name: looks[family] for family, (name, _) in FAMILIES.items()}


def test_names_stand_in_one_column_left_of_the_axis_in_the_rows_of_their_recipes() -> None:
    (group,) = [one for one in SVG.iterfind(f"{NAMESPACE}g") if one.get("fill") == css("text")]
    names = [text for text in group.iterfind(f"{NAMESPACE}text") if float(text.get("y", "0")) > 40]
    assert [" ".join("".join(one.itertext()).split()) for one in names] == [
        f"{name} {role}".strip() for _, name, role in gradient_factors.ROWS.values()
    ]
    start = float((SVG.get("data-x") or "").split()[2])
    for number, name in enumerate(names):
        assert row(float(name.get("y", "nan")) - 5) == number
        assert float(name.get("x", "nan")) < start / 4
        for network in name.iterfind(f"{NAMESPACE}tspan"):
            assert network.get("fill") == css(network.text or "")
