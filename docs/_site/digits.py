"""Which digits of a page are numbers that need an origin, and which state nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

COMMENT = re.compile(r"<!--= (.*?) -->")
NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<sign>(?<![)}\]\d])[-−])?"
    r"(?P<digits>\d{1,3}(?:(?:,|\{,\})\d{3})+|\d+)(?:\.(?P<decimals>\d+))?"
    r"(?:(?P<times>\s*(?:\\{1,2}times|×)\s*10\^\{?)(?P<exponent>-?\d+)(?P<close>\}?))?"
)
LEFT = re.compile(r"\d(?:[\d.,]*\d)?")  # digits within a word or behind a letter
GIVENS = re.compile(r"^givens: *(.*(?:\n +.*)*)$", re.M)  # in the head of a page
# What is written by `make refresh` and compared as a whole. Corrections are not left out: what
# docs/data/claims.json says becomes a page there, and has its numbers looked at on it.
WRITTEN = "<!-- What follows is written by `make refresh`"
BUT = "from docs/data/claims.json. -->"

# Comments, includes, marks of notes, addresses, code, tags and attributes are no text.
NO_TEXT = re.compile(
    r"<!--.*?-->|--8<--.*|\[\^[\w-]+\]|\]\([^)]*\)|`[^`]*`|</?[a-z][^>]*>|\{ .*?\}|https?://\S+"
)

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


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def prose(path: Path) -> list[tuple[int, str]]:
    """The lines that are written by hand, without blocks of code."""
    kept, fence, cell = [], None, "markdown"
    for number, line in enumerate(lines(path), start=1):
        if path.suffix == ".py":  # a notebook
            if line.startswith("# %%"):
                cell = "markdown" if "[markdown]" in line else "code"
            line = "" if cell == "code" else line.removeprefix("#").removeprefix(" ")
        if line.startswith(WRITTEN) and BUT not in line:
            break
        mark = re.match(r"\s*(`{3,})", line)
        if mark and fence in (None, mark[1]):
            fence = mark[1] if fence is None else None
        elif fence is None:
            kept.append((number, line))
    return kept


def blank(line: str, pattern: str | re.Pattern[str]) -> str:
    return re.sub(pattern, lambda match: " " * len(match[0]), line)


def numbers(line: str) -> Iterator[tuple[int, int]]:
    """Where the numbers of a line begin and end."""
    rest = blank(blank(line, NO_TEXT), DEFINITIONAL)
    yield from sorted(
        match.span()
        for pattern, text in ((NUMBER, rest), (LEFT, blank(rest, NUMBER)))
        for match in pattern.finditer(text)
    )
