"""The search comes when somebody searches, and not before."""

import pytest
from playwright.sync_api import Page, Route, expect

PAGE = "chapters/skip-connections/"
FOUND = ".md-search-result__meta"


def open_search(page: Page) -> None:
    """By the theme's own shortcut, until it is heard: its script comes after the first paint, which
    is often a tenth of a second after the load event."""
    field = page.locator(".md-search__input")
    expect(page.locator("[data-md-component=search]")).to_be_attached()
    for _ in range(300):
        page.keyboard.press("/")
        if field.evaluate("(field) => field === document.activeElement"):
            return
        page.evaluate("new Promise(requestAnimationFrame)")
    pytest.fail("the search has not opened after three hundred frames")


def parts(asked: list[str]) -> set[str]:
    """What of the search's own has been asked for: the index, the theme's program."""
    return {url.rpartition("/")[2].partition(".")[0] for url in asked} & {"documents", "search"}


def test_it_comes_with_the_first_query(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(PAGE)
    page.wait_for_load_state("networkidle")
    assert parts(asked) == set()
    open_search(page)
    page.keyboard.type("projection", delay=20)
    expect(page.locator(FOUND)).to_contain_text("matching documents")
    assert parts(asked) == {"documents", "search"}
    assert sum("documents.json" in url for url in asked) == 1
    # At once: each letter's answer would replace the list, and lose the focus that is on it.
    page.keyboard.insert_text(" shortcut")
    page.keyboard.press("End")  # the theme listens to keys
    expect(page.locator("mark", has_text="shortcut").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**?h=**")


def test_after_a_failure_the_next_query_tries_again(page: Page) -> None:
    failing = True

    def answer(route: Route) -> None:
        if failing:
            route.fulfill(body="not there")
        else:
            route.continue_()

    page.context.route("**/documents.json", answer)
    page.goto(PAGE)
    open_search(page)
    with page.expect_response("**/documents.json"):
        page.keyboard.type("a")
    failing = False
    page.keyboard.type("ddition")
    expect(page.locator(FOUND)).to_contain_text("matching documents")
