"""Each chapter by keyboard alone, from its top to its end, completing every widget on the way."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from ..conftest import PAGES, ROOT

CHAPTERS = ("skip-connections", "depthwise-separable", "transfer-learning", "strategy-selector")
URLS = [f"chapters/{chapter}/" for chapter in CHAPTERS]
URLS += [f"in-brief/{page.stem}/" for page in PAGES if page.parent.name == "in-brief"]
HERE = """() => {
  const at = document.activeElement;
  const widget = at.closest(".cv7-widget > *, cv7-question");
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  globalThis.visited ??= new Map(); // in the order in which the focus came by
  if (!visited.has(at)) visited.set(at, visited.size);
  return {
    place: at === document.body ? -1 : visited.get(at),
    tag: at.localName,
    what: at.outerHTML.slice(0, 120),
    folded: at.matches("details.cv7-question:not([open]) > summary"),
    widget: widget?.localName ?? "",
    code: at.matches(".md-code__button") ? at.closest("pre").innerText : "",
    seen: at.matches(":focus-visible") && outlineStyle !== "none" && parseFloat(outlineWidth) > 1,
  };
}"""

# Code that can be copied and is not folded away.
CODE = """() => [...document.querySelectorAll(".highlight:not(.no-copy) pre")]
  .filter((block) => block.checkVisibility())
  .map((block) => block.innerText)"""


def status(widget: Locator) -> Locator:
    return widget.locator('[role="status"]').last


def tab_to(page: Page, target: Locator) -> None:
    """Tab on until the control has the focus."""
    for _ in range(60):
        if target.evaluate("(control) => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def slide(page: Page, widget: Locator) -> None:
    """A slider moves, and what the widget says with it."""
    slider = widget.locator('input[type="range"]').first
    tab_to(page, slider)
    before = widget.inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert widget.inner_text() != before


def network_depth(page: Page, widget: Locator) -> None:
    first = widget.get_by_role("slider", name="plain 8")
    if not first.evaluate("(point) => point === document.activeElement"):
        page.keyboard.press("Shift+Tab")  # it came to life behind the focus
    tab_to(page, first)
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "End"):
        page.keyboard.press(key)
    tab_to(page, widget.get_by_role("button", name="Show the truth"))
    page.keyboard.press("Enter")
    expect(page.locator("cv7-network-depth[data-awaiting]")).to_have_count(0)
    expect(widget.locator("[name=verdict]")).to_contain_text("up to depth 40")
    tab_to(page, widget.locator("summary").first)
    page.keyboard.press("Enter")
    slide(page, widget)


def residual_block(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("[name=next]"))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(widget.locator("[name=readout]")).to_contain_text("Block 1")
    slide(page, widget)


def train_networks(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("[name=depth]:checked"))
    page.keyboard.press("ArrowRight")  # round to the first, of two layers
    expect(widget.locator("[data-caption]").first).to_have_text("Plain: 0.0 % wrong")
    tab_to(page, widget.get_by_role("button", name="Train both"))
    page.keyboard.press("Enter")
    expect(status(widget)).to_contain_text("Done. Step 600 of 600.", timeout=60_000)


def spirals_by_depth(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("[name=depth]:checked"))
    page.keyboard.press("ArrowLeft")
    runs = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text("utf-8"))
    (run,) = (r for r in runs["recorded"] if (r["depth"], r["residual"]) == (30, False))
    caption = widget.locator("[data-caption]").first
    expect(caption).to_have_text(f"Plain: {run['error']:.1f} % wrong")


def race_convolutions(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("[name=layer]"))
    page.keyboard.press("End")
    tab_to(page, widget.get_by_role("button", name="Race"))
    page.keyboard.press("Enter")
    expect(status(widget)).to_contain_text("Finished", timeout=60_000)


def fine_tuning(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("input, button").first)
    page.keyboard.press("ArrowDown")
    expect(widget.locator("section[data-open]")).to_have_count(1)


def teach_classes(page: Page, widget: Locator) -> None:
    tab_to(page, widget.locator("[name=load]"))
    page.keyboard.press("Enter")
    expect(widget.locator("[name=loaded]")).to_contain_text("is here", timeout=60_000)
    tab_to(page, widget.locator("[name=samples]"))
    page.keyboard.press("Enter")
    expect(widget.locator(".cv7-thumbnails li")).to_have_count(48, timeout=120_000)
    for _ in range(60):
        page.keyboard.press("Shift+Tab")  # past the new classes, which came before the button
        if widget.locator("[name=remove]").first.evaluate("(b) => b === document.activeElement"):
            break
    classes = widget.locator(".cv7-class").count()
    page.keyboard.press("Enter")
    expect(widget.locator(".cv7-class")).to_have_count(classes - 1)
    tab_to(page, widget.locator("[name=train]"))
    page.keyboard.press("Enter")
    expect(widget.locator("[name=trained]")).to_contain_text("Trained on", timeout=60_000)


def question(page: Page, widget: Locator) -> None:
    """Whatever stands first: a number, a choice or words."""
    name = page.evaluate("document.activeElement.type")
    if name == "radio":
        page.keyboard.press("Space")
    else:
        page.keyboard.type("1")
    page.keyboard.press("Control+Enter" if name == "textarea" else "Enter")
    button = widget.locator("form button").first
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(status(widget)).not_to_be_empty()


# What completes a widget; where nothing is said, its first slider is moved.
ACTS: dict[str, Callable[[Page, Locator], None]] = {
    "cv7-network-depth": network_depth,
    "cv7-residual-block": residual_block,
    "cv7-spirals-by-depth": spirals_by_depth,
    "cv7-train-networks": train_networks,
    "cv7-race-convolutions": race_convolutions,
    "cv7-fine-tuning": fine_tuning,
    "cv7-teach-classes": teach_classes,
    "cv7-question": question,
}


def shown() -> set[str]:
    """The widgets on pages."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    slugs = {path.parent.name for path in (ROOT / "docs/widgets").glob("*/element.mjs")}
    return {f"cv7-{slug}" for slug in slugs if f"<cv7-{slug}>" in text} | {"cv7-question"}


