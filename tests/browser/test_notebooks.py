"""Notebook pages with their results, and the notebook in the hands of somebody without cv7."""

import json
import re
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ..audit import SETTLED
from ..conftest import NOTEBOOKS

# How bright the words of a drawing are, from 0 to 255.
BRIGHTNESS = """(texts) => texts.map((text) => {
    const [r, g, b] = getComputedStyle(text).fill.match(/[\\d.]+/g).map(Number);
    return (r + g + b) / 3;
})"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_in_one_visit(page: Page, path: Path) -> None:
    """Its results are there, its images come, its drawings follow the colours of the page."""
    page.goto(f"notebooks/{path.stem}/")
    expect(page.get_by_text("This copy of the site shows no results")).to_have_count(0)
    assert page.locator(".highlight:has(.filename:text-is('Output'))").count() >= 4
    for figure in page.locator("article figure > *").all():
        assert len(figure.get_attribute("aria-label") or figure.get_attribute("alt") or "") > 40
    assert page.locator("article figure svg[role=img]").count() >= 3
    assert not re.search(r"Traceback|Warning:|\bnan\b", page.locator("article").inner_text())

    images = page.locator("article figure img")
    for image in images.all():
        expect(image).to_have_attribute("loading", "lazy")
        image.scroll_into_view_if_needed()
        page.wait_for_function("(i) => i.complete && i.naturalWidth", arg=image.element_handle())
        shown = image.evaluate("(i) => [i.width / i.height, i.naturalWidth / i.naturalHeight]")
        assert abs(shown[0] - shown[1]) < 0.02 * shown[1], "it is distorted"
    assert (images.count() > 0) == (path.stem == "transfer-learning")

    blocks = page.locator("article div.language-python:not(details *)")
    blocks.first.scroll_into_view_if_needed()
    expect(blocks.first.get_by_role("button", name="Copy to clipboard")).to_be_attached()

    for scheme, name in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        page.evaluate(SETTLED)
        brightness = page.locator("article figure svg text").evaluate_all(BRIGHTNESS)
        assert brightness
        assert all((value > 150) == (scheme == "dark") for value in brightness)


def test_the_download_is_reached_by_keyboard(page: Page) -> None:
    page.goto("notebooks/depthwise-separable/")
    link = page.get_by_role("link", name="Download the notebook")
    link.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "depthwise-separable.ipynb"


def test_elsewhere_the_first_cell_installs_cv7(
    site: Path, site_url: str, base_url: str, tmp_path: Path
) -> None:
    """An environment with everything but cv7, pip among it, far from the repository."""
    downloaded = site / "notebooks" / "depthwise-separable.ipynb"
    text = downloaded.read_text(encoding="utf-8").replace(site_url, base_url)
    cells = json.loads(text)["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    packages = next((tmp_path / "venv" / "lib").glob("python*")) / "site-packages"
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    script = tmp_path / "run.py"
    check = 'assert measured.load("network-depth")["plain"]; import cv7; print(cv7.__file__)'
    script.write_text(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {[*code[:3], check]!r}:\n"
        "    shell.run_cell(cell).raise_error()\n"
    )
    alone = subprocess.run(
        [python, "-c", "import cv7"], cwd=tmp_path, capture_output=True, check=False
    )
    assert alone.returncode, "cv7 was there before"
    run = subprocess.run(
        [python, script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert run.stdout.strip().endswith(str(packages / "cv7" / "__init__.py"))
