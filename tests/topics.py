"""Which files belong to a topic: those that carry its slug, as the table here spells it."""

import re
from pathlib import Path

from .conftest import NOTEBOOKS, PAGES, ROOT

# Pages about the site name everything, and teach nothing.
TAUGHT = [page for page in PAGES if page.parent.name != "about"]
# {slug} is residual-block, {module} residual_block.
KINDS = {
    "Page": ("docs/chapters/{slug}.md", "docs/in-brief/{slug}.md"),
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
        "tests/widgets/vectors/{module}.py",
    ),
}


def files(slug: str) -> dict[str, list[Path]]:
    """The topic's files by kind, kinds without one left out."""
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


def pages(slug: str) -> list[Path]:
    """The topic's own page, or those that include or link something of it."""
    own = files(slug).get("Page", [])
    used = re.compile(
        rf'(?:snippets|notebooks|figures|data|starters)/{slug}\.|<cv7-{slug}>|data\("{slug}"'
    )
    return own or [p for p in TAUGHT if used.search(p.read_text(encoding="utf-8"))]


def topics() -> list[str]:
    """Every slug that pages show something of."""
    named = [*PAGES, *NOTEBOOKS, *(ROOT / "snippets").rglob("*.py")]
    named += [*(ROOT / "docs/data").glob("*.json"), *(ROOT / "docs/widgets").iterdir()]
    slugs = {path.stem for path in named}
    return sorted(slug for slug in slugs if "_" not in slug and files(slug) and pages(slug))
