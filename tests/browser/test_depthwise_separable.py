"""What the cost explorer says; that its sliders work is for test_widgets.py."""

from playwright.sync_api import Page, expect

from cv7 import cost


def shown(into: int, out: int, kernel_size: int) -> str:
    standard = cost.standard_parameters(into, out, kernel_size)
    separable = cost.separable_parameters(into, out, kernel_size)
    return f"standard {standard:,}, separable {separable:,}"


def test_the_readout_tells_what_cv7_computes_and_gives_no_answer_away(page: Page) -> None:
    page.goto("chapters/depthwise-separable/")
    widget = page.locator("cv7-depthwise-separable")
    widget.scroll_into_view_if_needed()
    readout = widget.locator("output[name=readout]")
    expect(readout).to_contain_text(shown(32, 64, 3))
    expect(readout).to_contain_text("7.89 times fewer")
    expect(readout).not_to_contain_text("N = 73")  # the answer to the prediction
    for _ in range(9):
        page.get_by_role("slider", name="Output channels N").press("ArrowRight")
    expect(readout).to_contain_text("8.01 times fewer")
    expect(readout).to_contain_text(f"passes 8 at N = {cost.channels_for_saving(8, 3)}")
    expect(readout).to_contain_text("towards 9.")
    kernel = page.get_by_role("slider", name="Kernel size")
    kernel.press("ArrowRight")
    expect(readout).to_contain_text(shown(32, 73, 5))
    expect(readout).to_contain_text("towards 25.")
    expect(readout).to_contain_text(f"{cost.standard_parameters(32, 73, 5) * 112**2:,}")
    counts = f"standard {cost.standard_parameters(32, 73, 5):,}, depthwise {25 * 32:,}"
    expect(page.get_by_role("img", name=f"{counts}, pointwise {32 * 73:,}")).to_be_visible()
    kernel.press("Home")
    expect(readout).to_contain_text("nothing is saved here")
    expect(readout).to_contain_text("Factor 8 is out of reach")
