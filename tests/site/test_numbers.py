"""Every figure on a page is computed, measured or cited, and says what it should."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from ..conftest import PAGES, ROOT, report
from .numbers import COMMENT, DATA, NUMBER, claims

pytestmark = pytest.mark.claims
TEXTS = [*PAGES, ROOT / "README.md"]

CURE = """
  computed: write its expression behind it, 8,768<!--= cost.… -->
  measured: the same over docs/data, <!--= mean(data("slug", …)) -->
  cited:    record it in docs/data/sources.json, <!--= source("key", "Table 2", "row") -->
  (forms: tests/site/numbers.py; what needs none: DEFINITIONAL in tests/site/test_numbers.py)"""

# What looks like a figure and is a name, a date or a place in a source.
DEFINITIONAL = re.compile(
    r"""
    (?:ResNet|plain|ConvNet)-\d+          # a network's name
  | (?:CIFAR|VGG|ImageNet|U?Net)-\d+
  | \b(?:19|20)\d\d[ab]?\b               # a year
  | \b(?:[Ss]ection|[Tt]able|[Ff]igure|[Ee]quation|[Cc]hapter|[Ee]xercise)s?\ \d+(?:\.\d+)*
  | \(\d+(?:,\ \d+)+\)                    # a shape
  | \b\d+(?:→\d+|×\d+)+                  # channels in and out, a kernel or feature map
  | [Tt]op-\d
  | (?:Kirin|Snapdragon)\ \d+             # a processor's name
  | \b(?:CC\ BY|Python|torch|torchvision|Node)\ \d+(?:\.\d+)*
    """,
    re.X,
)
# A figure by its look: decimals, separators, a percent sign, a unit of thousands, or 100 and more.
FIGURE = re.compile(r"\d+\.\d|\d,\d{3}|\d\s*\\?%|\d\s?[kMG]\b|(?<![A-Za-z])\d{3,}|10\^")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(page: Path) -> list[str]:
    return page.read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_numbers_are_what_their_expressions_say(path: Path, regen: bool) -> None:
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
                    f"`{claim.expression}` is {claim.expected} (make regen rewrites it)"
                )
        text[index] = line
    if regen:
        path.write_text("".join(text), encoding="utf-8")
    report(wrong)


def prose(path: Path) -> list[tuple[int, str]]:
    """The lines a reader reads as text: no front matter, code, link target or HTML attribute."""
    kept, fence = [], None
    for number, line in enumerate(lines(path), start=1):
        mark = re.match(r"\s*(`{3,}|---$)", line)
        opens = fence is None and mark and (mark[1] != "---" or number == 1)
        if mark and (opens or mark[1] == fence):
            fence = mark[1] if opens else None
            continue
        if fence is None:
            kept.append((number, line))
    return kept


def blank(line: str, pattern: str) -> str:
    return re.sub(pattern, lambda m: " " * len(m[0]), line)


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_no_figure_stands_alone(path: Path) -> None:
    alone = []
    for number, line in prose(path):
        covered: set[int] = set()
        for claim in claims(line, number):
            covered.update(range(claim.start, claim.end))
        # Blanked, not cut, so that positions stay; a claim's own digits are blanked with it.
        rest = "".join(" " if i in covered else c for i, c in enumerate(line))
        for pattern in (
            COMMENT.pattern,
            r"<!--.*?-->",
            r"\]\([^)]*\)",
            r"`[^`]*`",
            r"<[^>]*>",
            r"\{ .*?\}",
        ):
            rest = blank(rest, pattern)
        rest = blank(rest, r"https?://\S+")
        rest = DEFINITIONAL.sub(lambda m: " " * len(m[0]), rest)
        for match in FIGURE.finditer(rest):
            shown = NUMBER.search(rest, max(0, match.start() - 12), match.end() + 12)
            alone.append(
                f"{name(path)}:{number}: {(shown or match)[0].strip()} "
                f"has no source in: {line.strip()[:120]}"
            )
    report(alone, CURE)


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


def test_every_recorded_source_is_listed() -> None:
    sources = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
    references = COMMENT.sub("", (ROOT / "docs/about/references.md").read_text(encoding="utf-8"))
    for key, entry in sources.items():
        assert f"{{ #{key} }}" in references, f"docs/about/references.md lacks {{ #{key} }}"
        assert entry["title"] in references, (
            f"{key}: its title in references.md is not the recorded one"
        )
        assert entry["url"] in references, (
            f"{key}: its address in references.md is not the recorded one"
        )


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda p: p.name)
def test_measured_data_fit_the_script_that_made_them(path: Path) -> None:
    provenance = json.loads(path.read_text(encoding="utf-8")).get("provenance")
    if provenance is None:
        return
    script = ROOT / provenance["by"]
    digest = hashlib.sha256(script.read_bytes()).hexdigest()
    if digest != provenance["script_sha256"] and not provenance.get("still_valid"):
        stale = f"{provenance['by']} has changed since it wrote {name(path)}"
        report([stale], ": run it again, or say in `still_valid` why the result still holds")
