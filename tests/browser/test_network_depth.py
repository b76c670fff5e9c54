"""The depth visualiser, as its readers use it: they draw, and have the truth drawn over it."""

import json
import re
from collections.abc import Sequence
from statistics import mean

import pytest
from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from cv7 import gradient_flow

from .. import audit
from ..conftest import ROOT
from .conftest import alive

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-network-depth"
DATA = json.loads((ROOT / "docs/data/network-depth.json").read_text(encoding="utf-8"))
MEANS = {
    kind: {row["depth"]: mean(row["error"]) for row in DATA[kind]} for kind in ("plain", "residual")
}
DEPTHS = (4, *range(8, 65, 8))  # of which the first is given
GIVEN = round(MEANS["plain"][4], 1)
BEGINS = next(depth for depth in DEPTHS if MEANS["plain"][depth] > 5)
HOW = "Draw with a finger, the mouse or the arrow keys."
PHONE = {"width": 390, "height": 844}


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page, WIDGET)


def point(page: Page, depth: int, kind: str = "plain") -> Locator:
    return page.get_by_role("slider", name=f"{kind} {depth}", exact=True)


def curves(page: Page) -> Locator:
    return page.locator('[data-figure="training-error"] [data-series="plain"]')


def show(page: Page) -> None:
    page.get_by_role("button", name="Show the truth").press("Enter")


def axis(board: Locator, name: str) -> tuple[float, float, float, float]:
    low, high, start, end = map(float, (board.get_attribute(f"data-{name}") or "").split())
    return low, high, start, end


def place(page: Page, depth: float, percent: float) -> tuple[float, float]:
    """Where on the screen that is."""
    board = page.locator(".cv7-sketch")
    box = board.bounding_box()
    assert box
    zoom = box["width"] / float((board.get_attribute("viewBox") or "").split()[2])
    found = []
    for name, value, origin in (("x", depth, box["x"]), ("y", percent, box["y"])):
        low, high, start, end = axis(board, name)
        found.append(origin + zoom * (start + (value - low) / (high - low) * (end - start)))
    return found[0], found[1]


def drawn(page: Page, kind: str = "plain") -> dict[float, float]:
    """The line on the board, read back: depths and percent."""
    board = page.locator(".cv7-sketch")
    pen = board.locator(f'[data-line="{kind}"] [data-pen]')
    core = board.locator(f'[data-line="{kind}"] [data-core]')
    text = pen.get_attribute("points") or ""
    assert core.get_attribute("points") == text
    found: dict[float, float] = {}
    for corner in text.split():
        depth, percent = (
            low + (float(pixel) - start) / (end - start) * (high - low)
            for pixel, (low, high, start, end) in zip(
                corner.split(","), (axis(board, "x"), axis(board, "y")), strict=True
            )
        )
        found[round(depth)] = round(percent, 1)
    return found


def stroke(page: Page, corners: Sequence[tuple[float, float]]) -> None:
    """With the mouse."""
    first, *others = corners
    page.mouse.move(*place(page, *first))
    page.mouse.down()
    for corner in others:
        page.mouse.move(*place(page, *corner))
    page.mouse.up()


def missed(line: dict[float, float], kind: str = "plain") -> tuple[float, float, int]:
    """The mean gap, the largest and where it is, over what a reader drew."""
    off = {int(d): abs(percent - MEANS[kind][int(d)]) for d, percent in line.items() if d > 4}
    most = max(off.values())
    return mean(off.values()), most, next(d for d, gap in off.items() if gap == most)


def off(verdict: Locator, kind: str = "plain") -> tuple[float, float, int]:
    """What the reader is told about it."""
    expect(verdict).to_contain_text(f"{kind.capitalize()}: off by")
    said = verdict.inner_text().partition(f"{kind.capitalize()}: ")[2]
    found = re.match(r"off by (\S+) points on average.*?, by (\S+) points at depth (\d+)\.", said)
    assert found, said
    return float(found[1]), float(found[2]), int(found[3])


