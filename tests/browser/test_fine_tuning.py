"""The strategy matrix, as its readers use it."""

import re

from playwright.sync_api import Page, expect

CHAPTER = "chapters/transfer-learning/"
QUADRANTS = ["small-similar", "large-similar", "small-different", "large-different"]


def open_quadrants(page: Page) -> list[str]:
    bodies = {q: page.locator(f'[data-quadrant="{q}"] > div') for q in QUADRANTS}
    return [quadrant for quadrant, body in bodies.items() if body.is_visible()]


def test_the_chosen_quadrant_opens_by_keyboard_by_pointer_and_after_a_reload(page: Page) -> None:
    page.goto(CHAPTER)
    page.locator("cv7-fine-tuning").scroll_into_view_if_needed()
    expect(page.locator("cv7-fine-tuning:defined")).to_be_visible()
    assert open_quadrants(page) == []
    page.get_by_role("radio", name="few images, similar").press("Space")
    assert open_quadrants(page) == ["small-similar"]
    for quadrant in QUADRANTS[1:]:
        page.keyboard.press("ArrowDown")
        assert open_quadrants(page) == [quadrant]
    expect(page).to_have_url(re.compile(r"fine-tuning\.quadrant=large-different"))

    page.locator(".cv7-quadrant", has_text="Few images, similar").click()  # the box itself
    assert open_quadrants(page) == ["small-similar"]
    expect(page.get_by_role("radio", name="few images, similar")).to_be_checked()
    page.get_by_text("many images, similar to").click()
    assert open_quadrants(page) == ["large-similar"]
    expect(page).to_have_url(re.compile(r"fine-tuning\.quadrant=large-similar"))
    page.reload()
    page.locator("cv7-fine-tuning").scroll_into_view_if_needed()
    expect(page.get_by_role("radio", name="many images, similar")).to_be_checked()
    assert open_quadrants(page) == ["large-similar"]
