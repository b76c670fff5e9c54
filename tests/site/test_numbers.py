"""Every figure on a page is computed, measured or cited, and says what it should."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cv7 import measured
from docs._site.claims import (
    DATA,
    Entry,
    Number,
    Numbers,
    beside,
    fitted,
    givens,
    listing,
    names,
    of,
    paragraphs,
    sources,
    usual,
)
from docs._site.digits import COMMENT, lines, prose

from ..codeblocks import code_blocks
from ..conftest import NOTEBOOKS, PAGES, ROOT, Write, report

pytestmark = pytest.mark.claims
TEXTS = [*PAGES, ROOT / "README.md", *NOTEBOOKS]
# Inline code that a reader is to write, or that stands for several places.
CODE_IN_TEXT = {
    "nn.Conv2d(M, M, 3, padding=1, groups=M, bias=False)",
    "nn.Conv2d(M, N, 1, bias=False)",
    "groups=64",
    "gain=10",
    "nn.Conv2d(64, 128, 1, stride=2, bias=False)",
    "nn.BatchNorm2d(128)",
    "nn.Conv2d(32, 64, 1, stride=2, bias=False)",
    "features[0]",
    "features[18]",
    "cv7.fine_tuning",
    "cv7.linear_head",
    "DWSepConv(in_channels, out_channels, stride=1)",
    "ResidualBlock(in_channels, out_channels, stride=1)",
    "torch.randn(100, 3, 224, 224)",
    'optimizer.add_param_group({"params": ..., "lr": 1e-4})',
    "mobilenet_v2(weights=...)",
    "CV7_DEVICE=cuda",
    "python -m cv7.check exercise-2 my_solution.py --json > passed.json",
}

CURE = """{slip}
  computed: say in {file} what computes it, 8,768 = cost.…
  measured: the same over docs/data, 59.5 = mean(data("slug", …))
  cited:    record it in docs/data/sources.json, 7.93 = source("key", "Table 2", "row")
  a small count: write it as a word (forms: docs/_site/claims.py){again}
  an example’s own input, or one that states nothing but itself: list it in the head of the page,
  which becomes, where none of these is cured otherwise,
{line}"""
BEHIND = """
  computed: write its expression behind it, 8,768<!--= cost.… -->
  measured: the same over docs/data, <!--= mean(data("slug", …)) -->
  cited:    record it in docs/data/sources.json, <!--= source("key", "Table 2", "row") -->
  or write a small count as a word; an example’s own input is <!--= given(128) -->
  (forms: docs/_site/claims.py)"""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def line_of(problem: tuple[Path, int, str]) -> str:
    path, number, what = problem
    return f"{name(path)}:{number}: {what}"


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_numbers_are_what_their_expressions_say(path: Path, regen: bool, write: Write) -> None:
    found, text, unsure = of(path), lines(path), set()
    wrong: list[str] = []
    for claim in reversed(found.claims):  # what stands before one on its line stays in place
        if claim.shown == claim.expected:
            continue
        says = f"{name(path)}:{claim.line}: shows {claim.shown}, but `{claim.expression}` is "
        if not claim.sure:
            unsure.add(claim.expression)
            wrong.append(
                f"{says}{claim.expected}. Which {claim.shown} of the page it is, only you can "
                f"tell: write it there, and in {name(beside(path))}"
            )
        elif regen:
            line = text[claim.line - 1]
            text[claim.line - 1] = line[: claim.start] + claim.expected + line[claim.end :]
        else:
            wrong.append(f"{says}{claim.expected} (make refresh rewrites it)")
    if regen:
        if path.stem == "corrections":
            rewrite_recorded(lines(path), text, write)
        write(path, "".join(text))
        rewrite_entries(found, unsure, write)
    report([line_of(problem) for problem in found.errors + found.unclear] + wrong[::-1])


def rewrite_entries(found: Numbers, unsure: set[str], write: Write) -> None:
    if found.entries:
        text = lines(beside(found.page))
        for entry in found.entries:
            if entry.expected != entry.shown and entry.expression not in unsure:
                text[entry.line - 1] = entry.written(entry.expected, entry.times) + "\n"
        write(beside(found.page), "".join(text))


def rewrite_recorded(before: list[str], after: list[str], write: Write) -> None:
    """The page of corrections is made from docs/data/claims.json, so its numbers change there."""

    def recorded(line: str) -> str:
        return json.dumps(line.partition(":* ")[2].strip(), ensure_ascii=False)

    text = (DATA / "claims.json").read_text(encoding="utf-8")
    for old, new in zip(before, after, strict=True):
        if old != new:
            text = text.replace(recorded(old), recorded(new))
    write(DATA / "claims.json", text)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_conclusions_hold(path: Path) -> None:
    report(
        [
            f"{name(path)}:{place.start}: “{check.quote}” does not hold: `{check.expression}` is "
            f"{check.value}. Rewrite the sentence, or correct {name(check.file)}:{check.line}"
            for check in of(path).checks
            for place in check.places
            if not check.holds
        ]
    )


@cache
def code_that_is_run() -> str:
    files = [*(ROOT / "snippets").rglob("*.py"), *(ROOT / "cv7").glob("*.py"), *NOTEBOOKS]
    shown = [block.code for page in TEXTS if page.suffix == ".md" for block in code_blocks(page)]
    return "\n".join([*shown, *(file.read_text(encoding="utf-8") for file in files)])


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_code_in_text_is_run(path: Path) -> None:
    report(
        [
            f"{name(path)}:{number}: `{code}` is in no code that is run: write it as it is there, "
            "or add it to CODE_IN_TEXT in tests/site/test_numbers.py"
            for number, line in prose(path)
            for code in re.findall(r"`([^`]+)`", COMMENT.sub("", line))
            if re.search(r"\d", code)
            and code not in CODE_IN_TEXT
            and code not in code_that_is_run()
            and not (ROOT / code).exists()
        ]
    )


def around(path: Path, number: Number) -> str:
    line = lines(path)[number.line - 1]
    return (line if len(line) < 160 else line[max(0, number.start - 60) :][:120]).strip()


def surplus(found: Numbers, known: Counter[str]) -> Iterator[str]:
    """What the page shows more often than anything says."""
    shown, in_place = [number.text for number in found.plain], usual(found)
    for text in sorted(set(shown), key=shown.index):
        places = [i for i, other in enumerate(shown) if other == text]
        more = len(places) - known[text]
        if more > 0:
            new = [index for index in places if index not in in_place]
            places = new if len(new) >= more else places
            numbers = [found.plain[i] for i in places]
            others = {number.line for number in numbers[more:]}
            rest = ", ".join(map(str, sorted(others - {n.line for n in numbers[:more]})))
            also = f" (or in line {rest})" if rest else ""
            for number in numbers[:more]:
                here = f"{name(found.page)}:{number.line}"
                what = around(found.page, number)
                yield f"{here}: {number.raw} has no source{also} in: {what}"


def alone(path: Path) -> tuple[list[str], str]:
    """What has no origin and is not listed in the page's head, or only there; and the cure."""
    found, (place, listed) = of(path), givens(path)
    page, file = name(path), name(beside(path))
    shown, known = Counter(number.text for number in found.plain), Counter(listed)
    said: dict[str, list[Entry]] = {}
    for entry in (entry for entry in found.entries if not entry.quote):
        for text, times in zip(entry.shown, entry.times, strict=True):
            known[text] += times
            said.setdefault(text, []).append(entry)
    more = list(surplus(found, known))
    lost, gone = [], []
    for text, times in known.items():
        if shown[text] < times:
            entries = said.get(text, [])
            where, what = f"{page}:{place.start}: lists", ""
            if text not in listed:
                where, what = f"{file}:{entries[0].line}: says", f" (`{entries[0].expression}`)"
            others = " and ".join(f"{file}:{e.line}" for e in entries[text not in listed :])
            what += f", with {others}" if others else ""
            gone.append(text)
            lost.append(f"{where} “{text}” {times}×{what}, and the page has it {shown[text]}×")
    head, changed = fitted(found)
    line = listing(head)
    if more and path not in PAGES:
        return more, BEHIND
    if more:
        again = [
            f"\n  the same as in {file}:{entry.line}: write it once more there, "
            f"{again_of(entry, text)}"
            for text in shown
            if shown[text] > known[text]
            for entry in said.get(text, ())
        ]
        slip = f"\n  a slip: write {gone[0]} there again" if len(more) == len(gone) == 1 else ""
        cure = CURE.format(slip=slip, file=file, line=line, again="".join(again))
        return more + lost, cure
    cures = [f"write `{line}`" if head else "delete this line"]
    cures = cures if Counter(head) != Counter(listed) else []
    for number, text in changed.items():
        here = f"{file}:{number}"
        cures.append(f"write `{text}` in {here}" if text else f"delete {here}")
    return lost, ": if that is right, " + " and ".join(cures)


