"""The examples in the docstrings of cv7, as doctest finds them."""

import ast
import doctest
import importlib
import re
from pathlib import Path

from docs._site import reference

MODULES = reference.sources()


def needs_torch(path: Path) -> bool:
    """Whether the module, or an example in it, imports what comes with torch."""
    return bool(re.search(r"\bneed\(|^\W*from torch", path.read_text(encoding="utf-8"), re.M))


PLAIN = [name for name, path in MODULES.items() if not needs_torch(path)]


def failures(name: str) -> list[str]:
    """Each example of a module that did not answer as it says, with place, expected and got."""
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        runner.run(test, out=told.append)
    return told


def used(path: Path) -> set[str]:
    """The names that stand in a module's examples, as they are or behind a dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Module | reference.Named):
            continue
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
            for part in ast.walk(ast.parse(example.source)):
                match part:
                    case ast.Name(name) | ast.Attribute(attr=name):
                        found.add(name)
    return found
