"""A pytest plugin (pyproject.toml loads it): pytest-codeblocks runs pages as readers see them.

With CV7_DEVICE=cuda it runs them on a GPU; tests/device.py says how, and how outputs compare.
"""

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import markdown
import pytest
import pytest_codeblocks.plugin
from pytest_codeblocks.main import CodeBlock, extract_from_buffer, stdout_io

from . import foundations

DEVICES = ("cpu", "cuda")
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


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Look at what all tests rest on, once: of several processes, the one that directs them."""
    if hasattr(config, "workerinput"):
        return None
    outputs = not config.getoption("--regen", default=False)  # it is to write them
    problems = foundations.broken(ROOT, outputs=outputs)
    if problems:
        print(*problems, "No test was run: all of them rest on this.", sep="\n", file=sys.stderr)
    return 1 if problems else None


def pytest_configure() -> None:
    # A process for each processor runs tests already: threads of one would wait for the other's.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    device = os.environ.get("CV7_DEVICE", "cpu")
    if device not in DEVICES:
        raise pytest.UsageError(f"CV7_DEVICE={device}: choose from {', '.join(DEVICES)}")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise pytest.UsageError(
                "CV7_DEVICE=cuda, but torch finds no CUDA device: install a CUDA build of torch "
                "and its driver, or leave CV7_DEVICE out and let the CPU stand in"
            )


def run_elsewhere(block: CodeBlock) -> None:
    """What the plugin does, on another device."""
    from . import device

    with stdout_io() as printed, device.OnDevice(device.DEVICE):
        exec(block.code, {"__MODULE__": "__main__"})  # noqa: S102
    if block.expected_output is not None:
        wrong = device.differences(block.expected_output, printed.getvalue())
        if wrong:
            raise RuntimeError("\n".join([f"line {block.lineno}, on {device.DEVICE}:", *wrong]))


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

        if item.obj.syntax == "python" and os.environ.get("CV7_DEVICE", "cpu") != "cpu":
            item.runtest = lambda: run_elsewhere(item.obj)
        torch.manual_seed(0)  # a block that wants another seed says so itself
        if "IMAGENET1K" in item.obj.code:
            weights.ensure()  # then the block finds the genuine ones where torchvision looks
