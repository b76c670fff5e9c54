"""The residual block, as its readers move it; that its sliders work is for test_widgets.py."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cv7 import gradient_flow

from .conftest import alive

CHAPTER = "chapters/skip-connections/"
BLOCKS, OFFSET = 3, 0.5


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page, "cv7-residual-block")


def chain(
    x: float, slope: float, *, shortcut: bool, relu: bool = False
) -> tuple[list[float], list[float]]:
    """What goes in and what each block puts out; the gradient at each of these places."""
    sums = gradient_flow.chain_sums(x, slope, OFFSET, blocks=BLOCKS, shortcut=shortcut, relu=relu)
    gradients = gradient_flow.chain_gradients(sums, slope, shortcut=shortcut, relu=relu)
    return [x, *(max(s, 0) if relu else s for s in sums)], gradients


def drawn(widget: Locator, kind: str) -> list[float | None]:
    """The numbers that stand in the picture, from the input down; None where none stands yet."""
    texts = [widget.locator(f"[data-part={kind}-{k}]").text_content() for k in range(BLOCKS + 1)]
    return [float(t.removeprefix("x = ").replace("−", "-")) if t else None for t in texts]


def shows(widget: Locator, x: float, slope: float, *, relu: bool = False) -> None:
    """All of it: at the last step."""
    for name, shortcut in (("residual", True), ("plain", False)):
        signals, gradients = chain(x, slope, shortcut=shortcut, relu=relu)
        assert drawn(widget, f"{name}-signal") == pytest.approx(signals, abs=0.0051)
        assert drawn(widget, f"{name}-gradient") == pytest.approx(gradients, abs=1e-9)


def test_its_first_frame_is_cv7s_and_the_bypass_carries_the_gradient(page: Page) -> None:
    widget = visit(page)
    shows(widget, 1.0, 0.1)
    readout = widget.locator("output[name=readout]")
    expect(readout).to_have_text(
        "Residual: (1 + 0.1)³ = 1.331 arrives.\nPlain: 0.1³ = 0.001 arrives."
    )
    said = "8 paths, added up: 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001; = 1.331"
    expect(page.get_by_role("img", name=said)).to_be_visible()
    expect(page.get_by_role("img", name="Three residual blocks beside three plain")).to_be_visible()
    width = widget.locator("[data-part=residual-by-1]").get_attribute("stroke-width")
    through = widget.locator("[data-part=residual-via-1]").get_attribute("stroke-width")
    assert float(width or 0) == pytest.approx(10 * float(through or 0), rel=0.01)


def test_one_steps_forward_and_back_by_buttons_and_keys(page: Page) -> None:
    widget = visit(page)
    back, forward = (widget.get_by_role("button", name=n) for n in ("Back", "Step through"))
    forward.press("Enter")
    expect(back).to_have_attribute("aria-disabled", "true")
    forward = widget.get_by_role("button", name="Next step")
    expect(forward).to_be_focused()
    signals, gradients = chain(1.0, 0.1, shortcut=True)
    readout = widget.locator("output[name=readout]")
    expect(readout).to_have_text("1.00 comes in.")
    for step in range(1, 7):
        forward.press("Space")
        expect(widget.locator("output[name=step-value]")).to_have_text(f"{step} of 6")
        reached, passed = min(step, BLOCKS), max(0, step - BLOCKS)
        wanted = [s if k <= reached else None for k, s in enumerate(signals)]
        assert drawn(widget, "residual-signal") == pytest.approx(wanted, abs=0.0051)
        start = BLOCKS - passed if passed else BLOCKS + 1
        known = [g if k >= start else None for k, g in enumerate(gradients)]
        assert drawn(widget, "residual-gradient") == pytest.approx(known, abs=1e-9)
        if passed:
            title = widget.locator("[data-part=paths-title]")
            expect(title).to_contain_text(f"{2**passed} paths")
        if step == 2:
            expect(readout).to_contain_text("1.60 + 0.66 = 2.26")
        if step == 5:
            expect(readout).to_contain_text("1.1 + 0.11 = 1.21")
            expect(readout).to_contain_text("Plain: 0.1 · 0.1 = 0.01")
    expect(page).to_have_url(re.compile(r"residual-block\.step=6"))
    back.click()
    expect(widget.locator("output[name=step-value]")).to_have_text("5 of 6")
    for _ in range(7):
        back.press("Enter")
    expect(widget.locator("output[name=step-value]")).to_have_text("0 of 6")
    expect(back).to_be_focused()
    widget.get_by_role("slider", name="Step").press("End")
    expect(widget.get_by_role("button", name="Step through")).to_be_visible()
    widget.get_by_role("slider", name="Step").press("ArrowLeft")
    widget.get_by_role("slider", name="Step").press("ArrowLeft")
    expect(readout).to_contain_text("back through block 3")


def test_a_slope_of_minus_one_cancels_every_bypass(page: Page) -> None:
    widget = visit(page, "?residual-block.slope=-1")
    shows(widget, 1.0, -1.0)
    expect(widget.locator("[data-part=residual-gradient-0]")).to_have_text("0")
    readout = widget.locator("output[name=readout]")
    expect(readout).to_contain_text("F cancels the bypass")
    expect(readout).to_contain_text("Residual: (1 − 1)³ = 0: F")
    expect(readout).to_contain_text("Plain: (−1)³ = −1: shortcuts are not always better.")
    expect(widget.locator("output[name=slope-value]")).to_have_text("−1.0")
    expect(widget.locator("[data-part=total]")).to_have_text("= 0")
    expect(
        page.get_by_role("img", name="8 paths, added up: 1, −1, −1, −1, 1, 1, 1, −1; = 0")
    ).to_be_visible()


def test_a_shut_relu_stops_the_gradient_on_the_bypass_too(page: Page) -> None:
    widget = visit(page, "?residual-block.input=-1")
    shows(widget, -1.0, 0.1)  # what the address sets is unfolded
    widget.get_by_role("checkbox", name="ReLU after each sum").press("Space")
    expect(widget.locator("[data-part=residual-shut-1]")).to_have_attribute("visibility", "visible")
    shows(widget, -1.0, 0.1, relu=True)
    readout = widget.locator("output[name=readout]")
    expect(readout).to_contain_text("a ReLU is shut, and the bypass leads into it.")
    expect(widget.locator("[data-part=paths-title]")).to_contain_text("all shut by a ReLU")
    expect(page).to_have_url(re.compile(r"residual-block\.relu=on"))
    page.reload()
    widget = visit(page, page.url.partition("/skip-connections/")[2])
    expect(widget.get_by_role("checkbox")).to_be_checked()
    shows(widget, -1.0, 0.1, relu=True)
    widget = visit(page, "?residual-block.relu=perhaps")
    expect(widget.locator("[role=status]")).to_contain_text("“perhaps” is not on: off is used.")
    expect(widget.get_by_role("checkbox")).not_to_be_checked()


def test_the_numbers_of_the_first_frame_are_told_where_it_does_not_move(page: Page) -> None:
    sentence = visit(page).locator("p", has_text="arrives at the input")
    expect(sentence).to_be_hidden()
    page.emulate_media(media="print")
    expect(sentence).to_be_visible()


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844})
def test_picture_and_main_controls_share_a_phones_screen(page: Page) -> None:
    widget = visit(page)
    top = widget.bounding_box()
    slope = widget.get_by_role("slider", name="Slope").bounding_box()
    assert top
    assert slope
    assert slope["y"] + slope["height"] - top["y"] <= 700
