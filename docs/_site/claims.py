"""Numbers in pages, and the expressions that compute them; conclusions, and what checks them.

Beside a page that shows numbers lies a file that says what they are, docs/chapters/<page>.numbers:

    8,768 = cost.separable_parameters(64, 128, 3)                    computed by cv7
    60.9×2 = mean(data("slug", "plain", depth=64)["error"])          measured, docs/data/slug.json
    73.9 = acc("defects", "C", 250)         measured; so are gain(...), probe(...), tuned(...)
    7.93 = source("he2015", "Table 6", "1202")                       cited, docs/data/sources.json
    0.034 = lecture("skip-24")              the lecture's own figure, docs/data/claims.json
    22.5 26.5 = [min(gain("defects", "C", "A", 250)), max(gain("defects", "C", "A", 250))]
    “64 images” = data("gpu", "provenance", "settings", "batch_size")
    “ahead of A in every run” if min(gain("defects", "C", "A", 250)) > 0

On the left stands what the page shows, wherever it shows it, with ×2 where it does so twice. Of
equal numbers a cited one is that whose paragraph names its source; otherwise words around a number
tell it from one of another origin. Values are compared to the decimals shown. A line that begins
with # is a comment.

The last line is a check: those words of the page, emphasis marks included and wrapped as you like,
draw a conclusion from data, and it holds if the expression is true. So new data that contradict a
sentence show, too. Quote a few words that will stay, best without digits. every(…) is all(…), which
wants something to be true of: a misspelt filter proves nothing.

What an example chooses freely, and digits that state nothing, the head of the page lists, as
`givens: 128 0.85`. All numbers of a page together have to be those of the file and those of the
head, each as often as they say it: so an altered digit shows, and a sentence may be rewritten or
moved without a thought for expressions.

Where no such file can lie, in notebooks, a number carries its expression behind it, on its line,
as 8,768<!--= cost.separable_parameters(64, 128, 3) --> or 0.85<!--= given(0.85) -->; pages may do
so, too. That comment speaks of the last number before it, a list of values of as many last ones. A
check stands behind the words that it allows, <!--= if min(gain("defects", "C", "A", 250)) > 0 -->.
"""

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from pathlib import Path
from statistics import mean, median
from textwrap import wrap
from typing import Any

from docs._site.digits import COMMENT, GIVENS, NUMBER, lines, numbers, prose

ROOT = Path(__file__).resolve().parents[2]
DATA, CV7 = ROOT / "docs/data", ROOT / "cv7"
MISSING = "the page does not have “{}”: quote it as it stands there"
SHOWN = re.compile(r"(\S+?)(?:×(\d+))?")  # in a file of numbers: 8,768 or 0.21×3


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


def chosen(task: str, images: int) -> list[int]:
    """Run by run, the stage on which a linear classifier is best on validation images."""
    runs = data("transfer-learning", "probe", task=task, images=images)["validation"]
    return [run.index(max(run)) for run in runs]


def ahead_of_last(task: str, images: int) -> list[float]:
    """Run by run, how many points the chosen stage is ahead of the last one, on test images."""
    runs = data("transfer-learning", "probe", task=task, images=images)["accuracy"]
    return [run[stage] - run[-1] for run, stage in zip(runs, chosen(task, images), strict=True)]


def tuned(strategy: str) -> list[float]:
    """Run by run, test accuracy at the learning rate that is best on validation images."""
    rows = [row for row in load("transfer-learning")["rates"] if row["strategy"] == strategy]
    columns = [list(zip(row["validation"], row["accuracy"], strict=True)) for row in rows]
    return [max(run)[1] for run in zip(*columns, strict=True)]


def source(key: str, place: str, item: str) -> Any:
    """A figure as its source prints it."""
    return load("sources")[key]["values"][place][item]


def lecture(claim: str) -> Any:
    """What the lecture had, where a correction quotes it."""
    return load("claims")[claim]["figure"]


def given(value: float) -> float:
    """An input that an example chooses freely, written twice so that a slip shows."""
    return value


