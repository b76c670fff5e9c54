"""Files derived from measured data and from cv7 are what those say today."""

import json
from importlib import import_module

import pytest

from ..conftest import ROOT, Generated


def modules(function: str) -> list[str]:
    """The modules of snippets/figures that have such a function."""
    paths = sorted((ROOT / "snippets/figures").glob("*.py"))
    return [p.stem for p in paths if f"\ndef {function}()" in p.read_text(encoding="utf-8")]


@pytest.mark.parametrize("module", modules("files"))
def test_figures_show_the_data(module: str, generated: Generated) -> None:
    for path, text in import_module(module).files().items():
        generated(path, text)


@pytest.mark.parametrize("module", modules("vectors"))
def test_widget_vectors_are_what_cv7_computes(module: str, generated: Generated) -> None:
    vectors = import_module(module).vectors()
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in vectors.items()
    ]
    written = ROOT / f"tests/widgets/{module.replace('_', '-')}.vectors.json"
    generated(written, "{\n" + ",\n".join(lines) + "\n}\n")
