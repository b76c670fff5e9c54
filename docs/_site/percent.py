"""Percent scripts as notebooks, and what their results depend on: code, not prose or docstrings.

Previews import this module once, hooks anew each time: what is parsed here stays parsed.
"""

import ast
import hashlib
import json
import re
import sys
from copy import deepcopy
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jupytext

from cv7.measured import DATA

ROOT = Path(__file__).resolve().parents[2]
# What can change a result besides our own code.
PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "scikit-image", "matplotlib", "pillow")

Notebook = Any  # nbformat has no types


@cache
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


@cache
def names(source: str) -> set[str]:
    """What this code imports by name, whether modules or what is in them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, ["cv7" if node.level else "", node.module]))
            found.update([module, *(f"{module}.{alias.name}" for alias in node.names)])
    return found


def imported(source: str) -> set[Path]:
    """The files of cv7 that this code imports, and those that they import."""
    found: set[Path] = set()

    def visit(code: str) -> None:
        for name in names(code):
            path = ROOT / (name.replace(".", "/") + ".py")
            if name.startswith("cv7.") and path.is_file() and path not in found:
                found.add(path)
                visit(path.read_text(encoding="utf-8"))

    visit(source)
    return found


@cache
def without_docstrings(source: str) -> str:
    """What a module does. Its lines, not its syntax tree, which Python versions write unlike."""
    lines = source.splitlines()
    described: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            words = node.body[0]
            described.update(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in described)


def fingerprint(notebook: Notebook) -> str:
    """The digest of all that the results depend on: code, cv7, recorded data and versions."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    parts = {"code": code, "python": sys.version}
    for path in sorted(imported(code)):
        parts[path.name] = without_docstrings(path.read_text(encoding="utf-8"))
    for slug in re.findall(r'measured\.load\("([\w-]+)"\)', code):
        parts[slug] = (DATA / f"{slug}.json").read_text(encoding="utf-8")
    for package in PACKAGES:
        try:
            parts[package] = version(package)
        except PackageNotFoundError:
            parts[package] = "absent"
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
