"""What everything else rests on, looked at before any test: includes, Python, JSON, YAML.

A slip here would fail hundreds of tests, each in words of its own. So it is said once, and the
run ends there.
"""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import yaml

from docs._site import includes

PYTHON = ("cv7", "snippets", "docs/questions", "docs/_site", "docs/notebooks", "tests")
HEAD = re.compile(r"---\n(.*?)\n---\n", re.S)


class Loader(yaml.SafeLoader):
    """Takes `!ENV` and the like for nothing."""


Loader.add_multi_constructor("!", lambda *_: None)


def python(root: Path) -> Iterator[str]:
    for path in sorted(path for folder in PYTHON for path in (root / folder).rglob("*.py")):
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(path.read_bytes(), path, "exec", dont_inherit=True)
        except SyntaxError as error:
            kind, line = type(error).__name__, (error.text or "").strip()
            shown = f" in: {line}" if line else ""
            yield f"{path.relative_to(root).as_posix()}:{error.lineno}: {kind}: {error.msg}{shown}"


def data(root: Path) -> Iterator[str]:
    for path in sorted((root / "docs/data").glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except ValueError as error:
            number, what = getattr(error, "lineno", 1), getattr(error, "msg", error)
            yield f"docs/data/{path.name}:{number}: is not JSON: {what}: correct it"


def heads(root: Path) -> Iterator[str]:
    """mkdocs.yml, and what stands above a page; MkDocs would pass over the latter in silence."""
    for path in [root / "mkdocs.yml", *includes.pages(root)]:
        text = path.read_text(encoding="utf-8")
        head = HEAD.match(text)
        if path.suffix == ".md" and not head:
            continue
        try:
            yaml.load(head[1] if head else text, Loader)  # noqa: S506
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            number = (mark.line if mark else 0) + (2 if head else 1)
            what = getattr(error, "problem", None) or error
            yield (
                f"{path.relative_to(root).as_posix()}:{number}: is not YAML: {what}: correct it; "
                "text with a colon in it needs quotation marks"
            )


def broken(root: Path, *, outputs: bool = True) -> list[str]:
    return [
        *python(root),
        *data(root),
        *heads(root),
        *includes.problems(root, outputs=outputs),
    ]
