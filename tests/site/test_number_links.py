"""Measured and cited numbers lead to their origin, and only where a link can stand."""

import re
from pathlib import Path

import pytest

from docs._site.claims import claims
from docs._site.pages import linked

from .test_build import built

CITED = '27.94<!--= source("he2015", "Table 2", "plain-18") -->'
MEASURED = '73.9<!--= acc("defects", "C", 250) -->'


def test_a_cited_number_leads_to_its_reference() -> None:
    line = linked(f"It has {CITED} %.", "chapters")
    target = '(../about/references.md#he2015){ .cv7-known data-known="He et al. 2015, Table 2" }'
    assert line.startswith(f"It has [27.94]{target}<!--=")


def test_a_number_that_a_file_speaks_of_leads_there_too() -> None:
    known = list(claims(f"It has {CITED} %.", 1))
    line = linked("It has 27.94 %.", "chapters", known)
    assert line.startswith("It has [27.94](../about/references.md#he2015)")
    assert linked("It has 27.94 %.", "chapters", ()) == "It has 27.94 %."


def test_a_measured_number_leads_to_its_entry() -> None:
    assert "[73.9](../about/how-we-know.md#transfer-learning)" in linked(MEASURED, "chapters")
    assert "[73.9](how-we-know.md#transfer-learning)" in linked(MEASURED, "about")


def test_one_stop_for_the_tab_key_in_a_line() -> None:
    line = linked(f"| {MEASURED} | {CITED} | {MEASURED} |", "chapters")
    assert re.findall(r"tabindex=-1|\[[\d.]+\]", line) == [
        *("[73.9]", "[27.94]", "[73.9]", "tabindex=-1")
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"## Of {CITED}",
        '??? check "Of 27.94"<!--= source("he2015", "Table 2", "plain-18") -->',
        '$x = 27.94$<!--= source("he2015", "Table 2", "plain-18") -->',
        '[a link of 27.94](page.md)<!--= source("he2015", "Table 2", "plain-18") -->',
        "8<!--= given(8) --> channels, 2,048<!--= 32 * 64 --> weights",
    ],
)
def test_where_no_link_can_stand_the_line_is_left(line: str) -> None:
    assert linked(line, "chapters") == line


def test_the_links_are_on_the_built_page(site: Path) -> None:
    page = Path(__file__).parents[2] / "docs/chapters/transfer-learning.md"
    html = built(site, page).read_text(encoding="utf-8")
    links = re.findall(r'<a class="cv7-known"[^>]*>([\d.,−-]+)</a>', html)
    assert len(links) > 80
    assert links.count("76.8") >= 2
