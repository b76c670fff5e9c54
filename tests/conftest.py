"""What every test may use: the pages, the built site, generated files and how to complain."""

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from docs._site import includes

from .failures import difference

ROOT = Path(__file__).resolve().parents[1]
BROWSER = ROOT / "tests/browser"
# Files whose tests take longest, the longest first; without the site and with it.
LONGEST = (
    *("test_several_processes.py", "index.md", "test_page.py", "test_preview.py", "test_check.py"),
    *("test_teach_classes.py", "test_offline.py", "test_keyboard.py", "test_pages.py"),
)
PAGES = includes.pages(ROOT)
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.py"))

Generated = Callable[..., None]
Write = Callable[[Path, str], None]
WRITTEN = pytest.StashKey[dict[str, str]]()  # what --regen wrote, and how it differs
FRACTION = re.compile(r"-?\d+(?:\.\d+(?:e-?\d+)?|e-?\d+)")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="rewrite what is generated and stale")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "output(snippet, file): writes what a snippet printed, if that is not fresh"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Look where it can be of use: `-m claims` imports no torch, and .ci/gpu sets CV7_DEVICE."""
    device = os.environ.get("CV7_DEVICE")
    if collection_path == ROOT / "tests/gpu" and not device:
        return True
    if collection_path == ROOT / "tests/gpu/test_gpu.py" and device != "cuda":
        return True
    # Pages show each line of every snippet and run it, and compare each output that they show.
    if collection_path == ROOT / "tests/snippets/test_outputs.py":
        return None if device or config.option.regen else True
    elsewhere = {
        ROOT / "tests" / name for name in ("browser", "cv7", "experiments", "snippets", "widgets")
    }
    return True if config.option.markexpr == "claims" and collection_path in elsewhere else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In an order in which two processes seldom wait for each other.

    The fast tests look at the built site last: where there is none, the run ends. The whole suite
    looks at it first, once, so that one process has it built while others do what needs none;
    then what takes longest, as the last test to begin is the one that is waited for.
    With --regen there are only those that write, numbers first: the lists are made of pages.
    """
    if config.getoption("--regen"):
        config.hook.pytest_deselected(items=[item for item in items if not is_to_write(item)])
        items[:] = [item for item in items if is_to_write(item)]
        items.sort(key=lambda item: item.path.name != "test_numbers.py")
        return
    night = [item for item in items if item.get_closest_marker("night")]
    if night and not os.environ.get("NIGHT"):
        config.hook.pytest_deselected(items=night)
        items[:] = [item for item in items if item not in night]

    def of_the_site(item: pytest.Item) -> bool:
        return bool({"site", "page", "browser"} & set(getattr(item, "fixturenames", ())))

    def rank(item: pytest.Item) -> int:
        return LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)

    items.sort(key=lambda item: (of_the_site(item), rank(item)))
    if any(BROWSER in item.path.parents for item in items):
        first = next(item for item in items if of_the_site(item))
        items.remove(first)
        items.insert(0, first)


def is_to_write(item: pytest.Item) -> bool:
    """Whether a test has something to write: of snippets, only outputs that are not fresh."""
    from .sections import fresh

    output = item.get_closest_marker("output")
    return "write" in getattr(item, "fixturenames", ()) and not (output and fresh(*output.args))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """With --regen: what was written, so that it is read, with or without git."""
    if config.getoption("--regen"):
        written = config.stash.get(WRITTEN, {})
        for name, differs in written.items():
            terminalreporter.write_line(f"{name} is rewritten:\n{differs}")
        left = stale_outputs()
        for name in left:
            terminalreporter.write_line(f"{name} is stale, or its snippet fails: {includes.REGEN}")
        if not written and not left and not terminalreporter.stats.get("failed"):
            terminalreporter.write_line("Nothing was stale.")


def stale_outputs() -> list[str]:
    from .sections import SNIPPETS, fresh, outputs

    pairs = [(path, output) for path in SNIPPETS for output in outputs(path)]
    return [f"snippets/{output.name}" for path, output in pairs if not fresh(path, output)]


def report(problems: list[str], cure: str = "") -> None:
    """Fail with one line a problem and no traceback: the reader wants file, line and cure."""
    if problems:
        pytest.fail("\n".join(problems) + cure, pytrace=False)


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))


def rewrite(config: pytest.Config, path: Path, text: str) -> None:
    """Write a file, and note what that changes."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if old != text:
        path.write_text(text, encoding="utf-8")
        written = config.stash.setdefault(WRITTEN, {})
        written[path.relative_to(ROOT).as_posix()] = difference(old, text)


@pytest.fixture
def write(request: pytest.FixtureRequest) -> Write:
    return partial(rewrite, request.config)


@pytest.fixture
def generated(request: pytest.FixtureRequest, regen: bool, write: Write) -> Generated:
    """Compare a committed file with the text it should have; with --regen, write it.

    Fractions may be `apart` by so much, since torch sums in another order on another processor.
    """
    torch_free = request.path.parent == ROOT / "tests/site"
    cure = f"run `make {'refresh' if torch_free else 'regen'}`, and read what that shows"

    def check(path: Path, text: str, apart: float = 0) -> None:
        shown = path.read_text(encoding="utf-8") if path.exists() else ""
        if shown == text or (apart and agree(shown, text, apart)):
            return
        if regen:
            write(path, text)
        else:
            name = path.relative_to(ROOT).as_posix()
            report([f"{name} is stale: {cure}", difference(shown, text, lines=6)])

    return check


def agree(shown: str, text: str, apart: float) -> bool:
    """Whether two texts differ in fractions only, relatively or absolutely by at most so much."""
    if FRACTION.sub("", shown) != FRACTION.sub("", text):
        return False
    kept, made = ([float(x) for x in FRACTION.findall(t)] for t in (shown, text))
    return bool(made == pytest.approx(kept, rel=apart, abs=apart))


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """What is made once in a run and shared by its processes: whoever needs it first makes it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, failed = shared / name, shared / f"{name}.failed"
        with FileLock(shared / f"{name}.lock"):
            if failed.exists():
                raise RuntimeError("another process of this run says why")
            if not folder.exists():
                half = shared / f"{name}.half"
                try:
                    make(half)
                except BaseException:
                    failed.touch()
                    raise
                half.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def site_url() -> str:
    """What the built site calls its address: below a folder, as most readers will find it.

    No page asks for anything by it, so tests serve the same site at whatever port is free.
    """
    return "http://127.0.0.1/course/"


@pytest.fixture(scope="session")
def site(once: Once, site_url: str, request: pytest.FixtureRequest) -> Path:
    """The built site. Notebooks are run only where tests in the browser will look at them.

    Whoever has no time for that sets NOTEBOOKS=cached, and lets test_notebooks.py fail.
    """
    in_browser = any(BROWSER in item.path.parents for item in request.session.items)
    notebooks = os.environ.get("NOTEBOOKS") or ("run" if in_browser else "cached")
    environment = {"SITE_URL": site_url, "NOTEBOOKS": notebooks}

    def build(folder: Path) -> None:
        from . import course  # which imports this module

        course.build(ROOT, folder / "course", **environment)

    told = ""
    try:
        return once("served", build) / "course"
    except RuntimeError as error:
        told = "\n".join(line for line in str(error).splitlines() if not line.startswith("INFO"))
    # Said once, and not by each test that looks at the site.
    request.session.shouldfail = "nothing else can be tested without the site"
    pytest.fail(f"the site does not build:\n{told[-3000:]}", pytrace=False)
