"""The list of changed pages that a pull request gets."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..changed import address, summary, touched
from ..conftest import NOTEBOOKS, PAGES, ROOT
from .test_build import built


@pytest.mark.parametrize(
    ("changed", "pages"),
    [
        ("docs/about/lecture.md", {"docs/about/lecture.md"}),
        ("docs/notebooks/network-depth.py", {"docs/notebooks/network-depth.py"}),
        (
            "snippets/residual-block.py",
            {"docs/chapters/skip-connections.md"},
        ),
        ("docs/widgets/strategy-selector/model.mjs", {"docs/chapters/strategy-selector.md"}),
        ("docs/chapters/summary.numbers", {"docs/chapters/summary.md"}),
        (
            "docs/data/train-networks.json",  # that chapter says so in its file of numbers
            {
                "docs/chapters/skip-connections.md",
                "docs/deeper/depth-in-numbers.md",
                "docs/about/how-we-know.md",
            },
        ),
        ("docs/exercises/starters/exercise-2.py", {"docs/exercises/index.md"}),
    ],
)
def test_a_file_changes_the_pages_that_show_it(changed: str, pages: set[str]) -> None:
    found, anywhere = touched([changed])
    assert set(found) == pages
    assert not anywhere


@pytest.mark.parametrize(
    "changed",
    [
        "cv7/cost.py",
        "docs/_site/theme/main.html",
        "docs/widgets/shared/element.mjs",
        "mkdocs.yml",
        ".ci/check.lock",
        "docs/_site/published.py",  # which the decisions name, and do not show
    ],
)
def test_what_pages_share_may_change_all(changed: str) -> None:
    assert touched([changed])[1] == [changed]


def test_nothing_else_changes_a_page() -> None:
    assert touched(["README.md", "tests/conftest.py", ".github/workflows/publish.yml"]) == ({}, [])


@pytest.mark.parametrize("page", [*PAGES, *NOTEBOOKS], ids=lambda p: p.stem)
def test_the_address_is_where_the_site_has_the_page(page: Path) -> None:
    folder = built(Path(), page).parent.as_posix()
    assert address(page.relative_to(ROOT).as_posix()) == ("home" if folder == "." else f"{folder}/")


def test_it_reads_what_changed_from_git(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "tests").mkdir()
    for name in ("__init__", "changed"):
        shutil.copy(ROOT / f"tests/{name}.py", tmp_path / "tests")
    (tmp_path / "docs/figures").mkdir(parents=True)
    for name in ("new", "old", "same"):
        (tmp_path / f"docs/{name}.md").write_text(f"# {name}, with α.svg\n", encoding="utf-8")
    git("init")
    git("add", "docs/old.md", "docs/same.md", "tests")
    git("commit", "-m", "Before")
    (tmp_path / "docs/old.md").unlink()
    (tmp_path / "docs/figures/α.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "mkdocs.yml").touch()
    git("add", "--all")
    git("commit", "-m", "After")
    list_pages = [sys.executable, "-X", "utf8", "-m", "tests.changed", "HEAD^1"]
    listed = subprocess.run(list_pages, cwd=tmp_path, capture_output=True, check=True)
    assert listed.stdout.decode().splitlines() == [
        "### Pages that this changes",
        "",
        "- **new/**: `docs/figures/α.svg`",
        "- **old/**, removed",
        "- **same/**: `docs/figures/α.svg`",
        "",
        "Every page may have changed, because of `mkdocs.yml`.",
    ]


def test_a_change_of_no_page_says_so() -> None:
    assert summary(["LICENSE"]).endswith("\n\nNone.\n")
