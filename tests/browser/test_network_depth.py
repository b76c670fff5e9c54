"""The depth visualiser, as its readers use it."""

import json
import re
from statistics import mean

import pytest
from playwright.sync_api import Page, Route, expect

from cv7 import gradient_flow

from ..conftest import ROOT

CHAPTER = "chapters/skip-connections/"
DATA = json.loads((ROOT / "docs/data/network-depth.json").read_text(encoding="utf-8"))
MEANS = {
    kind: {row["depth"]: mean(row["error"]) for row in DATA[kind]} for kind in ("plain", "residual")
}
BEGINS = next(depth for depth, error in MEANS["plain"].items() if error > 5)


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()


def readout(page: Page) -> str:
    return page.locator('output[name="readout"]').inner_text()


def test_by_keyboard_alone(page: Page) -> None:
    visit(page)
    curves = page.locator('[data-series="plain"]')
    expect(curves).to_be_hidden()
    page.get_by_label("the plain network’s training error").focus()
    page.keyboard.type("32")
    page.keyboard.press("Tab")
    page.keyboard.type("at most")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(curves).to_be_visible()
    verdict = page.locator('output[name="verdict"]')
    expect(verdict).to_contain_text(f"you said at depth 32; its mean passes 5 % at depth {BEGINS}")
    expect(verdict).to_contain_text("0.0 % at depth 64, as you said")

    depth = page.get_by_role("slider", name="Depth")
    depth.focus()
    page.keyboard.press("End")
    expect(depth).to_have_attribute("aria-valuetext", "64 layers")
    assert f"plain {MEANS['plain'][64]:.1f} %" in readout(page)
    page.keyboard.press("ArrowLeft")
    expect(depth).to_have_attribute("aria-valuetext", "60 layers")
    assert f"plain {MEANS['plain'][60]:.1f} %" in readout(page)
    expect(page).to_have_url(re.compile(r"network-depth\.depth=60"))

    factor = page.get_by_role("slider", name="Gradient factor")
    factor.focus()
    page.keyboard.press("ArrowRight")
    expect(factor).to_have_attribute("aria-valuetext", "0.86 per layer")
    below = gradient_flow.depth_below(0.86, 0.01)
    assert f"it falls below 1 % at depth {below}" in readout(page)
    assert "Gradient at layer 1: 0.86 to the power " in readout(page)
    page.keyboard.press("End")
    assert "it never falls below 1 %" in readout(page)


def test_by_pointer(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="Just show them").click()
    expect(page.locator('[data-series="residual"]')).to_be_visible()
    depth = page.get_by_role("slider", name="Depth")
    depth.scroll_into_view_if_needed()
    box = depth.bounding_box()
    assert box
    before = readout(page)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.97 * box["width"], box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    assert int(depth.input_value()) >= 60
    assert readout(page) != before
    expect(page).to_have_url(re.compile(rf"network-depth\.depth={depth.input_value()}"))


@pytest.mark.browser_context_args(has_touch=True, viewport={"width": 360, "height": 740})
def test_by_touch(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="Just show them").tap()
    expect(page.locator('[data-series="plain"]')).to_be_visible()
    depth = page.get_by_role("slider", name="Depth")
    depth.scroll_into_view_if_needed()
    box = depth.bounding_box()
    assert box
    assert box["height"] >= 24
    page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert depth.input_value() == "64"


def test_it_asks_for_both_answers(page: Page) -> None:
    visit(page)
    page.get_by_label("the plain network’s training error").select_option("never")
    page.get_by_role("button", name="Commit").click()
    expect(page.locator('output[name="verdict"]')).to_contain_text("both questions")
    expect(page.locator('select[name="residual"]')).to_be_focused()
    expect(page.locator('[data-series="plain"]')).to_be_hidden()
    # What a screen reader is told gives nothing away either.
    label = page.locator('[data-figure="training-error"]').get_attribute("aria-label")
    assert label
    assert "%" not in label
    page.get_by_label("At depth 64 the residual").select_option("100")
    page.get_by_role("button", name="Commit").click()
    expect(page.locator('output[name="verdict"]')).to_contain_text("not what you expected")
    expect(page.locator('output[name="verdict"]')).to_contain_text("you said never")


def test_state_survives_reload_and_start_again_clears_it(page: Page) -> None:
    visit(
        page,
        "?network-depth.depth=48&network-depth.factor=1.15&network-depth.plain=40&"
        "network-depth.residual=5&other=kept",
    )
    for _ in range(2):
        expect(page.locator('[data-series="plain"]')).to_be_visible()
        expect(page.get_by_role("slider", name="Depth")).to_have_value("48")
        assert f"plain {MEANS['plain'][48]:.1f} %" in readout(page)
        assert "1.15 to the power 47" in readout(page)
        expect(page.locator('output[name="verdict"]')).not_to_be_empty()
        page.reload()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator('[data-series="plain"]')).to_be_hidden()
    expect(page.get_by_role("slider", name="Depth")).to_have_value("20")
    # The theme adds the heading that one reads.
    expect(page).to_have_url(re.compile(rf"{CHAPTER}\?other=kept(#|$)"))


