"""The shape of the repository: nothing orphaned, imports one way, every correction in place."""

import ast
import json
import re
from pathlib import Path

import network_depth
import strategy_selector

from cv7.check import EXERCISES
from docs._site.claims import beside
from docs._site.corrections import marked

from ..conftest import NOTEBOOKS, PAGES, ROOT, report

# Whose claims each page answers, by the prefix of their ids.
ANSWERS = {
    "chapters/skip-connections": ("hero-", "skip-"),
    "chapters/depthwise-separable": ("dw-",),
    "chapters/transfer-learning": ("tl-",),
    "chapters/strategy-selector": ("sel-",),
    "chapters/summary": ("sum-", "ref-"),
    "exercises/index": ("ex",),
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_imports_go_one_way() -> None:
    problems = []
    for path in (ROOT / "cv7").rglob("*.py"):
        if wrong := imports(path) & {"snippets", "docs", "tests"}:
            problems.append(f"cv7/{path.name} imports {wrong}: cv7 stands on its own")
    for path in (ROOT / "snippets").rglob("*.py"):
        if wrong := imports(path) & {"docs", "tests"}:
            problems.append(f"{path.relative_to(ROOT)} imports {wrong}: only tests see everything")
    for path in NOTEBOOKS:
        if wrong := imports(path) & {"docs", "snippets", "tests"}:
            problems.append(f"{path.name} imports {wrong}: readers have cv7 only")
    plain = ("_palette", "cost", "gradient_flow", "linear_head", "measured", "networks", "weights")
    checker = [f"check/{name}" for name in ("__init__", "__main__", "process", "report")]
    for name in ("__init__", *plain, *checker):
        if "torch" in imports(ROOT / f"cv7/{name}.py"):
            problems.append(f"cv7/{name}.py imports torch: it must work without")
    report(problems)


def test_every_claim_of_the_lecture_that_is_not_right_is_corrected() -> None:
    claims = json.loads((ROOT / "docs/data/claims.json").read_text(encoding="utf-8"))
    everywhere = tuple(prefix for prefixes in ANSWERS.values() for prefix in prefixes)
    problems = [
        f"no page answers for {claim}" for claim in claims if not claim.startswith(everywhere)
    ]
    for slug, prefixes in ANSWERS.items():
        page = f"docs/{slug}.md"
        wanted = {
            claim
            for claim, entry in claims.items()
            if claim.startswith(prefixes) and entry["verdict"] != "right"
        }
        corrected = set(marked((ROOT / page).read_text(encoding="utf-8")))
        problems += [
            f"{page} corrects no {claim}: put [^{claim}] behind the words that it is about"
            for claim in sorted(wanted - corrected)
        ]
        problems += [f"{page}: {claim} needs no correction" for claim in corrected - wanted]
    report(problems)


def test_nothing_is_orphaned() -> None:
    numbers = [path for page in PAGES if (path := beside(page)).exists()]
    pages = "\n".join(p.read_text(encoding="utf-8") for p in [*PAGES, *numbers, *NOTEBOOKS])
    problems = []
    for path in (ROOT / "docs/figures").glob("*.svg"):
        if path.name not in pages:
            problems.append(
                f"docs/figures/{path.name}:1: no page shows it: show it on one, with "
                f"![What it shows.](../figures/{path.name}), or delete it and what draws it"
            )
    for path in (ROOT / "docs/data").glob("*.json"):
        call = {"claims": "lecture(", "sources": "source(", "transfer-learning": "acc("}.get(
            path.stem, f'data("{path.stem}"'
        )
        if path.name not in pages and call not in pages:
            problems.append(f"docs/data/{path.name}: no page uses it")
    made = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs/_site").glob("*.py"))
    for path in (ROOT / "docs/widgets").glob("*/element.mjs"):
        slug = path.parent.name
        if not re.search(rf"<cv7-{slug}[ >]", pages + made):
            problems.append(
                f"docs/widgets/{slug}/element.mjs:1: no page has <cv7-{slug}>: put it on one, or "
                "delete its folder and tests"
            )
        module = slug.replace("-", "_")
        test = f"tests/widgets/{slug}.test.mjs"
        values = f"tests/widgets/{slug}.vectors.json"  # by snippets/figures, or a test with torch
        if slug == "question":
            values = test  # it compares what docs/questions has computed
        for part, wanted in {"model": values, "drawing": test}.items():
            if (path.parent / f"{part}.mjs").exists() and not (ROOT / wanted).exists():
                cure = "copy that of stride-and-padding"
                if wanted != test:
                    cure = f"write vectors() in snippets/figures/{module}.py, as {cure[5:]} has it"
                problems.append(f"docs/widgets/{slug}/{part}.mjs:1: {wanted} is missing: {cure}")
    for path in (ROOT / "cv7").glob("[!_]*.py"):
        if not (ROOT / f"tests/cv7/test_{path.name}").exists():
            problems.append(f"cv7/{path.name}: tests/cv7/test_{path.name} is missing")
    for path in (ROOT / "docs/exercises/starters").iterdir():
        if f"(starters/{path.name})" not in pages:
            problems.append(f"docs/exercises/starters/{path.name}: no page links it")
    report(problems)


def test_every_widget_is_tested_by_keyboard() -> None:
    """Nothing else tells that somebody without a mouse can use it."""
    problems = []
    for path in (ROOT / "docs/widgets").glob("*/element.mjs"):
        controls = path.with_name("controls.html")
        if controls.exists() and 'type="range"' in controls.read_text(encoding="utf-8"):
            continue  # tests/browser/test_widgets.py moves every slider by its keys
        test = ROOT / f"tests/browser/test_{path.parent.name.replace('-', '_')}.py"
        text = test.read_text(encoding="utf-8") if test.exists() else ""
        if ".press(" not in text and "keyboard.type(" not in text:
            problems.append(
                f"docs/widgets/{path.parent.name}/element.mjs:1: it has no slider, so no test "
                f"presses a key in it: reach its controls and change them in tests/browser/"
                f'{test.name}, with page.keyboard.press("ArrowDown"), as '
                "tests/browser/test_fine_tuning.py does"
            )
    report(problems)


def test_every_slider_has_a_label_and_an_output() -> None:
    """Without the output no widget with it comes alive; without a label nobody hears what it is."""
    problems = []
    for path in sorted((ROOT / "docs/widgets").glob("*/controls.html")):
        html = path.read_text(encoding="utf-8")
        for number, line in enumerate(html.splitlines(), start=1):
            for tag in re.findall(r'<input [^>]*type="range"[^>]*>', line):
                its = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
                here = f"{path.relative_to(ROOT).as_posix()}:{number}: the slider {its['name']}"
                output = f'<output name="{its["name"]}-value" for="{its["id"]}">'
                if output not in html:
                    value = its.get("data-shown", "#").replace("#", its["value"])
                    problems.append(f"{here} has no output: write {output}{value}</output>")
                label = f'<label for="{its["id"]}">'
                if label not in html:
                    problems.append(f"{here} has no label: write {label}…</label>")
    report(problems)


def test_no_skipped_code_block_without_a_reason() -> None:
    marks = re.compile(r"<!--\s*pytest(?:-codeblocks:(?:skip|importorskip)|\.mark\.)[^>]*-->")
    problems = []
    for page in [*PAGES, ROOT / "README.md"]:
        for match in marks.finditer(page.read_text(encoding="utf-8")):
            if "reason=" not in match[0]:
                problems.append(f"{page.name}: {match[0]} gives no reason")
    report(problems)


def test_sliders_and_points_to_draw_reach_what_was_measured_and_no_further() -> None:
    html = (ROOT / "docs/widgets/network-depth/controls.html").read_text(encoding="utf-8")
    data = json.loads((ROOT / "docs/data/network-depth.json").read_text(encoding="utf-8"))
    slider = re.search(r'name="depth" min="(\d+)" max="(\d+)" step="(\d+)"', html)
    assert slider
    low, high, step = map(int, slider.groups())
    measured = [row["depth"] for row in data["plain"]]
    assert measured == list(range(low, high + 1, step))
    assert {*network_depth.DRAWN, high} <= set(measured)


def limits(slug: str) -> dict[str, tuple[int, ...]]:
    """From, to and step of each of a widget's sliders."""
    html = (ROOT / f"docs/widgets/{slug}/controls.html").read_text(encoding="utf-8")
    sliders = re.findall(r'"range" name="(\w+)" min="(\d+)" max="(\d+)" step="(\d+)"', html)
    return {name: tuple(map(int, numbers)) for name, *numbers in sliders}


def test_the_cost_explorers_sliders_offer_layers_and_maps_that_exist() -> None:
    assert limits("depthwise-separable") == {
        "in": (1, 512, 1),
        "out": (1, 512, 1),
        "kernel": (1, 7, 2),
        "size": (7, 224, 7),
    }


def test_the_selectors_controls_are_within_what_its_code_is_run_for() -> None:
    assert limits("strategy-selector") == {
        "stages": (1, len(strategy_selector.CHANNELS) - 1, 1),
        "classes": (2, 200, 1),
        "size": (64, 448, strategy_selector.UNIT),
    }


def test_the_overview_of_exercises_names_their_headings() -> None:
    text = (ROOT / "docs/exercises/index.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*) \{ #(exercise-\d) \}$", text, re.M)
    assert headings == re.findall(r"^\| \[(.*)\]\(#(exercise-\d)\) \|", text, re.M)
    numbered = [(h.partition(" ")[0], a) for h, a in headings]
    assert numbered == [(str(n), f"exercise-{n}") for n in range(1, 9)]


def test_every_exercise_in_code_has_a_checker_and_a_starter() -> None:
    text = (ROOT / "docs/exercises/index.md").read_text(encoding="utf-8")
    kinds = re.findall(r"^\| \[\d · (.*)\]\(#(exercise-\d)\) \|.*\| code \|", text, re.M)
    assert {name: title for title, name in kinds} == {
        name: exercise.title for name, exercise in EXERCISES.items()
    }
    for name in EXERCISES:
        module = ROOT / f"cv7/check/{name.replace('-', '_')}.py"
        assert module.exists()
        assert (ROOT / f"docs/exercises/starters/{name}.py").exists()
        assert f"python -m cv7.check {name} my_solution.py\n" in text
