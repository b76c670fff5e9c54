"""What every widget with controls owes its readers. Its own file tests what it alone does."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .. import audit
from ..conftest import PAGES, ROOT, report

CONTROLS = {
    path.parent.name: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs/widgets").glob("*/controls.html"))
}
HOMES = {
    slug: "./" + page.relative_to(ROOT / "docs").with_suffix("").as_posix().removesuffix("index")
    for slug in CONTROLS
    for page in PAGES
    if f"<cv7-{slug}>" in page.read_text(encoding="utf-8")
}
STATELESS = {"spirals-by-depth"}  # it opens a page, and has to be small
ADDRESSED = [slug for slug, html in CONTROLS.items() if re.search('"range|"radio|<select', html)]
ADDRESSED = [slug for slug in ADDRESSED if slug not in STATELESS]

# Each element: what it says and shows, and whether it waits for the script to show it. What the
# script or the theme add for those who use it is left out.
PARTS = ":not(pre, pre > nav, pre > nav *)"
ADDED = "/^(aria-.*|class|data-open|disabled|hidden|novalidate|open|tabindex)$/"
SNAPSHOT = f"""(widget) => [...widget.querySelectorAll("{PARTS}")].map((element) => ({{
  tag: element.localName,
  text: [...element.childNodes].map((n) => (n.nodeType === 3 ? n.data.trim() : "")).join(""),
  marks: [...element.attributes].filter((a) => !{ADDED}.test(a.name)).map((a) => [a.name, a.value]),
  waits: element.closest("[visibility=hidden]") !== null,
}}))"""
SLIDER = """({ name, min, max, step, dataset }) => ({
  name, min, max, step,
  shown: dataset.shown ?? "#",
  spoken: dataset.spoken ?? dataset.shown ?? "#",
  least: dataset.least ?? "",
})"""
FOCUSED = """(widget) => {
  const { localName, type, name, parentElement } = document.activeElement;
  const folded = localName === "summary" && !parentElement.open;
  return { inside: widget.contains(document.activeElement), folded, type, name };
}"""
# Shifts are reported with the frame after the next.
NEXT_FRAMES = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => new Promise((done) => setTimeout(() => done(shifted))))"""
# Per choice, its default and what is chosen.
CHOICES = """(form) => Object.fromEntries(
  [...form.elements].filter(({ type }) => /^(radio|select-one)$/.test(type)).map(({ name }) => {
    const choice = form.elements[name];
    const usual = [...choice].find((o) => o.defaultSelected || o.defaultChecked);
    return [name, [usual?.value ?? choice.options?.[0].value ?? "", choice.value]];
  }))"""
# What only a script can fill.
SCRIPTED = "form, .cv7-controls, .cv7-live, [data-yours]"
UNSEEN = f"""(widget) => [...widget.querySelectorAll("*")]
  .filter((e) => !e.closest("{SCRIPTED}, [hidden], defs, details:not([open]) > :not(summary)"))
  .filter((e) => !e.checkVisibility())
  .map((e) => e.outerHTML.slice(0, 80))"""


def alive(page: Page, slug: str) -> Locator:
    widget = page.locator(f"cv7-{slug}")
    widget.scroll_into_view_if_needed()
    expect(page.locator(f"cv7-{slug}:defined")).to_be_visible()
    return widget


def held(page: Page, slug: str) -> tuple[Locator, Route]:
    """The widget in view, while its script is under way; and the script, to let it come."""
    routes: list[Route] = []
    page.route(f"**/{slug}/element.mjs", lambda route: routes.append(route))
    with page.expect_request(f"**/{slug}/element.mjs"):
        page.goto(HOMES[slug])
        widget = page.locator(f"cv7-{slug}")
        widget.scroll_into_view_if_needed()
    expect(widget).to_be_visible()
    return widget, routes[0]


def status(widget: Locator) -> Locator:
    return widget.locator("form [role=status]").first


def sliders(widget: Locator) -> list[tuple[Locator, dict[str, str]]]:
    found = widget.locator("input[type=range]").all()
    return [(slider, slider.evaluate(SLIDER)) for slider in found]


