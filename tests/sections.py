"""Snippets and their named sections, as pages include them."""

import hashlib
import json
from pathlib import Path

from docs._site.includes import MARK
from docs._site.uses import uses

from .conftest import ROOT

SNIPPETS = sorted((ROOT / "snippets").glob("*.py"))


def sections(path: Path) -> dict[str, str]:
    """A snippet's sections by name, in order.

    Raises ValueError, with file and line, for code outside every section: a reader would have
    to run what the page does not show.
    """
    found: dict[str, str] = {}
    current = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(True), start=1):
        mark = MARK.fullmatch(line)
        if mark:
            current = mark[2] if mark[1] == "start" else None  # they pair up: tests/foundations.py
            if current:
                found[current] = ""
        elif current is not None:
            found[current] += line
        elif line.strip():
            raise ValueError(
                f"snippets/{path.name}:{number}: “{line.strip()}” is outside every section, "
                "so no page shows it: move it into one"
            )
    return found


def digest(path: Path) -> str:
    """A digest of a snippet and of what it uses of cv7: what its output depends on."""
    source = path.read_text(encoding="utf-8")
    parts = json.dumps([source, uses(source, ROOT)])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def header(path: Path, printed: str) -> str:
    """The first line of an output: it tells when the rest is stale or was altered."""
    rest = hashlib.sha256(printed.encode()).hexdigest()[:16]
    return f"# what {path.name} printed ({rest}), with what it uses as of {digest(path)}\n"


def output(path: Path, printed: dict[str, str]) -> str:
    """The text of an output file: what each section printed, if anything."""
    text = "".join(
        f"# --8<-- [start:{name}]\n{lines}# --8<-- [end:{name}]\n"
        for name, lines in printed.items()
        if lines
    )
    return header(path, text) + text


def fresh(path: Path, output: Path) -> bool:
    """Whether an output is of this code, and as it was written."""
    shown = output.read_text(encoding="utf-8") if output.exists() else ""
    return shown.startswith(header(path, shown.partition("\n")[2]))


def outputs(path: Path) -> list[Path]:
    """<slug>.out, what a snippet prints, and <slug>.<how>.out where it is run in another way."""
    return sorted({path.with_suffix(".out"), *path.parent.glob(f"{path.stem}.*.out")})
