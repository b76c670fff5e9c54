"""Notebooks: run again for what matters and for nothing else, and whole when taken elsewhere."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from mkdocs.exceptions import PluginError

from docs._site import notebooks, percent

from ..conftest import NOTEBOOKS, ROOT, report

TINY = "# %% [markdown]\n# # Tiny\n#\n# Prose.\n\n# %%\nfrom cv7 import cost\n\nprint(1 + 1)\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with one notebook, for breaking things in."""
    for name, text in {
        "cv7/cost.py": "from .base import A\n",
        "cv7/base.py": "A = 1\n",
        "cv7/other.py": "B = 1\n",
        "docs/data/digits.json": "{}",
        "docs/notebooks/tiny.py": TINY,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for module in (notebooks, percent):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "CACHE", tmp_path / ".cache")
    return tmp_path


def notebook(source: str) -> Any:
    return jupytext.reads(source, fmt="py:percent")


def test_results_depend_on_code_and_on_what_it_imports_and_loads(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = TINY.replace("1 + 1", "1 + cost.A") + 'measured.load("digits")\n'
    first = percent.fingerprint(notebook(source))
    assert percent.fingerprint(notebook(source.replace("Prose", "Other prose"))) == first
    (repository / "cv7/other.py").write_text("B = 2\n")
    assert percent.fingerprint(notebook(source)) == first, "it does not import cv7.other"
    (repository / "cv7/base.py").write_text('"""Words,\n\nand more."""\nA = 1\n')
    assert percent.fingerprint(notebook(source)) == first, "what it does is the same"

    changed = {first, percent.fingerprint(notebook(source.replace("1 + cost.A", "2 + cost.A")))}
    for name, text in {
        "cv7/cost.py": "from .base import A as B\n",
        "cv7/base.py": "A = 2\n",  # imported by what it imports
        "docs/data/digits.json": "[]",
    }.items():
        (repository / name).write_text(text)
        changed.add(percent.fingerprint(notebook(source)))
    monkeypatch.setattr(percent, "version", lambda package: f"a newer {package}")
    changed.add(percent.fingerprint(notebook(source)))
    assert len(changed) == 6


def test_a_notebook_is_run_once_and_only_when_asked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository / "docs/notebooks/tiny.py"
    path.write_text(TINY.replace("from cv7 import cost\n\n", ""))
    monkeypatch.delenv("NOTEBOOKS", raising=False)
    assert notebooks.with_results(path)[1] is False
    monkeypatch.setenv("NOTEBOOKS", "run")
    made, there = notebooks.with_results(path)
    assert there
    assert made.cells[1].outputs[0].text == "2\n"

    def again(*_: Any) -> None:
        pytest.fail("it was run again")

    monkeypatch.setattr(notebooks, "execute", again)
    monkeypatch.delenv("NOTEBOOKS")
    path.write_text(path.read_text().replace("Prose", "Better prose"))
    made, there = notebooks.with_results(path)
    assert there
    assert made.cells[1].outputs[0].text == "2\n"
    assert "Better prose" in made.cells[0].source


def test_a_cell_that_fails_stops_the_build_and_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository / "docs/notebooks/tiny.py"
    path.write_text("# %%\nprint('fine')\n\n# %%\nspam = 1\nraise RuntimeError('spam is off')\n")
    monkeypatch.setenv("NOTEBOOKS", "run")
    with pytest.raises(PluginError) as failure:
        notebooks.with_results(path)
    assert "docs/notebooks/tiny.py:5: code cell 2 failed" in str(failure.value)
    assert "spam is off" in str(failure.value)
    assert not list((repository / ".cache").glob("*.json")), "a failure is not kept"


def test_a_result_without_a_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = notebook("# %%\n2\n")
    broken.metadata["slug"] = "tiny"
    broken.cells[0].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)
    ]
    with pytest.raises(PluginError, match=r"notebooks/tiny\.py: print\(\) or show\(\) it"):
        notebooks.page_html(broken)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_download_runs_elsewhere(path: Path, site: Path, site_url: str) -> None:
    text = (site / "notebooks" / f"{path.stem}.ipynb").read_text(encoding="utf-8")
    taken = nbformat.reads(text, as_version=4)
    nbformat.validate(taken)
    prose = "\n".join(c.source for c in taken.cells if c.cell_type == "markdown")
    assert "<!--" not in prose
    assert "](../" not in prose
    install, *code = percent.code_cells(taken)
    source = percent.code_cells(percent.read(path))
    (wheel,) = (site / "notebooks").glob("*.whl")
    assert f'%pip install --quiet "cv7[notebooks] @ {site_url}notebooks/{wheel.name}"' in (
        install.source
    )
    assert [cell.source for cell in code] == [cell.source for cell in source]
    assert not any(cell.outputs for cell in code)
    ids = [cell.id for cell in taken.cells]
    assert len(ids) == len(set(ids))


