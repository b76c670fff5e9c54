"""Every question has its page, its numbers, and a hint of its own for each mistake it foresees."""

import inspect
import json
import re
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.exceptions import PluginError

from docs._site.digits import NUMBER
from docs._site.question_forms import MARKER, as_data, on_page_content, questions
from docs._site.questions import Number, Question

from ..conftest import PAGES, ROOT, report

pytestmark = pytest.mark.claims


def on_pages() -> dict[str, tuple[str, str, str]]:
    """By name of each question: its page, the text before its marker, and that of its answer."""
    found: dict[str, tuple[str, str, str]] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in MARKER.finditer(text):
            before = text[: match.start()]
            asked = before[max(before.rfind("!!! "), before.rfind("\n## ")) :]
            after = re.split(r"^(?:!!! |## )", text[match.end() :], maxsplit=1, flags=re.M)[0]
            for name in re.findall(r'--8<-- "(snippets/[\w-]+\.out)', after):
                after += (ROOT / name).read_text(encoding="utf-8")
            assert match[2] not in found, f"{match[2]} stands on two pages"
            found[match[2]] = page.name, asked, after
    return found


def numbers(text: str) -> list[tuple[float, int]]:
    """The numbers of a text, each with the decimals it is written with, below its power of ten."""
    text = re.sub(r"<!--.*?-->", "", text)
    found = []
    for match in NUMBER.finditer(text):
        digits = re.sub(r"[^\d]", "", match["digits"]) + "." + (match["decimals"] or "0")
        sign = -1 if match["sign"] else 1
        power = int(match["exponent"] or 0)
        found.append((sign * float(f"{digits}e{power}"), len(match["decimals"] or "") - power))
    return found


def verdicts(asked: list[tuple[dict[str, Any], str]]) -> list[dict[str, str]]:
    """What the reader's browser would say."""
    run = subprocess.run(
        ["node", ROOT / "tests/widgets/grade.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[dict[str, str]] = json.loads(run.stdout)
    return answers


def entered(value: Any) -> str:
    return ", ".join(map(repr, value)) if isinstance(value, list | tuple) else repr(value)


def all_questions() -> list[tuple[str, Question]]:
    return [
        (name, question)
        for name, known in questions().items()
        for question in (known.make(), *known.variants())
    ]


def test_each_question_stands_on_one_page() -> None:
    assert sorted(on_pages()) == sorted(questions())


def test_its_arguments_are_the_numbers_of_its_page() -> None:
    problems = []
    for name, known in questions().items():
        page, asked, _ = on_pages()[name]
        shown = {value for value, _ in numbers(asked)}
        # As “3×3” and in one word: names of layers and sizes, which are no numbers to the tests.
        shown |= {float(n) for n in re.findall(r"\d+", asked)}
        for argument, given in inspect.signature(known.make).parameters.items():
            values = given.default if isinstance(given.default, tuple) else [given.default]
            for value in values:
                if isinstance(value, str) or {value, 100 * value} & shown:
                    continue
                if name in ("exercise-1", "exercise-5") and argument in ("layers", "groups"):
                    continue  # “six layers”, “two groups”: in words
                if name == "early-rate" and argument == "groups":
                    continue  # “three groups”
                if name == "double-channels":
                    continue  # “double”
                problems.append(f"{page}: {name} takes {argument} = {value}, which is not there")
    report(problems)


def test_its_answers_stand_on_its_page() -> None:
    problems = []
    for name, known in questions().items():
        page, _, answer = on_pages()[name]
        question = known.make()
        for part in question.parts:
            if not isinstance(part, Number) or question.prediction:
                continue
            several = not isinstance(part.answer, int | float)
            wanted: Any = part.answer if several else [part.answer]
            for value in wanted:
                there = any(
                    abs(value - shown) <= 0.5000001 * 10.0**-decimals
                    for shown, decimals in numbers(answer)
                    if shown == 0 or abs(value - shown) < 0.05 * abs(shown)
                )
                if not there and not (value == 4 and "four times" in answer):
                    problems.append(f"{page}: the answer to {name} does not show {value}")
    report(problems)


def test_a_marker_that_leads_nowhere_stops_the_build() -> None:
    page: Any = SimpleNamespace(file=SimpleNamespace(src_uri="chapters/x.md"))
    with pytest.raises(PluginError, match=r"x\.md: .*gradient-dept; did you mean gradient-depth"):
        on_page_content("<p>cv7question:gradient-dept</p>", page, None)
    with pytest.raises(PluginError, match="blank lines around the question gradient-depth"):
        on_page_content("<p>So: cv7question:gradient-depth</p>", page, None)


def test_what_is_right_is_called_right() -> None:
    asked = [
        (data, entered(data["answer"]))
        for _, question in all_questions()
        for data in as_data(question)["parts"]
        if "answer" in data
    ]
    assert len(asked) > 300
    assert {verdict["state"] for verdict in verdicts(asked)} == {"right"}


def test_each_foreseen_mistake_gets_its_own_hint() -> None:
    asked, hints, names = [], [], []
    for name, question in all_questions():
        for data in as_data(question)["parts"]:
            for mistake in data.get("mistakes", []):
                asked.append((data, entered(mistake["value"])))
                hints.append(mistake["why"])
                names.append(f"{name}, {data['label']}: {mistake['value']}")
    assert len(asked) > 1000
    problems = [
        f"{name} gets “{verdict['why']}” instead of “{hint}”"
        for name, hint, verdict in zip(names, hints, verdicts(asked), strict=True)
        if verdict != {"state": "wrong", "why": hint}
    ]
    report(problems)


def test_no_foreseen_mistake_is_called_right() -> None:
    """Not even one that `distinct` leaves out, unless these numbers make it the answer."""
    asked, names = [], []
    for name, question in all_questions():
        for part, data in zip(question.parts, as_data(question)["parts"], strict=True):
            if not isinstance(part, Number):
                continue
            for mistake in part.mistakes:
                if entered(mistake.value) != entered(part.answer):
                    asked.append((data, entered(mistake.value)))
                    names.append(f"{name}, {part.label}: {mistake.value} for {part.answer}")
    right = [verdict["state"] == "right" for verdict in verdicts(asked)]
    report([name for name, is_right in zip(names, right, strict=True) if is_right])


def test_with_the_numbers_of_the_page_no_mistake_hides_another() -> None:
    problems = []
    for name, known in questions().items():
        question = known.make()
        for part, data in zip(question.parts, as_data(question)["parts"], strict=True):
            if isinstance(part, Number) and len(part.mistakes) != len(data.get("mistakes", [])):
                problems.append(f"{name}, {part.label}: two mistakes come to the same number")
    report(problems)


def test_every_marked_number_foresees_mistakes() -> None:
    for name, known in questions().items():
        question = known.make()
        if not question.prediction:
            for part in question.parts:
                assert not isinstance(part, Number) or len(part.mistakes) >= 3, (name, part.label)


def test_fresh_numbers() -> None:
    for name, known in questions().items():
        found = known.variants()
        assert found == known.variants()
        assert len({question.task for question in found}) == len(found)
        assert bool(found) == bool(known.ranges)
        if found:
            assert len(found) >= 5, name
            assert all(question.task and question.steps for question in found), name
        if name in ("exercise-1", "exercise-3", "exercise-5", "exercise-7"):
            assert found, f"{name}: a theory exercise offers fresh numbers"
