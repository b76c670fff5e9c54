"""The pictures of the home page, read back and compared with the data."""

import json
import re
from math import log10
from pathlib import Path
from statistics import mean

import html5lib
import pytest

from cv7 import cost

from ..conftest import ROOT

HOME = ROOT / "docs/widgets/home"
PHOTOGRAPH = json.loads((ROOT / "docs/data/photograph.json").read_text(encoding="utf-8"))
TRANSFER = json.loads((ROOT / "docs/data/transfer-learning.json").read_text(encoding="utf-8"))
RECORDED = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text(encoding="utf-8"))
STRATEGIES = {"C": "all trained", "A": "frozen", "from scratch": "from scratch"}
IMAGES = [25, 100, 250, 1000]


def shown(name: str) -> str:
    return (HOME / f"{name}.html").read_text(encoding="utf-8")


def encoded(html: str) -> list[str]:
    return re.findall(r'href="data:image/webp;base64,([^"]*)"', html)


def test_the_strip_has_the_photograph_and_the_maps_of_each_stage() -> None:
    html, stages = shown("photograph"), PHOTOGRAPH["stages"]
    assert encoded(html) == [PHOTOGRAPH["photo"]["image"], *(stage["maps"] for stage in stages)]
    cells = re.findall(
        r'data-stage="(\d+)"( data-sharp)?>.*?aria-label="([^"]*)".*?<p>(.*?)</p>', html
    )
    assert len(cells) == len(stages)
    for (number, sharp, label, below), stage in zip(cells, stages, strict=True):
        side, channels, tiles = stage["side"], stage["channels"], len(stage["shown"])
        assert int(number) == stage["stage"]
        assert (
            label == f"{tiles} of the {channels} maps after stage {number}, {side} by {side} each"
        )
        assert below == f"<b>{tiles} of {channels} maps</b> {side}×{side}"
        assert bool(sharp) == (side <= 28)  # what is enlarged has its pixels seen
    # Lines between the tiles: as many rows and columns as there are.
    for stage, (wide, lines) in zip(
        stages, re.findall(r'<rect width="(\d+)".*?<path d="([^"]*)"/>', html), strict=True
    ):
        assert int(wide) ** 2 == len(stage["shown"])
        assert lines.count("V") == lines.count("H") == int(wide) - 1


def test_bars_are_as_long_as_the_guesses_are_sure() -> None:
    bars = re.findall(
        r'<span>(.*?)</span><i><i style="width:([\d.]+)%"></i></i><b>([\d.]+) %</b>',
        shown("photograph"),
    )
    wanted = [(one["name"], one["percent"]) for one in PHOTOGRAPH["guesses"]]
    assert [(name, float(width)) for name, width, _ in bars] == wanted
    assert [float(said) for *_, said in bars] == [round(percent, 1) for _, percent in wanted]


@pytest.mark.parametrize(("kind", "residual"), {"plain": False, "residual": True}.items())
def test_the_spirals_are_those_of_the_first_chapter(kind: str, residual: bool) -> None:
    html, chapter = shown("deeper"), (HOME.parent / "train-networks/maps.html").read_text("utf-8")
    drawing = rf'<svg class="cv7-map" data-map="{kind}".*?</svg>'
    assert re.findall(drawing, html) == re.findall(drawing, chapter) != []
    (run,) = (r for r in RECORDED["recorded"] if (r["depth"], r["residual"]) == (50, residual))
    assert f'<b class="{kind}">{kind.title()}</b>: {run["error"]:.1f} % wrong' in html