def test_the_wheel_carries_results_and_starters(site: Path, tmp_path: Path) -> None:
    (wheel,) = (site / "notebooks").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {
            "data": (ROOT / "docs/data").glob("*.json"),
            "starters": (ROOT / "docs/exercises/starters").glob("*.py"),
        }
        for folder, files in shipped.items():
            for file in files:
                assert archive.read(f"cv7/{folder}/{file.name}") == file.read_bytes()
        names = (n for n in archive.namelist() if n.startswith("cv7/") and n.endswith(".py"))
        modules = {name for name in names if not name.startswith("cv7/starters/")}
    assert modules == {p.relative_to(ROOT).as_posix() for p in (ROOT / "cv7").rglob("*.py")}


def test_the_exercises_say_how_to_install_the_package(site: Path, site_url: str) -> None:
    page = (site / "exercises" / "index.html").read_text(encoding="utf-8")
    (wheel,) = (site / "notebooks").glob("*.whl")
    assert f"{site_url}notebooks/{wheel.name}" in page
    assert notebooks.PACKAGE not in page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_page_offers_the_notebook_and_names_the_users_of_its_numbers(
    path: Path, site: Path
) -> None:
    html = (site / "notebooks" / path.stem / "index.html").read_text(encoding="utf-8")
    problems = []
    if f'href="../{path.stem}.ipynb"' not in html:
        problems.append("no download")
    if not re.search(rf'href="https://colab\.[^"]+/{path.stem}\.ipynb"', html):
        problems.append("no link to Colab")
    chapter = {"network-depth": "skip-connections"}.get(path.stem, path.stem)
    count = re.search(rf'href="\.\./\.\./chapters/{chapter}/">[^<]+</a> \((\d+)\)', html)
    users = notebooks.used_by()[path.stem][f"chapters/{chapter}.md"]
    if not count or int(count[1]) != users or users < 5:
        problems.append(f"its chapter uses {users} of its numbers, the page says otherwise")
    report([f"{path.name}: {problem}" for problem in problems])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_page_is_light(path: Path, site: Path) -> None:
    """The plugin's own template has 610 kB of styles and scripts in every page."""
    html = (site / "notebooks" / path.stem / "index.html").read_text(encoding="utf-8")
    assert len(html) < 330_000
    article = html.partition("<article")[2].partition("</article>")[0]
    assert "<script" not in article
    assert "<style" not in article.replace('<style type="text/css">*{stroke', "")
    assert "data:image" not in article


def test_results_that_are_missing_are_announced(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = type("Config", (), {"extra": {"colab": "https://colab.example/"}})
    monkeypatch.setitem(notebooks.build, "config", config)
    monkeypatch.setattr(notebooks, "used_by", dict)
    for missing in (set(), {"tiny"}):
        monkeypatch.setitem(notebooks.build, "without_results", missing)
        text = notebooks.above("tiny")
        assert ("make build" in text) is bool(missing)
        assert ("was run when this site was built" in text) is not bool(missing)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_measures_in_marked_cells_and_saves_what_they_measured(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    saved = [
        data.stem
        for data in (ROOT / "docs/data").glob("*.json")
        if json.loads(data.read_text(encoding="utf-8")).get("provenance", {}).get("by")
        == f"docs/notebooks/{path.name}"
    ]
    assert saved
    for slug in saved:
        assert re.search(rf'measured\.save\(\s*"{slug}",\s*by="docs/notebooks/{path.name}"', text)
    assert text.count('tags=["measure"]') >= 2
