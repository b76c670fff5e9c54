"""The cost explorer, as its readers use it."""

import re

import pytest
from playwright.sync_api import Page, expect

from cv7 import cost

CHAPTER = "chapters/depthwise-separable/"


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator("cv7-depthwise-separable").scroll_into_view_if_needed()
    expect(page.locator("cv7-depthwise-separable:defined")).to_be_visible()


def readout(page: Page) -> str:
    return page.locator('output[name="readout"]').inner_text()


def shown(into: int, out: int, kernel_size: int) -> str:
    standard = cost.standard_parameters(into, out, kernel_size)
    separable = cost.separable_parameters(into, out, kernel_size)
    return f"standard {standard:,}, separable {separable:,}"


def test_by_keyboard_alone(page: Page) -> None:
    visit(page)
    assert shown(32, 64, 3) in readout(page)
    assert "7.89 times fewer" in readout(page)
    assert "N = 73" not in readout(page)  # the answer to the prediction
    out = page.get_by_role("slider", name="Output channels N")
    out.focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect(out).to_have_attribute("aria-valuetext", "73 channels")
    assert "8.01 times fewer" in readout(page)
    assert f"passes 8 at N = {cost.channels_for_saving(8, 3)}" in readout(page)
    assert "towards 9." in readout(page)
    kernel = page.get_by_role("slider", name="Kernel size")
    kernel.focus()
    page.keyboard.press("ArrowRight")
    expect(kernel).to_have_attribute("aria-valuetext", "5×5")
    assert shown(32, 73, 5) in readout(page)
    assert "towards 25." in readout(page)
    assert f"{cost.standard_parameters(32, 73, 5) * 112**2:,}" in readout(page)
    page.keyboard.press("Home")
    assert "nothing is saved here" in readout(page)
    assert "Factor 8 is out of reach" in readout(page)
    expect(page).to_have_url(re.compile(r"depthwise-separable\.kernel=1"))


def test_by_pointer(page: Page) -> None:
    visit(page)
    slider = page.get_by_role("slider", name="Input channels M")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    into = int(slider.input_value())
    assert 200 < into < 312
    assert shown(into, 64, 3) in readout(page)
    expect(page).to_have_url(re.compile(rf"depthwise-separable\.in={into}"))


def test_areas_are_to_scale(page: Page) -> None:
    visit(page, "?depthwise-separable.in=100&depthwise-separable.out=200")
    sides = {
        name: float(page.locator(f'[data-square="{name}"]').get_attribute("width") or "nan")
        for name in ("standard", "depthwise", "pointwise")
    }
    area = sides["standard"] ** 2
    standard = cost.standard_parameters(100, 200, 3)
    assert sides["depthwise"] ** 2 / area == pytest.approx(9 * 100 / standard)
    assert sides["pointwise"] ** 2 / area == pytest.approx(100 * 200 / standard)
    label = page.locator('[data-figure="areas"]').get_attribute("aria-label")
    assert label == "Parameters as areas: standard 180,000, depthwise 900, pointwise 20,000."


def test_state_survives_reload(page: Page) -> None:
    visit(page, "?depthwise-separable.out=256&depthwise-separable.kernel=5")
    for _ in range(2):
        assert shown(32, 256, 5) in readout(page)
        page.reload()
        page.locator("cv7-depthwise-separable").scroll_into_view_if_needed()
        expect(page.locator("cv7-depthwise-separable:defined")).to_be_visible()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("out=9999", "Out 9999 lies outside 1 to 512: 512 is used."),
        ("kernel=4", "Kernel 4 is not on the scale: 5 is used."),
        ("size=big", "Size “big” is not a number: 112 is used."),
    ],
)
def test_impossible_addresses_are_clamped_with_a_message(
    page: Page, query: str, message: str
) -> None:
    visit(page, f"?depthwise-separable.{query}")
    expect(page.locator("cv7-depthwise-separable").get_by_role("status").last).to_have_text(message)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_example_stands(page: Page) -> None:
    page.goto(CHAPTER)
    expect(page.locator("cv7-depthwise-separable form")).to_be_hidden()
    expect(page.get_by_role("img", name="standard 18,432, depthwise 288")).to_be_visible()
    expect(page.get_by_text("7.89 times fewer")).to_be_visible()
