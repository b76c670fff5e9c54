"""What every test may use: the project's root, and files that a test generates or compares."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import markdown
import pytest
import pytest_codeblocks.plugin
from pytest_codeblocks.main import CodeBlock, extract_from_buffer

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_site" not in p.parts)
FENCE = re.compile(r"^(\s*`{3,})\s*\{?\.?(?:python|py)\b.*$", re.M)

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


def as_shown(path: Path) -> str:
    """A page's Markdown with its includes in place, as a reader sees it."""
    # A new converter a page: the extension remembers what it has included.
    converter = markdown.Markdown(
        extensions=["pymdownx.snippets"],
        extension_configs={
            "pymdownx.snippets": {
                "base_path": [str(ROOT)],
                "check_paths": True,
                "dedent_subsections": True,
            }
        },
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(converter.preprocessors["snippet"].run(lines)) + "\n"


def code_blocks(path: str | Path) -> list[CodeBlock]:
    """The page's code blocks, included ones and ones with a title among them.

    The plugin alone runs only fences that say exactly `python` and expands no include: it would
    skip such blocks without a word.
    """
    return extract_from_buffer(io.StringIO(FENCE.sub(r"\1python", as_shown(Path(path)))))


pytest_codeblocks.plugin.extract_from_file = code_blocks


def pytest_runtest_setup(item: pytest.Item) -> None:
    if isinstance(item, pytest_codeblocks.plugin.TestBlock):
        import torch

        torch.manual_seed(0)  # a block that wants another seed says so itself
