"""Everything that a page is made of, found by reading it: `make where PAGE=skip-connections`.

docs/about/topics.md has the same for every page.
"""

import argparse
import ast
import difflib
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from docs._site import includes, uses

from . import topics
from .conftest import NOTEBOOKS, PAGES, ROOT

NAVIGATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
FOLDERS = ("chapters", "in-brief", "deeper", "exercises")
TAUGHT = [page for page in PAGES if page.parent.name in FOLDERS]
TAUGHT += NOTEBOOKS
TAUGHT.sort(key=lambda page: NAVIGATION.find(page.relative_to(ROOT / "docs").as_posix()))
ASKED = r'\b(?:data|load)\("([\w-]+)"|([\w-]+)\.json\b'  # for data, by its slug


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def found(pattern: str, *paths: Path) -> set[str]:
    """What the one group that matched of the pattern has, wherever it matches."""
    matches = (match for path in paths for match in re.finditer(pattern, text(path)))
    return {next(filter(None, match.groups()), "") for match in matches}


def there(place: str, names: Iterable[str]) -> list[Path]:
    """The files that these names make of a place, as far as there are such."""
    return sorted({path for name in names if name for path in ROOT.glob(place.format(name))})


def name(page: Path) -> str:
    """What a page is called: skip-connections, and of an index its folder, exercises."""
    return page.parent.name if page.stem == "index" else page.stem


# ---- One function a kind ------------------------------------------------------------------------


def numbers(page: Path) -> list[Path]:
    """The file that says what its numbers are."""
    return [path for path in [page.with_suffix(".numbers")] if path.is_file()]


def snippets(page: Path) -> list[Path]:
    shown = {target for _, target, _ in includes.included(page)}
    return sorted(ROOT / target for target in shown if target.startswith("snippets/"))


def starters(page: Path) -> list[Path]:
    return there("docs/exercises/starters/{}.py", found(r"starters/([\w-]+)\.py", page))


def widgets(page: Path) -> list[Path]:
    return there("docs/widgets/{}", found(r"<cv7-([\w-]+)[ >]", page))


def figures(page: Path) -> list[Path]:
    return there("docs/figures/{}.svg", found(r"figures/([\w-]+)\.svg", page))


def drawing(page: Path) -> list[Path]:
    """What draws its figures, and what its widgets show before they are used."""
    made = [path.relative_to(ROOT).as_posix() for path in figures(page)]
    made += [f"{path.relative_to(ROOT).as_posix()}/" for path in widgets(page)]
    code = sorted((ROOT / "snippets/figures").glob("*.py"))
    return [path for path in code if any(f'"{one}' in text(path) for one in made)]


def questions(page: Path) -> list[Path]:
    asked = found(r"<!-- question: ([\w-]+) -->", page)
    heads = [f"\ndef {one.replace('-', '_')}(" for one in asked]
    files = sorted((ROOT / "docs/questions").glob("*.py"))
    return [path for path in files if any(head in text(path) for head in heads)]


def package(page: Path) -> list[Path]:
    """Modules of cv7 that it includes, runs or computes with, and that its code imports."""
    names: set[str] = set()
    for path in [page, *numbers(page), *snippets(page), *drawing(page), *questions(page)]:
        if path.suffix == ".py":
            imported = (target for _, target in uses.imports(ast.parse(text(path)), ""))
            names |= {target.split(".")[1] for target in imported if target.startswith("cv7.")}
        else:
            names |= found(r"\bcv7[./](\w+)|\b(\w+)\.\w", path)  # also cost.projection(…)
    checks = {one.replace("-", "_") for one in found(r"cv7\.check (exercise-\d)", page)}
    return [
        *there("cv7/{}.py", (one for one in names if not one.startswith("_"))),
        *there("cv7/{}/__init__.py", names),
        *there("cv7/check/{}.py", checks),
    ]


@cache
def readers() -> dict[str, str]:
    """The functions of expressions that read one data file, as acc(…) and lecture(…) do."""
    parts = re.split(r"^def (\w+)", text(ROOT / "docs/_site/claims.py"), flags=re.M)[1:]
    asked = zip(parts[::2], parts[1::2], strict=True)
    return {one: match[1] for one, body in asked if (match := re.search(ASKED, body)) and match[1]}


def data(page: Path) -> list[Path]:
    calls = found(r"\b(\w+)\(", page, *numbers(page)) & readers().keys()
    asked = found(ASKED, page, *numbers(page), *drawing(page)) | {readers()[one] for one in calls}
    return there("docs/data/{}.json", asked)


def measuring(page: Path) -> list[Path]:
    """What wrote its data: notebooks and experiments."""
    scripts = [*NOTEBOOKS, *sorted((ROOT / "snippets/experiments").glob("*.py"))]
    slugs = {path.stem for path in data(page)}
    return [path for path in scripts if found(r'\.save\(\s*"([\w-]+)"', path) & slugs]


def notebooks(page: Path) -> list[Path]:
    linked = there("docs/notebooks/{}.py", found(r"notebooks/([\w-]+)\.py", page))
    return sorted({*linked, *measuring(page)} & {*NOTEBOOKS} - {page})


def experiments(page: Path) -> list[Path]:
    return [path for path in measuring(page) if path not in NOTEBOOKS]


def tests(page: Path) -> list[Path]:
    """Tests that carry the name of the page, or of anything else that it is made of."""
    carry: list[Path] = []
    for path in [page, *snippets(page), *package(page), *drawing(page), *figures(page)]:
        own = path.parent.name if path.stem == "__init__" else path.stem
        carry += topics.files(own.replace("_", "-")).get("Tests", [])
    for path in widgets(page):
        carry += topics.files(path.name).get("Tests of the widget", [])
    return sorted({path.parent if "solutions" in path.parts else path for path in carry})


KINDS: dict[str, Callable[[Path], list[Path]]] = {
    "Page": lambda page: [page],
    "Numbers": numbers,
    "Snippets": snippets,
    "Starters": starters,
    "Package": package,
    "Widgets": widgets,
    "Figures": figures,
    "Drawn by": drawing,
    "Questions": questions,
    "Notebooks": notebooks,
    "Experiments": experiments,
    "Data": data,
    "Tests": tests,
}


def parts(page: Path) -> dict[str, list[Path]]:
    """Everything that a page is made of, by kind, kinds without one left out."""
    made = {kind: find(page) for kind, find in KINDS.items()}
    return {kind: paths for kind, paths in made.items() if paths}


def of_no_page() -> list[Path]:
    """What pages are made of, and none of these: what all share."""
    places = [
        *("cv7/**/*.py", "snippets/**/*.py", "docs/widgets/*", "docs/figures/*.svg"),
        *("docs/questions/*.py", "docs/data/*.json", "docs/exercises/starters/*.py"),
    ]
    everything = {path for place in places for path in ROOT.glob(place)}
    taken = {path for page in TAUGHT for paths in parts(page).values() for path in paths}
    return sorted(everything - taken)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make where", description=__doc__)
    parser.add_argument("page")
    given = parser.parse_args().page
    pages = [page for page in TAUGHT if name(page) == given]
    if not pages:
        names = sorted(set(map(name, TAUGHT)))
        near = difflib.get_close_matches(given, names, 1) or names
        sys.exit(f"make where: there is no page PAGE={given}; try PAGE={' or PAGE='.join(near)}")
    for page in pages:
        for kind, paths in parts(page).items():
            print(kind)
            for path in paths:
                print(f"  {path.relative_to(ROOT).as_posix()}{'/' * path.is_dir()}")
        print()


if __name__ == "__main__":
    main()
