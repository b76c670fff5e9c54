"""What every test may use: the pages, the built site, generated files and how to complain."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
    elsewhere = {
        ROOT / "tests" / name for name in ("browser", "cv7", "experiments", "snippets", "widgets")
    }
    return True if config.option.markexpr == "claims" and collection_path in elsewhere else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at the built site comes last: where there is none, the run ends.

    Of the fast tests, that is: those in the browser share more than that, and keep their order.
    """
    items.sort(
        key=lambda item: (
            item.path.parent == ROOT / "tests/site" and "site" in getattr(item, "fixturenames", ())
        )
    )


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


@pytest.fixture(scope="session")
def site_url() -> str:
    """Where the tests serve the site: below a folder, as most readers will find it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/course/"


@pytest.fixture(scope="session")
def notebooks() -> str:
    """Notebooks are shown with the results that are there; tests/browser has them run."""
    return "cached"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, site_url: str, notebooks: str) -> Path:
    """The built site, once for all tests that look at it."""
    target = tmp_path_factory.mktemp("served") / "course"
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)],
        cwd=ROOT,
        env=os.environ | {"SITE_URL": site_url, "NOTEBOOKS": notebooks},
        capture_output=True,
        text=True,
        check=False,
    )
    if build.returncode:  # said once, not by each of the hundreds of tests that look at the site
        lines = [line for line in build.stderr.splitlines() if not line.startswith("INFO")]
        pytest.exit("the site does not build:\n" + "\n".join(lines)[-3000:], returncode=1)
    return target
