"""A pytest plugin (pyproject.toml loads it): pytest-codeblocks runs pages as readers see them.

With CV7_DEVICE=cuda it runs them on a GPU; tests/device.py says how, and how outputs compare.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

import markdown
import pytest
import pytest_codeblocks.plugin
from pytest_codeblocks.main import CodeBlock, extract_from_buffer, stdout_io

from docs._site import includes

from . import foundations
from .failures import Place, difference, named, raised

DEVICES = ("cpu", "cuda")
DEVICE = os.environ.get("CV7_DEVICE", "cpu")
ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"( *)(`{3,}) *(.*)")


@dataclass
class Block(CodeBlock):
    """A block of a page; it knows where its lines stand, which may be files that it includes."""

    path: Path = ROOT
    places: list[Place] = field(default_factory=list)
    output: Place | None = None  # where what it should print stands


def expanded(line: str) -> list[str]:
    """What an include becomes. A new converter each time: the extension remembers."""
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
    lines: list[str] = converter.preprocessors["snippet"].run([line])
    return lines


def as_shown(path: Path) -> Iterator[tuple[str, Place]]:
    """A page's lines with its includes in place, as a reader sees it, and where each stands."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        include = includes.INCLUDE.match(line)
        if not include:
            yield line, (path, number)
            continue
        file = ROOT / include[1]
        lines = expanded(line)
        numbers = includes.numbers(file, include[2] or "")
        assert len(lines) == len(numbers), f"{named((path, number))}: {len(lines)} lines"
        yield from ((text, (file, at)) for text, at in zip(lines, numbers, strict=True))


def code_blocks(path: str | Path) -> list[Block]:
    """The page's code blocks as a reader copies them.

    The plugin alone runs only fences that say exactly `python`, expands no include and loses the
    blank lines of indented blocks: it would pass over some code without a word.
    """
    lines: list[str] = []
    places: list[Place] = []
    fences: list[int] = []
    margin, end = 0, ""
    for line, place in as_shown(Path(path)):
        fence = FENCE.fullmatch(line)
        if end:
            line = line[margin:]
            end = "" if line.rstrip() == end else end
        elif fence:
            margin, end = len(fence[1]), fence[2]
            language = re.match(r"\W*(\w*)", fence[3])
            assert language
            line = end + {"py": "python"}.get(language[1], language[1])
            fences.append(len(lines))
        lines.append(line)
        places.append(place)
    blocks = []
    for block in extract_from_buffer(io.StringIO("\n".join(lines) + "\n")):
        first = block.lineno  # of its code, counted from nought: the fence is counted from one
        found = Block(**vars(block), path=Path(path))
        found.places = places[first : first + block.code.count("\n")]
        if block.expected_output is not None:
            found.output = places[next(number for number in fences if number >= first) + 1]
        found.lineno = places[first - 1][1]
        blocks.append(found)
    return blocks


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
    if DEVICE not in DEVICES:
        raise pytest.UsageError(f"CV7_DEVICE={DEVICE}: choose from {', '.join(DEVICES)}")
    if DEVICE == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise pytest.UsageError(
                "CV7_DEVICE=cuda, but torch finds no CUDA device: install a CUDA build of torch "
                "and its driver, or leave CV7_DEVICE out and let the CPU stand in"
            )


CODE = "<a block of code>"


class Failure(Exception):  # noqa: N818
    """What the report says of a block, and all it says: no traceback of ours is of use."""


def run(block: Block) -> None:
    """Run a block as a reader would, and compare what it prints."""
    printed = run_python(block) if block.syntax == "python" else run_shell(block)
    wrong = block.output and differing(block.expected_output or "", printed)
    if not block.output or not wrong:
        return
    here, kept = named((block.path, block.lineno)), named(block.output)
    cure = "run `make regen`" if ".out:" in kept else "write them there"
    raise Failure(
        f"{here}: prints other lines (+) than {kept} has (-): if they are right, {cure}\n{wrong}"
    )


def run_python(block: Block) -> str:
    def own(file: str, line: int) -> Place | None:
        return block.places[line - 1] if file == CODE and line <= len(block.places) else None

    on_device: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
    if DEVICE != "cpu":
        from . import device

        on_device = device.OnDevice(DEVICE)
    try:
        with stdout_io() as printed, on_device:
            exec(compile(block.code, CODE, "exec", dont_inherit=True), {"__MODULE__": "__main__"})  # noqa: S102
    except (Exception, SystemExit) as error:
        here = f"  in the block of {named((block.path, block.lineno))}"
        raise Failure(f"{raised(error, own)}\n{here}") from error
    return str(printed.getvalue())


def run_shell(block: Block) -> str:
    done = subprocess.run(
        [block.syntax, "-c", block.code], capture_output=True, text=True, check=False
    )
    if done.returncode:
        complaint = indent(done.stderr.strip()[-2000:], "    ")
        code = indent(block.code.strip(), "  $ ")
        here = named((block.path, block.lineno))
        raise Failure(f"{here}: ends with exit status {done.returncode}:\n{code}\n{complaint}")
    return done.stdout


def differing(expected: str, printed: str) -> str:
    """Nothing where they agree: to the letter, and on another device within its tolerances."""
    if DEVICE == "cpu":
        return difference(expected, printed)
    from . import device

    wrong = "\n".join(device.differences(expected, printed))
    return f"  on {DEVICE}:\n{wrong}" if wrong else ""


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

        item.runtest = lambda: run(item.obj)
        torch.manual_seed(0)  # a block that wants another seed says so itself
        if "IMAGENET1K" in item.obj.code:
            weights.ensure()  # then the block finds the genuine ones where torchvision looks
