"""Numbers in pages, and the expressions that compute them.

A number carries its expression in a comment behind it, on the same line:

    8,768<!--= cost.separable_parameters(64, 128, 3) -->             computed by cv7
    60.9<!--= mean(data("slug", "plain", depth=64)["error"]) -->     measured, docs/data/slug.json
    73.9<!--= acc("defects", "C", 250) -->  measured; so are gain(...) and probe(...)
    7.93<!--= source("he2015", "Table 6", "1202") -->                cited, docs/data/sources.json
    0.034<!--= lecture("skip-24") -->       the lecture's own figure, docs/data/claims.json
    0.85<!--= given(0.85) -->               an input that an example chooses

The comment speaks of the last number before it, also inside a formula; a list of values speaks
of as many last numbers. The value is compared to the decimals shown.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from cv7 import cost, fine_tuning, gradient_flow, networks

DATA = Path(__file__).resolve().parents[1] / "data"
COMMENT = re.compile(r"<!--= (.*?) -->")
NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<sign>(?<![)}\]\d])[-−])?"
    r"(?P<digits>\d{1,3}(?:(?:,|\{,\})\d{3})+|\d+)(?:\.(?P<decimals>\d+))?"
    r"(?:(?P<times>\s*(?:\\{1,2}times|×)\s*10\^\{?)(?P<exponent>-?\d+)(?P<close>\}?))?"
)


@cache
def load(slug: str) -> Any:
    return json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))


def data(slug: str, *path: str, **row: Any) -> Any:
    """What lies at `path` in docs/data/<slug>.json; in a list, the row with these values."""
    value = load(slug)
    for step in path:
        value = value[step]
    if row:
        (value,) = [r for r in value if all(r[k] == v for k, v in row.items())]
    return value


def acc(task: str, strategy: str, images: int) -> float:
    """Mean test accuracy of a strategy in docs/data/transfer-learning.json, in percent."""
    row = data("transfer-learning", "results", task=task, strategy=strategy, images=images)
    return mean(row["accuracy"])


def gain(task: str, better: str, worse: str, images: int) -> list[float]:
    """Run by run, how many points one strategy is ahead of another on the same images."""
    results = load("transfer-learning")["results"]
    found = {
        row["strategy"]: row["accuracy"]
        for row in results
        if (row["task"], row["images"]) == (task, images)
    }
    return [b - w for b, w in zip(found[better], found[worse], strict=True)]


def probe(task: str, images: int, stage: int) -> float:
    """Mean test accuracy of a linear classifier on a stage's averaged output, in percent."""
    row = data("transfer-learning", "probe", task=task, images=images)
    return mean(run[stage] for run in row["accuracy"])


def source(key: str, place: str, item: str) -> Any:
    """A figure as its source prints it."""
    return load("sources")[key]["values"][place][item]


def lecture(claim: str) -> Any:
    """What the lecture had, where a correction quotes it."""
    return load("claims")[claim]["figure"]


def given(value: float) -> float:
    """An input that an example chooses freely, written twice so that a slip shows."""
    return value


NAMES: dict[str, Any] = {
    "cost": cost,
    "gradient_flow": gradient_flow,
    "networks": networks,
    "fine_tuning": fine_tuning,
    "load": load,
    "data": data,
    "acc": acc,
    "gain": gain,
    "probe": probe,
    "source": source,
    "lecture": lecture,
    "given": given,
    "mean": mean,
    **{f.__name__: f for f in (abs, float, int, len, max, min, range, round, sorted, sum)},
    "log": math.log,
}


def evaluate(expression: str) -> list[Any]:
    value = eval(expression, {"__builtins__": {}, **NAMES})
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_shown(value: float, number: re.Match[str]) -> str:
    """The value, written with the decimals, separators and exponent style of `number`."""
    exact, exponent = Decimal(repr(value)), 0
    places = Decimal(1).scaleb(-len(number["decimals"] or ""))
    if number["times"] and value:
        exponent = exact.adjusted()
        if abs(exact.scaleb(-exponent)).quantize(places, ROUND_HALF_UP) == 10:
            exponent += 1  # 9.96 rounds to 10.0, which is 1.0 of the next power
    rounded = abs(exact.scaleb(-exponent)).quantize(places, ROUND_HALF_UP)
    sign = (number["sign"] or "-") if value < 0 and rounded else ""
    separators = "," in number["digits"] or rounded >= 10_000
    digits = f"{rounded:,}" if separators else f"{rounded}"
    if "{,}" in number["digits"]:  # TeX would set a bare comma as one of a list
        digits = digits.replace(",", "{,}")
    tail = f"{number['times']}{exponent}{number['close']}" if number["times"] else ""
    return sign + digits + tail


KINDS = {
    "cited": re.compile(r"source\("),
    "measured": re.compile(r"(?:data|acc|gain|probe)\("),
    "lecture": re.compile(r"lecture\("),
    "given": re.compile(r"given\("),
}


@dataclass
class Claim:
    """One number on a page and what it should be."""

    line: int
    start: int
    end: int
    shown: str
    expected: str
    expression: str

    @property
    def kind(self) -> str:
        """Where the number comes from: the first of KINDS that its expression uses."""
        found = (kind for kind, names in KINDS.items() if names.search(self.expression))
        return next(found, "computed")


def claims(line: str, number: int) -> Iterator[Claim]:
    """The claims of one line; raises ValueError where an expression fails or finds no number."""
    position = 0
    for comment in COMMENT.finditer(line):
        try:
            values = evaluate(comment[1])
        except Exception as error:
            raise ValueError(f"`{comment[1]}` fails: {type(error).__name__}: {error}") from error
        before = list(NUMBER.finditer(line, position, comment.start()))
        if len(before) < len(values):
            raise ValueError(f"`{comment[1]}` gives {len(values)} values: no number to its left")
        for value, match in zip(values, before[-len(values) :], strict=True):
            yield Claim(
                number, match.start(), match.end(), match[0], as_shown(value, match), comment[1]
            )
        position = comment.end()
