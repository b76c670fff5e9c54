"""Who cannot see a figure is told what it shows; checked where it is written, without a build."""

import re
from pathlib import Path

from ..conftest import NOTEBOOKS, PAGES, ROOT, report

ENOUGH = 10  # characters; less is no description
IMAGE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")
TAG = re.compile(r"<img\b[^>]*>|<svg\b[^>]*>")


def label(tag: str) -> str | None:
    """What screen readers say for an element; None where it is hidden from them."""
    if 'aria-hidden="true"' in tag:
        return None
    name = "alt" if tag.startswith("<img") else "aria-label"
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def problems(path: Path) -> list[str]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{path.relative_to(ROOT).as_posix()}:{number}"
        for alternative, target in IMAGE.findall(line):
            if len(alternative) < ENOUGH:
                found.append(
                    f"{place}: {target} has no text alternative: say between the brackets what "
                    f"the figure shows, ![Eight columns, of which …]({target})"
                )
        for tag in TAG.findall(line):
            alternative = label(tag)
            if alternative is not None and len(alternative) < ENOUGH:
                attribute = "alt" if tag.startswith("<img") else 'role="img" aria-label'
                found.append(
                    f"{place}: {tag[:60]} has no text alternative: say what it shows, "
                    f'{attribute}="…", or hide an ornament with aria-hidden="true"'
                )
    return found


def test_every_figure_has_a_text_alternative() -> None:
    written = [*PAGES, *NOTEBOOKS, *sorted((ROOT / "docs/widgets").rglob("*.html"))]
    report([problem for path in written for problem in problems(path)])
