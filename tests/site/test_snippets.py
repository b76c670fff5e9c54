"""What pages show of snippets, checked without running them."""

import re
from pathlib import Path

import pytest

from docs._site.includes import included

from ..conftest import PAGES, ROOT, report
from ..sections import SNIPPETS, fresh, outputs, sections

SHOWN = {(target, section) for page in PAGES for _, target, section in included(page)}


def mark(section: str) -> str:
    return f"[start:{section}]"


def place(path: Path, text: str) -> str:
    """File and line where a text first stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if text in line)
    return f"{path.relative_to(ROOT).as_posix()}:{number}"


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_output_is_fresh(path: Path) -> None:
    report(
        [
            f"snippets/{output.name}:1: older than snippets/{path.name} or what that uses of cv7, "
            "or altered"
            for output in outputs(path)
            if not fresh(path, output)
        ],
        ": run `make regen` (it installs torch first: three minutes and 6 GB, once), or ask for it "
        "in your pull request",
    )


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_every_line_is_shown_on_a_page(path: Path) -> None:
    try:
        names = sections(path)
    except ValueError as error:
        pytest.fail(str(error), pytrace=False)
    report(
        [
            f"{place(path, mark(name))}: no page shows section “{name}”: include it with "
            f'--8<-- "snippets/{path.name}:{name}", or delete it'
            for name in names
            if (f"snippets/{path.name}", name) not in SHOWN
        ]
    )


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_every_output_is_shown_on_a_page(path: Path) -> None:
    report(
        [
            f"{place(output, mark(name))}: no page shows what section “{name}” printed: include "
            f'it under the code, with --8<-- "snippets/{output.name}:{name}"'
            for output in outputs(path)
            for name in re.findall(r"\[start:([\w-]+)\]", output.read_text(encoding="utf-8"))
            if (f"snippets/{output.name}", name) not in SHOWN
        ]
    )
