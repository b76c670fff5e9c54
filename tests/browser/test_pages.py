"""Every page: what holds for all in one visit, and what single pages do."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from ..audit import ALIVE, CONTRAST, LOAD, SETTLED, axe, load, show
from ..conftest import NOTEBOOKS, PAGES, ROOT, report
from ..server import Server
from .test_search import open_search

URLS = [
    "./" + p.relative_to(ROOT / "docs").with_suffix("").as_posix().removesuffix("index")
    for p in [*PAGES, *NOTEBOOKS]
]
CHAPTER = "chapters/skip-connections/"


SIDEWAYS = "() => document.documentElement.scrollWidth"


def use(page: Page, tag: str) -> None:
    """Each control of a widget once, in the order of the page, except those that take minutes."""
    widget = page.locator(tag).first
    widget.scroll_into_view_if_needed()
    for slider in widget.locator("input[type=range]:visible:enabled").all():
        slider.press("ArrowRight")
    for radio in widget.locator("input[type=radio]:visible:enabled").all():
        radio.check(force=True)
    for choice in widget.locator("select:visible:enabled").all():
        choice.select_option(index=1)
    for button in widget.locator("button:visible:enabled").all()[:2]:
        button.click(force=True)  # one may have just come to its end


# What each element is coloured with, seen or not.
COLOURS = """() => [...document.querySelectorAll("article, article *")].map((element) => {
    const { color, backgroundColor, opacity, fontSize, fontWeight } = getComputedStyle(element);
    return `${color} ${backgroundColor} ${opacity} ${parseFloat(fontSize) >= 18} ${fontWeight}`;
})"""


def found_by_axe(
    page: Page, scheme: str, size: str, options: Any = None, without: str | None = None
) -> list[str]:
    result = axe(page, scheme, size, options, without)
    findings = result.generate_report() if result.violations_count else ""
    return [f"axe, {scheme}, {size}: {findings}"] if findings else []


def faint_on_paper(page: Page) -> list[str]:
    """Text that a printer would leave out: the scheme is dark, and paper is not."""
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.locator("article :is(h1, h2, p, summary, th, td)").evaluate_all(
        "found => [...new Set(found.map((e) => getComputedStyle(e).color))]"
    )
    return [
        f"on white paper: text in {colour}"
        for colour in colours
        for red, green, blue in [map(float, re.findall(r"[\d.]+", colour)[:3])]
        if 0.2126 * red + 0.7152 * green + 0.0722 * blue >= 140
    ]


@pytest.mark.browser_context_args(service_workers="allow")
@pytest.mark.parametrize("url", URLS)
def test_a_page_in_one_visit(page: Page, server: Server, base_url: str, url: str) -> None:
    """What holds for every page, seen in one visit, because loading it is what takes time.

    What it costs, first; then, with everything on it alive, its width on four screens, axe in
    light and dark, its print; at last each widget is used. Messages of the console, violations of
    the policy among them, and requests to other hosts fail it as they fail every test here.
    """
    cost = load(page, server, base_url + url.removeprefix("./"))
    problems = [
        f"{name} is {cost[name]:,g}, the budget {budget.most:,g}"
        for name, budget in LOAD.items()
        if budget.broken(cost[name])
    ]
    page.evaluate(ALIVE)
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SETTLED)
        if (needed := page.evaluate(SIDEWAYS)) > width:
            problems.append(f"{width} pixels wide, it scrolls sideways to {needed}")
    # All rules in two settings. In the other two only contrast may differ, and in the article not
    # even that, as long as a width changes none of its colours.
    colours = {}
    for scheme, size in (("light", "desktop"), ("dark", "phone")):
        problems += found_by_axe(page, scheme, size)
        colours[scheme] = page.evaluate(COLOURS)
    for scheme, size in (("light", "phone"), ("dark", "desktop")):
        show(page, scheme, size)
        same = page.evaluate(COLOURS) == colours[scheme]
        problems += found_by_axe(page, scheme, size, CONTRAST, "article" if same else None)
    problems += faint_on_paper(page)
    page.emulate_media(media="screen")
    tags: list[str] = page.locator("article *").evaluate_all(
        "found => [...new Set(found.map((e) => e.localName))].filter((n) => n.startsWith('cv7-'))"
    )
    for tag in tags:
        use(page, tag)
    cookies = [*page.context.cookies(), *filter(None, [page.evaluate("document.cookie")])]
    problems += [f"a cookie: {cookie}" for cookie in cookies]
    report([f"{url}: {problem}" for problem in problems])


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_nothing_scrolls_sideways_without_javascript(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    wide = []
    for url in URLS:
        page.goto(url)
        if (needed := page.evaluate(SIDEWAYS)) > 360:
            wide.append(f"{url} scrolls sideways to {needed}")
    report(wide)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_chapter_is_whole(page: Page) -> None:
    page.goto(CHAPTER)
    expect(page.locator("mjx-container").first).to_be_visible()
    expect(page.get_by_role("img", name="Diagram of a residual block")).to_be_visible()
    for figure in ("first-case", "training-error", "gradient-product"):
        expect(page.locator(f'[data-figure="{figure}"]')).to_be_visible()
        for curve in page.locator(f'[data-figure="{figure}"] [data-series]').all():
            expect(curve).to_be_visible()
    expect(page.locator("cv7-network-depth form")).to_be_hidden()
    answer = page.locator("details.answer").first
    answer.locator("summary").click()
    expect(answer.locator("p").last).to_be_visible()


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
    containers = page.locator("mjx-container:not([aria-hidden] *)")
    assert containers.count() > 40
    assert containers.locator("> mjx-assistive-mml > math").count() == containers.count()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    spoken = [node for node in tree if node["role"]["value"] == "MathMLMath"]
    assert len(spoken) == containers.count(), "in the page, but not read out"
    assert containers.locator('> mjx-math[aria-hidden="true"]').count() == containers.count()


def test_the_theme_works_however_late_its_script_comes(page: Page) -> None:
    held: list[Route] = []
    page.route("**/bundle.*.js", lambda route: held.append(route))
    page.add_init_script(
        "globalThis.said = []; const say = (event) => said.push(event.isTrusted);"
        "document.addEventListener('DOMContentLoaded', say)"
    )
    with page.expect_request("**/bundle.*.js"):
        page.goto(CHAPTER, wait_until="domcontentloaded")
    assert page.evaluate("globalThis.said") == [True]
    held[0].continue_()
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
    expect(page.get_by_text("Copied to clipboard")).to_be_visible()
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


SELECT = """(element) => new Promise((heard) => {
    document.addEventListener("selectionchange", () => heard(), { once: true });
    getSelection().selectAllChildren(element);
})"""


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
    filled = report_of(page)
    assert filled["title"] == "Wrong number: Exercises"
    assert filled["page"].endswith("/exercises/")
    assert filled["heading"] == "3 · Parameters and their reduction"
    assert "says" not in filled
    page.goto("exercises/")
    page.get_by_text("CIFAR-10 has colour images").evaluate(SELECT)
    filled = report_of(page)
    assert filled["heading"] == "2 · A mini ResNet for CIFAR-10"
    assert "CIFAR-10 has colour images of 32×32 pixels" in filled["says"]


def test_what_a_report_fills_in_are_fields_of_its_form(page: Page) -> None:
    page.goto("exercises/#exercise-3")
    page.get_by_text("CIFAR-10 has colour images").evaluate(SELECT)
    for what in ("a wrong number", "a broken widget", "an unclear passage"):
        filled = report_of(page, what)
        assert filled["version"] == page.locator("meta[name=build]").get_attribute("content")
        form = ROOT / ".github/ISSUE_TEMPLATE" / filled.pop("template")
        assert form.stem.replace("-", " ") in what
        fields = re.findall(r"^    id: (\w+)$", form.read_text(encoding="utf-8"), re.M)
        assert {"page", "heading", "version"} <= set(fields)
        assert set(filled) - {"title", "says"} <= set(fields)
        assert filled["title"].startswith(form.stem.replace("-", " ").capitalize())


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_report_names_the_page(page: Page) -> None:
    page.goto("exercises/")
    filled = query_of(page.get_by_role("link", name="a wrong number"))
    assert filled["page"].endswith("/exercises/")
    assert filled["template"] == "wrong-number.yml"


def test_numbers_tell_their_origin_on_focus(page: Page) -> None:
    page.goto(CHAPTER)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    cited = page.locator("a.cv7-known", has_text="6.43").first
    assert (cited.get_attribute("href") or "").endswith("about/references/#he2015")
    content = "(e) => getComputedStyle(e, '::after').content"
    assert cited.evaluate(content) == "none"
    cited.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert "He et al. 2015, Table 6" in cited.evaluate(content)
    measured = page.locator("a.cv7-known", has_text="59.5").first
    assert (measured.get_attribute("href") or "").endswith("about/how-we-know/#network-depth")
    measured.click()
    page.wait_for_url("**/about/how-we-know/**")  # the theme rewrites the hash as one scrolls
    expect(page.get_by_role("heading", name="network-depth")).to_be_visible()
