"""Every figure on a page is computed, measured or cited, and says what it should."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cv7 import measured
from docs._site.claims import COMMENT, DATA, claims

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

CURE = """
  computed: write its expression behind it, 8,768<!--= cost.… -->
  measured: the same over docs/data, <!--= mean(data("slug", …)) -->
  cited:    record it in docs/data/sources.json, <!--= source("key", "Table 2", "row") -->
  or write a small count as a word; an example’s own input is <!--= given(128) -->
  (forms: docs/_site/claims.py)"""
LISTED = """
  one that states nothing but itself, in a formula or a text alternative: list it in the head of
  the page, which becomes, where none of these is cured otherwise,
{line}"""
GIVENS = re.compile(r"^givens: *[\"']?([\d., ]+?)[\"']? *$", re.M)  # in the head of a page

# Digits that state nothing: names, dates, places in a source, shapes and the structure of formulas.
# Patterns name the digits that they allow, so that an altered one is found. What only one page
# has is listed in its head instead, as `givens: 2 2 0.85`.
DEFINITIONAL = re.compile(
    r"""
    # names
    ResNet-(?:18|34|50|101|152|110|1001|1202)\b | plain-(?:18|34|110)\b | CIFAR-10\b | VGG-16\b
  | MobileNetV[12]\b | ShuffleNet\ V2\b | \bV1\b | ReLU6\b | CS231n | \bA4\b | B\(3\) | \bQ[12]\b
  | Kirin\ 970\b | Snapdragon\ 810\b | Raspberry\ Pi\ 4\b | [Tt]op-[15]\b | float(?:16|32)\b
  | int8 | TF32\b | NVIDIA\ H200\b
  | CC\ BY\ 4\.0 | Python\ 3\.11(?:\.5)? | Node\ 20\b
  | \bcv7\ \d+\.\d+\.\d+\b
    # years, places in a source, weeks of the course, numbering
  | \b(?:19|20)\d\d[ab]?\b | [Ww]eeks?\ (?:1\ to\ 7|7|8)\b | [Ll]ayers?\ 1\b
  | \b(?:[Ss]ection|[Tt]able|[Ff]igure|[Ee]quation|[Cc]hapter|[Ee]xercise)s?
    \ \d+(?:\.\d+)*(?:\ and\ \d\b)?
  | ^\#\#\ 20\d\d-[01]\d-[0-3]\d\ ·
  | ^\s*\d\.\ (?=\S) | ^\#\#\ [1-8]\ · | \[[1-8]\ · | ^\|\ [1-8]\ (?=[A-Z])
    # kernels, square maps, channels, shapes
  | \b([1357])×\1\b | \b(112|56|28|14|7|224|96|64|32|24|16|8|4)×\2\b
  | \b(?:32→64|64→128|128→256|256→512|512→1024|32→32|64→64|32→192|192→32)\b
  | \((?:8,\ 64(?:,\ (?:8,\ 8|16,\ 16|height,\ width))?|64,\ 32,\ 32|128,\ 16,\ 16)\)
    # the structure of formulas: exponents, indices, the 1 that stands for the identity
  | L\s*-\s*1(?:\s*-\s*l)? | l\s*[+-]\s*1 | n\s*-\s*1 | C\s*-\s*1 | \bg_1\b | \\mathbf\{F\}'_1
  | D_[KF]\^2 | \bk\^2 | 2\^n | \\delta\^2 | \\(?:alpha|rho)\^2 | \\\\\[2pt\]
  | \b2\ ?[Cb]\b
  | ~?1/9\b | 1/4\$ | 1\s*/\s*N | 1\s*/\s*D_K\^2 | 1\ /\ \(1/ | \\frac1N | \\frac1\{D_K\^2
  | \\frac\{1\}\{(?:N|D_K\^2)\} | 1\ \+\ (?:F'|\\ln)
  | F'\ =\ -1\b | F'\ \\approx\ 0\b | \\mathbf\{0\} | l\ =\ 0\b | =\ 0\ \\dots
    """,
    re.X | re.M,
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(page: Path) -> list[str]:
    return page.read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.mark.parametrize("path", [*TEXTS, DATA / "claims.json"], ids=name)
def test_numbers_are_what_their_expressions_say(path: Path, regen: bool, write: Write) -> None:
    text, wrong = lines(path), []
    for index, line in enumerate(text):
        try:
            found = list(claims(line, index + 1))
        except ValueError as error:
            wrong.append(f"{name(path)}:{index + 1}: {error}")
            continue
        for claim in reversed(found):
            if claim.shown == claim.expected:
                continue
            if regen:
                line = line[: claim.start] + claim.expected + line[claim.end :]
            else:
                wrong.append(
                    f"{name(path)}:{claim.line}: shows {claim.shown}, but "
                    f"`{claim.expression}` is {claim.expected} (make refresh rewrites it)"
                )
        text[index] = line
    if regen:
        write(path, "".join(text))
    report(wrong)


def prose(path: Path) -> list[tuple[int, str]]:
    """The lines that are written by hand, without blocks of code."""
    kept, fence, cell = [], None, "markdown"
    for number, line in enumerate(lines(path), start=1):
        if path.suffix == ".py":  # a notebook
            if line.startswith("# %%"):
                cell = "markdown" if "[markdown]" in line else "code"
            line = "" if cell == "code" else line.removeprefix("#").removeprefix(" ")
        if line.startswith("<!-- What follows is written by `make refresh`"):
            break  # and compared as a whole
        mark = re.match(r"\s*(`{3,})", line)
        if mark and fence in (None, mark[1]):
            fence = mark[1] if fence is None else None
        elif fence is None:
            kept.append((number, line))
    return kept


def blank(line: str, pattern: str) -> str:
    return re.sub(pattern, lambda m: " " * len(m[0]), line)


@cache
def code_that_is_run() -> str:
    files = [*(ROOT / "snippets").rglob("*.py"), *(ROOT / "cv7").glob("*.py"), *NOTEBOOKS]
    shown = [block.code for page in TEXTS if page.suffix == ".md" for block in code_blocks(page)]
    return "\n".join([*shown, *(file.read_text(encoding="utf-8") for file in files)])


def without_claims(path: Path) -> Iterator[tuple[int, str, str]]:
    """Number and text of each line, and the text without what claims speak of, at its place."""
    for number, line in prose(path):
        covered: set[int] = set()
        for claim in claims(line, number):
            covered.update(range(claim.start, claim.end))
        rest = "".join(" " if i in covered else c for i, c in enumerate(line))
        yield number, line, blank(rest, COMMENT.pattern)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_code_in_text_is_run(path: Path) -> None:
    report(
        [
            f"{name(path)}:{number}: `{code}` is in no code that is run: write it as it is there, "
            "or add it to CODE_IN_TEXT in tests/site/test_numbers.py"
            for number, _, rest in without_claims(path)
            for code in re.findall(r"`([^`]+)`", rest)
            if re.search(r"\d", code)
            and code not in CODE_IN_TEXT
            and code not in code_that_is_run()
            and not (ROOT / code).exists()
        ]
    )


def givens(path: Path) -> tuple[int, list[str]]:
    """The line in a page's head that lists numbers without origin, 0 for none; and these."""
    text = path.read_text(encoding="utf-8")
    head = text.partition("\n---\n")[0] if path in PAGES else ""
    found = GIVENS.search(head)
    return (head[: found.start()].count("\n") + 1, found[1].split()) if found else (0, [])


def unexplained(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, digits and the words around each number that has no origin."""
    for number, line, rest in without_claims(path):
        if number == givens(path)[0]:
            continue
        for pattern in (
            r"<!--.*?-->",
            r"--8<--.*",
            r"\]\([^)]*\)",
            r"`[^`]*`",
            r"<[^>]*>",
            r"\{ .*?\}",
            r"https?://\S+",
        ):
            rest = blank(rest, pattern)
        rest = DEFINITIONAL.sub(lambda m: " " * len(m[0]), rest)
        for match in re.finditer(r"\d(?:[\d.,]*\d)?", rest):
            around = line.strip() if len(line) < 160 else rest[max(0, match.start() - 60) :][:120]
            yield number, match[0], around.strip()


def size(number: str) -> tuple[list[int], str]:
    return [int(part) for part in number.replace(",", "").split(".")], number


def listing(numbers: Iterable[str]) -> str:
    """The line for a page's head; it reads the same whatever the order on the page."""
    return " ".join(["givens:", *sorted(numbers, key=size)])


def alone(path: Path) -> tuple[list[str], str]:
    """What has no origin and is not listed in the page's head, or only there; and the cure."""
    found = list(unexplained(path))
    place, listed = givens(path)
    known, shown = Counter(listed), Counter(digits for _, digits, _ in found)
    line = listing(shown.elements())
    surplus = [
        f"{name(path)}:{number}: {digits} has no source in: {around}"
        for number, digits, around in found
        if shown[digits] > known[digits]
    ]
    lost = [
        f"{name(path)}:{place}: lists “{digits}” {times}×, and the page has it {shown[digits]}×"
        for digits, times in known.items()
        if shown[digits] < times
    ]
    if surplus:
        return surplus + lost, CURE + (LISTED.format(line=line) if path in PAGES else "")
    return lost, ": if that is right, " + (f"write `{line}`" if found else "delete this line")


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_figure_stands_alone(path: Path) -> None:
    report(*alone(path))


def paragraphs(path: Path) -> list[tuple[int, str]]:
    """Stretches of lines between blank ones, each with the number of its first line."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines(path), start=1):
        if found and line.strip() and found[-1][1].endswith("\n") and not found[-1][1].isspace():
            found[-1] = (found[-1][0], found[-1][1] + line)
        else:
            found.append((number, line))
    return found


@pytest.mark.parametrize("path", [p for p in TEXTS if p.stem != "references"], ids=name)
def test_a_cited_number_names_its_source_beside_it(path: Path) -> None:
    missing = []
    for number, text in paragraphs(path):
        visible = COMMENT.sub("", text)
        for key, place in re.findall(
            r'source\("(\w+)", "([^"]+)"', " ".join(COMMENT.findall(text))
        ):
            if f"#{key})" not in visible or place not in visible:
                missing.append(
                    f"{name(path)}:{number}: cites {key}, {place}: "
                    f"link references.md#{key} and write “{place}” in this paragraph"
                )
    report(missing)


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
    if measured.code_sha256(ROOT / provenance["by"]) != provenance["code_sha256"]:
        stale = f"{provenance['by']} has changed since it wrote {name(path)}"
        report([stale], ": run it again, a notebook with FULL=1")
