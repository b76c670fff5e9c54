"""The public page on where the numbers come from, built from the pages and their data."""

import json
from collections import Counter
from statistics import median
from typing import Any

import pytest

from docs._site import pages
from docs._site.claims import DATA, KINDS, NAMES, givens, of

from ..conftest import NOTEBOOKS, PAGES, ROOT, Generated, report

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/how-we-know.md"
MARK = "<!-- What follows is written by `make refresh`, from the pages and docs/data. -->\n"
COLUMNS = ["computed", *KINDS]
CONCLUSIONS = "conclusions"
# Which results of an experiment hold one number a run, and what that number is; or what else stands
# for the spread.
SPREADS: dict[str, tuple[set[str], str] | str] = {
    "depthwise-separable": "the lowest and the highest of five processes stand beside each result",
    "photograph": "none, as nothing in it is left to chance",
    "gpu": "the middle half of the rounds stands beside each result",
    "network-depth": ({"error"}, "percentage points of training error"),
    "gradient-flow": ({"mlp", "conv"}, "in the factor per layer"),
    "surfaces": ({"seen", "unseen"}, "percentage points of test accuracy"),
    "transfer-learning": ({"accuracy"}, "percentage points of test accuracy"),
    "memorisation": ({"own", "fresh"}, "percentage points of accuracy in eval mode"),
    "train-networks": ({"error"}, "percentage points of points called wrong"),
    "train-networks-recorded": (
        {"error", "error_without"},
        "percentage points of points called wrong",
    ),
}


def counts() -> dict[str, Counter[str]]:
    """Per page, how many numbers of each kind and conclusions it has. This page is left out."""
    found = {}
    for path in [*PAGES, *NOTEBOOKS]:
        if path != PAGE:
            shown = of(path)
            kinds = Counter(claim.kind for claim in shown.claims)
            kinds["given"] += len(givens(path)[1])
            concluded = {(c.quote, place.start) for c in shown.checks for place in c.places}
            kinds[CONCLUSIONS] = len(concluded)
            if kinds.total():
                found[path.relative_to(ROOT / "docs").as_posix()] = kinds
    return found


def spread(value: Any, runs: int, keys: set[str], inside: bool = False) -> list[float]:
    """The ranges of all lists that hold one number a run and lie under one of the keys.

    Of some settings there are fewer runs than seeds.
    """
    if isinstance(value, dict):
        return [r for k, v in value.items() for r in spread(v, runs, keys, inside or k in keys)]
    if isinstance(value, list):
        if inside and 2 < len(value) <= runs and all(isinstance(v, int | float) for v in value):
            return [max(value) - min(value)]
        return [r for v in value for r in spread(v, runs, keys, inside)]
    return []


def entry(slug: str) -> str:
    data = json.loads((DATA / f"{slug}.json").read_text(encoding="utf-8"))
    made, seeds = data["provenance"], data["provenance"]["seeds"]
    versions = ", ".join(
        f"{name} {version.partition('+')[0]}" for name, version in made["versions"].items()
    )
    text = f"\n### {slug} {{ #{slug} }}\n\n"
    text += f"- **Measured** on {made['date']}, {made['device']}; {versions}.\n"
    script = f"`{made['by']}`"
    if made["by"].startswith("docs/notebooks/"):
        script = f"[{script}](../{made['by'].removeprefix('docs/')}), with `FULL=1`"
    text += f"- **Script:** {script}, seeds {', '.join(map(str, seeds))}."
    text += f" **Data:** [{slug}.json](../data/{slug}.json).\n"
    spreads = SPREADS[slug]
    if isinstance(spreads, str):
        text += f"- **Spread:** {spreads}.\n"
    else:
        keys, unit = spreads
        results = {key: value for key, value in data.items() if key != "provenance"}
        ranges = spread(results, len(seeds), keys)
        text += (
            f"- **Spread:** runs of one setting differ by {median(ranges):.2g} in the middle and "
            f"by {max(ranges):.3g} at most, {unit}.\n"
        )
    for name, value in made["settings"].items():
        shown = json.dumps(value) if isinstance(value, dict) else value
        text += f"- {name.replace('_', ' ')}: {shown}\n"
    return text


def cells(kinds: Counter[str]) -> list[int]:
    """A row of the table: all numbers, those of each kind, conclusions."""
    numbers = [kinds[column] for column in COLUMNS]
    return [sum(numbers), *numbers, kinds[CONCLUSIONS]]


def what_we_know() -> str:
    numbers = counts()
    columns = [*COLUMNS, CONCLUSIONS]
    text = "\n## How many\n\n| Page | Numbers | " + " | ".join(columns) + " |\n|---|"
    text += "---:|" * (len(columns) + 1) + "\n"
    for page, kinds in numbers.items():
        row = " | ".join(map(str, cells(kinds)))
        text += f"| [{pages.title(page)}](../{page}) | {row} |\n"
    row = " | ".join(f"**{cell}**" for cell in cells(sum(numbers.values(), Counter())))
    text += f"| **Together** | {row} |\n"
    text += "\n## What was measured\n"
    for path in sorted(DATA.glob("*.json")):
        if "provenance" in json.loads(path.read_text(encoding="utf-8")):
            text += entry(path.stem)
    text += "\n## What was cited\n\n| Source | Recorded figures |\n|---|---:|\n"
    sources = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
    for key, source in sources.items():
        figures = sum(len(values) for values in source["values"].values())
        text += f"| [{source['title']}](references.md#{key}) | {figures} |\n"
    return text


def test_the_page_is_built_from_the_pages_and_their_data(generated: Generated) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    generated(PAGE, head + MARK + what_we_know())


def recorded_in(expression: str) -> set[tuple[str, ...]]:
    """The recorded figures that an expression takes, named one by one or run through."""
    taken: set[tuple[str, ...]] = set()

    def source(*names: str) -> Any:
        taken.add(names)
        return NAMES["source"](*names)

    eval(expression, {"__builtins__": {}, **NAMES, "source": source})  # noqa: S307
    return taken


def test_every_recorded_figure_is_used() -> None:
    cited = [c.expression for page in PAGES for c in of(page).claims if c.kind == "cited"]
    used = set().union(*map(recorded_in, cited))
    sources = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
    report(
        [
            f"docs/data/sources.json: {key}, {place}, {item}: no page cites it"
            for key, entry in sources.items()
            for place, values in entry["values"].items()
            for item in values
            if (key, place, item) not in used
            and not (key == "he2015" and place == "Table 6")  # drawn as a chart
        ]
    )
