"""Terms explain themselves where they stand, to every way of reading; the time stands on top."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

URL = "chapters/transfer-learning/"
TERM = 'a[href="#term-backbone"]'
SAID = "all of a network but its last layer"
CONTENT = "(term) => getComputedStyle(term, '::after').content"
BOX = """(term) => {
  const { fontSize, position } = getComputedStyle(term, "::after");
  return { fontSize: parseFloat(fontSize), position };
}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_pointer_and_keyboard_show_what_a_term_means(page: Page) -> None:
    page.goto(URL)
    term = page.locator(TERM)
    assert term.evaluate(CONTENT) == "none"
    term.hover()
    assert SAID in term.evaluate(CONTENT)
    assert term.evaluate(BOX)["fontSize"] >= 13
    page.mouse.move(1, 1)
    assert term.evaluate(CONTENT) == "none"
    term.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(term).to_be_focused()
    assert SAID in term.evaluate(CONTENT)
    page.keyboard.press("Escape")
    assert term.evaluate(CONTENT) == "none"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert SAID in term.evaluate(CONTENT)
    page.keyboard.press("Enter")
    expect(page.locator("dt:target")).to_be_in_viewport()
    expect(page.locator("dd#term-backbone-is")).to_contain_text(SAID)


def test_screen_readers_say_the_entry_after_the_term(page: Page) -> None:
    page.goto(URL)
    term = page.locator(TERM)
    expect(term).to_have_accessible_description(f"{SAID}; it turns an image into features.")
    term.hover()
    expect(term).to_have_accessible_name("backbone")


@pytest.mark.browser_context_args(**PHONE)
def test_a_finger_shows_it_first_and_then_goes_there(page: Page) -> None:
    page.goto(URL)
    page.wait_for_function("globalThis.document$")  # our scripts come before the theme's
    term = page.locator(TERM)
    address = page.url
    term.tap()
    assert SAID in term.evaluate(CONTENT)
    assert page.url == address
    page.locator(".why p").last.tap()
    assert term.evaluate(CONTENT) == "none"
    term.tap()
    term.tap()
    expect(page.locator("dt:target")).to_be_in_viewport()


@pytest.mark.browser_context_args(java_script_enabled=False, **PHONE)
def test_without_javascript_a_finger_goes_to_the_entry(page: Page) -> None:
    page.goto(URL)
    expect(page.locator(".cv7-time")).to_be_visible()
    expect(page.locator("cv7-progress")).to_be_hidden()
    page.locator(TERM).tap()
    expect(page.locator("dt#term-backbone")).to_be_in_viewport()


def test_on_paper_it_stands_in_parentheses_and_the_list_is_left_out(page: Page) -> None:
    page.goto(URL)
    page.emulate_media(media="print")
    term = page.locator(TERM)
    assert term.evaluate(CONTENT).replace('"', "").startswith(f" ({SAID}")
    inside = term.evaluate(BOX)
    assert inside["position"] == "static"
    assert inside["fontSize"] < term.evaluate("(t) => parseFloat(getComputedStyle(t).fontSize)")
    expect(page.locator(".cv7-words")).to_be_hidden()


def test_the_time_takes_no_line_of_its_own_on_a_phone(browser: Browser, base_url: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, service_workers="block")
    page.goto(base_url + URL)
    line = page.locator(".cv7-progress")
    expect(line).to_contain_text("exam path")
    height = line.evaluate("(line) => line.offsetHeight")
    page.evaluate("document.querySelector('.cv7-time').remove()")
    assert line.evaluate("(line) => line.offsetHeight") == height
    page.close()


def test_headings_and_contents_say_what_the_exam_needs(page: Page) -> None:
    page.goto(URL)
    expect(page.get_by_role("heading", name=re.compile("^Checkpoint exam"))).to_be_visible()
    contents = page.get_by_role("navigation", name="Table of contents")
    expect(contents.get_by_role("link", name=re.compile("^Checkpoint.*exam$"))).to_be_visible()
