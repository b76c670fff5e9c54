"""Corrections: a folded list at the end; brought to their marks, and titled in a wide margin."""

from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

SKIP = "chapters/skip-connections/"
PHONE = {"width": 390, "height": 844}
TITLE = "There was no wall at any depth: the damage begins early and grows."


def mark(page: Page) -> Locator:
    return page.locator(".opening .footnote-ref")


def note(page: Page) -> Locator:
    return page.locator("details.correction", has_text=TITLE)


def title(page: Page) -> Locator:
    return page.locator("[data-note=skip-01]")


def box(one: Locator) -> dict[str, float]:
    found = one.bounding_box()
    assert found
    return {**found}


def test_on_a_wide_screen_its_title_stands_beside_its_mark_and_unfolds(page: Page) -> None:
    page.goto(SKIP)
    expect(title(page)).to_have_text(f"1 {TITLE}")
    mark(page).scroll_into_view_if_needed()
    text, here, beside = box(page.locator(".opening")), box(mark(page)), box(title(page))
    assert beside["x"] > text["x"] + text["width"]
    assert abs(beside["y"] - here["y"]) < 40
    mark(page).click()
    expect(note(page)).to_contain_text("28.54 %")
    assert abs(box(note(page))["y"] - beside["y"]) < 3
    assert abs(box(note(page))["x"] - beside["x"]) < 3
    expect(title(page)).to_be_hidden()
    note(page).locator("summary").click()
    expect(title(page)).to_be_visible()
    title(page).click()
    expect(note(page)).to_have_attribute("open", "")
    mark(page).focus()
    page.keyboard.press("Enter")
    expect(title(page)).to_be_visible()
    expect(page.locator(".footnote details.correction", has_text=TITLE)).to_be_attached()


@pytest.mark.parametrize("chapter", ["skip-connections", "depthwise-separable"])
def test_titles_in_the_margin_cover_neither_text_nor_each_other(page: Page, chapter: str) -> None:
    page.goto(f"chapters/{chapter}/")
    page.locator("[data-note]").first.wait_for()
    shown = [box(one) for one in page.locator("[data-note]").all() if one.is_visible()]
    assert len(shown) > 6
    text = box(page.locator(".why"))
    wide = page.locator("article > :is(.cv7-widget, .grid, .highlight, .md-typeset__scrollwrap)")
    bands = [(box(one)["y"], box(one)["y"] + box(one)["height"]) for one in wide.all()]
    for one in shown:
        assert one["x"] >= text["x"] + text["width"], one
        for top, bottom in bands:
            assert one["y"] >= bottom - 1 or one["y"] + one["height"] <= top + 1, one
    shown.sort(key=lambda one: one["y"])
    for above, below in pairwise(shown):
        assert above["y"] + above["height"] <= below["y"] + 1, (above, below)


def test_on_a_phone_a_mark_brings_its_note_and_sends_it_home(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto(SKIP)
    expect(title(page)).to_be_hidden()
    mark(page).click()
    expect(note(page)).to_have_attribute("open", "")
    assert 0 < box(note(page))["y"] - box(mark(page))["y"] < 80
    expect(note(page)).to_be_in_viewport()
    mark(page).click()
    expect(page.locator(".footnote details.correction", has_text=TITLE)).to_be_attached()
    page.locator(".cv7-notes > summary").click()
    note(page).locator("summary").click()
    page.locator("li", has=note(page)).locator(".footnote-backref").click()
    expect(mark(page)).to_be_in_viewport()


def test_two_marks_share_a_note(page: Page) -> None:
    page.goto(SKIP)
    first, second = page.locator(".footnote-ref[href='#fn:skip-09']").all()[:2]
    shared = page.locator("details.correction[open]")
    first.click()
    expect(shared).to_have_count(1)
    before = box(shared)
    second.click()
    expect(shared).to_have_count(1)
    assert box(shared) != before or second.evaluate(
        "(mark) => mark.parentElement.nextElementSibling?.open"
    )


def test_it_goes_home_for_the_printer(page: Page) -> None:
    page.goto(SKIP)
    at_home = page.locator(".footnote details.correction")
    count = at_home.count()
    mark(page).click()
    expect(at_home).to_have_count(count - 1)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(at_home).to_have_count(count)
    page.emulate_media(media="print")
    expect(title(page)).to_be_hidden()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_it_is_a_list_at_the_end_and_a_title_beside(page: Page) -> None:
    page.goto(SKIP)
    expect(title(page)).to_be_visible()
    summary = page.locator(".cv7-notes > summary")
    count = page.locator(".footnote details.correction").count()
    expect(summary).to_have_text(f"Where the lecture says otherwise: {count} notes")
    summary.click()
    expect(note(page)).to_be_visible()
