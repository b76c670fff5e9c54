"""Says what there is: `python -m cv7`. Reads the modules' sources and imports none of them."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path

from ._needs import missing


@dataclass(frozen=True)
class Module:
    """A public module: its first sentence, what it lacks to be imported, and whether it is run."""

    name: str
    about: str
    missing: str
    command: bool


def modules() -> Iterator[Module]:
    """The public modules of cv7, in alphabetical order."""
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if found.name.startswith("_"):
            continue
        name = f"cv7.{found.name}"
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        about, *_ = re.split(r"(?<=\.)\s", ast.get_docstring(tree) or "")
        runs = found.ispkg or any("__main__" in ast.unparse(node) for node in tree.body)
        yield Module(name, about, "".join(needs(tree)), runs)


def needs(tree: ast.Module) -> Iterator[str]:
    """What each need(...) of a module would say."""
    for node in tree.body:
        match node:
            case ast.Expr(ast.Call(ast.Name("need"), packages, extra)):
                named = {k.arg: ast.literal_eval(k.value) for k in extra if k.arg}
                yield missing(*map(ast.literal_eval, packages), **named)


def main() -> None:
    try:
        installed = metadata("cv7")
        print(f"cv7 {installed['Version']}: {installed['Summary']}")
        for address in installed.get_all("Project-URL", []):
            print(address.replace(", ", ": "))
    except PackageNotFoundError:
        print("cv7, not installed: python -m pip install . in the checkout")
    there = list(modules())
    width = max(len(module.name) for module in there)
    print("\nModules; help() of each has examples")
    for module in there:
        print(f"  {module.name:{width}}  {module.about}")
        if module.missing:
            cure = re.sub(r"\n\s*", " ", module.missing)
            print(f"  {'':{width}}  -> {cure}")
    print("\nCommands")
    for module in there:
        if module.command:
            print(f"  python -m {module.name}")


if __name__ == "__main__":
    main()
