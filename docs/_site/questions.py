"""What docs/questions is written in: a question, its parts, and the mistakes that it foresees.

Each question is a function that computes with cv7 what is expected, what each foreseeable mistake
would give, and how to get it right. Its arguments are the numbers of the page; drawn from ranges
they make “another one like this”, worked out by the same function. question_forms.py turns it
into a form; the reader's browser compares (docs/widgets/question), and computes nothing itself.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

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


@dataclass(frozen=True)
class Guess:
    """A number to commit to before an experiment; `why` says what to do now."""

    label: str
    why: str
    unit: str = ""


Field = Number | Guess | Choice | Essay


@dataclass(frozen=True)
class Question:
    """Its parts; the page says the task in its own words, `task` says it with fresh numbers.

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
        chosen = list(product(*self.ranges.values()))
        random.Random(self.make.__name__).shuffle(chosen)
        found: dict[str, Question] = {}
        for values in chosen if self.ranges else ():
            if len(found) == VARIANTS:
                break
            question = self.make(**dict(zip(self.ranges, values, strict=True)))
            if question != self.make():
                found.setdefault(question.task, question)
        return list(found.values())


def asked(**ranges: Sequence[Any]) -> Callable[[Callable[..., Question]], Asked]:
    """Turn a function into a question; `ranges` has what each of its arguments may be."""
    return lambda make: Asked(make, ranges)


def shown(value: Any) -> str:
    """Numbers for readers: 73,728, 0.168, 0.000045 as a power of ten, (2, 1, 3)."""
    if isinstance(value, tuple | list):
        return f"({', '.join(map(shown, value))})"
    if value == int(value) and abs(value) < 1e12:
        return f"{value:,.0f}".replace("-", "−")
    if abs(value) >= 0.001:
        return f"{value:.3g}".replace("-", "−")
    digits, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{float(digits):g} × 10{power}"