def tells(widget: Locator, slider: Locator, its: dict[str, str], value: float) -> None:
    """The slider stands there, and says so to everyone."""
    decimals = len(its["step"].partition(".")[2])
    assert float(slider.input_value()) == pytest.approx(value), its["name"]
    number = f"{value:.{decimals}f}".replace("-", "−")
    text, spoken = (its[key].replace("#", number) for key in ("shown", "spoken"))
    if its["least"] and value == float(its["min"]):
        text = spoken = its["least"]
    expect(widget.locator(f"output[name={its['name']}-value]")).to_have_text(text)
    expect(slider).to_have_attribute("aria-valuetext", spoken)


def kept(page: Page, widget: Locator, slug: str) -> None:
    """The address has what the sliders stand at."""
    values = {its["name"]: slider.input_value() for slider, its in sliders(widget)}
    pairs = [rf"(?=.*[?&]{slug}\.{name}={value}(?![\d.]))" for name, value in values.items()]
    expect(page).to_have_url(re.compile("".join(pairs)))


def size(slider: Locator) -> tuple[float, float]:
    box = slider.bounding_box()
    assert box
    return box["width"], box["height"]


def by_pointer(widget: Locator) -> None:
    for slider, its in sliders(widget):
        width, height = size(slider)
        slider.click(position={"x": 3, "y": height / 2})
        tells(widget, slider, its, float(its["min"]))
        low = widget.text_content()
        slider.click(position={"x": width - 3, "y": height / 2})
        tells(widget, slider, its, float(its["max"]))
        assert widget.text_content() != low, f"{its['name']} changes nothing"


def by_keyboard(widget: Locator) -> None:
    """From the first control on by Tab, unfolding what is folded."""
    by_name = {its["name"]: (slider, its) for slider, its in sliders(widget)}
    reached = []
    page = widget.page
    widget.locator("input, select, button").first.focus()
    for _ in range(60):
        at = widget.evaluate(FOCUSED)
        if not at["inside"]:
            break
        if at["folded"]:
            page.keyboard.press("Enter")
        if at["type"] == "range":
            slider, its = by_name[at["name"]]
            reached.append(at["name"])
            for key, value in (
                ("Home", float(its["min"])),
                ("End", float(its["max"])),
                ("ArrowLeft", float(its["max"]) - float(its["step"])),
            ):
                page.keyboard.press(key)
                tells(widget, slider, its, value)
        page.keyboard.press("Tab")
    assert reached == list(by_name), "these sliders are reached by Tab"


