"""One cause, one message: what everything rests on is looked at before any test or build."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.exceptions import PluginError

from docs._site import pages

from .. import codeblocks, foundations
from ..conftest import ROOT

COURSE = {
    "mkdocs.yml": "site_name: Course\nsite_url: !ENV [SITE_URL, x]\n",
    "cv7/blocks.py": "A = 1\n# --8<-- [start:block]\nB = 2\n# --8<-- [end:block]\n",
    "snippets/topic.py": (
        "# --8<-- [start:import]\nimport cv7\n# --8<-- [end:import]\n"
        "# --8<-- [start:shapes]\nprint(1)\n# --8<-- [end:shapes]\n"
    ),
    "snippets/topic.out": "# head\n# --8<-- [start:shapes]\n1\n# --8<-- [end:shapes]\n",
    "docs/data/topic.json": '{\n "a": 1,\n "b": 2\n}\n',
    "docs/page.md": (
        "---\ntitle: A page\n---\n\n"
        '--8<-- "cv7/blocks.py:block"\n--8<-- "snippets/topic.py:import"\n\n'
        '    --8<-- "snippets/topic.py:shapes"\n    --8<-- "snippets/topic.out:shapes"\n'
    ),
}
SHAPES, OUT = "# --8<-- [start:shapes]", "snippets/topic.out"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name, text in COURSE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def edit(course: Path, name: str, old: str, new: str) -> None:
    text = (course / name).read_text(encoding="utf-8")
    assert old in text
    (course / name).write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_wrong_with_a_course_that_is_right(course: Path) -> None:
    assert foundations.broken(course) == []
    assert foundations.broken(ROOT) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "snippets/topic.py",
            ":shapes]",
            ":shape]",
            "docs/page.md:8: snippets/topic.py has no section shapes: did you mean shape?",
        ),
        (
            "docs/page.md",
            "blocks.py:block",
            "blocks.py:whole",
            "docs/page.md:5: cv7/blocks.py has no section whole: it has block",
        ),
        (
            "docs/page.md",
            "topic.py:import",
            "topics.py:import",
            "docs/page.md:6: includes snippets/topics.py, which does not exist: "
            "did you mean snippets/topic.py?",
        ),
        (
            "docs/page.md",
            "topic.py:import",
            "topic.py:1:2",
            "docs/page.md:6: includes snippets/topic.py by line number: name a section",
        ),
        (
            "docs/page.md",
            "topic.out:shapes",
            "topic.out:import",
            "docs/page.md:9: snippets/topic.out has no section import: run `make regen`, which "
            "writes what each section printed (it installs torch first: three minutes and 6 GB, "
            "once)",
        ),
        (
            "cv7/blocks.py",
            "# --8<-- [end:block]",
            "C = 3",
            "cv7/blocks.py:2: section block has no end: write # --8<-- [end:block]",
        ),
        (
            "snippets/topic.py",
            "# --8<-- [end:import]\n",
            "",
            "snippets/topic.py:3: section shapes begins inside import: write "
            "# --8<-- [end:import] above it",
        ),
        (
            OUT,
            SHAPES,
            SHAPES.replace("shapes", "shape"),
            "snippets/topic.out:4: ends section shapes, but shape is open: correct this name, or "
            "that where it begins",
        ),
        (
            "snippets/topic.py",
            ":import]",
            ":shapes]",
            "snippets/topic.py:4: a second section shapes: give it another name",
        ),
        (
            "cv7/blocks.py",
            "B = 2",
            "B = (2",
            "cv7/blocks.py:3: SyntaxError: '(' was never closed in: B = (2",
        ),
        (
            "snippets/topic.py",
            "print(1)",
            "return 1",
            "snippets/topic.py:5: SyntaxError: 'return' outside function",
        ),
        ("docs/data/topic.json", "1,", "1", "docs/data/topic.json:3: is not JSON: Expecting ','"),
        (
            "docs/page.md",
            "title: A page",
            "title: A page: mine",
            "docs/page.md:2: is not YAML: mapping values are not allowed here: correct it; text "
            "with a colon in it needs quotation marks",
        ),
        ("mkdocs.yml", "Course", "[Course", "mkdocs.yml:2: is not YAML: "),
    ],
)
def test_a_slip_is_named_with_file_line_and_cure(
    course: Path, name: str, old: str, new: str, message: str
) -> None:
    edit(course, name, old, new)
    assert foundations.broken(course)[0].startswith(message)


def test_an_output_that_is_to_be_written_need_not_be_there(course: Path) -> None:
    (course / OUT).unlink()
    assert len(foundations.broken(course)) == 1
    assert foundations.broken(course, outputs=False) == []


def test_an_output_that_is_to_be_written_may_be_broken(course: Path) -> None:
    edit(course, OUT, "# --8<-- [end:shapes]", "<<<<<<< HEAD")
    assert "snippets/topic.out:2: section shapes has no end" in foundations.broken(course)[0]
    assert foundations.broken(course, outputs=False) == []


def test_a_run_ends_before_its_first_test(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config: Any = SimpleNamespace(getoption=lambda *_, **__: False)
    monkeypatch.setattr(codeblocks, "ROOT", course)
    assert codeblocks.pytest_cmdline_main(config) is None
    edit(course, "docs/page.md", "blocks.py", "block.py")
    assert codeblocks.pytest_cmdline_main(config) == 1
    assert "docs/page.md:5: includes cv7/block.py" in capsys.readouterr().err
    config.workerinput = {}  # of pytest-xdist: its controller has looked
    assert codeblocks.pytest_cmdline_main(config) is None


def test_a_build_ends_with_the_same_words(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROOT", course)
    pages.on_pre_build()
    edit(course, "snippets/topic.py", ":shapes]", ":shape]")
    with pytest.raises(PluginError, match=r"docs/page\.md:8: snippets/topic\.py has no section"):
        pages.on_pre_build()


def test_an_expression_that_fails_ends_a_build_with_file_and_line(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROOT", course)
    line = "Twice 2 is 4<!--= cost.doubled(2) -->.\n"
    text = COURSE["docs/page.md"] + line
    (course / "docs/page.md").write_text(text, encoding="utf-8")
    page = SimpleNamespace(file=SimpleNamespace(src_uri="page.md"))
    with pytest.raises(PluginError, match=r"docs/page\.md:10: `cost\.doubled\(2\)` fails: Attr"):
        pages.on_page_markdown(text.partition("---\n\n")[2], page)
