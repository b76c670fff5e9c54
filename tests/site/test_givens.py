"""Digits that state nothing but themselves are listed in a page's head, and still looked at."""

from pathlib import Path

import pytest

from . import test_numbers
from .test_numbers import alone, listing

PAGE = """\
---
title: Squeeze and Excitation
givens: 0.85 2 2
---

# Squeeze and Excitation

On $\\R^2$, layers of $2 C^2/r$ weights, 8,768<!--= cost.separable_parameters(64, 128, 3) -->.

![A map of which the part 0.85 is kept](../figures/squeeze.svg)
"""


def edited(path: Path, old: str, new: str) -> tuple[list[str], str]:
    assert old in PAGE
    path.write_text(PAGE.replace(old, new), encoding="utf-8")
    return alone(path)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "docs/page.md"
    path.parent.mkdir()
    monkeypatch.setattr(test_numbers, "ROOT", tmp_path)
    monkeypatch.setattr(test_numbers, "PAGES", [path])
    return path


def test_what_is_listed_needs_no_origin(written: Path) -> None:
    assert edited(written, "", "")[0] == []
    assert edited(written, "givens: 0.85 2 2", 'givens: "2 2 0.85"')[0] == []


def test_what_is_not_listed_is_named_and_the_line_for_the_head_is_given(written: Path) -> None:
    problems, cure = edited(written, "givens: 0.85 2 2\n", "")
    assert problems == [
        "docs/page.md:7: 2 has no source in: On $\\R^2$, layers of $2 C^2/r$ weights, 8,768"
        "<!--= cost.separable_parameters(64, 128, 3) -->.",
        "docs/page.md:7: 2 has no source in: On $\\R^2$, layers of $2 C^2/r$ weights, 8,768"
        "<!--= cost.separable_parameters(64, 128, 3) -->.",
        "docs/page.md:9: 0.85 has no source in: ![A map of which the part 0.85 is kept]"
        "(../figures/squeeze.svg)",
    ]
    assert cure.startswith("\n  computed: write its expression behind it")
    assert cure.endswith("\ngivens: 0.85 2 2")


def test_an_altered_digit_is_named(written: Path) -> None:
    problems, cure = edited(written, "C^2", "C^3")
    assert len(problems) == 2
    assert problems[0].startswith("docs/page.md:8: 3 has no source in: On ")
    assert problems[1] == "docs/page.md:3: lists “2” 2×, and the page has it 1×"
    assert cure.endswith("\ngivens: 0.85 2 3")
    assert edited(written, "part 0.85", "part 0.86")[0]
    assert edited(written, "8,768<", "8,769<")[0] == [], "its expression says what it is"


def test_a_digit_that_is_gone_is_named(written: Path) -> None:
    problems, cure = edited(written, "C^2/r", "C/r")
    assert problems == ["docs/page.md:3: lists “2” 2×, and the page has it 1×"]
    assert cure == ": if that is right, write `givens: 0.85 2`"
    written.write_text("---\ngivens: 2\n---\n\nNone.\n", encoding="utf-8")
    problems, cure = alone(written)
    assert problems == ["docs/page.md:2: lists “2” 1×, and the page has it 0×"]
    assert cure == ": if that is right, delete this line"


def test_only_the_head_lists(written: Path) -> None:
    written.write_text("---\ntitle: A page\n---\n\ngivens: 2\n", encoding="utf-8")
    assert alone(written)[0] == ["docs/page.md:5: 2 has no source in: givens: 2"]


def test_a_list_reads_the_same_whatever_the_order() -> None:
    assert listing(["1,797", "3", "0.85", "3"]) == "givens: 0.85 3 3 1,797"


def test_the_list_is_for_tests_alone(site: Path) -> None:
    page = (site / "in-brief/stride-and-padding/index.html").read_text(encoding="utf-8")
    assert "givens" not in page