def every(cases: Iterable[bool]) -> bool:
    """Whether all of these hold, of which there has to be one at least."""
    found = list(cases)
    if not found:
        raise ValueError("every(…) of nothing: correct what filters the data")
    return all(found)


# Every module of cv7 that works without torch: what is added to it can be used on a page at once.
MODULES = [
    path.stem
    for path in sorted(CV7.glob("[!_]*.py"))
    if not re.search(r"^need\(", path.read_text(encoding="utf-8"), re.M)
]
NAMES: dict[str, Any] = {
    **{name: import_module(f"cv7.{name}") for name in MODULES},
    "load": load,
    "data": data,
    "acc": acc,
    "gain": gain,
    "probe": probe,
    "chosen": chosen,
    "ahead_of_last": ahead_of_last,
    "tuned": tuned,
    "source": source,
    "lecture": lecture,
    "given": given,
    "every": every,
    "mean": mean,
    "median": median,
    **{f.__name__: f for f in (abs, float, int, len, max, min, range, round, sorted, sum, zip)},
    "log": math.log,
    "pi": math.pi,
}


@cache
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


def written(value: float, number: str) -> str:
    """The same, for the text of a number."""
    match = NUMBER.fullmatch(number)
    return as_shown(value, match) if match else number


def plain(number: str) -> str:
    """A number as lists of numbers have it, also where a page writes TeX: 18,432 or 5.5×10^-4."""
    number = re.sub(r"\\+times", "×", number.replace("−", "-"))
    return re.sub(r"[{}\s]", "", number)


KINDS = {
    "cited": re.compile(r"source\("),
    "measured": re.compile(r"(?:data|acc|gain|probe|chosen|ahead_of_last|tuned)\("),
    "lecture": re.compile(r"lecture\("),
    "given": re.compile(r"given\("),
}


def kind(expression: str) -> str:
    """Where a number comes from: the first of KINDS that its expression uses."""
    return next((kind for kind, names in KINDS.items() if names.search(expression)), "computed")


def sources(expression: str) -> list[tuple[str, str]]:
    """The sources that an expression cites, each with the place in it."""
    return re.findall(r"source\(['\"](\w+)['\"], ['\"]([^'\"]+)", expression)


def origin(expression: str) -> tuple[str, ...]:
    """Source and place of a cited number, the data of a measured one; of others nothing."""
    if kind(expression) == "cited":
        return sources(expression)[0]
    if kind(expression) == "measured":
        named = re.search(r"data\(['\"]([\w-]+)", expression)
        return (named[1] if named else "transfer-learning",)
    return ()


@dataclass
class Claim:
    """One number on a page and what it should be."""

    line: int
    start: int
    end: int
    shown: str
    expected: str
    expression: str
    sure: bool = True  # whether none of equal numbers beside it is something else

    @property
    def kind(self) -> str:
        return kind(self.expression)

    @property
    def origin(self) -> tuple[str, ...]:
        return origin(self.expression)


def tried(expression: str) -> list[Any]:
    try:
        return evaluate(expression)
    except Exception as error:
        raise ValueError(f"`{expression}` fails: {type(error).__name__}: {error}") from error


def claims(line: str, number: int) -> Iterator[Claim]:
    """The claims of one line; raises ValueError where an expression fails or finds no number."""
    position = 0
    for comment in COMMENT.finditer(line):
        if comment[1].startswith(IF):
            continue
        values = tried(comment[1])
        before = list(NUMBER.finditer(line, position, comment.start()))
        if len(before) < len(values):
            raise ValueError(f"`{comment[1]}` gives {len(values)} values: no number to its left")
        for value, match in zip(values, before[-len(values) :], strict=True):
            yield Claim(
                number, match.start(), match.end(), match[0], as_shown(value, match), comment[1]
            )
        position = comment.end()


IF = "if "  # what a check begins with, where it is no number's expression
START = re.compile(r"[.;:]\s|-->|\n\s*\n|^%% .*", re.M)  # of what a check behind it is of
CHECK = re.compile(r"“(.*?)” if (.*)")


