"""The opening of the first chapter, as readers use it."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from ..conftest import ROOT
from .conftest import alive

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-spirals-by-depth"
DATA = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text(encoding="utf-8"))
RUNS = {(run["depth"], run["residual"]): run for run in DATA["recorded"]}
KINDS = {"plain": False, "residual": True}
DEPTHS = [50, 30, 20, 10, 5, 2]
# Per kind, which of the 48 times 48 places lie within each of its three areas.
AREAS = """(widget) => Object.fromEntries(
  [...widget.querySelectorAll("[data-map]")].map((map) => [map.dataset.map,
    [...map.querySelectorAll("path")].slice(0, 3).map((path) =>
      Array.from({ length: 48 * 48 }, (_, at) =>
        path.isPointInFill({ x: 10 * (at % 48) + 5, y: 10 * Math.floor(at / 48) + 5 })))]))"""
SURE = (1.5, 7.5, 13.5)  # what these areas are above
LINES = "(all) => all.map((path) => path.getAttribute('d'))"
PHONE = {"width": 390, "height": 844}


def lines(widget: Locator) -> list[str]:
    found: list[str] = widget.locator("[data-map] path").evaluate_all(LINES)
    return found


def shows(widget: Locator, depth: int) -> None:
    """Both maps, place by place, and all that is said of them, are those of the recorded runs."""
    captions = []
    for kind, residual in KINDS.items():
        error = f"{RUNS[depth, residual]['error']:.1f} %"
        label = re.compile(
            rf"the {kind} network.*, {depth} hidden layers: .*, {error} of the points"
        )
        expect(widget.locator(f"[data-map={kind}]")).to_have_attribute("aria-label", label)
        captions.append(f"{kind.title()}: {error} wrong")
    assert widget.locator("[data-caption]").all_inner_texts() == captions
    areas = widget.evaluate(AREAS)
    for kind, residual in KINDS.items():
        values = [int(digit, 16) for digit in RUNS[depth, residual]["map"]]
        for sure, inside in zip(SURE, areas[kind], strict=True):
            # Lines are smoothed, so the places beside one may be on either side.
            wrong = [
                at
                for at, value in enumerate(values)
                if abs(value - sure) > 1 and inside[at] != (value > sure)
            ]
            assert not wrong, f"{kind}, {depth} layers, above {sure}: {wrong}"


def tap(widget: Locator, depth: int) -> None:
    widget.locator("label", has_text=re.compile(rf"^{depth}$")).click()


def box(part: Locator) -> dict[str, float]:
    found = part.bounding_box()
    assert found
    return dict(found)


def test_every_depth_is_drawn_as_recorded_by_keyboard(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size(PHONE)
    page.goto(CHAPTER)
    widget = alive(page, WIDGET)
    shows(widget, 50)
    first = lines(widget)
    assert not [url for url in asked if "train-networks/" in url]
    widget.locator(":checked").focus()
    height = box(widget)["height"]
    for depth in DEPTHS[1:]:
        page.keyboard.press("ArrowLeft")
        shows(widget, depth)
        plain, residual = (RUNS[depth, residual]["error"] for residual in KINDS.values())
        said = f"Plain: {plain:.1f} % wrong, Residual: {residual:.1f} % wrong."
        expect(widget.locator("[name=told]")).to_have_text(said)  # politely
        assert box(widget)["height"] == height
    tap(widget, 50)
    shows(widget, 50)
    assert lines(widget) == first  # as the page was built
    assert not [url for url in asked if "worker.mjs" in url]


def test_a_pressed_pointer_goes_along_the_depths(page: Page) -> None:
    page.goto(CHAPTER)
    widget = alive(page, WIDGET)
    row = box(widget.locator("fieldset > div"))
    middle = row["y"] + row["height"] / 2

    def at(depth: int) -> float:
        return row["x"] + row["width"] * (5.5 - DEPTHS.index(depth)) / 6

    page.mouse.move(at(20), middle)  # not pressed, it only passes
    page.mouse.move(at(50), middle)
    expect(widget.locator(":checked")).to_have_value("50")
    page.mouse.down()
    for depth in (30, 20, 10, 5, 2, 20):
        page.mouse.move(at(depth), middle + depth, steps=3)  # beside the row, too
        shows(widget, depth)
    page.mouse.move(0, middle)
    shows(widget, 2)
    page.mouse.up()
    page.mouse.move(at(30), middle)
    expect(widget.locator(":checked")).to_have_value("2")
    expect(widget.locator(":checked")).to_be_focused()
    page.keyboard.press("ArrowRight")
    shows(widget, 5)


@pytest.mark.browser_context_args(has_touch=True, viewport=PHONE)
def test_a_finger_slides_sideways_and_scrolls_upwards(page: Page) -> None:
    page.goto(CHAPTER)
    widget = alive(page, WIDGET)
    row = box(widget.locator("fieldset > div"))
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *place: float) -> None:
        points = [dict(zip("xy", place, strict=True))] if place else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(right: float, down: float) -> None:
        """From where 30 stands."""
        x, y = row["x"] + row["width"] * 4.5 / 6, row["y"] + row["height"] / 2
        touch("touchStart", x, y)
        for part in range(1, 11):
            touch("touchMove", x + right * part / 10, y + down * part / 10)
        touch("touchEnd")

    swipe(-row["width"] / 3, 0)  # by two stops
    shows(widget, 10)
    assert page.evaluate("scrollY") == 0
    swipe(0, -300)
    page.wait_for_function("scrollY > 100")
    expect(widget.locator(":checked")).to_have_value("10")


def test_where_the_other_depths_do_not_arrive_the_control_goes_back(page: Page) -> None:
    def broken(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="import './nowhere.mjs'; nowhere")

    def empty(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="")

    page.route("**/train-networks/recorded.mjs", broken)
    page.route("**/nowhere.mjs", empty)
    page.goto(CHAPTER)
    widget = alive(page, WIDGET)
    tap(widget, 30)
    expect(widget.locator("[role=status]")).to_have_text(
        "The other depths did not arrive. Try again."
    )
    expect(widget.locator(":checked")).to_have_value("50")
    shows(widget, 50)


@pytest.mark.browser_context_args(viewport=PHONE)
def test_it_is_all_on_the_first_screen_of_a_phone(page: Page) -> None:
    page.goto(CHAPTER)
    widget = alive(page, WIDGET)
    assert page.evaluate("scrollY") == 0
    assert box(widget)["height"] <= 420
    plain, residual = (box(widget.locator(f"[data-map={kind}]")) for kind in KINDS)
    assert plain["y"] == residual["y"]
    for target in widget.locator("label").all():
        assert min(box(target)["width"], box(target)["height"]) >= 44
    link = page.locator("article p a", has_text="train them yourself").first
    assert box(link)["y"] + box(link)["height"] <= PHONE["height"]
    link.click()
    expect(page.get_by_role("heading", name="Train it yourself")).to_be_in_viewport()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_deepest_stands_there(page: Page) -> None:
    page.goto(CHAPTER)
    widget = page.locator(WIDGET)
    expect(widget.locator("form")).to_be_hidden()
    for kind, residual in KINDS.items():
        expect(widget.locator(f"[data-map={kind}]")).to_be_visible()
        expect(widget.locator(f"[data-caption={kind}]")).to_have_text(
            f"{kind.title()}: {RUNS[50, residual]['error']:.1f} % wrong"
        )


def test_a_depth_chosen_before_the_script_is_there_is_shown(page: Page) -> None:
    routes: list[Route] = []
    page.route("**/spirals-by-depth/element.mjs", lambda route: routes.append(route))
    with page.expect_request("**/spirals-by-depth/element.mjs"):
        page.goto(CHAPTER)
    tap(page.locator(WIDGET), 30)
    routes[0].continue_()
    shows(alive(page, WIDGET), 30)
