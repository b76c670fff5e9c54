"""Reading without network: what was read, the whole course, and an update in between."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .. import course
from ..conftest import Once
from ..server import Server
from .test_search import open_search

pytestmark = pytest.mark.browser_context_args(service_workers="allow")
CHAPTER = "chapters/depthwise-separable/"
CACHED = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        found[name.split(" ").at(-1)] = requests.map(({ url }) => url);
    }
    return found;
}"""


@pytest.fixture(autouse=True)
def whole_network(server: Server, site: Path) -> Iterator[None]:
    yield
    server.cut, server.folder = False, site.parent


@pytest.fixture(scope="session")
def newer(once: Once) -> Path:
    return once("newer", make_newer) / "after"


def make_newer(work: Path) -> None:
    """The site after an update: another colour, another sentence, and a page more."""
    changed = course.copy(work / "changed")
    with (changed / "docs/_site/theme/assets/cv7.css").open("a", encoding="utf-8") as css:
        css.write("body { --updated: 1 }\n")
    page = changed / "docs/chapters/depthwise-separable.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nAfter the update.\n", encoding="utf-8")
    (changed / "docs/about/new.md").write_text("# A new page\n", encoding="utf-8")
    config = (changed / "mkdocs.yml").read_text(encoding="utf-8")
    added = config.replace("about/changes.md\n", "about/changes.md\n      - about/new.md\n")
    (changed / "mkdocs.yml").write_text(added, encoding="utf-8")
    course.build(changed, work / "after/course")


def alive(page: Page) -> None:
    """The chapter's widget works, once a reader comes near."""
    page.locator("cv7-depthwise-separable").scroll_into_view_if_needed()
    expect(page.locator("cv7-depthwise-separable:defined")).to_be_visible()


def until(page: Page, condition: str) -> None:
    """Wait for a promise to give something true; `wait_for_function` does not ask what it gives."""
    page.evaluate(
        """async () => {
            for (let tries = 1200; !(await (CONDITION)); tries--) {
                if (!tries) throw new Error("never: CONDITION");
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        }""".replace("CONDITION", condition)
    )


