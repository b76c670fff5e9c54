"""What a piece of code uses of cv7: the definitions that it names, and what those name in turn.

A result is as old as these, not as the whole package: a new formula beside them changes nothing.
Where the source does not say what is used, as in getattr(module, name), all of the module counts.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docs._site.kept import remembered

PACKAGE = "cv7"
# Whatever is reached through these is named nowhere: then the whole package counts.
DYNAMIC = re.compile(
    r"(?:eval|exec|globals|locals|vars|__import__|importlib\.(?:import_module|reload)"
    r"|runpy\.\w+|sys\.modules)(?:\.|$)"
)
Imported = dict[str, str]  # what an import binds, and the dotted name of what that is


@dataclass
class Module:
    """A source, statement by statement."""

    name: str
    lines: dict[int, str]
    defines: dict[str, list[ast.stmt]] = field(default_factory=dict)
    always: list[ast.stmt] = field(default_factory=list)  # run by whoever imports it
    imported: Imported = field(default_factory=dict)

    def text(self, node: ast.stmt) -> str:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        numbers = range(first, (node.end_lineno or first) + 1)
        return "\n".join(self.lines[number] for number in numbers if number in self.lines)


def uses(source: str, root: Path) -> dict[str, list[str]]:
    """By module, the text of every statement that this code depends on; and the data it loads."""
    found = Finder(root)
    found.whole(parsed("", source))
    texts = {name: sorted(texts) for name, texts in sorted(found.texts.items()) if name}
    for slug in re.findall(r'measured\.load\("([\w-]+)"\)', source):
        texts[slug] = [(root / f"docs/data/{slug}.json").read_text(encoding="utf-8")]
    return texts


def docstring(node: ast.AST) -> ast.stmt | None:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
        return node.body[0] if ast.get_docstring(node) is not None else None
    return None


def code_lines(source: str, tree: ast.Module) -> dict[int, str]:
    """The lines by number, without docstrings, comments and what is empty.

    Not the syntax tree, which Python's versions write unlike.
    """
    lines = dict(enumerate(source.split("\n"), 1))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0]] = lines[token.start[0]][: token.start[1]]
    for words in filter(None, map(docstring, ast.walk(tree))):
        for number in range(words.lineno, (words.end_lineno or words.lineno) + 1):
            lines.pop(number, None)
    return {number: line.rstrip() for number, line in lines.items() if line.strip()}


def imports(node: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """What the import statements in `node` bind, and to what; a star binds `*` and the module."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            for one in part.names:
                whole = one.name if one.asname else one.name.partition(".")[0]
                yield one.asname or whole, whole
        elif isinstance(part, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - part.level]
            source = ".".join([*(above if part.level else []), *filter(None, [part.module])])
            for one in part.names:
                if one.name == "*":
                    yield f"*{source}", source
                else:
                    yield one.asname or one.name, f"{source}.{one.name}"


def bound(node: ast.stmt) -> list[str]:
    """The names that a definition defines; none for another statement."""
    match node:
        case ast.ClassDef(name) | ast.FunctionDef(name) | ast.AnnAssign(ast.Name(name)):
            return [name]
        case ast.Assign(targets):
            parts = [p for t in targets for p in (t.elts if isinstance(t, ast.Tuple) else [t])]
            names = [part.id for part in parts if isinstance(part, ast.Name)]
            return names if len(names) == len(parts) else []
    return []


@remembered
def parsed(name: str, source: str, package: str = "") -> Module:
    tree = ast.parse(source)
    module = Module(name, code_lines(source, tree), imported=dict(imports(tree, package)))
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if names := [] if registered(node, module) else bound(node):
            for one in names:
                module.defines.setdefault(one, []).append(node)
        elif node is not docstring(tree):
            module.always.append(node)
    return module


def registered(node: ast.stmt, module: Module) -> bool:
    """Whether a decorator of our own may note a definition, which then counts without its name."""
    names = {
        part.id
        for one in getattr(node, "decorator_list", [])
        for part in ast.walk(one)
        if isinstance(part, ast.Name)
    }
    return any(
        name in module.defines or module.imported.get(name, "").startswith(f"{PACKAGE}.")
        for name in names
    )


def chains(node: ast.AST) -> Iterator[str]:
    """The names in some code, each with the attributes that are asked of it: `cost.Conv2d`."""
    if isinstance(node, ast.Attribute):
        chain, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            chain.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield ".".join([inner.id, *reversed(chain)])
            return
    elif isinstance(node, ast.Name):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from chains(child)


class Finder:
    """Goes from a name to what defines it, and on from there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts: dict[str, set[str]] = {}
        self.seen: set[int] = set()  # nodes, which `parsed` keeps

    def module(self, name: str) -> Module | None:
        """A module of the package, as imported: with what it runs then, and its parent does."""
        path = self.root / name.replace(".", "/")
        is_package = path.is_dir()
        file = path / "__init__.py" if is_package else path.with_suffix(".py")
        if name.partition(".")[0] != PACKAGE or not (is_package or file.is_file()):
            return None
        parent = name.rpartition(".")[0]
        source = file.read_text(encoding="utf-8") if file.is_file() else ""
        module = parsed(name, source, name if is_package else parent)
        if name not in self.texts:
            self.texts[name] = set()
            self.module(parent)
            self.run(module)
        return module

    def run(self, module: Module) -> None:
        for name, target in module.imported.items():
            self.lead(target)
            if name.startswith("*"):
                self.use(target)
        for node in module.always:
            self.statement(node, module)

    def lead(self, dotted: str) -> tuple[Module | None, str]:
        """The module that a dotted name leads into, and what of the name is left."""
        name, _, rest = dotted.partition(".")
        module = self.module(name)
        while module and rest:
            one, _, others = rest.partition(".")
            inner = None if one in module.defines else self.module(f"{module.name}.{one}")
            if inner is None:
                break
            module, rest = inner, others
        return module, rest

    def use(self, dotted: str) -> None:
        if DYNAMIC.match(dotted):
            self.everything()
        module, rest = self.lead(dotted)
        if module and not (rest and self.name(rest, module)):
            self.whole(module)

    def name(self, chain: str, module: Module) -> bool:
        """Follow a name of this module; False if no statement of it defines such a name."""
        one, dot, rest = chain.partition(".")
        for node in module.defines.get(one, []):
            self.statement(node, module)
        if target := module.imported.get(one):
            self.texts.setdefault(module.name, set()).add(f"{one} is {target}")
            self.use(f"{target}{dot}{rest}")
        return one in module.defines or one in module.imported

    def statement(self, node: ast.stmt, module: Module) -> None:
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        self.texts.setdefault(module.name, set()).add(module.text(node))
        for chain in chains(node):
            if not self.name(chain, module) and DYNAMIC.match(chain):
                self.everything()

    def whole(self, module: Module) -> None:
        if id(module) in self.seen:
            return
        self.seen.add(id(module))
        self.run(module)
        for name in [*module.defines, *(module.imported if module.name else [])]:
            self.name(name, module)

    def everything(self) -> None:
        for path in sorted((self.root / PACKAGE).rglob("*.py")):
            name = ".".join(path.relative_to(self.root).with_suffix("").parts)
            if module := self.module(name.removesuffix(".__init__")):
                self.whole(module)
