"""On paper: answers at the end, nothing folded, no controls."""

import io
import re
from pathlib import Path

from playwright.sync_api import Page, expect

SKIP = "chapters/skip-connections/"


def test_answers_move_to_the_end_and_back(page: Page) -> None:
    page.goto(SKIP)
    folded = page.locator("article details:is(.answer, .hint)")
    count = folded.count()
    before = page.locator("article").inner_html()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    end = page.locator(".cv7-at-the-end")
    expect(end.locator("details")).to_have_count(count)
    expect(page.locator("article > :last-child")).to_have_class("cv7-at-the-end")
    expect(page.locator("article p", has_text=re.compile("^→ .*at the end$"))).to_have_count(count)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # a second preview changes nothing
    expect(end).to_have_count(1)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(end).to_have_count(0)
    assert page.locator("article").inner_html() == before


def test_what_is_folded_is_printed_and_controls_are_not(page: Page) -> None:
    page.goto(SKIP)
    page.emulate_media(media="print")
    assert page.locator("details.correction").count() > 3
    for text in page.locator("details.correction > :not(summary)").all():
        assert text.bounding_box(), text.inner_text()
    for hidden in (".cv7-controls", ".cv7-live", ".cv7-progress", ".cv7-question", ".cv7-report"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    series = page.locator('[data-figure="training-error"] [data-series]').first
    assert series.evaluate("(s) => getComputedStyle(s).visibility") == "visible"


def test_a_printed_chapter_ends_with_its_answers(page: Page, tmp_path: Path) -> None:
    page.goto(SKIP)
    text = pdf_text(page.pdf(format="A4"))
    assert "Answers" in text
    assert text.index("at the end") < text.rindex("Answers")
    # Only there: it is the answer to the first quick check.
    assert "= 45 layers" in re.sub(r"\s+", " ", text[text.rindex("Answers") :])
    assert "Show all answers" not in text
    assert "Another one" not in text


def pdf_text(pdf: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