@pytest.mark.parametrize(
    ("query", "depth", "factor", "message"),
    [
        ("network-depth.depth=500", "64", "0.85", "Depth 500 lies outside 4 to 64: 64 is used."),
        ("network-depth.depth=-3", "4", "0.85", "Depth -3 lies outside 4 to 64: 4 is used."),
        ("network-depth.depth=deep", "20", "0.85", "Depth “deep” is not a number: 20 is used."),
        ("network-depth.factor=9", "20", "1.3", "Factor 9 lies outside 0.05 to 1.3: 1.3 is used."),
        ("network-depth.plain=7", "20", "0.85", "“7” is not among the answers: choose one."),
    ],
)
def test_impossible_addresses_are_clamped_with_a_message(
    page: Page, query: str, depth: str, factor: str, message: str
) -> None:
    visit(page, f"?{query}")
    expect(page.get_by_role("slider", name="Depth")).to_have_value(depth)
    expect(page.get_by_role("slider", name="Gradient factor")).to_have_value(factor)
    expect(page.locator("cv7-network-depth").get_by_role("status").last).to_have_text(message)


def test_who_comes_back_finds_it_as_it_was_left(page: Page) -> None:
    page.goto("./")
    page.get_by_role("link", name="Start with skip connections").click()
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()
    page.get_by_role("button", name="Just show them").click()
    page.get_by_role("slider", name="Depth").fill("44")
    page.get_by_role("slider", name="Depth").dispatch_event("change")
    page.locator("footer").get_by_role("link", name=re.compile("^Next")).click()
    page.wait_for_url(re.compile(r"/depthwise-separable/"))
    page.go_back()
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator('[data-series="plain"]')).to_be_visible()
    expect(page.get_by_role("slider", name="Depth")).to_have_value("44")
    page.get_by_role("slider", name="Depth").press("ArrowRight")
    assert f"plain {MEANS['plain'][48]:.1f} %" in readout(page)


def test_the_drawn_line_is_the_formula(page: Page) -> None:
    """The dot of the gradient chart stands where log10(factor ** (depth - 1)) belongs."""
    visit(page, "?network-depth.depth=20&network-depth.factor=0.7")
    chart = page.locator('[data-figure="gradient-product"]')
    low, high, start, end = map(float, (chart.get_attribute("data-y") or "").split())
    dot = float(chart.locator("[data-yours] circle").get_attribute("cy") or "nan")
    shown = low + (dot - start) / (end - start) * (high - low)
    assert 10**shown == pytest.approx(gradient_flow.gradient_at_first_layer(0.7, 20), rel=1e-6)
    # With a factor of 1 the line runs level, to the deepest network that was measured.
    visit(page, "?network-depth.depth=20&network-depth.factor=1")
    low, high, start, end = map(float, (chart.get_attribute("data-x") or "").split())
    line = float(chart.locator("[data-yours] line").get_attribute("x2") or "nan")
    assert low + (line - start) / (end - start) * (high - low) == pytest.approx(64)


def test_nothing_moves_when_it_comes_alive(page: Page) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => {"
        "for (const entry of list.getEntries()) window.shift += entry.value"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    visit(page, "#try-it")
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") <= 0.01


def test_what_the_browser_remembers_reveals_nothing(page: Page) -> None:
    visit(page)
    page.get_by_label("the plain network’s training error").select_option("40")
    page.get_by_label("At depth 64 the residual").select_option("5")
    page.goto("about/references/")
    page.go_back()
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()
    expect(page.locator('[data-series="plain"]')).to_be_hidden()
    expect(page.locator('output[name="verdict"]')).to_be_empty()


def test_another_answer_takes_the_verdict_back(page: Page) -> None:
    visit(page, "?network-depth.plain=40&network-depth.residual=5")
    expect(page.locator('output[name="verdict"]')).to_contain_text("just as you said")
    page.get_by_label("the plain network’s training error").select_option("8")
    expect(page.locator('output[name="verdict"]')).to_be_empty()


def test_without_its_script_the_results_are_shown(page: Page) -> None:
    broken = {"body": "throw new Error()", "content_type": "text/javascript"}
    page.route("**/network-depth/element.mjs", lambda route: route.fulfill(**broken))
    page.goto(CHAPTER)
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator('[data-series="plain"]')).to_be_visible()
    expect(page.locator("cv7-network-depth form")).to_be_hidden()


def test_the_answer_is_hidden_while_the_script_is_under_way(page: Page) -> None:
    held: list[Route] = []
    page.route("**/network-depth/element.mjs", lambda route: held.append(route))
    with page.expect_request("**/network-depth/element.mjs"):
        page.goto(CHAPTER)
        page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator('[data-figure="training-error"]')).to_be_visible()
    expect(page.locator('[data-series="plain"]')).to_be_hidden()
    held[0].continue_()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()
