"""The strategy matrix, as its readers use it."""

import re

import pytest
from playwright.sync_api import Page, expect

CHAPTER = "chapters/transfer-learning/"
QUADRANTS = ["small-similar", "large-similar", "small-different", "large-different"]


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator("cv7-fine-tuning").scroll_into_view_if_needed()
    expect(page.locator("cv7-fine-tuning:defined")).to_be_visible()


def open_quadrants(page: Page) -> list[str]:
    bodies = {q: page.locator(f'[data-quadrant="{q}"] > div') for q in QUADRANTS}
    return [quadrant for quadrant, body in bodies.items() if body.is_visible()]


def test_by_keyboard_alone(page: Page) -> None:
    visit(page)
    assert open_quadrants(page) == []
    page.get_by_role("radio", name="few images, similar").focus()
    page.keyboard.press("Space")
    assert open_quadrants(page) == ["small-similar"]
    for quadrant in QUADRANTS[1:]:
        page.keyboard.press("ArrowDown")
        assert open_quadrants(page) == [quadrant]
        expect(page).to_have_url(re.compile(rf"fine-tuning\.quadrant={quadrant}"))


def test_by_pointer_and_reload(page: Page) -> None:
    visit(page)
    page.get_by_text("many images, something different").click()
    assert open_quadrants(page) == ["large-different"]
    expect(page).to_have_url(re.compile(r"fine-tuning\.quadrant=large-different"))
    page.reload()
    expect(page.get_by_role("radio", name="many images, something different")).to_be_checked()
    assert open_quadrants(page) == ["large-different"]
    page.locator(".cv7-quadrant", has_text="Few images, similar").click()  # the box itself
    assert open_quadrants(page) == ["small-similar"]
    expect(page.get_by_role("radio", name="few images, similar")).to_be_checked()


def test_an_unknown_quadrant_is_told(page: Page) -> None:
    visit(page, "?fine-tuning.quadrant=medium")
    assert open_quadrants(page) == []
    status = page.locator("cv7-fine-tuning").get_by_role("status")
    expect(status).to_have_text("There is no quadrant “medium”: choose one.")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_all_quadrants_are_open(page: Page) -> None:
    page.goto(CHAPTER)
    expect(page.locator("cv7-fine-tuning form")).to_be_hidden()
    assert open_quadrants(page) == QUADRANTS
