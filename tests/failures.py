"""What went wrong, said briefly: an error by the line that raised it, a text by what differs."""

import difflib
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINES, WIDTH = 20, 160  # of a difference; nobody reads more in a terminal

Place = tuple[Path, int]


def difference(old: str, new: str, lines: int = LINES) -> str:
    """What to take out of a text and put into it, each line indented; nothing for the same."""
    a, b = old.split("\n"), new.split("\n")
    found: list[str] = []
    for _, i, i_end, j, j_end in difflib.SequenceMatcher(None, a, b).get_opcodes():
        out, into = a[i:i_end], b[j:j_end]
        if out == into:
            continue
        # A paragraph is one line: what differs in it may stand anywhere.
        starts = [apart(*pair) - WIDTH // 2 for pair in zip(out, into, strict=False)]
        starts += [0] * abs(len(out) - len(into))
        found += [f"  -{cut(line, at)}" for line, at in zip(out, starts, strict=False)]
        found += [f"  +{cut(line, at)}" for line, at in zip(into, starts, strict=False)]
    rest = [f"  … and {len(found) - lines} lines more"] if len(found) > lines else []
    return "\n".join(found[:lines] + rest)


def apart(one: str, other: str) -> int:
    """Where two lines begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def cut(line: str, start: int) -> str:
    if len(line) <= WIDTH:
        return line
    start = max(0, min(start, len(line) - WIDTH))
    end = start + WIDTH
    return f"{'…' * (start > 0)}{line[start:end]}{'…' * (end < len(line))}"


def named(place: Place) -> str:
    path, number = place
    return f"{path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path}:{number}"


def text(place: Place) -> str:
    path, number = place
    lines = path.read_text(encoding="utf-8").splitlines()
    return f"    {lines[number - 1].strip()}" if 0 < number <= len(lines) else ""


def in_package(place: Place) -> bool:
    return place[0].is_relative_to(ROOT / "cv7")


def raised(error: BaseException, own: Callable[[str, int], Place | None]) -> str:
    """The line of some code that raised an error, and the line of cv7 that it got to, if any.

    `own` says where a line of that code stands, given a file and a line of the traceback.
    """
    frames = [(f.filename, f.lineno or 0) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    message = f"{type(error).__name__}: {getattr(error, 'msg', error)}".strip(": ")
    known = [(own(*frame), (Path(frame[0]), frame[1])) for frame in frames]
    package = [p for mine, other in known if in_package(p := mine or other)]
    places = [mine for mine, _ in known if mine and not in_package(mine)] or package
    if not places:
        return message
    found = [f"{named(places[-1])}: {message}", text(places[-1])]
    if package and package[-1] != places[-1]:
        found += [f"  raised in {named(package[-1])}:", text(package[-1])]
    return "\n".join(found)
