"""Questions that answer back: the forms behind `<!-- question: name -->` in the pages.

docs/questions holds them, a function each: it computes with cv7 what is expected, what each
foreseeable mistake would give, and how to get it right. Its arguments are the numbers of the
page; drawn from `ranges` they make “another one like this”, worked out by the same function.
The reader's browser compares (docs/widgets/question), and computes nothing itself.
"""

import difflib
import html
import importlib.util
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

MARKER = re.compile(r"^( *)<!-- question: ([\w-]+) -->$", re.M)
VARIANTS = 24  # of “another one like this”


@dataclass(frozen=True)
class Mistake:
    """What a reader who errs in one particular way would enter, and what to tell them."""

    value: float | Sequence[float]
    why: str


@dataclass(frozen=True)
class Number:
    """A number to enter, or several: a shape, a vector.

    Right is what lies within `tolerance`, relative to the answer; 0 stands for exactly. `unit`
    stands behind the box, and may be typed as well. A percentage may be given as a fraction.
    """

    label: str
    answer: float | Sequence[float]
    why: str
    unit: str = ""
    tolerance: float = 0.0
    mistakes: Sequence[Mistake] = ()


@dataclass(frozen=True)
class Option:
    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several to choose; more than one may be right."""

    label: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Essay:
    """An open answer, held against a short rubric by its writer."""

    label: str
    rubric: Sequence[str]


Field = Number | Choice | Essay


@dataclass(frozen=True)
class Question:
    """Its parts; `task` and `steps` are shown with fresh numbers only, the page has its own.

    A prediction is not marked: the reader commits to it, and learns what came out.
    """

    parts: Sequence[Field]
    task: str = ""
    steps: Sequence[str] = ()
    prediction: bool = False


@dataclass(frozen=True)
class Asked:
    """A question's function with what its fresh numbers are drawn from."""

    make: Callable[..., Question]
    ranges: dict[str, Sequence[Any]] = field(default_factory=dict)

    def variants(self) -> list[Question]:
        """The same ones in every build; none twice, and not those of the page."""
        draw = random.Random(self.make.__name__)
        found: dict[str, Question] = {}
        for _ in range(40 * VARIANTS if self.ranges else 0):
            chosen = {name: draw.choice(values) for name, values in self.ranges.items()}
            question = self.make(**chosen)
            if question != self.make():
                found.setdefault(question.task, question)
        return list(found.values())[:VARIANTS]


def asked(**ranges: Sequence[Any]) -> Callable[[Callable[..., Question]], Asked]:
    """Turn a function into a question; `ranges` has what each of its arguments may be."""
    return lambda make: Asked(make, ranges)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs.questions.{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def questions() -> dict[str, Asked]:
    """All of them, by name."""
    found: dict[str, Asked] = {}
    for path in sorted((ROOT / "docs/questions").glob("*.py")):
        for name, value in vars(_module(path)).items():
            if isinstance(value, Asked):
                slug = name.replace("_", "-")
                if slug in found:
                    raise PluginError(f"{path.name}: there is a question {slug} already")
                found[slug] = value
    return found


def as_data(question: Question) -> dict[str, Any]:
    """What the browser needs of a question, without what is empty."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items() if v or v == 0 and v is not False}
        return [tidy(v) for v in value] if isinstance(value, list | tuple) else value

    tidied: dict[str, Any] = tidy(asdict(question))
    return tidied


def form(name: str, question: Question, *, fresh: bool) -> str:
    """The question as HTML, on one line, so that Markdown leaves it alone."""
    parts = []
    for index, part in enumerate(question.parts):
        label = html.escape(part.label)
        if isinstance(part, Choice):
            radios = "".join(
                f'<label><input type="radio" name="part-{index}" value="{i}"> '
                f"{html.escape(option.text)}</label>"
                for i, option in enumerate(part.options)
            )
            parts.append(f"<fieldset><legend>{label}</legend>{radios}</fieldset>")
        elif isinstance(part, Essay):
            parts.append(
                f'<label>{label} <textarea name="part-{index}" rows="3"></textarea></label>'
            )
        else:
            unit = f" {html.escape(part.unit)}" if part.unit else ""
            parts.append(f'<label>{label} <input type="text" name="part-{index}">{unit}</label>')
    buttons = f'<button class="md-button">{"Commit" if question.prediction else "Check"}</button>'
    if fresh:
        buttons += '<button type="button" name="another" class="md-button">Another one</button>'
    data = html.escape(json.dumps(as_data(question), ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div class="cv7-question"><cv7-question name="{name}" data-question="{data}">'
        f'<form class="cv7-controls" autocomplete="off" novalidate>{"".join(parts)}'
        f'<p class="cv7-buttons">{buttons}</p><div role="status"></div></form>'
        "</cv7-question></div>"
    )


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    names: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        indent, name = match.groups()
        if name not in questions():
            near = difflib.get_close_matches(name, questions(), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise PluginError(f"{page.file.src_uri}: there is no question {name}{hint}")
        names.append(name)
        known = questions()[name]
        return f"{indent}{form(name, known.make(), fresh=bool(known.ranges))}"

    markdown = MARKER.sub(replaced, markdown)
    page.meta["questions"] = names
    return markdown