def test_drawing_by_keyboard_alone(page: Page) -> None:
    widget = visit(page, "?other=kept")
    verdict = widget.locator("output[name=verdict]")
    said = widget.locator("[data-said]")
    chart = widget.locator('[data-figure="training-error"]')
    expect(curves(page)).to_be_hidden()
    # What a screen reader is told gives nothing away either.
    assert "%" not in (chart.get_attribute("aria-label") or "%")
    expect(widget.locator('[data-hint="plain"]')).to_be_visible()

    point(page, 8).focus()
    expect(said).to_have_text("depth 8: not drawn yet")
    expect(point(page, 8)).to_have_attribute("aria-valuetext", "depth 8: not drawn yet")
    page.keyboard.press("ArrowLeft")  # there is none before it
    expect(point(page, 8)).to_be_focused()
    page.keyboard.press("Enter")  # as it stands: at the height of the given point
    expect(said).to_have_text(f"depth 8: {GIVEN:.0f} %")
    page.keyboard.press("Home")
    expect(said).to_have_text("depth 8: 0 %")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(point(page, 40)).to_be_focused()
    for key in ("PageUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    expect(said).to_have_text("depth 40: 12 %")
    expect(point(page, 40)).to_have_attribute("aria-valuenow", "12")
    expect(point(page, 24)).to_have_attribute("aria-valuetext", "depth 24: 6 %")  # between them
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(said).to_have_text("depth 40: 80 %")
    page.keyboard.press("Delete")
    expect(said).to_have_text("depth 40: not drawn yet")
    for key in ("PageUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect(point(page, 64)).to_be_focused()
    page.keyboard.press("Tab")  # the points are one stop
    expect(page.get_by_role("radio", name="plain")).to_be_focused()
    line: dict[float, float] = {4: GIVEN, 8: 0, 16: 3, 24: 6, 32: 9, 40: 12}
    assert drawn(page) == line
    for hint in widget.locator("[data-hint], [data-way]").all():
        expect(hint).to_be_hidden()

    show(page)
    expect(curves(page)).to_be_visible()
    missing = missed(line)
    assert off(verdict) == pytest.approx(missing, abs=0.11)
    expect(verdict).to_contain_text("on average, up to depth 40, by")
    expect(verdict).to_contain_text(f"Yours passes 5 % at depth 24, the measured one at {BEGINS}.")
    assert "%" in (chart.get_attribute("aria-label") or "")
    marked = "hidden" if missing[1] < 10 else "inherit"  # a small gap needs no mark
    expect(widget.locator("[data-widest]")).to_have_attribute("visibility", marked)
    # Afterwards the points tell both, and stay as they are.
    point(page, 32).focus()
    page.keyboard.press("PageUp")
    truth = f"measured {MEANS['plain'][32]:.1f} %"
    expect(point(page, 32)).to_have_attribute("aria-readonly", "true")
    expect(point(page, 32)).to_have_attribute("aria-valuetext", f"depth 32: you drew 9 %, {truth}")
    expect(said).to_have_text(f"32: you 9 %, {truth}")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("you 12 %, measured")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("not drawn, measured")
    assert drawn(page) == line

    page.get_by_role("button", name="Clear", exact=True).last.press("Enter")
    expect(curves(page)).to_be_hidden()
    expect(verdict).to_have_text(HOW)
    assert drawn(page) == {4: GIVEN}
    # The theme adds the heading that one reads.
    expect(page).to_have_url(re.compile(rf"{CHAPTER}\?other=kept(#|$)"))


def test_drawing_two_lines_with_the_mouse_and_reading_the_gap(page: Page) -> None:
    widget = visit(page)
    plain = [(4, 1), (8, 2), (24, 8), (40, 40), (56, 70), (64, 75)]
    stroke(page, plain)
    line = drawn(page)
    wanted = {4: GIVEN, 8: 2, 16: 5, 24: 8, 32: 24, 40: 40, 48: 55, 56: 70, 64: 75}
    assert line == pytest.approx(wanted, abs=1.01)
    expect(widget.locator("[data-said]")).to_have_text(re.compile("^depth 64: 7[456] %$"))
    expect(point(page, 64)).to_be_focused()
    # A single tap moves the nearest point, and no other.
    page.mouse.click(*place(page, 25, 30))
    assert drawn(page) == pytest.approx({**line, 24: 30}, abs=1.01)
    line = drawn(page)
    page.mouse.click(*place(page, 32, -20))  # the name of the axis
    assert drawn(page) == line

    page.get_by_role("radio", name="residual").check()
    expect(widget.locator('[data-hint="plain"]')).to_be_hidden()
    expect(widget.locator('[data-hint="residual"]')).to_be_visible()
    page.mouse.click(*place(page, 64, 12))  # one point is a line, too
    residual = drawn(page, "residual")
    assert list(residual) == list(DEPTHS)
    assert residual[64] == pytest.approx(12, abs=1.01)
    line = drawn(page)
    show(page)
    verdict = widget.locator("output[name=verdict]")
    for kind, found in (("plain", line), ("residual", residual)):
        assert off(verdict, kind) == pytest.approx(missed(found, kind), abs=0.51)
    expect(verdict).to_contain_text(re.compile(rf"Yours passes 5 % .* measured one at {BEGINS}\."))

    # The gap is marked where it is widest, from the one line to the other, and named.
    _, most, where = missed(line)
    group = widget.locator('[data-line="plain"]')
    expect(widget.locator("[data-widest] text")).to_have_text(f"{most:.0f} points")
    mark = widget.locator("[data-widest] line")
    board = widget.locator(".cv7-sketch")
    low, high, start, end = axis(board, "y")
    ends = [float(mark.get_attribute(name) or "nan") for name in ("y1", "y2")]
    values = [low + (pixel - start) / (end - start) * (high - low) for pixel in ends]
    assert values == pytest.approx([line[where], MEANS["plain"][where]], abs=0.06)
    area = (group.locator("[data-gap]").get_attribute("d") or "").strip("MZ").split("L")
    pen = (group.locator("[data-pen]").get_attribute("points") or "").split()
    truth = widget.locator('[data-figure="training-error"] [data-series="plain"] polyline')
    edge = [list(map(float, c.split(","))) for c in area[len(pen) :]]
    corners = [
        list(map(float, c.split(","))) for c in (truth.get_attribute("points") or "").split()
    ]
    assert area[: len(pen)] == pen
    assert [corner for one in edge for corner in one] == pytest.approx(
        [corner for one in reversed(corners) for corner in one], abs=0.01
    )
    residual_name = widget.locator('[data-figure="training-error"] [data-series="residual"] > text')
    expect(residual_name).to_be_hidden()  # a line was drawn there
    stroke(page, [(8, 90), (64, 90)])  # once the truth is there, it is too late
    assert drawn(page) == line


def test_nothing_drawn_is_lost(page: Page) -> None:
    widget = visit(page)
    stroke(page, [(8, 5), (64, 45)])
    point(page, 64).press("ArrowUp")
    line = drawn(page)
    page.get_by_role("radio", name="residual").check()
    expect(page).to_have_url(re.compile(r"network-depth\.line=residual"))
    page.reload()
    alive(page, WIDGET)
    assert drawn(page) == line
    expect(page.get_by_role("radio", name="residual")).to_be_checked()
    expect(curves(page)).to_be_hidden()
    show(page)
    expect(page).to_have_url(re.compile(r"network-depth\.shown=yes"))
    verdict = widget.locator("output[name=verdict]")
    said = verdict.inner_text()
    assert said
    page.reload()
    alive(page, WIDGET)
    expect(verdict).to_have_text(said)
    expect(curves(page)).to_be_visible()
    page.goto(CHAPTER)  # without what the address said: the line stays, the truth waits
    alive(page, WIDGET)
    assert drawn(page) == line
    expect(curves(page)).to_be_hidden()
    page.get_by_role("button", name="Clear", exact=True).last.click()
    page.reload()
    alive(page, WIDGET)
    assert drawn(page) == {4: GIVEN}

    stroke(page, [(8, 5), (64, 45)])
    page.goto("exercises/progress/")
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Really forget").click()
    visit(page)
    assert drawn(page) == {4: GIVEN}


def test_the_truth_is_one_tap_away_and_counts_as_no_prediction(page: Page) -> None:
    widget = visit(page)
    show(page)
    expect(curves(page)).to_be_visible()
    expect(widget.locator("output[name=verdict]")).to_have_text(
        f"Measured: plain passes 5 % at depth {BEGINS} and ends at {MEANS['plain'][64]:.1f} %; "
        f"residual ends at {MEANS['residual'][64]:.1f} %."
    )
    expect(page.locator(".cv7-progress")).to_contain_text("0 of 5 done")
    for hint in widget.locator("[data-hint], [data-way]").all():
        expect(hint).to_be_hidden()


def touch(client: CDPSession, kind: str, *at: tuple[float, float]) -> None:
    points = [{"x": x, "y": y} for x, y in at]
    client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


# When the finger has left the page, or the page has taken it for scrolling.
LIFTED = """() => { window.lifted = new Promise((done) => {
    for (const name of ["pointerup", "pointercancel"])
        addEventListener(name, done, { capture: true, once: true });
}) }"""


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A finger goes straight from one place of the screen to another."""
    client = page.context.new_cdp_session(page)
    page.evaluate(LIFTED)
    touch(client, "touchStart", start)
    for step in range(1, 21):
        touch(
            client,
            "touchMove",
            (
                start[0] + (end[0] - start[0]) * step / 20,
                start[1] + (end[1] - start[1]) * step / 20,
            ),
        )
        page.evaluate("new Promise(requestAnimationFrame)")
    touch(client, "touchEnd")
    page.evaluate("window.lifted.then(() => new Promise(requestAnimationFrame))")


@pytest.mark.browser_context_args(has_touch=True, viewport=PHONE)
def test_a_finger_draws_across_and_scrolls_up_and_down(page: Page) -> None:
    widget = visit(page)
    widget.evaluate("(one) => { one.scrollIntoView(); scrollBy(0, -60) }")
    page.wait_for_function("scrollY > 0")
    top = page.evaluate("scrollY")
    # Picture, controls and verdict are one view.
    heights = page.evaluate(
        """() => ["figure", "output[name=verdict]"].map((name) =>
            document.querySelector(`cv7-network-depth ${name}`).getBoundingClientRect())
            .reduce((first, last) => last.bottom - first.top)"""
    )
    assert heights <= 700

    swipe(page, place(page, 8, 4), place(page, 64, 60))
    line = drawn(page)
    wanted = {depth: 4 + (depth - 8) for depth in DEPTHS[1:]} | {4: GIVEN}
    assert line == pytest.approx(wanted, abs=6)  # a finger is known after some pixels
    assert page.evaluate("scrollY") == top
    # On a point, a finger moves it up and down.
    swipe(page, place(page, 32, line[32]), place(page, 32, 70))
    assert drawn(page) == pytest.approx({**line, 32: 70}, abs=2)
    assert page.evaluate("scrollY") == top
    line = drawn(page)
    # Elsewhere it scrolls the page and draws nothing.
    x, y = place(page, 12, 80)
    swipe(page, (x, y), (x, y - 150))
    page.wait_for_function("(top) => scrollY > top + 50", arg=top)
    assert drawn(page) == line
    # A tap sets the nearest point.
    x, y = place(page, 16, 50)
    page.touchscreen.tap(x, y)
    assert drawn(page) == pytest.approx({**line, 16: 50}, abs=1.01)


def test_exploring_depth_by_depth_and_a_constant_factor(page: Page) -> None:
    widget = visit(page)
    readout = widget.locator("output[name=readout]")
    product = widget.locator('[data-figure="gradient-product"]')
    expect(product).to_be_hidden()
    widget.get_by_text("Explore: depth by depth").click()
    expect(product).to_be_visible()
    cursor = widget.locator("[data-cursor]")
    expect(cursor).to_have_attribute("visibility", "hidden")
    expect(readout).to_contain_text("hidden until you ask")
    show(page)
    expect(cursor).to_have_attribute("visibility", "visible")
    depth = page.get_by_role("slider", name="Depth")
    depth.press("End")
    expect(readout).to_contain_text(f"plain {MEANS['plain'][64]:.1f} %")
    depth.press("ArrowLeft")
    expect(readout).to_contain_text(f"plain {MEANS['plain'][60]:.1f} %")
    low, high, start, end = axis(widget.locator(".cv7-sketch"), "x")
    across = float(cursor.get_attribute("x1") or "nan")
    assert low + (across - start) / (end - start) * (high - low) == pytest.approx(60)
    factor = page.get_by_role("slider", name="Gradient factor")
    factor.press("ArrowRight")
    below = gradient_flow.depth_below(0.86, 0.01)
    expect(readout).to_contain_text("Gradient at layer 1: 0.86 to the power 59")
    expect(readout).to_contain_text(f"it falls below 1 % at depth {below}")
    # The dot is where tests/widgets/network-depth.test.mjs wants it, on this chart's axis.
    low, high, start, end = axis(product, "y")
    dot = float(product.locator("[data-yours] circle").get_attribute("cy") or "nan")
    power = low + (dot - start) / (end - start) * (high - low)
    assert 10**power == pytest.approx(gradient_flow.gradient_at_first_layer(0.86, 60), rel=1e-6)
    expect(page).to_have_url(re.compile(r"network-depth\.factor=0\.86"))
    factor.press("End")
    expect(readout).to_contain_text("it never falls below 1 %")


def test_who_comes_back_finds_it_as_it_was_left(page: Page) -> None:
    visit(page)
    stroke(page, [(8, 5), (64, 45)])
    line = drawn(page)
    show(page)
    page.locator("footer").get_by_role("link", name=re.compile("^Next")).click()
    page.wait_for_url(re.compile(r"/depthwise-separable/"))
    page.go_back()
    alive(page, WIDGET)
    expect(curves(page)).to_be_visible()
    assert drawn(page) == line


def test_while_its_script_is_under_way_it_hides_the_answer_and_without_it_shows_all(
    page: Page,
) -> None:
    held: list[Route] = []
    page.route("**/network-depth/element.mjs", lambda route: held.append(route))
    with page.expect_request("**/network-depth/element.mjs"):
        page.goto(CHAPTER)
        page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator('[data-figure="training-error"]')).to_be_visible()
    expect(curves(page)).to_be_hidden()
    for kind in ("plain", "residual"):  # the first case is there from the start
        first = page.locator(f'[data-figure="first-case"] [data-series="{kind}"]')
        expect(first).to_be_visible()
    held[0].fulfill(body="throw new Error()", content_type="text/javascript")
    expect(curves(page)).to_be_visible()
    expect(page.locator('[data-figure="gradient-product"]')).to_be_visible()
    expect(page.locator("cv7-network-depth form")).to_be_hidden()
    expect(page.locator(".cv7-sketch")).to_be_hidden()


def test_on_paper_the_truth_stands_beside_what_was_drawn(page: Page) -> None:
    visit(page)
    stroke(page, [(8, 5), (64, 45)])
    expect(curves(page)).to_be_hidden()
    page.emulate_media(media="print")
    expect(curves(page)).to_be_visible()
    assert curves(page).evaluate("(one) => getComputedStyle(one).clipPath") == "none"
    expect(page.locator('[data-figure="gradient-product"]')).to_be_visible()
    expect(page.locator('.cv7-sketch [data-line="plain"] [data-pen]')).to_be_visible()


def test_what_is_drawn_on_lies_on_its_chart(page: Page) -> None:
    widget = visit(page)
    chart, board = widget.locator('[data-figure="training-error"]'), widget.locator(".cv7-sketch")
    for width in (320, 600, 718, 720, 1000, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert chart.bounding_box() == pytest.approx(board.bounding_box(), abs=1), width
    page.emulate_media(media="print")
    assert chart.bounding_box() == pytest.approx(board.bounding_box(), abs=1), "paper"


@pytest.mark.browser_context_args(viewport=audit.SIZES["desktop"])
def test_the_truth_grows_once_and_not_for_who_wants_no_motion(page: Page) -> None:
    visit(page)
    clip = "(one) => getComputedStyle(one).clipPath"
    assert "100%" in curves(page).evaluate(clip)
    show(page)
    page.wait_for_function(
        """() => !getComputedStyle(document.querySelector(
            '[data-figure="training-error"] [data-series]')).clipPath.includes("%")"""
    )
    page.emulate_media(reduced_motion="reduce")
    assert curves(page).evaluate(clip) == "none"
