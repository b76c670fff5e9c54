"""Files derived from measured data and from cv7 are what those say today."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ..conftest import ROOT, Generated

FIGURES = {
    path: text
    for module in sorted((ROOT / "snippets/figures").glob("*.py"))
    for path, text in getattr(import_module(module.stem), "files", dict)().items()
}
VECTORS = sorted((ROOT / "tests/widgets/vectors").glob("[!_]*.py"))


@pytest.mark.parametrize("path", FIGURES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_figures_show_the_data(path: Any, generated: Generated) -> None:
    generated(path, FIGURES[path])


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
