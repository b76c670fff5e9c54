"""`make refresh` and `make regen`: what is stale is named with its cure, written, and shown."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from .. import conftest
from ..sections import SNIPPETS


def test_a_stale_file_is_named_with_its_cure_and_what_differs(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = request.getfixturevalue("generated")  # not an argument: --regen would run this
    monkeypatch.setattr(conftest, "ROOT", tmp_path)
    (tmp_path / "list.md").write_text("1\n2\n", encoding="utf-8")
    generated(tmp_path / "list.md", "1\n2\n")
    with pytest.raises(pytest.fail.Exception) as failure:
        generated(tmp_path / "list.md", "1\n3\n")
    assert str(failure.value) == (
        "list.md is stale: run `make refresh`, and read what that shows\n  -2\n  +3"
    )


def test_what_is_written_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "ROOT", tmp_path)
    lines: list[str] = []
    reporter: Any = SimpleNamespace(write_line=lines.append, stats={})
    config: Any = SimpleNamespace(stash=pytest.Stash(), getoption=lambda name: name == "--regen")
    conftest.pytest_terminal_summary(reporter, config)
    assert lines == ["Nothing was stale."]
    (tmp_path / "old.md").write_text("1\n", encoding="utf-8")
    for name in ("old.md", "new.md"):
        conftest.rewrite(config, tmp_path / name, "2\n")
    conftest.pytest_terminal_summary(reporter, config)
    assert lines[1:] == ["old.md is rewritten:\n  -1\n  +2", "new.md is rewritten:\n  +2"]
    assert (tmp_path / "new.md").read_text(encoding="utf-8") == "2\n"


def item(*fixtures: str, output: Path | None = None) -> Any:
    mark = output and SimpleNamespace(args=(SNIPPETS[0], output))
    return SimpleNamespace(fixturenames=fixtures, get_closest_marker=lambda name: mark)


def test_only_tests_that_write_are_run_to_write_and_only_for_what_is_stale(tmp_path: Path) -> None:
    kept = SNIPPETS[0].with_suffix(".out")
    assert conftest.is_to_write(item("generated", "write"))
    assert not conftest.is_to_write(item("site"))
    assert not conftest.is_to_write(item("write", output=kept))
    assert conftest.is_to_write(item("write", output=tmp_path / "not-there.out"))
    altered = tmp_path / "altered.out"
    altered.write_text(kept.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    assert conftest.is_to_write(item("write", output=altered))
