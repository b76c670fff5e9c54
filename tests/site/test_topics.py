"""The map of the repository, page by page, is what the pages are made of."""

import sys
from pathlib import Path

import pytest

from docs._site.pages import title

from .. import topics, where
from ..conftest import ROOT, Generated

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/topics.md"
MARK = "<!-- What follows is written by `make refresh`, by reading the pages. -->\n"
DOCS = ROOT / "docs"


def shown(path: Path) -> str:
    """A link where the site has the file, its name where only the repository has it."""
    name = path.relative_to(ROOT).as_posix()
    if path in where.TAUGHT or path.parent == DOCS / "data":
        return f"[`{name}`](../{path.relative_to(DOCS).as_posix()})"
    return f"`{name}{'/' * path.is_dir()}`"


def listed(paths: list[Path]) -> str:
    """In one line; what a snippet printed lies beside it, and goes without saying."""
    return ", ".join(shown(path) for path in paths if path.suffix != ".out")


def entry(page: Path) -> str:
    text = f"\n## {title(page.relative_to(DOCS).as_posix())}\n\n"
    return text + "".join(f"- **{kind}:** {listed(p)}\n" for kind, p in where.parts(page).items())


def test_the_map_is_what_the_pages_are_made_of(generated: Generated) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    shared = f"\n## Of no single page\n\n{listed(where.of_no_page())}\n"
    generated(PAGE, head + MARK + "".join(map(entry, where.TAUGHT)) + shared)


def test_the_first_chapter_is_all_in_one_place() -> None:
    page = DOCS / "chapters/skip-connections.md"
    found = {p.relative_to(ROOT).as_posix() for ps in where.parts(page).values() for p in ps}
    assert found > {
        "docs/chapters/skip-connections.md",
        "snippets/residual-block.out",  # included
        "cv7/cost.py",  # in expressions of numbers
        "docs/widgets/train-networks",
        "docs/figures/residual-block.svg",
        "snippets/figures/network_depth.py",  # names the widget
        "docs/questions/skip_connections.py",
        "docs/notebooks/network-depth.py",  # linked
        "snippets/experiments/train-networks.py",  # saved what a figure shows
        "docs/data/gradient-flow.json",
        "docs/data/claims.json",  # read by lecture(…)
        "tests/cv7/test_cost.py",
        "tests/browser/test_network_depth.py",
    }
    assert not [name for name in found if "mobilenet" in name or "depthwise" in name]


def test_a_page_is_found_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(page: str) -> str:
        monkeypatch.setattr(sys, "argv", ["where", page])
        where.main()
        return capsys.readouterr().out

    assert "\nPackage\n  cv7/cost.py\n" in asked("skip-connections")
    assert "docs/exercises/starters/exercise-2.py\n" in asked("exercises")
    both = asked("depthwise-separable")  # a chapter and its notebook
    assert both.count("Page\n") == 2
    with pytest.raises(SystemExit, match="no page PAGE=skip-conections; try PAGE=skip-connections"):
        asked("skip-conections")


def test_the_reference_topic_has_every_kind_that_a_page_can_have() -> None:
    found = set(topics.files("stride-and-padding"))
    assert set(topics.KINDS) - found == {"Notebook", "Package", "Data"}