def test_filters_are_those_of_the_network() -> None:
    html, pair = shown("lighter"), PHOTOGRAPH["separable"]
    squares = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]* fill-opacity="([\d.]+)"/>', html)
    drawn: dict[tuple[float, float], float] = {
        (float(y), float(x)): float(v) for x, y, v in squares
    }
    for k, weights in enumerate(pair["filters"]):
        mine = [v for (y, _), v in sorted(drawn.items()) if 60 * k <= y < 60 * (k + 1)]
        most = max(map(abs, weights))
        assert [2 * v - 1 for v in mine] == pytest.approx([w / most for w in weights], abs=0.011)
    assert encoded(html) == [pair["before"], pair["after"], pair["mixed"]]
    assert len(pair["channels"]) == len(pair["filters"]) == 3  # as its text alternative says


def test_multiplications_are_those_of_the_two_convolutions() -> None:
    by_hand = 9 * 32 + 32 * 16, 9 * 32 * 16
    layers = cost.depthwise_separable(32, 16), cost.standard_conv(32, 16)
    assert tuple(layer.multiply_adds(112, 112) // 112**2 for layer in layers) == by_hand
    few, many = by_hand
    html = shown("lighter")
    assert f"<b>{few}</b> multiplications a pixel, not <b>{many:,}</b>" in html
    assert f"takes {few} multiplications, where a standard convolution takes {many:,}" in html


def test_every_run_is_a_dot_and_lines_go_through_the_means() -> None:
    html = shown("borrowed")
    axes = {
        axis: tuple(map(float, said.split()))
        for axis, said in re.findall(r'data-([xy])="([^"]*)"', html)
    }

    def back(axis: str, place: str) -> float:
        low, high, start, end = axes[axis]
        return low + (float(place) - start) / (end - start) * (high - low)

    label = re.search(r'aria-label="([^"]*)"', html)
    assert label
    for strategy, words in STRATEGIES.items():
        runs = {
            row["images"]: row["accuracy"]
            for row in TRANSFER["results"]
            if (row["task"], row["strategy"]) == ("defects", strategy)
        }
        group = re.search(rf'<g data-strategy="{strategy}">(.*?)</g>', html)
        assert group
        dots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', group[1])
        wanted = [(log10(n), value) for n in IMAGES for value in runs[n]]
        for (x, y), (where, value) in zip(dots, wanted, strict=True):
            assert back("x", x) == pytest.approx(where, abs=0.005)
            assert back("y", y) == pytest.approx(value, abs=0.05)
        line = re.search(r'points="([^"]*)"', group[1])
        assert line
        heights = [back("y", point.split(",")[1]) for point in line[1].split()]
        assert heights == pytest.approx([mean(runs[n]) for n in IMAGES], abs=0.05)
        said = re.search(rf"{words} ([\d.]+) % to ([\d.]+) %", label[1])
        assert said, words
        ends = [mean(runs[n]) for n in (IMAGES[0], IMAGES[-1])]
        assert [float(value) for value in said.groups()] == pytest.approx(ends, abs=0.051)


def test_a_stranger_finds_one_button_and_three_cards(site: Path) -> None:
    """As the page is sent, so without any script."""
    tree = html5lib.parse(
        (site / "index.html").read_text(encoding="utf-8"), "etree", namespaceHTMLElements=False
    )
    main = next(e for e in tree.iter() if "md-content__inner" in e.get("class", ""))
    assert len(list(main.iter("h1"))) == 1
    hero, cards = (
        next(e for e in main.iter("div") if e.get("class") == f"cv7-{name}")
        for name in ("hero", "cards")
    )
    buttons = [a for a in hero.iter("a") if "md-button--primary" in a.get("class", "")]
    assert [a.get("href") for a in buttons] == ["chapters/skip-connections/"]
    targets = []
    for card in cards.iter("section"):
        (link,) = (a for a in card.iter("a") if "headerlink" not in a.get("class", ""))
        targets.append(link.get("href"))
        assert any(e.get("role") == "img" for e in card.iter())
    chapters = ("skip-connections", "depthwise-separable", "transfer-learning")
    assert targets == [f"chapters/{chapter}/" for chapter in chapters]
    words = "".join(hero.itertext())
    assert "Stéfan van der Walt, CC0" in words
    assert "Egyptian cat" in words
