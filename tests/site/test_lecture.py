"""Every element of the lecture has its place on the site, and the page that says where is right."""

import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from docs._site.digits import COMMENT

from ..conftest import ROOT, report

PAGE = ROOT / "docs/about/lecture.md"
ROW = re.compile(r"^\| (.+) \| \[(.+)\]\((.+)\.md#(.+)\) \|$", re.M)
HEADINGS = {f"{{http://www.w3.org/1999/xhtml}}h{level}" for level in range(1, 7)}


def rows() -> list[tuple[str, str, str, str]]:
    """What the lecture calls it, what we do, the page without suffix, the anchor."""
    return ROW.findall(COMMENT.sub("", PAGE.read_text(encoding="utf-8")))


def texts(path: Path) -> dict[str, str]:
    """The text under each heading of a built page up to the next, labels of figures included."""
    found: dict[str, list[str]] = {"": []}
    current = ""

    def walk(element: Element) -> None:
        nonlocal current
        if element.tag in HEADINGS and element.get("id"):
            current = element.get("id", "")
            found[current] = []
        found[current] += [element.get("aria-label", ""), element.text or ""]
        for child in element:
            if isinstance(child.tag, str):
                walk(child)
            found[current].append(child.tail or "")

    walk(html5lib.parse(path.read_text(encoding="utf-8")))
    return {anchor: "".join(parts) for anchor, parts in found.items()}


@pytest.mark.claims
def test_every_element_of_the_lecture_has_a_row() -> None:
    lecture = json.loads((ROOT / "docs/data/lecture.json").read_text(encoding="utf-8"))
    assert [row[0] for row in rows()] == [name for names in lecture.values() for name in names]


def test_every_row_leads_to_its_element(site: Path) -> None:
    problems = []
    pages: dict[str, dict[str, str]] = {}
    for name, shown, page, anchor in rows():
        relative = page.removeprefix("../").removesuffix("index")
        if relative not in pages:
            pages[relative] = texts(site / relative / "index.html")
        under = pages[relative]
        if anchor not in under:
            problems.append(f"{name}: {relative} has no heading #{anchor}")
        elif shown not in under[anchor]:
            problems.append(f"{name}: “{shown}” does not stand under {relative}#{anchor}")
    report(problems, "\n  correct docs/about/lecture.md, or bring the element back")
