"""What pages show of snippets, checked without running them."""

import re
from pathlib import Path

import pytest

from ..conftest import PAGES, ROOT, report
from ..sections import SNIPPETS, header, outputs, sections

INCLUDE = re.compile(r'--8<-- "([^":]+)(?::([\w-]+))?"')
SHOWN = {
    include: page for page in PAGES for include in INCLUDE.findall(page.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_output_is_fresh(path: Path) -> None:
    problems = []
    for output in outputs(path):
        shown = output.read_text(encoding="utf-8") if output.exists() else ""
        if not shown.startswith(header(path, shown.partition("\n")[2])):
            problems.append(
                f"snippets/{output.name} is older than snippets/{path.name} or cv7, or was altered"
            )
    report(problems, ": run `make regen`, then read the diff")


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_every_line_is_shown_on_a_page(path: Path) -> None:
    report(
        [
            f"snippets/{path.name}: no page shows section “{name}”: include it with "
            f'--8<-- "snippets/{path.name}:{name}", or delete it'
            for name in sections(path)
            if (f"snippets/{path.name}", name) not in SHOWN
        ]
    )


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_every_output_is_shown_on_a_page(path: Path) -> None:
    report(
        [
            f"snippets/{output.name}: no page shows the output of section “{name}”"
            for output in outputs(path)
            for name in re.findall(r"\[start:([\w-]+)\]", output.read_text(encoding="utf-8"))
            if (f"snippets/{output.name}", name) not in SHOWN
        ]
    )


def test_no_include_by_line_number_or_of_a_missing_section() -> None:
    problems = []
    for (target, section), page in SHOWN.items():
        file = ROOT / target
        if not file.exists():
            problems.append(f"{page.name}: includes {target}, which does not exist")
        elif section.isdigit():
            problems.append(f"{page.name}: includes {target} by line number: name a section")
        elif section and f"[start:{section}]" not in file.read_text(encoding="utf-8"):
            problems.append(f"{page.name}: {target} has no section “{section}”")
    report(problems)
