"""The content security policy in use, and readers' words that never become markup."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import html5lib
import pytest
from playwright.sync_api import FilePayload, Page, expect

from ..conftest import ROOT
from .conftest import opened
from .test_pages import URLS
from .test_search import open_search

# Runs `hacked()` if it becomes markup: as an address, in an attribute, in text, in a script.
# Whatever else readers bring (saved progress, say) is to be attacked with it here.
EVIL = "javascript:hacked()//\"'><img src=x onerror=hacked()><svg onload=hacked()>" + (
    "</script><script>hacked()</script>"
)
MARKUP = "[onerror], [onload], [href^='javascript:'], [src^='javascript:']"
WIDGETS = {path.parent.name for path in ROOT.glob("docs/widgets/*/element.mjs")}


@pytest.fixture(autouse=True)
def inert(page: Page) -> Iterator[None]:
    """Nothing of EVIL has run or stands on a page. Violations are in the console, so they show."""
    page.add_init_script("globalThis.violations = []; globalThis.hacked = () => violations.push(1)")
    yield
    if page.url.startswith("http"):
        still(page)


def still(page: Page) -> None:
    """What an attack would have done is not there, once the page is at rest."""
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    assert page.evaluate("violations") == []
    assert page.locator(MARKUP).count() == 0


def widgets_on(site: Path, url: str) -> dict[str, set[str]]:
    """The widgets of a page by their slugs, each with the names of what it reads."""
    document = html5lib.parse(
        (site / url / "index.html").read_text(encoding="utf-8"), namespaceHTMLElements=False
    )
    return {
        str(element.tag).removeprefix("cv7-"): {
            part.get("name", "") for part in element.iter() if part.get("name")
        }
        for element in document.iter()
        if str(element.tag).startswith("cv7-")
    }


def test_the_policy_is_in_force(page: Page, base_url: str) -> None:
    other = page.context.new_page()  # of which nobody watches the console
    other.goto(base_url)
    other.evaluate(
        """() => {
            globalThis.broken = [];
            addEventListener("securitypolicyviolation", (event) => {
                broken.push(event.violatedDirective);
            });
            const script = document.createElement("script");
            script.textContent = "globalThis.ran = true";
            document.body.append(script, document.createElement("iframe"));
            setTimeout("globalThis.ran = true");
            fetch("https://example.org/").catch(() => {});
            document.createElement("img").src = "https://example.org/image.png";
        }"""
    )
    other.wait_for_function("() => broken.length >= 4")
    found = other.evaluate("[...new Set(broken)].sort()")
    assert found == ["connect-src", "img-src", "script-src", "script-src-elem"]
    assert not other.evaluate("globalThis.ran")


def test_addresses_never_become_markup(page: Page, site: Path) -> None:
    attacked: set[str] = set()
    for url in URLS:
        if not (widgets := widgets_on(site, url)):
            continue
        attacked |= widgets.keys()
        query = {f"{slug}.{name}": EVIL for slug, names in widgets.items() for name in names}
        page.goto(f"{url.rstrip('/')}/?{urlencode(query)}#{quote(EVIL)}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        for slug in widgets:
            page.locator(f"cv7-{slug}").first.scroll_into_view_if_needed()
            expect(page.locator(f"cv7-{slug}:defined").first).to_be_attached()
        still(page)
    assert attacked == WIDGETS, "a widget stands on no page, or was not attacked"


def test_answers_and_records_never_become_markup(page: Page) -> None:
    page.goto("exercises/")
    question = opened(page, "exercise-7")
    for field in question.locator("input, textarea").all():
        field.fill(EVIL)
    question.get_by_role("button", name="Check").click()
    expect(question.get_by_role("status")).to_contain_text("?")
    record = {"version": 1, "states": {EVIL: "right", "exercise-7": EVIL}}
    page.evaluate("text => localStorage.setItem('cv7-progress', text)", json.dumps(record))
    page.goto("exercises/progress/")
    expect(page.locator("cv7-record:defined")).to_be_visible()
    for text in (json.dumps(record), json.dumps({"exercise": EVIL, "passed": True}), EVIL):
        file = FilePayload(name="x.json", mimeType="application/json", buffer=text.encode())
        page.get_by_label("Read in a file").set_input_files([file])
        expect(page.locator("cv7-record [role=status]")).to_contain_text("Nothing has changed")
    assert page.locator(MARKUP).count() == 0


def test_drawings_never_become_markup(page: Page) -> None:
    for kept in (EVIL, {"plain": EVIL}, {"plain": [EVIL] * 9, "residual": {EVIL: EVIL}}, [EVIL]):
        page.goto("./")
        text = json.dumps({"network-depth": kept})
        page.evaluate("text => localStorage.setItem('cv7-drawn', text)", text)
        page.goto("chapters/skip-connections/?network-depth.shown=yes")
        page.locator("cv7-network-depth").scroll_into_view_if_needed()
        expect(page.locator("cv7-network-depth:defined")).to_be_visible()
        expect(page.locator("cv7-network-depth output[name=verdict]")).to_contain_text("Measured")
        still(page)


def test_what_is_searched_for_never_becomes_markup(page: Page) -> None:
    page.goto(f"./?{urlencode({'q': EVIL})}")
    open_search(page)
    page.keyboard.type(EVIL)
    expect(page.locator(".md-search-result__meta")).to_contain_text("matching documents")


def test_names_of_classes_and_files_never_become_markup(page: Page) -> None:
    page.goto("chapters/transfer-learning/")
    widget = page.locator("cv7-teach-classes")
    widget.scroll_into_view_if_needed()
    expect(page.locator("cv7-teach-classes:defined")).to_be_visible()
    widget.get_by_role("button", name="Load the network").click()
    expect(widget.locator("output[name=loaded]")).not_to_be_empty()
    names = widget.locator("input[name=name]")
    expect(names.first).to_be_enabled(timeout=60_000)
    for field in names.all():
        field.fill(EVIL)
        field.press("Tab")
    name = EVIL.replace("/", "\N{DIVISION SLASH}")  # no file system has a slash in a name
    files = widget.locator("input[name=files]").first
    files.set_input_files([{"name": name, "mimeType": "text/plain", "buffer": b"words"}])
    expect(widget.locator("form > [role=status]")).to_contain_text(f"“{name}” is not an image")
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="hacked()"><script>{EVIL}</script></svg>'
    )
    svg = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": drawing.encode()}
    files.set_input_files([svg])
    expect(widget.locator("form > [role=status]")).to_contain_text("cannot be read as an image")
    widget.get_by_role("button", name="Load samples").click()
    expect(widget.locator("[data-count]").last).to_have_text("16 images", timeout=60_000)
    widget.get_by_role("button", name="Train").click()
    expect(widget.locator("output[name=trained]")).not_to_be_empty(timeout=60_000)
