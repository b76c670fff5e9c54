"""A page’s numbers are those that its head lists and those that its file of numbers says."""

import json
from pathlib import Path

import pytest

from docs._site.claims import listing

from . import test_numbers
from .test_numbers import alone, rewrite_recorded

PAGE = """\
---
title: Squeeze and Excitation
givens: 2 2 0.85
---

# Squeeze and Excitation

On $\\R^2$, layers of $2 C^2/r$ weights, 8,768 and 8,768 or 288.

![A map of which the part 0.85 is kept](../figures/squeeze.svg)
"""
NUMBERS = """\
8,768×2 = cost.separable_parameters(64, 128, 3)
288 = 9 * 32
"""


def edited(path: Path, old: str, new: str) -> tuple[list[str], str]:
    assert old in PAGE
    path.write_text(PAGE.replace(old, new), encoding="utf-8")
    return alone(path)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "docs/page.md"
    path.parent.mkdir()
    path.with_suffix(".numbers").write_text(NUMBERS, encoding="utf-8")
    monkeypatch.setattr(test_numbers, "ROOT", tmp_path)
    monkeypatch.setattr(test_numbers, "PAGES", [path])
    return path


def test_what_is_listed_and_said_is_enough(written: Path) -> None:
    assert edited(written, "", "")[0] == []
    assert edited(written, "givens: 2 2 0.85", 'givens: "0.85\n  2×2"')[0] == []


def test_a_sentence_may_be_moved_and_rewritten(written: Path) -> None:
    moved = PAGE.replace("weights, 8,768 and 8,768 or 288.", "weights.")
    moved = moved.replace("kept]", "kept, 8,768 or 288 or $8{,}768$]")
    written.write_text(moved, encoding="utf-8")
    assert alone(written)[0] == []


def test_what_is_not_listed_is_named_and_the_line_for_the_head_is_given(written: Path) -> None:
    problems, cure = edited(written, "givens: 2 2 0.85\n", "")
    sentence = "On $\\R^2$, layers of $2 C^2/r$ weights, 8,768 and 8,768 or 288."
    assert problems == [
        f"docs/page.md:7: 2 has no source in: {sentence}",
        f"docs/page.md:7: 2 has no source in: {sentence}",
        "docs/page.md:9: 0.85 has no source in: ![A map of which the part 0.85 is kept]"
        "(../figures/squeeze.svg)",
    ]
    assert cure.startswith(
        "\n  computed: say in docs/page.numbers what computes it, 8,768 = cost.…"
    )
    assert cure.endswith("\ngivens: 2 2 0.85")


def test_an_altered_given_is_named(written: Path) -> None:
    problems, cure = edited(written, "C^2", "C^3")
    assert problems == [
        "docs/page.md:8: 3 has no source in: On $\\R^2$, layers of $2 C^3/r$ weights, 8,768 and "
        "8,768 or 288.",
        "docs/page.md:3: lists “2” 2×, and the page has it 1×",
    ]
    assert cure.endswith("\ngivens: 2 3 0.85")
    assert edited(written, "part 0.85", "part 0.86")[0]


def test_an_altered_digit_that_is_right_elsewhere_is_named_where_it_stands(written: Path) -> None:
    problems, _ = edited(written, "part 0.85", "part 2")
    assert problems == [
        "docs/page.md:10: 2 has no source in: ![A map of which the part 2 is kept]"
        "(../figures/squeeze.svg)",
        "docs/page.md:3: lists “0.85” 1×, and the page has it 0×",
    ]


def test_where_no_order_tells_which_number_is_new_all_are_named(written: Path) -> None:
    problems, _ = edited(written, "part 0.85", "part 288")
    assert problems[0].startswith("docs/page.md:8: 288 has no source (or in line 10) in: On ")


def test_an_altered_number_of_the_file_is_named_there_too(written: Path) -> None:
    problems, cure = edited(written, "8,768 or", "8,769 or")
    assert problems == [
        "docs/page.md:8: 8,769 has no source in: On $\\R^2$, layers of $2 C^2/r$ weights, 8,768 "
        "and 8,769 or 288.",
        "docs/page.numbers:1: says “8,768” 2× (`cost.separable_parameters(64, 128, 3)`), and the "
        "page has it 1×",
    ]
    assert cure.endswith("\ngivens: 2 2 8,769 0.85")
    assert cure.startswith("\n  a slip: write 8,768 there again\n  computed: say in ")
    problems, cure = edited(written, "or 288", "or 8,768")
    assert problems[1:] == ["docs/page.numbers:2: says “288” 1× (`9 * 32`), and the page has it 0×"]
    assert (
        "\n  the same as in docs/page.numbers:1: write it once more there, "
        "8,768×3 = cost.separable_parameters(64, 128, 3)\n"
    ) in cure


