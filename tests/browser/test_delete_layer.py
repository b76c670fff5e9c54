"""A layer taken out of a trained network, as readers use it."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from ..conftest import ROOT
from .conftest import alive

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-delete-layer"
RECORDED = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text(encoding="utf-8"))
PATIENCE = 180_000  # ms: a busy machine needs several times its usual seconds
PLAIN, RESIDUAL = (
    next(r for r in RECORDED["recorded"] if r["depth"] == 20 and r["residual"] is kind)
    for kind in (False, True)
)


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page, WIDGET)


def caption(widget: Locator, kind: str) -> Locator:
    return widget.locator(f'[data-caption="{kind}"]')


def test_every_layer_and_block_of_the_recorded_run_can_be_taken_out_by_keyboard(
    page: Page,
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    widget = visit(page)
    assert not [url for url in asked if "delete-layer/recorded" in url]
    first = widget.locator("[data-map] path").evaluate_all(
        "(all) => all.map((path) => path.getAttribute('d'))"
    )
    for name, kind, run, least in (
        ("layer", "plain", PLAIN, 1),
        ("block", "residual", RESIDUAL, 0),
    ):
        slider = widget.locator(f"[name={name}]")
        slider.press("Home")
        whole = f"{kind.title()}, whole: {run['error']:.1f} % wrong"
        expect(caption(widget, kind)).to_have_text(whole)
        expect(slider).to_have_attribute("aria-valuetext", "nothing")
        expect(widget.locator(f'[data-bars="{kind}"] [data-chosen]')).to_be_hidden()
        for index, left in enumerate(run["without"]):
            slider.press("ArrowRight")
            number = least + 1 + index
            said = f"{kind.title()} without {name} {number}: {left['error']:.1f} % wrong"
            expect(caption(widget, kind)).to_have_text(said)
            chosen = widget.locator(f'[data-bars="{kind}"] [data-chosen]')
            expect(chosen).to_have_attribute("x", str(index))
            label = widget.locator(f'[data-map="{kind}"]').get_attribute("aria-label") or ""
            assert label.endswith(f"{left['error']:.1f} % of the points wrong"), label
            expect(widget.locator("[name=told]")).to_contain_text(said)  # politely
    expect(page).to_have_url(re.compile(r"delete-layer\.layer=20.*delete-layer\.block=9"))
    visit(page, "?delete-layer.layer=3")
    expect(caption(widget, "plain")).to_contain_text("without layer 3")
    for slider, value in (("layer", 10), ("block", 5)):
        widget.locator(f"[name={slider}]").fill(str(value))
    expect(caption(widget, "plain")).to_contain_text("without layer 10")
    again = widget.locator("[data-map] path").evaluate_all(
        "(all) => all.map((path) => path.getAttribute('d'))"
    )
    assert again == first  # as the page was built


def test_bars_are_as_high_as_the_data_and_take_a_pointer(page: Page) -> None:
    widget = visit(page)
    for kind, run, name in (("plain", PLAIN, "layer"), ("residual", RESIDUAL, "block")):
        bars = widget.locator(f'[data-bars="{kind}"] [data-part]')
        heights = bars.evaluate_all("(all) => all.map((bar) => bar.height.baseVal.value)")
        assert [round(height, 2) for height in heights] == [
            round(left["error"], 2) for left in run["without"]
        ]
        chart = widget.locator(f'[data-bars="{kind}"]')
        box = chart.bounding_box()
        assert box
        chart.click(position={"x": box["width"] * 2.5 / len(heights), "y": 10})
        number = 4 if kind == "plain" else 3  # the third bar
        left = run["without"][2]
        expect(caption(widget, kind)).to_have_text(
            f"{kind.title()} without {name} {number}: {left['error']:.1f} % wrong"
        )
        expect(widget.locator(f"[name={name}]")).to_have_value(str(number))


def test_networks_of_ones_own_lose_their_layers_once_they_are_trained(page: Page) -> None:
    widget = visit(page, "?train-networks.depth=5&train-networks.seed=3")
    networks = widget.locator("[name=networks]")
    widget.locator("summary").click()
    networks.select_option("yours")
    expect(widget.locator("[role=status]")).to_contain_text("Train both networks above first")
    expect(networks).to_have_value("recorded")
    trainer = page.locator("cv7-train-networks")
    trainer.scroll_into_view_if_needed()
    expect(page.locator("cv7-train-networks:defined")).to_be_visible()
    trainer.get_by_role("button", name="Train both").click()
    expect(trainer.locator("[role=status]")).to_contain_text("Done.", timeout=PATIENCE)
    widget.scroll_into_view_if_needed()
    expect(networks.locator("option").last).to_have_text("yours: 5 hidden layers, seed 3")
    networks.select_option("yours")
    expect(widget.locator("[role=status]")).to_be_empty()
    expect(widget.locator('[data-bars="plain"] [data-part]')).to_have_count(4)
    expect(widget.locator('[data-bars="residual"] [data-part]')).to_have_count(2)
    expect(widget.locator('[data-bars="plain"] [data-medians]')).to_be_hidden()  # of other runs
    expect(widget.locator("[name=layer]")).to_have_value("5")  # no longer 10
    expect(caption(widget, "plain")).to_have_text(
        re.compile(r"Plain without layer 5: [\d.]+ % wrong")
    )
    widget.locator("[name=layer]").press("Home")
    expect(caption(widget, "plain")).to_have_text("Plain, whole: 0.0 % wrong")

    trainer.get_by_role("button", name="Train both").click()  # and they are gone
    expect(networks).to_have_value("recorded")
    expect(widget.locator('[data-bars="plain"] [data-part]')).to_have_count(19)
    expect(widget.locator('[data-bars="plain"] [data-medians]')).to_be_visible()
