"""The sliders of the page on stride and padding, as its readers use them."""

import re

import pytest
import stride_and_padding
from playwright.sync_api import Locator, Page, expect

PAGE = "in-brief/stride-and-padding/"


def visit(page: Page, query: str = "") -> Locator:
    page.goto(PAGE + query)
    widget = page.locator("cv7-stride-and-padding")
    widget.scroll_into_view_if_needed()
    expect(page.locator("cv7-stride-and-padding:defined")).to_be_visible()
    return widget


def drawn(widget: Locator) -> dict[str, str]:
    parts: dict[str, str] = widget.locator("[data-part]").evaluate_all(
        "found => Object.fromEntries(found.map((e) => [e.dataset.part, e.getAttribute('d')]))"
    )
    return parts


def test_by_keyboard_alone(page: Page) -> None:
    widget = visit(page)
    readout = widget.locator("output[name=readout]")
    expect(readout).to_have_text("⌊(8 + 2·1 − 3) / 2⌋ + 1 = 4.\nEvery column is read.")
    padding = widget.get_by_role("slider", name="Padding")
    padding.focus()
    page.keyboard.press("ArrowLeft")
    expect(padding).to_have_attribute("aria-valuetext", "0")
    expect(readout).to_have_text("⌊(8 + 2·0 − 3) / 2⌋ + 1 = 3.\n1 of 8 columns: never read.")
    size = widget.get_by_role("slider", name="Input size")
    size.focus()
    page.keyboard.press("Home")
    expect(readout).to_contain_text("1 + 2·0 − 3 is below zero: the kernel does not fit")
    expect(page).to_have_url(re.compile(r"stride-and-padding\.padding=0"))
    expect(page).to_have_url(re.compile(r"stride-and-padding\.size=1(?!\d)"))


def test_by_pointer(page: Page) -> None:
    widget = visit(page)
    slider = widget.get_by_role("slider", name="Kernel size")
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    expect(slider).to_have_value("7")
    expect(page).to_have_url(re.compile(r"stride-and-padding\.kernel=7"))


@pytest.mark.parametrize(
    "values", [(8, 3, 2, 1), (8, 3, 2, 0), (32, 7, 1, 3), (9, 1, 4, 0), (1, 7, 1, 0), (5, 2, 3, 2)]
)
def test_it_draws_as_the_figure_is_drawn(page: Page, values: tuple[int, int, int, int]) -> None:
    names = ("size", "kernel", "stride", "padding")
    pairs = zip(names, values, strict=True)
    widget = visit(page, "?" + "&".join(f"stride-and-padding.{n}={v}" for n, v in pairs))
    assert drawn(widget) == stride_and_padding.paths(*values)
    for name, value in zip(names, values, strict=True):
        expect(widget.locator(f"[name={name}]")).to_have_value(str(value))


def test_impossible_addresses_are_clamped_with_a_message(page: Page) -> None:
    widget = visit(page, "?stride-and-padding.stride=9")
    message = "Stride 9 lies outside 1 to 4: 4 is used."
    expect(widget.get_by_role("status").last).to_have_text(message)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_example_stands(page: Page) -> None:
    page.goto(PAGE)
    widget = page.locator("cv7-stride-and-padding")
    expect(widget.locator("form")).to_be_hidden()
    expect(widget.get_by_role("img", name="four windows of three columns")).to_be_visible()
    expect(widget.get_by_text("make 4 columns of eight")).to_be_visible()
