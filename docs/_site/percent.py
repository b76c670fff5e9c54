"""Percent scripts as notebooks, and what their results depend on: code, not prose or docstrings."""

import hashlib
import json
import sys
from copy import deepcopy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jupytext

from docs._site.kept import remembered
from docs._site.uses import uses

ROOT = Path(__file__).resolve().parents[2]
# What can change a result besides our own code.
PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "scikit-image", "matplotlib", "pillow")

Notebook = Any  # nbformat has no types


@remembered
def parsed(text: str) -> Notebook:
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook.metadata["kernelspec"]["language"] = "python"
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
    return notebook


def read(path: Path) -> Notebook:
    """The notebook of a percent script, with cell names that stay the same from build to build."""
    return deepcopy(parsed(path.read_text(encoding="utf-8")))


def code_cells(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def fingerprint(notebook: Notebook) -> str:
    """The digest of all that the results depend on: code, what it uses of cv7, data, versions."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    parts: dict[str, Any] = {"code": code, "python": sys.version, **uses(code, ROOT)}
    for package in PACKAGES:
        try:
            parts[package] = version(package)
        except PackageNotFoundError:
            parts[package] = "absent"
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
