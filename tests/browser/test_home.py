"""The home page for a stranger: what is on the first screen, and where a card leads."""

import pytest
from playwright.sync_api import Page, expect

CARDS = {
    "Deeper": "chapters/skip-connections/",
    "Lighter": "chapters/depthwise-separable/",
    "Borrowed": "chapters/transfer-learning/",
}


@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.parametrize(("name", "target"), CARDS.items())
def test_all_of_a_card_leads_to_its_chapter(
    page: Page, base_url: str, name: str, target: str
) -> None:
    page.goto("./")
    card = page.locator(".cv7-cards section").filter(has_text=name)
    expect(card.get_by_role("link")).to_have_count(1)
    box = card.bounding_box()
    assert box
    for place in ({"x": box["width"] / 2, "y": 40}, {"x": 12, "y": box["height"] - 8}):
        page.goto("./")
        card.click(position=place)
        page.wait_for_url(base_url + target)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 900), (1280, 900)])
def test_the_first_screen_goes_from_the_photograph_to_the_guesses(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto("./")
    strip = page.locator(".cv7-strip")
    box = strip.bounding_box()
    assert box
    assert box["y"] + box["height"] <= height
    cells = [cell.bounding_box() for cell in strip.locator("svg").all()]
    assert {round(cell["width"]) for cell in cells if cell} == {
        round(cell["height"]) for cell in cells if cell
    }
    assert min(cell["width"] for cell in cells if cell) >= 100
    # A bar is as long as its guess is sure, of the ground that it lies on.
    for row in strip.locator("li").all():
        ground, bar = (row.locator(f"css=i >> nth={k}").bounding_box() for k in (0, 1))
        assert ground
        assert bar
        said = float(row.locator("b").inner_text().removesuffix(" %"))
        assert bar["width"] / ground["width"] == pytest.approx(said / 100, abs=0.006)
