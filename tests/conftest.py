"""What every test may use: the project's root, and files that a test generates or compares."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_site" not in p.parts)

Generated = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="rewrite what is generated")


def report(problems: list[str], cure: str = "") -> None:
    """Fail with one line a problem and no traceback: the reader wants file, line and cure."""
    if problems:
        pytest.fail("\n".join(problems) + cure, pytrace=False)


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))


@pytest.fixture
def generated(regen: bool) -> Generated:
    """Compare a committed file with the text it should have; with --regen, write it."""

    def check(path: Path, text: str) -> None:
        if regen:
            path.write_text(text, encoding="utf-8")
        shown = path.read_text(encoding="utf-8") if path.exists() else None
        name = path.relative_to(ROOT)
        if shown != text:
            report([f"{name} is stale: run `make regen`, then read the diff"])

    return check
