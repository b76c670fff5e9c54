"""Files derived from measured data and from cv7 are what those say today."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from ..conftest import ROOT, Generated

FIGURES = [
    path.stem
    for path in sorted((ROOT / "snippets/figures").glob("*.py"))
    if "\ndef files()" in path.read_text(encoding="utf-8")
]
VECTORS = sorted((ROOT / "tests/widgets/vectors").glob("[!_]*.py"))


@pytest.mark.parametrize("module", FIGURES)
def test_figures_show_the_data(module: str, generated: Generated) -> None:
    for path, text in import_module(module).files().items():
        generated(path, text)


@pytest.mark.parametrize("path", VECTORS, ids=lambda p: p.stem)
def test_widget_vectors_are_what_cv7_computes(path: Path, generated: Generated) -> None:
    vectors = import_module(f"tests.widgets.vectors.{path.stem}").vectors()
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in vectors.items()
    ]
    slug = path.stem.replace("_", "-")
    written = ROOT / f"tests/widgets/{slug}.vectors.json"
    generated(written, "{\n" + ",\n".join(lines) + "\n}\n")
