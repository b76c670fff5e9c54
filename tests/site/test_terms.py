"""Terms: their first mention explains itself, and nothing else does."""

import re
from pathlib import Path

import html5lib
import pytest
from markdown import Markdown
from mkdocs.exceptions import PluginError

from docs._site.terms import TITLE, TermsExtension, forms, readable

from ..conftest import PAGES, report

EXTENSIONS = [
    *("admonition", "attr_list", "def_list", "md_in_html", "tables", "toc"),
    *("pymdownx.arithmatex", "pymdownx.blocks.caption", "pymdownx.details", "pymdownx.superfences"),
]
APPENDIX = f"\n\n## {TITLE}\n\n"
HEADED = [page for page in PAGES if f"## {TITLE}\n" in page.read_text(encoding="utf-8")]


def built(text: str, *entries: str) -> str:
    """A page with these terms, as HTML; each is given as `term: what it means`."""
    settings = {"pymdownx.arithmatex": {"generic": True}}
    converter = Markdown(extensions=[*EXTENSIONS, TermsExtension()], extension_configs=settings)
    listed = "\n\n".join(re.sub(r": ", "\n:   ", entry, count=1) for entry in entries)
    return converter.convert(text + (APPENDIX + listed if entries else ""))


def linked(html: str) -> list[str]:
    return re.findall(r'<a [^>]*class="cv7-term"[^>]*>([^<]*)</a>', html)


def test_the_first_mention_and_no_other_leads_to_its_entry() -> None:
    html = built("A head.\n\nAnother head.", "Head: the last layer.")
    assert linked(html) == ["head"]
    assert "Another head." in html
    link = '<a aria-describedby="term-head-is" class="cv7-term" data-term="the last layer" '
    assert f'<p>A {link}href="#term-head">head</a>.</p>' in html
    assert '<dt id="term-head">Head</dt>' in html
    assert '<dd id="term-head-is">the last layer.</dd>' in html


def test_several_terms_in_one_text_keep_what_stands_between_them() -> None:
    html = built(
        "Heads and *a stage,* or a feature map of stages.",
        "Stage: one part",
        "Head: the last",
        "Map: a sheet",
        "Feature map: an output",
    )
    assert linked(html) == ["Heads", "stage", "feature map"]  # the longest wins
    text = re.sub(r"<[^>]*>", "", html.partition("<details")[0])
    assert text.strip() == "Heads and a stage, or a feature map of stages."


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Head", ["Head"]),
        ("BatchNorm (BN)", ["BatchNorm", "BN"]),
        ("Skip connection or shortcut", ["Skip connection", "shortcut"]),
        ("Freeze, frozen", ["Freeze", "frozen"]),
        ("Factor", ["Factor"]),  # “or” is a word
        (
            "Xavier and He initialisation",
            ["Xavier and He initialisation", "Xavier initialisation", "He initialisation"],
        ),
        ("Top-1 and top-5 error", ["Top-1 and top-5 error", "Top-1 error", "top-5 error"]),
        ("⊙", ["⊙"]),
    ],
)
def test_the_forms_of_a_term(term: str, expected: list[str]) -> None:
    assert forms(term) == expected


def test_any_form_is_a_mention_with_plural_and_capital() -> None:
    for form in (
        "a skip connection",
        "Skip connections",
        "shortcuts",
        "Shortcut",
        "skip\nconnection",
    ):
        html = built(f"See {form}.", "Skip connection or shortcut: an addition")
        assert len(linked(html)) == 1, form
    for other in ("short cut", "shortcutting", "non-shortcut", "shortcut-free", "SHORTCUT"):
        assert not linked(built(f"See {other}.", "Skip connection or shortcut: an addition")), other


def test_where_nothing_is_explained() -> None:
    for text in (
        "# The head",
        "[the head](https://example.org)",
        "`the head`",
        "```\nthe head\n```",
        r"$\text{head}$",
        '!!! note "The head"\n    Text.',
        '??? note "The head"\n    Text.',
        "| Head |\n|---|\n| head |",
        "<div>the head</div>",
    ):
        html = built(f"{text}\n\nThis head.", "Head: the last")
        assert linked(html) == ["head"], text
        assert '">head</a>.</p>' in html, text


def test_lists_captions_and_notes_explain() -> None:
    for text in (
        "- a head",
        "Text.\n\n/// caption\nA head.\n///",
        '!!! note "Title"\n    A head.',
        '<div class="grid" markdown>\n\n-   **A head**\n\n</div>',
    ):
        html = built(f"{text}\n\nThis head.", "Head: the last")
        assert linked(html) == ["head"], text
        assert "This head." in html, text


def test_what_stands_open_goes_before_what_is_folded() -> None:
    note = '??? note "Title"\n    A head.'
    assert "This <a" in built(f"{note}\n\nThis head.", "Head: the last")
    assert "A <a" in built(f"{note}\n\nText.", "Head: the last")


def test_the_explanation_is_plain_text() -> None:
    html = built(
        "A ReLU6.",
        r"ReLU6: *cut* off, `relu6`, [as](#x) $\min(\max(0, x), 6)$ & “so”. By $D_F \times D_F$.",
    )
    said = "cut off, relu6, as min(max(0, x), 6) &amp; “so”. By D_F × D_F."
    assert f'data-term="{said}"' in html


def test_formulas_without_a_plain_form_are_named() -> None:
    assert readable(r"a \odot b_{l}") == "a ⊙ b_l"
    with pytest.raises(PluginError, match=r"\\frac in a definition has no plain form"):
        readable(r"\frac{1}{N}")


def test_a_page_without_terms_stays_and_one_without_list_is_named() -> None:
    assert not linked(built("A head."))
    with pytest.raises(PluginError, match="no list of terms follows"):
        built(f"A head.{APPENDIX}Head is the last layer.")
    with pytest.raises(PluginError, match="no list of terms follows"):
        built(f"A head.{APPENDIX}")


def test_every_term_of_a_page_is_explained_at_a_mention(site: Path) -> None:
    """Those that are signs stand in formulas, where nothing is explained."""
    problems = []
    assert HEADED
    for page in HEADED:
        slug = page.relative_to(page.parents[1]).with_suffix("")
        tree = html5lib.parse(
            (site / slug / "index.html").read_text("utf-8"), namespaceHTMLElements=False
        )
        links = {a.get("href") for a in tree.iter("a") if a.get("class") == "cv7-term"}
        for term in tree.iter("dt"):
            name = "".join(term.itertext())
            anchor = term.get("id") or ""
            if (
                anchor.startswith("term-")
                and f"#{anchor}" not in links
                and re.search(r"\w\w", name)
            ):
                problems.append(
                    f"docs/{slug}.md: the text has no “{name}”: name the form that it has, as in "
                    "“BatchNorm (BN)”, or take the term off the list"
                )
    report(problems)