def test_what_is_gone_is_named(written: Path) -> None:
    problems, cure = edited(written, "C^2/r", "C/r")
    assert problems == ["docs/page.md:3: lists “2” 2×, and the page has it 1×"]
    assert cure == ": if that is right, write `givens: 2 0.85`"
    problems, cure = edited(written, "8,768 and 8,768 or 288", "8,768")
    assert problems == [
        "docs/page.numbers:1: says “8,768” 2× (`cost.separable_parameters(64, 128, 3)`), and the "
        "page has it 1×",
        "docs/page.numbers:2: says “288” 1× (`9 * 32`), and the page has it 0×",
    ]
    assert cure == (
        ": if that is right, write `8,768 = cost.separable_parameters(64, 128, 3)` in "
        "docs/page.numbers:1 and delete docs/page.numbers:2"
    )
    written.with_suffix(".numbers").unlink()
    written.write_text("---\ngivens: 2\n---\n\nNone.\n", encoding="utf-8")
    problems, cure = alone(written)
    assert problems == ["docs/page.md:2: lists “2” 1×, and the page has it 0×"]
    assert cure == ": if that is right, delete this line"


def into(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def written_anew(path: Path, numbers: str) -> str:
    """What `make refresh` makes of page and file, or why it does not."""
    path.write_text(PAGE, encoding="utf-8")
    path.with_suffix(".numbers").write_text(numbers, encoding="utf-8")

    test_numbers.test_numbers_are_what_their_expressions_say(path, True, into)
    return path.read_text(encoding="utf-8") + path.with_suffix(".numbers").read_text("utf-8")


def test_what_is_computed_is_written_anew_on_the_page_and_in_its_file(written: Path) -> None:
    other = NUMBERS.replace("64, 128, 3", "64, 128, 5")
    made = written_anew(written, f"# weights\n\n{other}")
    assert made == PAGE.replace("8,768", "9,792") + (
        "# weights\n\n9,792×2 = cost.separable_parameters(64, 128, 5)\n288 = 9 * 32\n"
    )


def test_what_the_record_of_claims_says_is_written_anew_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "claims.json"
    record.write_text('{"a": {"claim": "It is $1\\\\times10^{-5}$.", "truth": "No."}}', "utf-8")
    monkeypatch.setattr(test_numbers, "DATA", tmp_path)
    old, new = ([f"**Wrong.** *The lecture:* It is $1\\times10^{{-{n}}}$.  \n"] for n in (5, 6))
    rewrite_recorded(old, new, into)
    assert json.loads(record.read_text("utf-8"))["a"]["claim"] == r"It is $1\times10^{-6}$."


def test_what_may_be_another_number_is_not_written_anew(written: Path) -> None:
    with pytest.raises(pytest.fail.Exception) as failure:
        written_anew(written, f"{NUMBERS}2 = 1 + 2\n")
    assert str(failure.value) == (
        "docs/page.md:8: shows 2, but `1 + 2` is 3. Which 2 of the page it is, only you can tell: "
        "write it there, and in docs/page.numbers"
    )


def test_only_the_head_lists(written: Path) -> None:
    written.with_suffix(".numbers").unlink()
    written.write_text("---\ntitle: A page\n---\n\ngivens: 2\n", encoding="utf-8")
    assert alone(written)[0] == ["docs/page.md:5: 2 has no source in: givens: 2"]


def test_a_long_list_goes_on_below() -> None:
    assert listing(["1,797", "0.85"]) == "givens: 1,797 0.85"
    line = listing(["1×10^-3"] * 20)
    assert [len(part) <= 98 for part in line.split("\n  ")] == [True, True]


def test_the_list_is_for_tests_alone(site: Path) -> None:
    page = (site / "in-brief/stride-and-padding/index.html").read_text(encoding="utf-8")
    assert "givens" not in page
