"""Which files carry a slug, as the table here spells it: what `make page` copies."""

from pathlib import Path

from .conftest import ROOT

FOLDERS = ("chapters", "in-brief", "deeper")
# {slug} is residual-block, {module} residual_block.
KINDS = {
    "Page": tuple(f"docs/{folder}/{{slug}}.md" for folder in FOLDERS),
    "Numbers": tuple(f"docs/{folder}/{{slug}}.numbers" for folder in FOLDERS),
    "Notebook": ("docs/notebooks/{slug}.py",),
    "Package": ("cv7/{module}.py", "cv7/check/{module}.py"),
    "Snippet": (
        "snippets/{slug}.py",
        "snippets/{slug}.out",
        "snippets/{slug}.*.out",
        "snippets/experiments/{slug}.py",
        "docs/exercises/starters/{slug}.py",
    ),
    "Figures": ("docs/figures/{slug}.svg", "snippets/figures/{module}.py"),
    "Questions": ("docs/questions/{module}.py",),
    "Data": ("docs/data/{slug}.json",),
    "Widget": ("docs/widgets/{slug}/*.*",),
    "Tests": (
        "tests/cv7/test_{module}.py",
        "tests/cv7/solutions/{slug}/*.py",
        "tests/snippets/test_{module}.py",
    ),
    "Tests of the widget": (
        "tests/browser/test_{module}.py",
        "tests/widgets/{slug}.*",
        "tests/widgets/test_{module}.py",
    ),
}


def files(slug: str) -> dict[str, list[Path]]:
    """The files of a slug by kind, kinds without one left out."""
    module = slug.replace("-", "_")
    found = {
        kind: [
            path
            for pattern in patterns
            for path in sorted(ROOT.glob(pattern.format(slug=slug, module=module)))
        ]
        for kind, patterns in KINDS.items()
    }
    return {kind: paths for kind, paths in found.items() if paths}