def differences(event: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[str]:
    """The first few that it made to what stood there; what stood empty may be filled."""

    def said(element: dict[str, Any]) -> str:
        marks = " ".join(f'{name}="{value}"' for name, value in element["marks"])
        return f"<{element['tag']} {marks}>{element['text']}"

    return [
        f"{event} changed {said(one)} to {said(other)}"
        for one, other in zip(old, new, strict=True)
        if not one["waits"]
        and (one["marks"] != other["marks"] or (one["text"] and one["text"] != other["text"]))
    ][:5]


@pytest.mark.parametrize("slug", HOMES)
def test_it_comes_alive_in_place_and_answers_mouse_and_keys(page: Page, slug: str) -> None:
    page.add_init_script(audit.SHIFTS)
    widget, script = held(page, slug)
    stood = widget.evaluate(SNAPSHOT)
    page.evaluate("shifted = 0")
    script.continue_()
    alive(page, slug)
    shifted = page.evaluate(NEXT_FRAMES)
    assert not audit.LOAD["cls"].broken(shifted), f"what is around it moves by {shifted:.4f}"
    report(differences("coming alive", stood, widget.evaluate(SNAPSHOT)))
    expect(status(widget)).to_be_empty()
    if not sliders(widget):
        return
    for use in by_pointer, by_keyboard:
        for folded in widget.locator("details:has(input) > summary").all():
            folded.click()  # open for the mouse, closed for the keyboard
        use(widget)
        kept(page, widget, slug)
    left = widget.evaluate(SNAPSHOT)
    page.unroute_all()
    page.reload()
    report(differences("a reload", left, alive(page, slug).evaluate(SNAPSHOT)))
    for slider, its in sliders(widget):
        tells(widget, slider, its, float(its["max"]) - float(its["step"]))


@pytest.mark.parametrize("key", [None, "Enter"])
def test_a_button_pressed_before_its_widget_is_alive_is_not_lost(
    page: Page, key: str | None
) -> None:
    widget, script = held(page, "residual-block")
    button = widget.get_by_role("button", name="Step through")
    for _ in range(2):
        if key:
            button.press(key)
        else:
            button.click()
    script.continue_()
    alive(page, "residual-block")
    expect(widget.locator("output[name=step-value]")).to_have_text("1 of 6")


def test_a_hand_brings_what_the_browser_has_not_brought(page: Page) -> None:
    page.add_init_script("IntersectionObserver.prototype.observe = () => {}")
    page.goto(HOMES["train-networks"])
    widget = page.locator("cv7-train-networks")
    widget.locator("[name=depth][value='5']").click()
    expect(widget.locator("[data-caption]").first).to_have_text("Plain: 0.0 % wrong")
    expect(widget.locator("[name=depth]:checked")).to_have_value("5")


def out_of_range(html: str) -> dict[str, tuple[str, str, str]]:
    """Per slider or field an impossible number, each kind in turn; what is said, what is used."""
    found = {}
    inputs = re.findall(r'<input (?=[^>]*type="(?:range|number)")[^>]*>', html)
    for index, tag in enumerate(inputs):
        its = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        low, high, step = (float(its[key]) for key in ("min", "max", "step"))
        text, why, used = (
            (f"{high + 1:g}", f"# lies outside {low:g} to {high:g}", its["max"]),
            ("big", "“#” is not a number", its["value"]),
            (f"{low - 1:g}", f"# lies outside {low:g} to {high:g}", its["min"]),
            (f"{low + 0.4 * step:g}", "# is not on the scale", its["min"]),
        )[index % 4]
        said = f"{its['name'].capitalize()} {why.replace('#', text)}: {used} is used."
        found[its["name"]] = text, said, used
    return found


@pytest.mark.browser_context_args(has_touch=True, viewport=audit.SIZES["phone"])
@pytest.mark.parametrize("slug", ADDRESSED)
def test_an_impossible_address_is_corrected_with_a_message(page: Page, slug: str) -> None:
    html = CONTROLS[slug]
    numbers = out_of_range(html)
    names = re.findall(r'<select[^>]* name="(\w+)"|type="radio" name="(\w+)"', html)
    query = {one or other: "nowhere" for one, other in names}
    query |= {name: text for name, (text, _, _) in numbers.items()}
    page.goto(f"{HOMES[slug]}?{urlencode({f'{slug}.{name}': v for name, v in query.items()})}")
    widget = alive(page, slug)
    messages = [re.escape(said) for _, said, _ in numbers.values()]
    for usual, chosen in widget.locator("form").evaluate(CHOICES).values():
        assert chosen == usual
        cure = f"{usual} is used" if usual else "choose one"
        messages.append(rf"[^.:]*“nowhere”[^.:]*: {re.escape(cure)}\.")
    said = status(widget).inner_text()
    for message in messages:
        assert re.search(message, said), f"“{said}” does not say “{message}”"
        said = re.sub(message, "", said, count=1)
    assert not said.strip()
    for slider, its in sliders(widget):
        tells(widget, slider, its, float(numbers[its["name"]][2]))
    for folded in widget.locator("details:not([open]):has(input) > summary").all():
        folded.click()
    for slider, its in sliders(widget)[:1]:
        _, height = size(slider)
        assert height >= 24  # for a finger
        slider.tap(position={"x": 3, "y": height / 2})
        tells(widget, slider, its, float(its["min"]))
        expect(status(widget)).to_be_empty()


@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.parametrize("slug", HOMES)
def test_without_javascript_all_stands_but_the_controls(page: Page, slug: str) -> None:
    page.goto(HOMES[slug])
    widget = page.locator(f"cv7-{slug}")
    for part in widget.locator(SCRIPTED).all():
        expect(part).to_be_hidden()
    assert widget.inner_text().strip(), f"put a figure, a table or words into <cv7-{slug}>"
    assert widget.evaluate(UNSEEN) == []
