"""The race of two convolutions, as its readers use it."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, Worker, expect

from cv7 import cost

from ..conftest import ROOT
from .conftest import alive

CHAPTER = "chapters/depthwise-separable/"
DATA = ROOT / "docs/data/depthwise-separable.json"
LAYERS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["layers"]
A_RACE = 60_000  # ms: a busy machine needs several times its usual three seconds
TIMES = r"\d+\.\d× \(\d+\.\d to \d+\.\d\)"


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page, "cv7-race-convolutions")


def workers(page: Page) -> list[Worker]:
    """The race's, not the search's."""
    return [worker for worker in page.workers if "race-convolutions" in worker.url]


def status(widget: Locator) -> Locator:
    return widget.locator('p[role="status"]')


def outcome(widget: Locator) -> Locator:
    return widget.locator('output[name="outcome"]')


def answer_with(page: Page, script: str) -> None:
    """Let this script stand in for the worker, from now on."""

    def fulfil(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=script)

    page.route("**/race-convolutions/worker.mjs", fulfil)


def test_a_race_by_keyboard_alone(page: Page) -> None:
    widget = visit(page)
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
    assert workers(page) == []


def test_each_layer_is_shown_as_it_was_measured(page: Page) -> None:
    widget = visit(page, "?race-convolutions.layer=9")
    choice = widget.get_by_label("Layer")
    expect(status(widget)).to_have_text("Layer 9 lies outside 1 to 5: 5 is used.")
    expect(choice).to_have_value("5")
    names = [
        f"{row['in_channels']}→{row['out_channels']} channels, {row['size']}×{row['size']}"
        for row in LAYERS
    ]
    assert widget.locator("option").all_inner_texts() == names
    for number, layer in enumerate(LAYERS, 1):
        row = widget.locator(f'tr[data-layer="{number}"]')
        expect(row).to_have_attribute("data-in", str(layer["in_channels"]))
        expect(row).to_have_attribute("data-out", str(layer["out_channels"]))
        expect(row).to_have_attribute("data-size", str(layer["size"]))
        choice.select_option(str(number))
        expect(status(widget)).to_be_empty()
        widths = {
            name: float(widget.locator(f'[data-bar="{name}"]').get_attribute("width") or "nan")
            for name in ("standard", "separable")
        }
        measured = layer["ms"]["separable"] / layer["ms"]["standard"]
        assert widths["separable"] / widths["standard"] == pytest.approx(measured, rel=0.02)
    choice.select_option("2")
    expect(page).to_have_url(re.compile(r"race-convolutions\.layer=2"))
    page.reload()
    widget.scroll_into_view_if_needed()
    expect(widget).to_be_visible()
    expect(choice).to_have_value("2")


def test_a_race_ends_when_it_should(page: Page) -> None:
    """By its button, with another layer, and with its page."""
    widget = visit(page)
    answer_with(page, "postMessage({ progress: 0.5 });")  # and never ends
    race = widget.get_by_role("button", name="Race")
    stop = widget.get_by_role("button", name="Stop")
    progress = widget.locator("progress")
    expect(stop).to_be_disabled()
    race.click()
    expect(progress).to_have_js_property("value", 0.5)
    stop.press("Enter")
    expect(status(widget)).to_have_text("Stopped.")
    expect(outcome(widget)).to_contain_text("Press “Race”")
    expect(race).to_be_focused()
    expect(progress).to_have_js_property("value", 0)
    assert workers(page) == []

    race.click()
    expect(progress).to_have_js_property("value", 0.5)
    widget.get_by_label("Layer").select_option("3")
    expect(status(widget)).to_have_text("Stopped: you chose another layer.")
    assert workers(page) == []

    race.click()
    expect(progress).to_have_js_property("value", 0.5)
    (worker,) = workers(page)
    with worker.expect_event("close"):
        widget.evaluate("(element) => element.remove()")


def test_what_goes_wrong_is_said_and_noise_is_admitted(page: Page) -> None:
    widget = visit(page)
    for script, message in (
        ('postMessage({ failed: "the clock stood still" });', "the clock stood still"),
        ("throw new Error();", "its worker could not be loaded or broke off"),
    ):
        answer_with(page, script)
        widget.get_by_role("button", name="Race").click()
        expect(status(widget)).to_have_text(f"No result: {message}.")
        expect(widget.get_by_role("button", name="Stop")).to_be_disabled()
        assert workers(page) == []
    result: dict[str, Any] = {"rounds": 5, "standard": 2000, "separable": 400}
    result |= {"ratio": 5, "low": 3, "high": 7, "noisy": True, "saving": 7.9, "difference": 1e-7}
    answer_with(page, f"postMessage({json.dumps({'result': result})});")
    widget.get_by_role("button", name="Race").click()
    expect(outcome(widget)).to_contain_text("5.0× (3.0 to 7.0) less time")
    expect(outcome(widget)).to_contain_text("The middle half is wide")
    expect(widget.locator('[data-time="standard"]')).to_have_text("2,000 ms")
    answer_with(page, f"postMessage({json.dumps({'result': result | {'noisy': False}})});")
    widget.get_by_role("button", name="Race").click()
    expect(outcome(widget)).to_contain_text("5.0× (3.0 to 7.0) less time")
    expect(outcome(widget)).not_to_contain_text("The middle half is wide")
