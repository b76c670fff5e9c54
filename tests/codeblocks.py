"""A pytest plugin (pyproject.toml loads it): pytest-codeblocks runs pages as readers see them."""

import contextlib
import io
import re
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import markdown
import pytest
import pytest_codeblocks.plugin
from pytest_codeblocks.main import CodeBlock, extract_from_buffer

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"( *)(`{3,}) *(.*)")


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
    """The page's code blocks as a reader copies them.

    The plugin alone runs only fences that say exactly `python`, expands no include and loses the
    blank lines of indented blocks: it would pass over some code without a word.
    """
    lines, indent, end = [], 0, ""
    for line in as_shown(Path(path)).splitlines():
        fence = FENCE.fullmatch(line)
        if end:
            line = line[indent:]
            end = "" if line.rstrip() == end else end
        elif fence:
            indent, end = len(fence[1]), fence[2]
            language = re.match(r"\W*(\w*)", fence[3])
            assert language
            line = end + {"py": "python"}.get(language[1], language[1])
        lines.append(line)
    return extract_from_buffer(io.StringIO("\n".join(lines) + "\n"))


pytest_codeblocks.plugin.extract_from_file = code_blocks


@contextlib.contextmanager
def as_found() -> Iterator[None]:
    """Code of a page leaves files in a folder of its own, and torch with its threads."""
    import torch

    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield
    torch.set_num_threads(threads)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    is_block = isinstance(item, pytest_codeblocks.plugin.TestBlock)
    with as_found() if is_block else contextlib.nullcontext():
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if isinstance(item, pytest_codeblocks.plugin.TestBlock):
        import torch

        from cv7 import weights

        torch.manual_seed(0)  # a block that wants another seed says so itself
        if "IMAGENET1K" in item.obj.code:
            weights.ensure()  # then the block finds the genuine ones where torchvision looks