def again_of(entry: Entry, text: str) -> str:
    times = [n + (shown == text) for n, shown in zip(entry.times, entry.shown, strict=True)]
    return entry.written(entry.shown, times)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_figure_stands_alone(path: Path) -> None:
    report(*alone(path))


@pytest.mark.parametrize("path", [p for p in TEXTS if p.stem != "references"], ids=name)
def test_a_cited_number_names_its_source_beside_it(path: Path) -> None:
    around = paragraphs(path)
    missing = [
        f"{name(path)}:{claim.line}: {claim.shown} cites {key}, {place}: link references.md#{key} "
        f"and write “{place}” in this paragraph"
        for claim in of(path).claims
        for key, place in sources(claim.expression)
        if not names(around[claim.line], (key, place))
    ]
    report(missing)


def test_a_file_of_numbers_lies_beside_its_page() -> None:
    report(
        [
            f"{name(file)}:1: no {file.stem}.md lies beside it: call it as its page is called"
            for file in sorted((ROOT / "docs").rglob("*.numbers"))
            if file.with_suffix(".md") not in PAGES
        ]
    )


def shares(page: Path) -> tuple[float, float]:
    """How much of a page's text, and of all of it, is there for numbers and not for readers."""
    text = page.read_text(encoding="utf-8")
    head = givens(page)[0]
    apart = r"---|[\w-]+:|\s*(?:<!--|--8<--|</?\w|///)"  # heads, marks, includes, HTML, captions
    written = [
        line
        for number, line in prose(page)
        if line.strip() and not re.match(apart, line) and number not in head
    ]
    tags = sum(len(tag[0]) for line in written for tag in COMMENT.finditer(line))
    listed = sum(len(line) for line in lines(page)[head.start - 1 : head.stop - 1] if head)
    every = sum(len(tag[0]) for tag in COMMENT.finditer(text)) + listed
    return tags / max(1, sum(map(len, written))), every / len(text)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_reads_as_it_looks(page: Path) -> None:
    of_text, of_all = shares(page)
    file = name(beside(page))
    if of_text > 0.04 or of_all > 0.10:
        report(
            [
                f"{name(page)}:1: expressions are {of_text:.0%} of its text (4 % may be) and "
                f"{of_all:.0%} of the file (10 %): write them in {file}, as 8,768 = cost.…"
            ]
        )


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_sources_are_called_by_their_names(path: Path) -> None:
    sources = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
    problems = []
    text = "".join(line for _, line in prose(path))
    for shown, key in re.findall(r"\[([^]]*)\]\([^)]*references\.md#(\w+)\)", text):
        years = set(re.findall(r"\d+", COMMENT.sub("", shown)))
        called = sources[key]["name"]
        if not years <= set(re.findall(r"\d+", called)):
            problems.append(f"{name(path)}: “{shown}” is not what {key} is called: {called}")
    report(problems)


PLACES = re.compile(
    r"references\.md#(\w+)\),? ?"
    r"((?:(?:,| and|;)? ?(?:Section|Table|Figure|Equation) \d+(?:\.\d+)*)+)"
)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_places_in_sources_are_recorded(path: Path) -> None:
    sources = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    report(
        [
            f"{name(path)}: {key} is cited for {place}, which docs/data/sources.json does not have"
            for key, places in PLACES.findall(text)
            for place in re.findall(r"[A-Z]\w+ [\d.]*\d", places)
            if place not in sources[key]["values"]
        ],
        ": correct one of them, or record the place, with {} if no figure is taken from it",
    )


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda p: p.name)
def test_measured_data_fit_the_script_that_made_them(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    provenance = record.get("provenance")
    if provenance is None:
        return
    if record["data_sha256"] != measured.digest(record):
        report([f"{name(path)} was altered after {provenance['by']} wrote it: run that again"])
    if measured.code_sha256(ROOT / provenance["by"], path.stem) != provenance["code_sha256"]:
        stale = f"{provenance['by']} has changed since it wrote {name(path)}"
        report([stale], ": run it again, a notebook with FULL=1")
