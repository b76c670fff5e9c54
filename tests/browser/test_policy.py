"""The content security policy in use, no cookies, and readers' words that never become markup."""

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import FilePayload, Page, expect

from ..conftest import ROOT
from .test_pages import CHAPTER, URLS
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
    """No violation of the policy, on whatever page, and nothing of EVIL has run or stands there."""
    page.add_init_script(
        """
        globalThis.violations = [];
        globalThis.hacked = () => violations.push("hacked");
        addEventListener("securitypolicyviolation", (event) => {
            violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
        });
        """
    )
    yield
    if page.url.startswith("http"):
        assert page.evaluate("violations") == []
        assert page.locator(MARKUP).count() == 0


def widgets(page: Page) -> list[str]:
    """The slugs of the widgets on a page."""
    names: list[str] = page.locator("article *").evaluate_all(
        "found => found.map((e) => e.localName).filter((name) => name.startsWith('cv7-'))"
    )
    return sorted({name.removeprefix("cv7-") for name in names})


def use(page: Page, tag: str) -> None:
    """Each control of a widget once, in the order of the page, except those that take minutes."""
    widget = page.locator(tag).first
    widget.scroll_into_view_if_needed()
    expect(page.locator(f"{tag}:defined").first).to_be_visible()
    for slider in widget.locator("input[type=range]:visible:enabled").all():
        slider.press("ArrowRight")
    for radio in widget.locator("input[type=radio]:visible:enabled").all():
        radio.check(force=True)
    for choice in widget.locator("select:visible:enabled").all():
        choice.select_option(index=1)
    for button in widget.locator("button:visible:enabled").all()[:2]:
        button.click()
    page.wait_for_timeout(300)


@pytest.mark.parametrize("url", URLS)
def test_every_page_and_its_widgets_keep_to_the_policy(page: Page, url: str) -> None:
    page.goto(url)
    for slug in widgets(page):
        use(page, f"cv7-{slug}")
    page.wait_for_load_state("networkidle")


def test_walking_through_the_course_keeps_to_the_policy(page: Page) -> None:
    page.goto("./")
    for _ in range(len(URLS) - 1):
        with page.expect_navigation(wait_until="networkidle"):
            page.get_by_role("link", name="Next: ").click()
    expect(page.get_by_role("link", name="Next: ")).to_have_count(0)
    page.locator(".md-search__input").click()
    page.keyboard.type("residual")
    expect(page.locator("a.md-search-result__link").first).to_be_visible(timeout=20_000)
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")


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


def test_there_are_no_cookies(page: Page) -> None:
    page.goto(CHAPTER)
    use(page, "cv7-network-depth")
    page.wait_for_load_state("networkidle")
    assert page.context.cookies() == []
    assert page.evaluate("document.cookie") == ""


def test_addresses_never_become_markup(page: Page) -> None:
    attacked: set[str] = set()
    for url in URLS:
        page.goto(url)
        if not widgets(page):
            continue
        query: dict[str, str] = {}
        for slug in widgets(page):
            attacked.add(slug)
            names = page.locator(f"cv7-{slug} [name]").evaluate_all(
                "found => found.map((e) => e.name ?? e.getAttribute('name'))"
            )
            query |= {f"{slug}.{name}": EVIL for name in names}
        page.goto(f"{url}?{urlencode(query)}#{quote(EVIL)}")
        for slug in widgets(page):
            page.locator(f"cv7-{slug}").first.scroll_into_view_if_needed()
            expect(page.locator(f"cv7-{slug}:defined").first).to_be_attached()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("violations") == []
        assert page.locator(MARKUP).count() == 0
    assert attacked == WIDGETS, "a widget stands on no page, or was not attacked"


def test_answers_and_records_never_become_markup(page: Page) -> None:
    page.goto("exercises/")
    question = page.locator('cv7-question[name="exercise-7"]')
    question.scroll_into_view_if_needed()
    expect(page.locator("cv7-question:defined").first).to_be_attached()
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


def test_what_is_searched_for_never_becomes_markup(page: Page) -> None:
    page.goto(f"./?{urlencode({'q': EVIL})}")
    open_search(page)
    page.keyboard.type(EVIL)
    expect(page.locator(".md-search-result__meta")).to_contain_text("matching documents")
    page.wait_for_timeout(300)


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
