"""What every test may use: the pages, the built site, generated files and how to complain."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
BROWSER = ROOT / "tests/browser"
# Files whose tests take longest, the longest first; without the site and with it.
LONGEST = (
    *("test_several_processes.py", "index.md", "test_page.py", "test_preview.py", "test_check.py"),
    *("test_teach_classes.py", "test_offline.py", "test_keyboard.py", "test_pages.py"),
)
PAGES = sorted(p for p in (ROOT / "docs").rglob("*.md") if "_site" not in p.parts)
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.py"))

Generated = Callable[..., None]
FRACTION = re.compile(r"-?\d+(?:\.\d+(?:e-?\d+)?|e-?\d+)")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="rewrite what is generated")


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
    """
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


def report(problems: list[str], cure: str = "") -> None:
    """Fail with one line a problem and no traceback: the reader wants file, line and cure."""
    if problems:
        pytest.fail("\n".join(problems) + cure, pytrace=False)


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regen"))


@pytest.fixture
def generated(regen: bool) -> Generated:
    """Compare a committed file with the text it should have; with --regen, write it.

    Fractions may be `apart` by so much, since torch sums in another order on another processor.
    """

    def check(path: Path, text: str, apart: float = 0) -> None:
        shown = path.read_text(encoding="utf-8") if path.exists() else ""
        if shown == text or (apart and agree(shown, text, apart)):
            return
        if regen:
            path.write_text(text, encoding="utf-8")
        else:
            name = path.relative_to(ROOT)
            report([f"{name} is stale: run `make regen`, then read the diff"])

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
    """What is made once in a run and shared by its processes: whoever needs it first makes it.

    What cannot be made is said by that one alone, and ends the run.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not folder.exists():
                half = shared / f"{name}.half"
                make(half)
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

        try:
            course.build(ROOT, folder / "course", **environment)
        except RuntimeError as error:  # said once, not by each test that looks at the site
            lines = [line for line in str(error).splitlines() if not line.startswith("INFO")]
            told = "the site does not build:\n" + "\n".join(lines)[-3000:]
            pytest.exit(told, returncode=1)

    return once("served", build) / "course"
