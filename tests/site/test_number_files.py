"""What stands beside a page says which of its numbers is what, wherever it stands."""

from pathlib import Path

import pytest

from docs._site.claims import Numbers, of

CITED = 'source("he2015", "Table 2", "plain-34")'
MEASURED = 'data("gpu", "provenance", "settings", "batch_size")'
BLOCK = "cost.residual_block(64, 128, stride=2).parameters"


def numbers(folder: Path, text: str, said: str, givens: str = "") -> Numbers:
    page = folder / "page.md"
    page.write_text(f"---\ngivens: {givens}\n---\n{text}\n", encoding="utf-8")
    page.with_suffix(".numbers").write_text(said, encoding="utf-8")
    return of(page)


def found(numbers: Numbers) -> list[tuple[int, str, str]]:
    assert numbers.errors == numbers.unclear == []
    return [(claim.line, claim.shown, claim.kind) for claim in numbers.claims]


def test_a_number_is_found_wherever_it_stands_and_in_any_style(tmp_path: Path) -> None:
    page = numbers(tmp_path, "A 230,144.\n\n| $230{,}144$ | 5 |", f"230,144×2 = {BLOCK}", "5")
    assert found(page) == [(4, "230,144", "computed"), (6, "230{,}144", "computed")]
    assert {claim.expected for claim in page.claims} == {"230,144", "230{,}144"}
    power = numbers(tmp_path, r"$1\times10^{-5}$ or 1 × 10^-5", "1×10^-5×2 = 1e-5")
    assert found(power) == [(4, r"1\times10^{-5}", "computed"), (4, "1 × 10^-5", "computed")]


def test_a_list_of_values_speaks_of_as_many_numbers(tmp_path: Path) -> None:
    page = numbers(tmp_path, "2 or 3 or 4", "# a comment\n\n2 3 4 = [2, 3, 5]")
    assert [claim.expected for claim in page.claims] == ["2", "3", "5"]


def test_a_cited_number_is_that_where_its_source_is_named(tmp_path: Path) -> None:
    text = "28.54 steps.\n\n28.54 % ([He](references.md#he2015), Table 2)."
    assert found(numbers(tmp_path, text, f"28.54 = {CITED}", "28.54")) == [(6, "28.54", "cited")]
    assert numbers(tmp_path, "28.54, 28.54", f"28.54 = {CITED}", "28.54").unclear


def test_words_tell_equal_numbers_of_several_origins_apart(tmp_path: Path) -> None:
    text = "64 channels, 64 images, 64"
    _, line, cure = numbers(tmp_path, text, f"64 = {MEASURED}", "64 64").unclear[0]
    assert line == 1
    assert cure.endswith(f"write words around it instead, as in “64 images” = {MEASURED}")
    page = numbers(tmp_path, text, f"“64 images” = {MEASURED}", "64 64")
    assert found(page) == [(4, "64", "measured")]
    assert page.claims[0].start == text.index("64 images")
    _, _, cure = numbers(tmp_path, text, f"“64 photos” = {MEASURED}", "64 64 64").unclear[0]
    assert cure == "the page does not have “64 photos”: quote it as it stands there"


def test_only_a_number_that_nothing_else_shows_is_rewritten(tmp_path: Path) -> None:
    assert numbers(tmp_path, "7, 7", "7×2 = 8").claims[0].sure
    assert numbers(tmp_path, "7, 7", "7 = 8\n7 = 4 + 4").claims[0].sure
    assert not numbers(tmp_path, "7, 7", "7 = 8", "7").claims[0].sure
    assert not numbers(tmp_path, "7, 7", "7 = 8\n7 = 3 + 4").claims[0].sure


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("7 is 3 + 4", "“7 is 3 + 4” is not `what the page shows = expression`: write it so"),
        ("7 = cost.none", "`cost.none` fails: AttributeError"),
        ("7 = [3, 4]", "`[3, 4]` gives 2 values: write as many numbers to its left"),
        ("seven = 7", "“seven” is no number: write 8,768, 0.85, -3 or 5.5×10^-4"),
    ],
)
def test_a_line_that_says_nothing_is_named(tmp_path: Path, said: str, message: str) -> None:
    page = numbers(tmp_path, "7", f"\n{said}\n")
    ((file, line, what),) = page.errors
    assert (file.name, line) == ("page.numbers", 2)
    assert what.startswith(message)