def test_every_widget_is_completed_by_keyboard() -> None:
    for name in shown() - set(ACTS):
        parts = (ROOT / "docs/widgets" / name.removeprefix("cv7-")).glob("*.html")
        assert any('type="range"' in part.read_text(encoding="utf-8") for part in parts), (
            f"{name} has no slider to move: say in ACTS, in {__file__}, how a keyboard completes it"
        )


def test_one_tab_brings_every_button_to_copy(page: Page) -> None:
    """Also where the browser is late to say that a block comes near; here it never does."""
    page.add_init_script("IntersectionObserver.prototype.observe = () => {}")
    page.goto("chapters/depthwise-separable/")
    page.wait_for_function("globalThis.document$")  # the theme's script has started
    blocks = page.locator(".highlight:not(.no-copy) pre")
    assert blocks.count() > 1
    expect(blocks.locator(".md-code__button")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(blocks.locator(".md-code__button")).to_have_count(blocks.count())


@pytest.mark.parametrize("url", URLS)
def test_a_chapter_by_keyboard_from_top_to_end(page: Page, url: str) -> None:
    page.goto(url)
    wanted = {name for name in shown() if page.locator(name).count()}
    done: set[str] = set()
    places: list[int] = []
    unseen: list[str] = []
    copied: list[str] = []
    for _ in range(1500):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["place"] < 0 or (places and here["place"] == places[0]):
            break  # through, and out of the page
        assert not places or here["place"] != places[-1], f"stuck at {here['what']}"
        places.append(here["place"])
        if not here["seen"]:
            unseen.append(here["what"])
        copied += filter(None, [here["code"]])
        if here["folded"] and "cv7-question" in wanted - done:
            page.keyboard.press("Enter")
        if here["widget"] in wanted - done:
            done.add(here["widget"])
            here_is = page.locator(f"{here['widget']}:focus-within")
            expect(page.locator(f"{here['widget']}:defined").first).to_be_attached()
            widget = page.locator(here["widget"]).nth(
                here_is.evaluate("(w) => [...document.querySelectorAll(w.localName)].indexOf(w)")
            )
            ACTS.get(here["widget"], slide)(page, widget)
    assert done == wanted
    assert unseen == []
    assert copied == page.evaluate(CODE)
    assert page.locator(".md-footer").is_visible()
