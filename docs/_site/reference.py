"""The page about/api.md: every public name of cv7, from its source, which is read and not imported.

Public is what a module lists in `__all__`. An entry shows the declaration as the source has it,
without bodies, and the docstring, which is Markdown with examples as doctest reads them.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
MARKER = "<!-- What follows is made of the docstrings when the site is built. -->"
# In a docstring: a session, an indented block, and an apostrophe in neither.
MARKED = re.compile(r"^>>> .*\n(?:.+\n)*|(?:^    .*\n)+|(?<=\w)'(?=\w)", re.M)
LONG = re.compile(r"^( *)(def \w+\()(.*)(\).*)$", re.M)
WIDTH = 80  # what fits the column
Named = ast.ClassDef | ast.FunctionDef


@dataclass(frozen=True)
class Definition:
    """A name with the statement that defines it, and the file in which that stands."""

    name: str
    node: ast.stmt
    path: Path


@cache
def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse("\n".join(lines(path)))


def sources() -> dict[str, Path]:
    """The public modules, by name."""
    package = ROOT / "cv7"
    paths = [*package.glob("[!_]*.py"), *package.glob("[!_]*/__init__.py")]
    found = {f"cv7.{(p.parent if p.stem == '__init__' else p).stem}": p for p in paths}
    return dict(sorted(found.items()))


def defined(path: Path) -> Iterator[Definition]:
    """What a module defines at its top level, or takes from a neighbour, in that order."""
    for node in parsed(path).body:
        match node:
            case ast.ClassDef(name) | ast.FunctionDef(name) | ast.AnnAssign(ast.Name(name)):
                yield Definition(name, node, path)
            case ast.Assign(targets):
                for target in targets:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            yield Definition(part.id, node, path)
            case ast.ImportFrom(str(module), names, 1):
                taken = {alias.name for alias in names}
                beside = path.with_name(f"{module}.py")
                yield from (found for found in defined(beside) if found.name in taken)


def public(path: Path) -> list[Definition]:
    """The names in `__all__`, in the order of the source."""
    found = list(defined(path))
    for one in found:
        if one.name == "__all__" and isinstance(one.node, ast.Assign):
            names = ast.literal_eval(one.node.value)
            return [definition for definition in found if definition.name in names]
    raise PluginError(f"{path.relative_to(ROOT)}: say in __all__ what of this module is public")


def declaration(node: ast.stmt, path: Path) -> str:
    """The source of a declaration: of a class with its public members, of all without bodies."""
    if not isinstance(node, Named):
        first = node.lineno
        while lines(path)[first - 2].startswith("#"):
            first -= 1
        return "\n".join(lines(path)[first - 1 : node.end_lineno])
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    last = max(node.lineno, node.body[0].lineno - 1)
    shown = "\n".join(lines(path)[first - 1 : last])
    if isinstance(node, ast.FunctionDef):
        shown = shown if shown.endswith("...") else f"{shown} ..."
        fits = all(len(line) <= WIDTH for line in shown.splitlines())
        return shown if fits else LONG.sub(r"\1\2\n\1    \3\n\1\4", shown)
    members = [shown]
    for member in node.body:
        match member:
            case ast.FunctionDef(name) if name == "__init__" or not name.startswith("_"):
                members.append(declaration(member, path))
            case ast.AnnAssign():
                members.append("\n".join(lines(path)[member.lineno - 1 : member.end_lineno]))
    return "\n".join(members) if len(members) > 1 else f"{shown} ..."


def block(language: str, code: str) -> str:
    """Nobody should copy a session with its prompts, or a declaration: neither runs as it is."""
    return f"``` {{ .{language} .no-copy }}\n{code}\n```\n"


def text(node: ast.Module | Named) -> str:
    """The docstring, its sessions and indented lines as blocks of code."""

    def written(match: re.Match[str]) -> str:
        if match[0] == "'":
            return "’"
        session = match[0].startswith(">>>")
        return block("pycon" if session else "text", dedent(match[0]).strip("\n"))

    return MARKED.sub(written, (ast.get_docstring(node) or "") + "\n")


def entry(level: int, title: str, anchor: str, node: Named, path: Path, source: str) -> str:
    """A heading, where its source is, the declaration, the docstring."""
    parts = [f"{'#' * level} {title} {{ #{anchor} }}"]
    if source:
        address = f"{source}{path.relative_to(ROOT).as_posix()}#L{node.lineno}"
        parts.append(f"[Source of {title}]({address})")
    return "\n\n".join([*parts, block("pyi", dedent(declaration(node, path))), text(node)])


def section(module: str, path: Path, source: str) -> Iterator[str]:
    """Words and constants of a module, then its classes and functions."""
    yield f"## {module} {{ #{module} }}"
    yield text(parsed(path))
    names = public(path)
    constants = dict.fromkeys(d.node for d in names if not isinstance(d.node, Named))
    if constants:
        yield block("pyi", "\n".join(declaration(node, path) for node in constants))
    for found in names:
        if not isinstance(found.node, Named):
            continue
        yield entry(3, found.name, f"{module}.{found.name}", found.node, found.path, source)
        for member in found.node.body:
            if isinstance(member, ast.FunctionDef) and ast.get_docstring(member):
                name = f"{found.name}.{member.name}"
                yield entry(4, name, f"{module}.{name}", member, found.path, source)


def reference(source: str = "") -> str:
    """All sections. `source` begins the addresses of the repository's files, if it has any."""
    for kept in (lines, parsed):
        kept.cache_clear()  # a preview reads the files again
    parts = [part for name, path in sources().items() for part in section(name, path, source)]
    written = "\n\n".join(parts)
    anchors = set(re.findall(r" \{ #([\w.]+) \}$", written, re.M))
    return re.sub(
        r"`(cv7\.[\w.]+)`", lambda m: f"[{m[0]}](#{m[1]})" if m[1] in anchors else m[0], written
    )


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    if MARKER not in markdown:
        return markdown
    page.meta["search"] = {"boost": 0.1}  # who looks for a word wants the chapter first
    return markdown.replace(MARKER, reference(config.extra["source"]))
