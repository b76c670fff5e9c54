"""On paper: answers at the end, nothing folded, no controls."""

import re

from playwright.sync_api import Page, expect

SKIP = "chapters/skip-connections/"


def article(page: Page) -> str:
    """Whether notes are open or not is the theme's business: it unfolds them for the printer."""
    return page.locator("article").inner_html().replace(' open=""', "")


def test_answers_move_to_the_end_and_back(page: Page) -> None:
    page.goto(SKIP)
    folded = page.locator("article details:is(.answer, .hint)")
    count = folded.count()
    expect(page.locator(".cv7-progress")).to_contain_text("0 of 5 done")
    before = article(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    end = page.locator(".cv7-at-the-end")
    expect(end.locator("details")).to_have_count(count)
    expect(page.locator("article > :last-child")).to_have_class("cv7-at-the-end")
    expect(page.locator("article p", has_text=re.compile("^→ .*at the end$"))).to_have_count(count)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # a second preview changes nothing
    expect(end).to_have_count(1)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(end).to_have_count(0)
    assert article(page) == before


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


def test_printing_itself_moves_them(page: Page) -> None:
    page.goto(SKIP)
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        "globalThis.printed = document.querySelectorAll('.cv7-at-the-end details').length })"
    )
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.evaluate("globalThis.printed") > 4
    expect(page.locator(".cv7-at-the-end")).to_have_count(0)
