"""Questions become forms, with a line under the page's title and a page for the whole record.

`<!-- question: name -->` stands for a question of docs/questions, `<!-- record -->` for the table
of everything that a reader can answer.
"""

import difflib
import html
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from cv7.check import EXERCISES  # noqa: E402
from docs._site.questions import Asked, Choice, Essay, Question  # noqa: E402

MARKER = re.compile(r"^( *)<!-- question: ([\w-]+) -->$", re.M)
RECORD = "<!-- record -->"
PREDICTS = "<cv7-network-depth>"  # has a prediction of its own, which is drawn
# Of this method, a form sends nothing: a click before the script is there is lost, not the page.
FORM = '<form method="dialog" class="cv7-controls" autocomplete="off"'
_order: list[str] = []  # of the pages, as readers meet them


@cache
def questions() -> dict[str, Asked]:
    """All of them, by name."""
    found: dict[str, Asked] = {}
    for path in sorted((ROOT / "docs/questions").glob("*.py")):
        module = import_module(f"docs.questions.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, Asked) and value.make.__module__ == module.__name__:
                slug = name.replace("_", "-")
                if slug in found:
                    raise PluginError(f"{path.name}: there is a question {slug} already")
                found[slug] = value
    return found


def as_data(question: Question) -> dict[str, Any]:
    """What the browser needs of a question, without what is empty."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if v is not False and v not in ("", (), [])}
            return {k: tidy(v) for k, v in kept.items()}
        return [tidy(v) for v in value] if isinstance(value, list | tuple) else value

    found: dict[str, Any] = asdict(question)
    for part in found["parts"]:
        if "mistakes" in part:
            part["mistakes"] = distinct(part)
    tidied: dict[str, Any] = tidy(found)
    return tidied


def distinct(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The mistakes without those that come, with these numbers, to the answer or an earlier one."""
    taken, kept = [(part["answer"], part["tolerance"])], []
    for mistake in part["mistakes"]:
        value = mistake["value"]
        if not any(_same(value, *other) for other in taken):
            taken.append((value, 0.001))
            kept.append(mistake)
    return kept


def _same(value: Any, other: Any, tolerance: float) -> bool:
    """Whether the browser would take one for the other (docs/widgets/question/model.mjs)."""
    if isinstance(value, list | tuple):
        return list(value) == list(other)
    if float(other).is_integer():
        return bool(value == other)
    digits = len(f"{value:.15g}".replace(".", "").replace("-", "").lstrip("0"))
    rounded = digits >= 2 and value == float(f"{other:.{digits}g}")
    return bool(rounded or abs(value - other) <= max(tolerance, 0.001) * abs(other))


def controls(question: Question) -> str:
    """What a reader fills in."""
    parts = []
    for index, part in enumerate(question.parts):
        label = html.escape(part.label)
        if isinstance(part, Choice):
            radios = "".join(
                f'<label><input type="radio" name="part-{index}" value="{i}"> '
                f"{html.escape(option.text)}</label>"
                for i, option in enumerate(part.options)
            )
            parts.append(f"<fieldset><legend>{label}</legend>{radios}</fieldset>")
        elif isinstance(part, Essay):
            parts.append(
                f'<label>{label} <textarea name="part-{index}" rows="3"></textarea></label>'
            )
        else:
            unit = f" {html.escape(part.unit)}" if part.unit else ""
            parts.append(f'<label>{label} <input type="text" name="part-{index}">{unit}</label>')
    return "".join(parts)


def form(name: str, question: Question, *, fresh: bool) -> str:
    buttons = (
        f'<button class="md-button">{"Keep my answer" if question.prediction else "Check"}</button>'
    )
    if fresh:
        buttons += '<button type="button" name="another" class="md-button">Another one</button>'
    data = html.escape(json.dumps(as_data(question), ensure_ascii=False, separators=(",", ":")))
    return (
        '<details class="cv7-question"><summary>Answer it</summary>'
        f'<cv7-question name="{name}" data-question="{data}">'
        f"{FORM} novalidate>"
        f"<div data-parts>{controls(question)}</div>"
        f'<p class="cv7-buttons">{buttons}</p><div role="status"></div></form>'
        "</cv7-question></details>"
    )


def on_nav(nav: Any, **_: Any) -> None:
    _order[:] = [page.file.src_uri for page in nav.pages]


def on_post_build(config: Any, **_: Any) -> None:
    """The fresh numbers, a file for each question that has them."""
    folder = Path(config.site_dir, "widgets/question")
    for name, known in questions().items():
        if found := known.variants():
            fresh = [{"question": as_data(one), "html": controls(one)} for one in found]
            text = json.dumps(fresh, ensure_ascii=False)
            (folder / f"{name}.json").write_text(text, encoding="utf-8")


def names_on(markdown: str) -> list[str]:
    """What a reader can do on a page, in its order."""
    names = [match[2] for match in MARKER.finditer(markdown)]
    return [*names, "network-depth"] if PREDICTS in markdown else names


def progress(names: Sequence[str], record: str) -> str:
    """The line under a page's title."""
    return (
        f'<div class="cv7-progress"><p><cv7-progress data-everywhere names="{" ".join(names)}">'
        f"<span data-count>0 of {len(names)} done on this page</span> · "
        f'<a href="{record}">Your progress</a> · '
        '<label><input type="checkbox"> Show all answers</label></cv7-progress></p></div>'
    )


def record(config: Any) -> str:
    """The table of all pages and exercises, with what can be done about it."""
    heads = "".join(
        f"<th>{head}</th>" for head in ("Page", "Right", "Predicted or compared", "Tried", "Of")
    )
    rows = []
    for page in _order:
        markdown = Path(config.docs_dir, page).read_text(encoding="utf-8")
        if names := names_on(markdown):
            title = re.search(r"^title: (.*)$", markdown, re.M)
            assert title
            figures = "".join(f"<td data-{s}>0</td>" for s in ("right", "kept", "wrong"))
            rows.append(
                f'<tr data-names="{" ".join(names)}"><th scope="row">{title[1]}</th>'
                f"{figures}<td>{len(names)}</td></tr>"
            )
    passed = "".join(
        f'<tr><th scope="row">{name.replace("-", " ").capitalize()}</th>'
        f'<td data-exercise="{name}">not yet</td></tr>'
        for name in EXERCISES
    )
    return (
        f'<div class="cv7-record"><cv7-record>{FORM}>'
        f"<table><caption>Questions</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
        "<table><caption>Code exercises</caption><thead><tr><th>Exercise</th><th>Checked</th></tr>"
        f"</thead><tbody>{passed}</tbody></table>"
        '<p class="cv7-buttons"><button type="button" name="save" class="md-button">'
        'Save to a file</button><button type="button" name="forget" class="md-button">'
        'Forget everything</button></p><label>Read in a file <input type="file" name="file" '
        'accept="application/json,.json"></label><p role="status"></p></form></cv7-record></div>'
    )


def on_page_markdown(markdown: str, page: Any, files: Any, **_: Any) -> str:
    """Markers become paragraphs of their own: raw HTML would end up inside one, in a note."""
    if names := names_on(markdown):
        to = files.get_file_from_path("exercises/progress.md").url_relative_to(page.file)
        line = progress(names, to)
        # Under the title, so that a lecturer need not look for it.
        markdown = re.sub(r"^# .*$", lambda m: f"{m[0]}\n\n{line}", markdown, count=1, flags=re.M)
    return MARKER.sub(r"\1cv7question:\2", markdown)


def on_page_content(html: str, page: Any, config: Any, **_: Any) -> str:
    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name not in questions():
            near = difflib.get_close_matches(name, questions(), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise PluginError(f"{page.file.src_uri}: there is no question {name}{hint}")
        known = questions()[name]
        return form(name, known.make(), fresh=bool(known.ranges))

    html = re.sub(r"<p>cv7question:([\w-]+)</p>", replaced, html)
    if lost := re.search(r"cv7question:([\w-]+)", html):
        raise PluginError(f"{page.file.src_uri}: set blank lines around the question {lost[1]}")
    return html.replace(RECORD, record(config)) if RECORD in html else html
