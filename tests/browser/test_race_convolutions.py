"""The race of two convolutions, as its readers use it."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cv7 import cost

from ..conftest import ROOT

CHAPTER = "chapters/depthwise-separable/"
DATA = ROOT / "docs/data/depthwise-separable.json"
LAYERS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["layers"]
A_RACE = 60_000  # ms: a busy machine needs several times its usual three seconds
TIMES = r"\d+\.\d× \(\d+\.\d to \d+\.\d\)"


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    page.locator("cv7-race-convolutions").scroll_into_view_if_needed()
    widget = page.locator("cv7-race-convolutions:defined")
    expect(widget).to_be_visible()
    return widget


def workers(page: Page) -> list[str]:
    """The race's, not the search's."""
    return [worker.url for worker in page.workers if "race-convolutions" in worker.url]


def status(widget: Locator) -> Locator:
    return widget.locator('p[role="status"]')


def outcome(widget: Locator) -> Locator:
    return widget.locator('output[name="outcome"]')


def answer_with(page: Page, script: str) -> None:
    """Let this script stand in for the worker."""

    def fulfil(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=script)

    page.route("**/race-convolutions/worker.mjs", fulfil)


def test_a_race_by_keyboard_alone(page: Page) -> None:
    page.add_init_script(
        """globalThis.longest = 0;
        new PerformanceObserver((list) => {
          for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
        }).observe({ type: "longtask" });"""
    )
    widget = visit(page)
    page.wait_for_timeout(1000)  # the theme's own late parts
    page.evaluate("longest = 0")
    before = widget.locator("svg").get_attribute("aria-label") or ""
    assert "torch" in before
    widget.get_by_label("Layer").focus()
    page.keyboard.press("Tab")
    race = widget.get_by_role("button", name="Race")
    expect(race).to_be_focused()
    page.keyboard.press("Enter")
    expect(status(widget)).to_have_text("The race is on.")
    expect(outcome(widget)).to_be_empty()
    expect(race).to_have_attribute("aria-disabled", "true")
    expect(race).to_be_focused()
    expect(status(widget)).to_have_text(re.compile(r"Finished: \d+ rounds\."), timeout=A_RACE)
    text = outcome(widget).inner_text()
    found = re.match(rf"Your device: ({TIMES}) less time, medians of (\d+) rounds", text)
    assert found, text
    assert 5 <= int(found[2]) <= 15
    yours = widget.locator('[data-layer="1"] [data-yours]')
    expect(yours).to_have_text(found[1])
    ratio, low, high = map(float, re.findall(r"\d+\.\d", found[1]))
    assert low <= ratio <= high
    assert f"Theory: {cost.separable_saving(64, 3):.1f}× fewer multiply-adds" in text
    assert f"Torch on our machine: {LAYERS[0]['speedup']:.1f}× (" in text
    assert "Both computed the same map" in text
    after = widget.locator("svg").get_attribute("aria-label") or ""
    assert "plain JavaScript on your device" in after
    expect(race).to_have_attribute("aria-disabled", "false")
    assert page.evaluate("longest") <= 50  # longer tasks are what such an observer reports
    assert workers(page) == []


def test_bars_are_to_scale(page: Page) -> None:
    for number, layer in enumerate(LAYERS, 1):
        widget = visit(page, f"?race-convolutions.layer={number}")
        widths = {
            name: float(widget.locator(f'[data-bar="{name}"]').get_attribute("width") or "nan")
            for name in ("standard", "separable")
        }
        measured = layer["ms"]["separable"] / layer["ms"]["standard"]
        assert widths["separable"] / widths["standard"] == pytest.approx(measured, rel=0.02)
        assert max(widths.values()) == pytest.approx(336)


def test_the_layers_are_those_of_the_data(page: Page) -> None:
    widget = visit(page)
    names = [
        f"{row['in_channels']}→{row['out_channels']} channels, {row['size']}×{row['size']}"
        for row in LAYERS
    ]
    assert widget.locator("option").all_inner_texts() == names
    rows = widget.locator("tr[data-layer]")
    for i, layer in enumerate(LAYERS):
        expect(rows.nth(i)).to_have_attribute("data-in", str(layer["in_channels"]))
        expect(rows.nth(i)).to_have_attribute("data-out", str(layer["out_channels"]))
        expect(rows.nth(i)).to_have_attribute("data-size", str(layer["size"]))


def test_stop_ends_the_race_and_keeps_the_focus(page: Page) -> None:
    widget = visit(page)
    answer_with(page, "postMessage({ progress: 0.5 });")  # and never ends
    stop = widget.get_by_role("button", name="Stop")
    expect(stop).to_be_disabled()
    widget.get_by_role("button", name="Race").click()
    expect(widget.locator("progress")).to_have_js_property("value", 0.5)
    stop.focus()
    page.keyboard.press("Enter")
    expect(status(widget)).to_have_text("Stopped.")
    expect(outcome(widget)).to_contain_text("Press “Race”")
    expect(widget.get_by_role("button", name="Race")).to_be_focused()
    expect(widget.locator("progress")).to_have_js_property("value", 0)
    assert workers(page) == []


def test_another_layer_ends_the_race(page: Page) -> None:
    widget = visit(page)
    answer_with(page, "postMessage({ progress: 0.5 });")
    widget.get_by_role("button", name="Race").click()
    expect(widget.locator("progress")).to_have_js_property("value", 0.5)
    widget.get_by_label("Layer").select_option("3")
    expect(status(widget)).to_have_text("Stopped: you chose another layer.")
    expect(page).to_have_url(re.compile(r"race-convolutions\.layer=3"))
    assert workers(page) == []


def test_no_race_outlives_its_page(page: Page) -> None:
    widget = visit(page)
    answer_with(page, "postMessage({ progress: 0.5 });")
    widget.get_by_role("button", name="Race").click()
    expect(widget.locator("progress")).to_have_js_property("value", 0.5)
    assert len(workers(page)) == 1
    widget.evaluate("(element) => element.remove()")
    page.wait_for_timeout(200)
    assert workers(page) == []


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ('postMessage({ failed: "the clock stood still" });', "No result: the clock stood still."),
        ("throw new Error();", "No result: its worker could not be loaded or broke off."),
    ],
)
def test_what_goes_wrong_is_said(page: Page, script: str, message: str) -> None:
    widget = visit(page)
    answer_with(page, script)
    widget.get_by_role("button", name="Race").click()
    expect(status(widget)).to_have_text(message)
    expect(widget.get_by_role("button", name="Stop")).to_be_disabled()
    assert workers(page) == []


def test_noise_is_admitted(page: Page) -> None:
    widget = visit(page)
    result: dict[str, Any] = {"rounds": 5, "standard": 2000, "separable": 400}
    result |= {"ratio": 5, "low": 3, "high": 7, "noisy": True, "saving": 7.9, "difference": 1e-7}
    answer_with(page, f"postMessage({json.dumps({'result': result})});")
    widget.get_by_role("button", name="Race").click()
    expect(outcome(widget)).to_contain_text("5.0× (3.0 to 7.0) less time")
    expect(outcome(widget)).to_contain_text("The middle half is wide")
    expect(widget.locator('[data-time="standard"]')).to_have_text("2,000 ms")
    quiet = result | {"noisy": False}
    page.unroute_all()
    answer_with(page, f"postMessage({json.dumps({'result': quiet})});")
    widget.get_by_role("button", name="Race").click()
    expect(outcome(widget)).not_to_contain_text("The middle half is wide")


def test_state_survives_reload(page: Page) -> None:
    widget = visit(page, "?race-convolutions.layer=2")
    for _ in range(2):
        expect(widget.get_by_label("Layer")).to_have_value("2")
        page.reload()
        expect(widget).to_be_visible()


@pytest.mark.parametrize(
    ("query", "message", "value"),
    [
        ("layer=9", "Layer 9 lies outside 1 to 5: 5 is used.", "5"),
        ("layer=-1", "Layer -1 lies outside 1 to 5: 1 is used.", "1"),
        ("layer=2.4", "Layer 2.4 is not on the scale: 2 is used.", "2"),
        ("layer=last", "Layer “last” is not a number: 1 is used.", "1"),
    ],
)
def test_impossible_addresses_are_clamped_with_a_message(
    page: Page, query: str, message: str, value: str
) -> None:
    widget = visit(page, f"?race-convolutions.{query}")
    expect(status(widget)).to_have_text(message)
    expect(widget.get_by_label("Layer")).to_have_value(value)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_measured_table_stands(page: Page) -> None:
    page.goto(CHAPTER)
    widget = page.locator("cv7-race-convolutions")
    expect(widget.locator("form")).to_be_hidden()
    expect(widget.get_by_role("img", name="Time of one convolution, torch")).to_be_visible()
    expect(widget.get_by_role("rowheader", name="512→1024, 7×7")).to_be_visible()
    expect(widget.get_by_text("your device", exact=True)).to_be_hidden()
    expect(widget.get_by_text("not raced").first).to_be_hidden()
