"""The minutes of a chapter and its exam path."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.exceptions import PluginError

from docs._site import reading

from ..conftest import ROOT

WORDS = "word " * 400


def minutes(html: str) -> tuple[int, int]:
    return reading.minutes(html)


def test_minutes_are_words_at_a_pace() -> None:
    assert reading.PACE == 200
    assert minutes(f"<p>{WORDS}</p>") == (2, 2)
    assert minutes(f"<p>{WORDS}{'word ' * 110}</p>") == (3, 3)
    assert minutes("<p>Few words – and a dash · and a dot.</p>") == (1, 1)


def test_the_path_is_the_opening_and_what_is_marked_up_to_the_next_heading() -> None:
    opening, plain = f"<h1>Title</h1><p>{WORDS}</p>", f"<h2>A</h2><p>{WORDS}</p>"
    exam = f'<h2 class="exam" id="b">B</h2><p>{WORDS}</p>'
    below = f"<h3>C</h3><p>{WORDS}</p>"
    assert minutes(opening + plain) == (4, 2)
    assert minutes(opening + plain + exam + below) == (8, 4)
    assert minutes(
        opening + plain + exam + below.replace("<h3>", '<h3 id="c" class="x exam">')
    ) == (*(8, 6),)


@pytest.mark.parametrize(
    "part",
    [
        "<details><summary>Title</summary><p>{}</p></details>",
        "<details open><summary>T</summary><details><summary>T</summary>{}</details></details>",
        "<pre><code>{}</code></pre>",
        "<details><summary>T</summary><p>a<br />{}</p></details>",
        '<span class="arithmatex">{}</span>',
        '<div class="cv7-widget"><p>{}</p></div>',
        '<div class="cv7-question"><form>{}</form></div>',
        '<dl class="cv7-words"><dt>{}</dt><dd>{}</dd></dl>',
        '<svg role="img"><text>{}</text></svg>',
        "<p hidden>{}</p>",
        "<!-- {} -->",
    ],
)
def test_what_is_folded_or_no_prose_does_not_count(part: str) -> None:
    html = f"<h1>T</h1>{part.replace('{}', WORDS)}<p>{WORDS}<br>word <img src=x>word</p>"
    assert minutes(html) == (2, 2)


def test_what_stands_open_counts() -> None:
    for part in (
        "<details open><summary>Title</summary><p>{}</p></details>",
        "<details><summary>{}</summary><p>no</p></details>",
        "<table><tr><td>{}</td></tr></table>",
        "<figure><figcaption>{}</figcaption></figure>",
    ):
        assert minutes(part.replace("{}", WORDS)) == (2, 2), part


def shown(html: str, name: str = "chapters/x.md") -> tuple[str, Any]:
    """A page after the hook, and its table of contents."""
    item = SimpleNamespace(id="b", title="B", children=[])
    top = SimpleNamespace(id="a", title="A", children=[item])
    page = SimpleNamespace(file=SimpleNamespace(src_uri=name), toc=[top])
    other = SimpleNamespace(url_relative_to=lambda file: "../../about/how-we-know/")
    files = SimpleNamespace(get_file_from_path=lambda path: other)
    once = reading.on_page_content(html, page=page, files=files)
    reading.on_page_content(
        html, page=page, files=files
    )  # `make serve` has the same contents again
    return once, top


def test_a_page_says_it_in_the_line_below_its_title() -> None:
    body = (
        f'<p>{WORDS}</p><h2 id="a">A</h2><h2 class="exam" id="b">B<a class="headerlink"></a></h2>'
    )
    line = '<div class="cv7-progress"><p><cv7-progress>0 of 6</cv7-progress></p></div>'
    html, contents = shown(f"<h1>T</h1>{line}{body}")
    assert html.count("cv7-time") == 1
    assert (
        '<div class="cv7-progress"><p><span class="cv7-time"><span>About </span>2 minutes' in html
    )
    assert 'href="../../about/how-we-know/#minutes"' in html
    assert "exam path</a></span> <cv7-progress>" in html
    assert f'<h2 class="exam" id="b">B{reading.LABEL}<a class="headerlink">' in html
    assert (contents.title, contents.children[0].title) == ("A", f"B{reading.LABEL}")
    html, _ = shown(f"<h1>T</h1>{body}")  # without questions, the line is its own
    assert '<h1>T</h1><div class="cv7-progress"><p><span class="cv7-time">' in html
    with pytest.raises(PluginError, match="no title"):
        shown(body)


def test_pages_without_a_path_stay_as_they_are() -> None:
    for html, name in (
        ("<h1>T</h1><h2 id=a>A</h2>", "chapters/x.md"),
        ('<h1>T</h1><h2 class="examples" id="a">A</h2>', "chapters/x.md"),
        ('<h1>T</h1><h2 class="exam" id="a">A</h2>', "deeper/x.md"),
    ):
        assert shown(html, name)[0] == html


def test_one_minute_is_no_minutes() -> None:
    assert "1 minute<span> to read</span>, 1 on the" in reading.told(1, 1, "#")


def test_the_page_on_how_we_know_states_the_pace() -> None:
    text = (ROOT / "docs/about/how-we-know.md").read_text(encoding="utf-8")
    assert "## Minutes { #minutes }" in text
    assert f"its words at {reading.PACE} a minute" in text


def test_search_shows_headings_without_the_label(site: Path) -> None:
    index = (site / "search/documents.json").read_text(encoding="utf-8")
    assert "Discriminative learning rates" in index
    assert "Discriminative learning rates exam" not in index
    assert "cv7-exam" not in index