def ready(page: Page) -> None:
    """Until the worker has what the page had loaded before it came."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Shift")  # the worker comes once somebody is there
    until(page, "navigator.serviceWorker.controller")
    page.wait_for_load_state("networkidle")
    until(page, "caches.match(location.href)")
    until(page, "caches.match(document.querySelector('link[rel=stylesheet]').href)")


def update(page: Page, server: Server, folder: Path) -> None:
    """Publish another version, and have the browser look."""
    server.folder = folder
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    until(page, "navigator.serviceWorker.getRegistration().then((r) => !r.installing)")


def keep(page: Page) -> None:
    page.goto("./")
    page.get_by_role("button", name="Keep this course offline").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-keep] output")).to_contain_text("is kept", timeout=30_000)


def test_a_page_that_was_read_can_be_read_without_network(page: Page, server: Server) -> None:
    server.sent.clear()
    page.goto(CHAPTER)
    alive(page)
    ready(page)
    early = [sent.path for sent in server.sent if sent.path.endswith((".bin", ".ipynb", ".whl"))]
    assert not early, "nothing heavy loads unasked"
    server.cut = True
    page.goto(CHAPTER + "?depthwise-separable.in=7")
    alive(page)
    slider = page.locator("cv7-depthwise-separable input[name=in]")
    expect(slider).to_have_value("7")


def test_a_page_that_was_not_kept_says_so(page: Page, server: Server) -> None:
    page.goto(CHAPTER)
    ready(page)
    server.cut = True
    page.goto("chapters/summary/")
    expect(page.get_by_role("heading")).to_have_text("No network, and this page was not kept")
    assert page.get_by_role("link").get_attribute("href")


def test_the_whole_course_can_be_kept_by_keyboard(page: Page, server: Server, site: Path) -> None:
    keep(page)
    expect(page.locator("[data-keep] output")).to_be_focused()
    expect(page.locator("[data-keep] button")).to_be_hidden()
    server.cut = True
    page.reload()
    expect(page.locator("[data-keep] output")).to_contain_text("is kept")
    for found in sorted(site.rglob("index.html")):
        address = found.parent.relative_to(site).as_posix()
        page.goto("./" if address == "." else f"{address}/")
        expect(page.locator("article h1")).to_be_visible()
    page.goto("./")
    open_search(page)
    page.keyboard.type("degradation")
    page.locator("a.md-search-result__link").first.click()
    page.wait_for_url("**/chapters/skip-connections/**")
    page.get_by_role("link", name="Next: ").click()
    page.wait_for_url(f"**/{CHAPTER}")
    alive(page)


def test_an_interrupted_keeping_is_said_and_can_be_tried_again(page: Page) -> None:
    page.goto("./")
    ready(page)
    button = page.get_by_role("button", name="Keep this course offline")
    page.evaluate(
        "() => { window.fetch = () => Promise.reject(new Error('The network is gone.')) }"
    )
    button.click()
    output = page.locator("[data-keep] output")
    expect(output).to_have_text("It could not be kept. The network is gone. Try again.")
    expect(button).to_be_visible()
    page.reload()
    button.click()
    expect(output).to_contain_text("is kept", timeout=30_000)


def test_an_update_takes_over_what_was_kept_and_never_mixes(
    page: Page, server: Server, newer: Path
) -> None:
    keep(page)
    (old,) = page.evaluate(CACHED)
    update(page, server, newer)
    until(page, "navigator.serviceWorker.getRegistration().then((r) => r.waiting)")
    caches: dict[str, Any] = page.evaluate(CACHED)
    (new,) = set(caches) - {old}
    # While a page of the old build is open, its worker answers from its own cache.
    server.cut = True
    page.goto(CHAPTER)
    assert page.locator("meta[name=build]").get_attribute("content") == old
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--updated')") == ""
    expect(page.get_by_text("After the update.")).to_have_count(0)
    # Once no page is open, the new one takes its place, with everything that was kept.
    for _ in range(100):  # the browser closes a page when it comes to it
        page.goto("about:blank")
        page.goto(CHAPTER)
        if page.evaluate("navigator.serviceWorker.getRegistration().then((r) => !r.waiting)"):
            break
    until(page, "caches.keys().then((names) => names.length === 1)")
    page.reload()
    assert page.locator("meta[name=build]").get_attribute("content") == new
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--updated')") == "1"
    expect(page.get_by_text("After the update.")).to_have_count(1)
    alive(page)
    page.goto("about/new/")
    expect(page.get_by_role("heading", name="A new page")).to_be_visible()
    mixed = [url for url in page.evaluate(CACHED)[new] if "/v/" in url]
    assert len({url.split("/v/")[1].partition("/")[0] for url in mixed}) == 1


def test_an_update_that_breaks_off_changes_nothing(
    page: Page, server: Server, site: Path, newer: Path, tmp_path: Path
) -> None:
    keep(page)
    (old,) = page.evaluate(CACHED)
    half = shutil.copytree(newer, tmp_path / "half")
    for name in ("index.html", "chapters/depthwise-separable/index.html"):
        shutil.copy(site / name, half / "course" / name)  # the new worker, still with old pages
    update(page, server, half)
    assert page.evaluate("navigator.serviceWorker.getRegistration().then((r) => !r.waiting)")
    server.cut = True
    page.goto(CHAPTER)
    assert page.locator("meta[name=build]").get_attribute("content") == old
    alive(page)


def test_a_page_of_another_build_brings_its_own_styles(
    page: Page, server: Server, newer: Path
) -> None:
    page.goto("./")
    ready(page)
    server.folder = newer
    page.locator("article a", has_text="How we know").first.click()
    page.wait_for_url("**/about/how-we-know/**")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--updated')") == "1"


def test_the_site_can_be_installed(page: Page) -> None:
    page.goto("./")
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert not found["errors"]
    assert found["url"].endswith("/course/manifest.webmanifest")
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Tests run in a private window; there is no other problem.
    assert [problem["errorId"] for problem in problems] == ["in-incognito"]