@dataclass
class Check:
    """A conclusion that a page draws from data, and the expression that is true if it may."""

    file: Path  # where the check stands
    line: int
    quote: str  # the words that draw it
    places: list[range]  # the lines of the page that have these words
    expression: str

    @property
    def holds(self) -> bool:
        return evaluate(self.expression) == [True]

    @property
    def value(self) -> str:
        """What the expression is, of a comparison both sides, too."""
        tree = ast.parse(self.expression, mode="eval").body
        sides = [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else []
        values = [evaluate(ast.unparse(side)) for side in sides]
        compared = " with ".join(str(v[0] if len(v) == 1 else v) for v in values)
        return f"{self.holds}, comparing {compared}" if sides else str(self.holds)


def condition(expression: str) -> str:
    """The expression, if it can check a conclusion; else raises ValueError, with the cure."""
    (value, *more) = tried(expression) or [None]
    if more or not isinstance(value, bool):
        raise ValueError(f"`{expression}` is neither true nor false: compare, as in max(…) < 2")
    if kind(expression) not in ("measured", "cited"):
        raise ValueError(f"`{expression}` reads no data that could contradict it: use data(…)")
    return expression


Text = list[tuple[int, str]]  # lines with their numbers


def whole(text: Text) -> str:
    return "".join(line.rstrip("\n") + "\n" for _, line in text)


def lines_of(text: Text, start: int, end: int) -> range:
    """The numbers of the lines from one position in the whole text to another."""
    first, last = (text[whole(text).count("\n", 0, position)][0] for position in (start, end))
    return range(first, last + 1)


def standing(quote: str, text: Text) -> list[range]:
    """The lines of a text that have these words, however it wraps them."""
    words = re.compile(r"\s+".join(map(re.escape, quote.split())))
    return [lines_of(text, *match.span()) for match in words.finditer(whole(text))]


def behind(text: Text) -> Iterator[tuple[str, range, str]]:
    """What checks stand in a text: the words of the sentence before each, their lines, and it."""
    for comment in COMMENT.finditer(whole(text)):
        if comment[1].startswith(IF):
            words = START.split(whole(text)[: comment.start()])[-1].strip(" ,\n")
            place = lines_of(text, comment.start() - len(words), comment.start())
            yield " ".join(words.split()), place, comment[1].removeprefix(IF)


@dataclass
class Entry:
    """A line of a file of numbers."""

    line: int
    quote: str  # words around the numbers, or nothing
    shown: list[str]
    times: list[int]
    expression: str
    values: list[Any]

    @property
    def origin(self) -> tuple[str, ...]:
        return origin(self.expression)

    @property
    def expected(self) -> list[str]:
        return [written(v, shown) for v, shown in zip(self.values, self.shown, strict=True)]

    def written(self, numbers: list[str], times: list[int]) -> str:
        """The line with other numbers, or with these as many times."""
        if self.quote:
            left = iter(numbers)
            return f"“{NUMBER.sub(lambda _: next(left), self.quote)}” = {self.expression}"
        return f"{' '.join(map(said, numbers, times))} = {self.expression}"


def counted(text: str) -> list[tuple[str, int]]:
    """The numbers of a list, and how often each is meant."""
    found = (SHOWN.fullmatch(part) for part in text.split())
    return [(part[1], int(part[2] or 1)) for part in found if part]


def said(number: str, times: int) -> str:
    return number if times == 1 else f"{number}×{times}"


def entry(text: str, number: int) -> Entry:
    """Raises ValueError, with the cure, where a line of a file of numbers says nothing."""
    left, equals, expression = text.strip().partition("” = " if text.startswith("“") else " = ")
    if not equals:
        raise ValueError(f"“{text.strip()}” is not `what the page shows = expression`: write it so")
    quote = left[1:] if left.startswith("“") else ""
    parts = [(match[0], 1) for match in NUMBER.finditer(quote)] if quote else counted(left)
    values = tried(expression)
    if len(values) != len(parts):
        raise ValueError(
            f"`{expression}` gives {len(values)} values: write as many numbers to its left"
        )
    for part, _ in parts:
        if not NUMBER.fullmatch(part):
            raise ValueError(f"“{part}” is no number: write 8,768, 0.85, -3 or 5.5×10^-4")
    shown, times = [part for part, _ in parts], [times for _, times in parts]
    return Entry(number, quote, shown, times, expression, values)


def beside(page: Path) -> Path:
    return page.with_suffix(".numbers")


def givens(page: Path) -> tuple[range, list[str]]:
    """The lines in a page's head that list numbers without origin; and these."""
    text = page.read_text(encoding="utf-8")
    found = GIVENS.search(text.partition("\n---\n")[0] if text.startswith("---\n") else "")
    if not found:
        return range(0), []
    first = text.count("\n", 0, found.start()) + 1
    listed = [text for text, times in counted(found[1].strip("\"'")) for _ in range(times)]
    return range(first, first + found[0].count("\n") + 1), listed


def paragraphs(page: Path) -> dict[int, str]:
    """Per line, the stretch of lines between blank ones that it belongs to."""
    found: dict[int, str] = {}
    text, first = lines(page), 0
    for index, line in enumerate([*text, ""]):
        if not line.strip():
            found.update(dict.fromkeys(range(first + 1, index + 1), "".join(text[first:index])))
            first = index + 1
    return found


def names(paragraph: str, source: tuple[str, ...]) -> bool:
    """Whether it links a source and says the place in it."""
    visible = COMMENT.sub("", paragraph)
    return f"#{source[0]})" in visible and source[1] in visible


@dataclass(frozen=True)
class Number:
    line: int
    start: int
    end: int
    raw: str

    @property
    def text(self) -> str:
        return plain(self.raw)


@dataclass
class Numbers:
    """What a page shows, and what is said of it."""

    page: Path
    claims: list[Claim] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    # What no comment speaks of and no words tell apart, in the order of the page.
    plain: list[Number] = field(default_factory=list)
    errors: list[tuple[Path, int, str]] = field(default_factory=list)
    unclear: list[tuple[Path, int, str]] = field(default_factory=list)


def of(page: Path) -> Numbers:
    """The numbers of a page, each with its expression where it has one."""
    found = Numbers(page)
    file, head, text = beside(page), givens(page)[0], prose(page)
    for number, line in text:
        covered: set[int] = set()
        try:
            for claim in claims(line, number):
                found.claims.append(claim)
                covered.update(range(claim.start, claim.end))
        except ValueError as error:
            found.errors.append((page, number, str(error)))
        rest = "".join(" " if i in covered else c for i, c in enumerate(line))
        for start, end in numbers(rest) if number not in head else ():
            found.plain.append(Number(number, start, end, line[start:end]))
    checks = [
        (page, place[-1], words, [place], expression) for words, place, expression in behind(text)
    ]
    for number, line in enumerate(lines(file) if file.exists() else (), start=1):
        if match := CHECK.fullmatch(line.strip()):
            checks.append((file, number, match[1], standing(match[1], text), match[2]))
        elif line.strip() and not line.startswith("#"):
            try:
                found.entries.append(entry(line, number))
            except ValueError as error:
                found.errors.append((file, number, str(error)))
    for check in checks:
        checked(found, *check)
    quoted(found, dict(text))
    told(found)
    found.claims.sort(key=lambda claim: (claim.line, claim.start))
    return found


def checked(
    found: Numbers, file: Path, line: int, quote: str, places: list[range], expression: str
) -> None:
    """Adds a check to those of a page, or what is wrong with it."""
    if not places:
        found.unclear.append((file, line, MISSING.format(quote)))
    try:
        found.checks.append(Check(file, line, quote, places, condition(expression)))
    except ValueError as error:
        found.errors.append((file, line, str(error)))


def quoted(found: Numbers, text: dict[int, str]) -> None:
    """Finds the numbers that entries tell apart by the words around them."""
    for entry in (entry for entry in found.entries if entry.quote):
        places = [
            (line, match.start())
            for line, words in text.items()
            for match in re.finditer(re.escape(entry.quote), words)
        ]
        inside = [
            number
            for number in found.plain
            for line, start in places
            if number.line == line and start <= number.start < start + len(entry.quote)
        ]
        if not inside or len(inside) != len(places) * len(entry.shown):
            found.unclear.append((beside(found.page), entry.line, MISSING.format(entry.quote)))
            continue
        for index, number in enumerate(inside):
            found.claims.append(claimed(number, entry, index % len(entry.shown)))
            found.plain.remove(number)


def claimed(number: Number, entry: Entry, index: int, *, sure: bool = True) -> Claim:
    place = (number.line, number.start, number.end, number.raw)
    expected = written(entry.values[index], number.raw)
    return Claim(*place, expected, entry.expression, sure)


def told(found: Numbers) -> None:
    """Finds the other numbers that entries speak of, by what they show."""
    listed, around = Counter(givens(found.page)[1]), paragraphs(found.page)
    for text in sorted({number.text for number in found.plain}):
        places = [number for number in found.plain if number.text == text]
        here = [
            (entry, index)
            for entry in found.entries
            for index, shown in enumerate(entry.shown)
            if shown == text and not entry.quote
        ]
        # A cited number stands where its source is named.
        for entry, index in [pair for pair in here if len(pair[0].origin) == 2]:
            near = [number for number in places if names(around[number.line], entry.origin)]
            if len(near) == entry.times[index]:
                found.claims += [claimed(number, entry, index) for number in near]
                places = [number for number in places if number not in near]
                here.remove((entry, index))
        origins = {entry.origin for entry, _ in here} | ({()} if listed[text] else set())
        values = {entry.expected[index] for entry, index in here}
        sure = len(values) == 1 and not listed[text]
        for entry, index in here:
            mine, places = places[: entry.times[index]], places[entry.times[index] :]
            if len(origins) == 1:
                found.claims += [claimed(number, entry, index, sure=sure) for number in mine]
            elif entry.origin:
                what = (
                    f"the page shows {text} as something else, too: write words around it instead, "
                    f"as in “{text} images” = {entry.expression}"
                )
                found.unclear.append((beside(found.page), entry.line, what))


def listing(numbers: Iterable[str]) -> str:
    """The line for a page's head; a long one goes on below."""
    return "\n  ".join(wrap(" ".join(["givens:", *numbers]), 98, break_on_hyphens=False))


def usual(found: Numbers) -> set[int]:
    """Which numbers of a page stand where its head expects them, which lists them in order."""
    listed, shown = givens(found.page)[1], [number.text for number in found.plain]
    blocks = SequenceMatcher(None, listed, shown, autojunk=False).get_matching_blocks()
    return {index for block in blocks for index in range(block.b, block.b + block.size)}


def fitted(found: Numbers) -> tuple[list[str], dict[int, str]]:
    """What a page's head should list as it is, and lines of its file that should read otherwise.

    They are what a failing test proposes. A line that speaks of nothing any more is empty.
    """
    rest, changed = Counter(number.text for number in found.plain), {}
    there = {claim.expression for claim in found.claims}
    for entry in found.entries:
        if entry.quote:
            if entry.expression not in there:
                changed[entry.line] = ""
            continue
        times = []
        for shown, said in zip(entry.shown, entry.times, strict=True):
            times.append(min(said, rest[shown]))
            rest[shown] -= times[-1]
        if times != entry.times:
            changed[entry.line] = entry.written(entry.shown, times) if any(times) else ""
    listed: list[int] = []
    in_place = usual(found)
    for index in sorted(range(len(found.plain)), key=lambda index: index not in in_place):
        number = found.plain[index]
        if rest[number.text] > 0:
            rest[number.text] -= 1
            listed.append(index)
    return [found.plain[index].text for index in sorted(listed)], changed
