"""cv7.measured: what is kept, what ties it to its code, and what it refuses."""

import json
from pathlib import Path

import pytest

from cv7 import measured

NOTEBOOK = '# %% [markdown]\n# Prose.\n\n# %% tags=["measure"]\nA = 1\n\n# %%\nprint(A)\n'


def test_only_measuring_cells_count() -> None:
    code = measured.measuring_code(NOTEBOOK)
    assert "A = 1" in code
    assert "Prose" not in code
    assert "print" not in code


def test_a_cell_of_one_result_counts_for_that_alone() -> None:
    text = NOTEBOOK + '\n# %% tags=["measure", "one"]\nB = 1\n'
    assert "B = 1" in measured.measuring_code(text, "one")
    assert measured.measuring_code(text, "other") == measured.measuring_code(NOTEBOOK)
    assert measured.measuring_code(text, "one").startswith(measured.measuring_code(NOTEBOOK))


def test_a_script_counts_whole() -> None:
    assert measured.measuring_code("A = 1\n") == "A = 1\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs/data").mkdir(parents=True)
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    monkeypatch.setattr(measured, "ROOT", tmp_path)
    monkeypatch.setattr(measured, "DATA", tmp_path / "docs/data")
    return tmp_path


def test_what_is_saved_is_loaded_and_fits_its_digests(repository: Path) -> None:
    measured.save("x", by="notebook.py", settings={"n": 3}, seeds=[0], rows=[{"error": [1.5, 2]}])
    record = measured.load("x")
    assert record["rows"] == [{"error": [1.5, 2]}]
    made = record["provenance"]
    assert (made["by"], made["settings"], made["seeds"]) == ("notebook.py", {"n": 3}, [0])
    assert {"python", "torch", "torchvision", "scikit-learn"} == set(made["versions"])
    assert record["data_sha256"] == measured.digest(record)
    assert made["code_sha256"] == measured.code_sha256(repository / "notebook.py")
    (repository / "notebook.py").write_text(NOTEBOOK.replace("Prose", "More prose"))
    assert made["code_sha256"] == measured.code_sha256(repository / "notebook.py")
    (repository / "notebook.py").write_text(NOTEBOOK.replace("A = 1", "A = 2"))
    assert made["code_sha256"] != measured.code_sha256(repository / "notebook.py")
    record["rows"][0]["error"][0] = 1.6
    assert record["data_sha256"] != measured.digest(record)


def test_lists_of_numbers_take_one_line(repository: Path) -> None:
    measured.save("x", by="notebook.py", settings={}, seeds=[0, 1], rows=[[1, 2], [3, 4]])
    text = (repository / "docs/data/x.json").read_text()
    assert '"seeds": [0, 1]' in text
    assert "[1, 2]" in text


def test_what_is_not_a_number_is_refused(repository: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        measured.save("x", by="notebook.py", settings={}, seeds=[0], error=float("nan"))
    assert not list((repository / "docs/data").iterdir())


def test_results_are_kept_in_a_clone_only(repository: Path) -> None:
    with pytest.raises(ValueError, match="run it in a clone of the repository"):
        measured.save("x", by="docs/notebooks/none.py", settings={}, seeds=[])


def test_an_unknown_name_is_answered_with_those_there_are(repository: Path) -> None:
    (repository / "docs/data/depth.json").write_text(json.dumps({}))
    with pytest.raises(ValueError, match=r"no results 'dept': choose from \['depth'\]"):
        measured.load("dept")


def test_an_installed_package_loads_from_itself(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(measured, "DATA", repository / "nowhere")
    monkeypatch.setattr(measured, "INSTALLED", repository / "docs/data")
    (repository / "docs/data/depth.json").write_text('{"a": 1}')
    assert measured.load("depth") == {"a": 1}
