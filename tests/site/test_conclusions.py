"""What a page concludes from data is checked against them, and the check can fail."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docs._site import claims
from docs._site.claims import Check, evaluate, of, standing
from docs._site.digits import prose

from ..conftest import report
from . import test_numbers
from .test_numbers import TEXTS, name

SLOW = 'every(row["float32"]["median"] < 2 for row in data("gpu", "layers"))'
FAST = 'max(row["float32"]["median"] for row in data("gpu", "layers")) > 2'
# Phrases that announce a conclusion from several measurements, and hardly ever anything else.
ANNOUNCED = re.compile(
    r"\b(?:in every run|run by run|all (?:three|five|twenty|\d+) runs|no better than"
    r"|are level|never halves)\b"
)
# Measured anew at present, and then rewritten together with their checks.


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(test_numbers, "ROOT", tmp_path)
    evaluate.cache_clear()
    yield tmp_path / "page.md"
    evaluate.cache_clear()


def told(page: Path, text: str, said: str) -> claims.Numbers:
    page.write_text(text, encoding="utf-8")
    page.with_suffix(".numbers").write_text(said, encoding="utf-8")
    return of(page)


def failure(page: Path) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        test_numbers.test_conclusions_hold(page)
    return str(failed.value)


def test_a_true_conclusion_passes_however_the_page_wraps_it(page: Path) -> None:
    found = told(
        page, "# A page\n\nIt *never*\n    halves the time.\n", f"“It *never* halves” if {SLOW}"
    )
    assert found.errors == found.unclear == []
    assert [(check.line, check.places) for check in found.checks] == [(1, [range(3, 5)])]
    test_numbers.test_conclusions_hold(page)


def test_a_false_one_is_reported_with_all_that_is_needed(page: Path) -> None:
    told(page, "Often it halves the time.\n", f"# none\n“halves the time” if {FAST}")
    assert failure(page) == (
        f"page.md:1: “halves the time” does not hold: `{FAST}` is False, comparing 1.872 with 2. "
        "Rewrite the sentence, or correct page.numbers:2"
    )


def test_new_data_turn_a_check_red(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(page, "It never halves the time.\n", f"“never halves” if {SLOW}")
    test_numbers.test_conclusions_hold(page)
    monkeypatch.setattr(claims, "load", lambda slug: {"layers": [{"float32": {"median": 2.1}}]})
    evaluate.cache_clear()
    assert failure(page).startswith(f"page.md:1: “never halves” does not hold: `{SLOW}` is False. ")


def test_the_page_has_to_have_the_words(page: Path) -> None:
    found = told(
        page, "It halves the time.\n\n```text\nIt never does.\n```\n", f"“never” if {SLOW}"
    )
    assert [(file.name, line, what) for file, line, what in found.unclear] == [
        ("page.numbers", 1, "the page does not have “never”: quote it as it stands there")
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('data("gpu", "layers") <', "fails: SyntaxError: "),
        ('max(row["size"] for row in data("gpu", "layers"))', "is neither true nor false: compare"),
        (
            '(row["size"] > 7 for row in data("gpu", "layers"))',
            "is neither true nor false: compare",
        ),
        ("cost.separable_saving(64, 3) < 8", "reads no data that could contradict it: use data(…)"),
        (
            'every(row["size"] > 7 for row in data("gpu", "layers") if row["size"] > 200)',
            "fails: ValueError: every(…) of nothing: correct what filters the data",
        ),
    ],
)
def test_what_checks_nothing_is_named(page: Path, expression: str, message: str) -> None:
    ((file, line, what),) = told(page, "It is so.", f"\n“is so” if {expression}").errors
    assert (file.name, line) == ("page.numbers", 2)
    assert what.startswith(f"`{expression}` {message}")


def test_in_a_notebook_a_check_stands_behind_its_words(page: Path) -> None:
    notebook = page.with_suffix(".py")
    line = f"# 5<!--= given(5) --> layers, and some halve the time<!--= if {FAST} -->.\n"
    notebook.write_text(f"# %% [markdown]\n# Of\n{line}", encoding="utf-8")
    found = of(notebook)
    assert found.errors == []
    assert [(claim.shown, claim.kind) for claim in found.claims] == [("5", "given")]
    assert failure(notebook).startswith(
        "page.py:3: “layers, and some halve the time” does not hold: "
    )


# Rows are found by them.
KEYS = {"depth", "size", "images", "in_channels", "out_channels", "seeds", "head_lr", "rate"}


RESULTS = [-1e6, -1.0, 0.0, 0.5, 0.9, 1.0, 1e6]


def altered(value: Any, chance: random.Random, results: list[float], key: str = "") -> Any:
    """The same data with other results."""
    if isinstance(value, dict):
        return {k: altered(v, chance, results, k) for k, v in value.items()}
    if isinstance(value, list) and key not in KEYS:
        return [altered(v, chance, results, key) for v in value]
    is_result = key not in KEYS and (value is None or isinstance(value, int | float))
    return chance.choice(results) if is_result else value


def can_fail(check: Check, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the check is false where all results are equal, or for one of twenty random ones."""
    recorded = claims.load
    others = [*([result] for result in RESULTS), *[RESULTS] * 20]
    for seed, results in enumerate(others):

        def other(slug: str, seed: int = seed, results: list[float] = results) -> Any:
            return altered(recorded(slug), random.Random(seed), results)

        evaluate.cache_clear()
        with monkeypatch.context() as patched, suppress(ArithmeticError, ValueError):
            patched.setattr(claims, "load", cache(other))
            if not check.holds:
                return True
    return False


@pytest.mark.claims
@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_other_data_would_contradict_each_conclusion(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = [
        f"{name(check.file)}:{check.line}: whatever the data, “{check.quote}” holds"
        for check in of(path).checks
        if not can_fail(check, monkeypatch)
    ]
    evaluate.cache_clear()
    report(problems, ": check what the sentence says of them")


@pytest.mark.claims
@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_what_announces_a_conclusion_has_a_check(path: Path) -> None:
    checks, text = of(path).checks, prose(path)
    report(
        [
            f"{name(path)}:{place.start}: “{phrase}” concludes from data: say in "
            f"{path.stem}.numbers what makes it so, “… {phrase}” if min(…) > 0"
            for phrase in sorted(set(ANNOUNCED.findall(" ".join(line.strip() for _, line in text))))
            for place in standing(phrase, text)
            if not any(
                phrase in check.quote and place.start in lines
                for check in checks
                for lines in check.places
            )
        ],
        ", and in a notebook behind the words (forms: docs/_site/claims.py)",
    )
