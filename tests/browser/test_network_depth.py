"""The depth visualiser, as its readers use it."""

import json
import re
from statistics import mean

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cv7 import gradient_flow

from ..conftest import ROOT

CHAPTER = "chapters/skip-connections/"
DATA = json.loads((ROOT / "docs/data/network-depth.json").read_text(encoding="utf-8"))
MEANS = {
    kind: {row["depth"]: mean(row["error"]) for row in DATA[kind]} for kind in ("plain", "residual")
}
BEGINS = next(depth for depth, error in MEANS["plain"].items() if error > 5)


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page)


def alive(page: Page) -> Locator:
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    widget = page.locator("cv7-network-depth:defined")
    expect(widget).to_be_visible()
    return widget


def test_predicting_and_exploring_by_keyboard_alone(page: Page) -> None:
    widget = visit(page, "?other=kept")
    curves = widget.locator('[data-series="plain"]')
    verdict = widget.locator("output[name=verdict]")
    readout = widget.locator("output[name=readout]")
    depth = page.get_by_role("slider", name="Depth")
    plain = page.get_by_label("the plain network’s training error")
    commit = page.get_by_role("button", name="Commit")
    expect(curves).to_be_hidden()
    # What a screen reader is told gives nothing away either.
    label = widget.locator('[data-figure="training-error"]').get_attribute("aria-label")
    assert label
    assert "%" not in label

    plain.focus()
    page.keyboard.type("never")
    commit.press("Enter")
    expect(verdict).to_contain_text("both questions")
    expect(page.get_by_label("At depth 64 the residual")).to_be_focused()
    expect(curves).to_be_hidden()
    page.keyboard.type("above")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(curves).to_be_visible()
    expect(verdict).to_contain_text("you said never; its mean passes")
    expect(verdict).to_contain_text("not what you expected")

    plain.focus()
    page.keyboard.type("32")
    expect(verdict).to_be_empty()  # it was that on another answer
    page.keyboard.press("Tab")
    page.keyboard.type("at most")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(verdict).to_contain_text(f"you said at depth 32; its mean passes 5 % at depth {BEGINS}")
    expect(verdict).to_contain_text("0.0 % at depth 64, as you said")

    depth.press("End")
    expect(readout).to_contain_text(f"plain {MEANS['plain'][64]:.1f} %")
    depth.press("ArrowLeft")
    expect(readout).to_contain_text(f"plain {MEANS['plain'][60]:.1f} %")
    factor = page.get_by_role("slider", name="Gradient factor")
    factor.press("ArrowRight")
    below = gradient_flow.depth_below(0.86, 0.01)
    expect(readout).to_contain_text("Gradient at layer 1: 0.86 to the power 59")
    expect(readout).to_contain_text(f"it falls below 1 % at depth {below}")

    # The dot is where tests/widgets/network-depth.test.mjs wants it, on this chart's axis.
    chart = widget.locator('[data-figure="gradient-product"]')
    low, high, start, end = map(float, (chart.get_attribute("data-y") or "").split())
    dot = float(chart.locator("[data-yours] circle").get_attribute("cy") or "nan")
    power = low + (dot - start) / (end - start) * (high - low)
    assert 10**power == pytest.approx(gradient_flow.gradient_at_first_layer(0.86, 60), rel=1e-6)

    expect(page).to_have_url(re.compile(r"network-depth\.factor=0\.86"))
    page.reload()
    alive(page)
    expect(verdict).to_contain_text("you said at depth 32")
    expect(curves).to_be_visible()
    expect(readout).to_contain_text(f"plain {MEANS['plain'][60]:.1f} %")
    factor.press("End")
    expect(readout).to_contain_text("it never falls below 1 %")
    page.get_by_role("button", name="Start again").press("Enter")
    expect(curves).to_be_hidden()
    expect(verdict).to_be_empty()
    expect(depth).to_have_value("20")
    # The theme adds the heading that one reads.
    expect(page).to_have_url(re.compile(rf"{CHAPTER}\?other=kept(#|$)"))


def test_who_comes_back_finds_it_as_it_was_left_and_no_answer_to_a_guess(page: Page) -> None:
    widget = visit(page)
    page.get_by_label("the plain network’s training error").select_option("40")
    page.get_by_label("At depth 64 the residual").select_option("5")
    page.goto("about/references/")
    page.go_back()
    alive(page)  # what the browser remembers of the form is not committed
    expect(widget.locator('[data-series="plain"]')).to_be_hidden()
    expect(widget.locator("output[name=verdict]")).to_be_empty()

    page.get_by_role("button", name="Just show them").click()
    page.get_by_role("slider", name="Depth").fill("44")
    page.get_by_role("slider", name="Depth").dispatch_event("change")
    page.locator("footer").get_by_role("link", name=re.compile("^Next")).click()
    page.wait_for_url(re.compile(r"/depthwise-separable/"))
    page.go_back()
    alive(page)
    expect(widget.locator('[data-series="plain"]')).to_be_visible()
    expect(page.get_by_role("slider", name="Depth")).to_have_value("44")
    page.get_by_role("slider", name="Depth").press("ArrowRight")
    readout = widget.locator("output[name=readout]")
    expect(readout).to_contain_text(f"plain {MEANS['plain'][48]:.1f} %")


def test_while_its_script_is_under_way_it_hides_the_answer_and_without_it_shows_all(
    page: Page,
) -> None:
    held: list[Route] = []
    page.route("**/network-depth/element.mjs", lambda route: held.append(route))
    with page.expect_request("**/network-depth/element.mjs"):
        page.goto(CHAPTER)
        page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator('[data-figure="training-error"]')).to_be_visible()
    expect(page.locator('[data-series="plain"]')).to_be_hidden()
    held[0].fulfill(body="throw new Error()", content_type="text/javascript")
    expect(page.locator('[data-series="plain"]')).to_be_visible()
    expect(page.locator("cv7-network-depth form")).to_be_hidden()
