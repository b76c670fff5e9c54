"""`make offline`: the site opened from a file system, without any server."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .. import course
from ..conftest import ROOT, Once
from .test_search import open_search

pytestmark = pytest.mark.xdist_group("files")  # they share what takes long to make


@pytest.fixture(scope="session")
def files(once: Once, site: Path, site_url: str) -> Path:
    """The site as a reader unpacks it, with the notebooks that were run for the other one."""
    assert site.exists()

    def make(work: Path) -> None:
        course.build(ROOT, work / "course", OFFLINE="true", NOTEBOOKS="cached", SITE_URL=site_url)
        archive = work / "course.zip"
        pack = (sys.executable, "-m", "zipfile", "-c")
        subprocess.run([*pack, archive, work / "course"], check=True)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(work / "unpacked")

    return once("files", make) / "unpacked/course"


@pytest.fixture(scope="session")
def base_url(files: Path) -> str:
    """What requests may begin with; addresses are spelled out, as the browser has another base."""
    return f"{files.as_uri()}/"


def test_every_page_opens_with_styles_and_widgets(page: Page, files: Path) -> None:
    pages = sorted(files.rglob("*.html"))
    assert len(pages) > 15
    for path in pages:
        page.goto(path.as_uri())
        expect(page.locator("article h1")).to_be_visible()
        missing = page.locator("article *").evaluate_all(
            """found => found.filter((e) => e.localName.startsWith("cv7-"))
                .filter((e) => !e.matches(":defined, [data-failed]")).map((e) => e.localName)"""
        )
        assert not missing, path.name
        assert page.locator("link[rel=manifest], [http-equiv=Content-Security-Policy]").count() == 0
        sheets = 5 if path == files / "index.html" else 4  # that many, and all are read
        assert page.evaluate("[...document.styleSheets].length") == sheets, path


def test_sliders_answer(page: Page, base_url: str) -> None:
    page.goto(base_url + "chapters/depthwise-separable.html")
    widget = page.locator("cv7-depthwise-separable")
    before = widget.inner_text()
    widget.locator("input[name=in]").press("End")
    assert widget.inner_text() != before
    expect(page).to_have_url(re.compile(r"depthwise-separable\.in=512"))


def test_networks_train_in_a_worker(page: Page, base_url: str) -> None:
    page.goto(base_url + "chapters/skip-connections.html")
    page.locator("cv7-train-networks .cv7-choice label").first.click()
    expect(page.locator("cv7-train-networks [data-caption=plain]")).to_have_text(
        "Plain: 0.0 % wrong"
    )  # the recorded runs are here, too
    page.locator("cv7-train-networks form summary").click()
    with page.expect_worker():
        page.locator("cv7-train-networks button[name=step]").click()
    told = page.locator("cv7-train-networks output[name=told]")
    expect(told).to_contain_text("Step 1 of 600", timeout=30_000)


def test_a_layer_is_taken_out(page: Page, base_url: str) -> None:
    page.goto(base_url + "chapters/skip-connections.html")
    page.locator("cv7-delete-layer [name=block]").press("Home")
    expect(page.locator("cv7-delete-layer [data-caption=residual]")).to_have_text(
        "Residual, whole: 0.0 % wrong"
    )


def test_what_needs_a_server_says_so(page: Page, base_url: str) -> None:
    page.goto(base_url + "chapters/transfer-learning.html")
    expect(page.get_by_text("This copy was opened from files")).to_be_visible()
    expect(page.locator("cv7-teach-classes form")).to_be_hidden()


def test_search_works(page: Page, base_url: str) -> None:
    page.goto(base_url + "index.html")
    open_search(page)
    page.keyboard.type("degradation")
    page.locator("a.md-search-result__link").first.click()
    page.wait_for_url("**/chapters/skip-connections.html**")


def test_links_lead_somewhere(files: Path) -> None:
    check = subprocess.run(
        [
            *(Path(sys.executable).with_name("lychee"), "--offline", "--no-progress"),
            *("--include-fragments", "--root-dir", files, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr
