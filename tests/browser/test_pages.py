"""Every page, in both schemes and on phone and desktop."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from ..audit import ALIVE, SIZES, axe
from ..conftest import NOTEBOOKS, PAGES, ROOT
from .test_search import open_search

URLS = [
    "./" + p.relative_to(ROOT / "docs").with_suffix("").as_posix().removesuffix("index")
    for p in [*PAGES, *NOTEBOOKS]
]
CHAPTER = "chapters/skip-connections/"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("url", URLS)
def test_axe_finds_nothing(page: Page, url: str, scheme: str, size: str) -> None:
    result = axe(page, url, scheme, size)
    assert result.violations_count == 0, result.generate_report()
    expected = {"light": "default", "dark": "slate"}[scheme]
    assert page.evaluate("document.body.dataset.mdColorScheme") == expected


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("url", URLS)
def test_nothing_scrolls_sideways(page: Page, url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    page.evaluate(ALIVE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.parametrize("url", URLS)
def test_nothing_scrolls_sideways_without_javascript(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_chapter_is_whole(page: Page) -> None:
    page.goto(CHAPTER)
    expect(page.locator("mjx-container").first).to_be_visible()
    expect(page.get_by_role("img", name="Diagram of a residual block")).to_be_visible()
    for figure in ("training-error", "gradient-product", "published"):
        expect(page.locator(f'[data-figure="{figure}"]')).to_be_visible()
    expect(page.locator("[data-series=plain]")).to_be_visible()
    expect(page.locator("cv7-network-depth form")).to_be_hidden()
    table = page.get_by_text("The measured numbers as a table")
    table.click()
    expect(page.get_by_role("rowheader", name="64", exact=True)).to_be_visible()
    answer = page.locator("details.answer").first
    answer.locator("summary").click()
    expect(answer.locator("p").last).to_be_visible()


@pytest.mark.parametrize("url", URLS)
def test_paper_is_light_in_the_dark_scheme(page: Page, url: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(url)
    colours = page.locator("article :is(h1, h2, p, summary, th, td)").evaluate_all(
        "found => [...new Set(found.map((e) => getComputedStyle(e).color))]"
    )
    for colour in colours:
        red, green, blue = map(float, re.findall(r"[\d.]+", colour)[:3])
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 140, f"{colour} on white paper"


def test_the_cheat_sheet_is_one_a4_page_on_paper(page: Page) -> None:
    page.goto("chapters/cheat-sheet/")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type */Page\b", paper)) == 1
    (box,) = re.findall(rb"/MediaBox *\[([^]]*)\]", paper)
    assert [float(side) for side in box.split()] == pytest.approx([0, 0, 595.3, 841.9], abs=1)
    page.emulate_media(media="print")
    expect(page.get_by_text("The midterm permits")).to_be_hidden()


def test_formulas_reach_screen_readers_as_mathml(page: Page) -> None:
    page.goto(CHAPTER)
    containers = page.locator("mjx-container")
    assert containers.count() > 40
    assert page.locator("mjx-container > mjx-assistive-mml > math").count() == containers.count()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    spoken = [node for node in tree if node["role"]["value"] == "MathMLMath"]
    assert len(spoken) == containers.count(), "in the page, but not read out"
    assert (
        page.locator('mjx-container > mjx-math[aria-hidden="true"]').count() == containers.count()
    )


def test_the_theme_works_however_late_its_script_comes(page: Page) -> None:
    def late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/bundle.*.js", late)
    page.add_init_script(
        "globalThis.said = []; const say = (event) => said.push(event.isTrusted);"
        "document.addEventListener('DOMContentLoaded', say)"
    )
    page.goto(CHAPTER)
    page.locator("div.language-python").first.scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Copy to clipboard").first).to_be_attached()
    # What it waits for was over, and was said again.
    assert page.evaluate("globalThis.said") == [True, False]


def test_code_can_be_copied_by_keyboard(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(CHAPTER)
    block = page.locator("div.language-python", has_text="class ResidualBlock")
    block.scroll_into_view_if_needed()
    button = block.get_by_role("button", name="Copy to clipboard")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("code").inner_text().strip()


def test_search_opens_the_chapter(page: Page) -> None:
    page.goto("./")
    open_search(page)
    page.keyboard.type("degradation")
    result = page.locator("a.md-search-result__link").first
    result.click()
    page.wait_for_url(f"**{CHAPTER}**")


def test_the_pencil_leads_to_the_source(page: Page) -> None:
    page.goto(CHAPTER)
    address = page.locator('a[rel="edit"]').get_attribute("href")
    assert address is not None
    assert address.endswith("/docs/chapters/skip-connections.md")


def test_the_colour_switch_works_by_keyboard(page: Page) -> None:
    page.goto("./")
    seen = []
    for _ in range(3):
        page.locator("[data-md-component=palette] label:visible").focus()
        page.keyboard.press("Enter")
        seen.append(page.evaluate("document.body.dataset.mdColorScheme"))
    assert set(seen) == {"default", "slate"}


def query_of(link: Locator) -> dict[str, str]:
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    return {key: value for key, (value,) in query.items()}


def report_of(page: Page, what: str = "a wrong number") -> dict[str, str]:
    """What the form for a mistake would be filled in with, without going there."""
    page.evaluate("document.addEventListener('click', (event) => event.preventDefault())")
    link = page.get_by_role("link", name=what)
    link.focus()
    page.keyboard.press("Enter")
    return query_of(link)


def test_a_report_names_page_heading_and_what_was_selected(page: Page) -> None:
    page.goto("exercises/#exercise-3")
    report = report_of(page)
    assert report["title"] == "Wrong number: Exercises"
    assert report["page"].endswith("/exercises/")
    assert report["heading"] == "3 · Parameters and their reduction"
    assert "says" not in report
    page.goto("exercises/")
    page.get_by_text("CIFAR-10 has colour images").evaluate(
        "(p) => getSelection().selectAllChildren(p)"
    )
    page.wait_for_timeout(100)
    report = report_of(page)
    assert report["heading"] == "2 · A mini ResNet for CIFAR-10"
    assert "CIFAR-10 has colour images of 32×32 pixels" in report["says"]


@pytest.mark.parametrize("what", ["a wrong number", "a broken widget", "an unclear passage"])
def test_what_a_report_fills_in_are_fields_of_its_form(page: Page, what: str) -> None:
    page.goto("exercises/#exercise-3")
    page.get_by_text("CIFAR-10 has colour images").evaluate(
        "(p) => getSelection().selectAllChildren(p)"
    )
    page.wait_for_timeout(100)
    report = report_of(page, what)
    assert report["version"] == page.locator("meta[name=build]").get_attribute("content")
    form = ROOT / ".github/ISSUE_TEMPLATE" / report.pop("template")
    assert form.stem.replace("-", " ") in what
    fields = re.findall(r"^    id: (\w+)$", form.read_text(encoding="utf-8"), re.M)
    assert {"page", "heading", "version"} <= set(fields)
    assert set(report) - {"title", "says"} <= set(fields)
    assert report["title"].startswith(form.stem.replace("-", " ").capitalize())


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_report_names_the_page(page: Page) -> None:
    page.goto("exercises/")
    report = query_of(page.get_by_role("link", name="a wrong number"))
    assert report["page"].endswith("/exercises/")
    assert report["template"] == "wrong-number.yml"


def test_numbers_tell_their_origin_on_focus(page: Page) -> None:
    page.goto(CHAPTER)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    cited = page.locator("a.cv7-known", has_text="28.54").first
    assert (cited.get_attribute("href") or "").endswith("about/references/#he2015")
    content = "(e) => getComputedStyle(e, '::after').content"
    assert cited.evaluate(content) == "none"
    cited.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert "He et al. 2015, Table 2" in cited.evaluate(content)
    measured = page.locator("a.cv7-known", has_text="59.5").first
    assert (measured.get_attribute("href") or "").endswith("about/how-we-know/#network-depth")
    measured.click()
    page.wait_for_url("**/about/how-we-know/**")  # the theme rewrites the hash as one scrolls
    expect(page.get_by_role("heading", name="network-depth")).to_be_visible()
