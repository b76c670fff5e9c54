"""The line under a page's title: what is done, and all answers for a lecture."""

from playwright.sync_api import Page, expect

from .conftest import opened

SKIP = "chapters/skip-connections/"
LINE = "cv7-progress:defined"


def test_it_counts_what_is_done(page: Page) -> None:
    page.goto(SKIP)
    line = page.locator(LINE)
    expect(line).to_contain_text("0 of 5 done on this page")
    found = opened(page, "gradient-depth")
    found.get_by_label("Depth").fill("44")
    found.get_by_role("button", name="Check").click()
    expect(line).to_contain_text("0 of 5 done")
    found.get_by_label("Depth").fill("45")
    found.get_by_role("button", name="Check").click()
    expect(line).to_contain_text("1 of 5 done")
    charts = page.locator("cv7-network-depth")
    charts.scroll_into_view_if_needed()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()
    charts.get_by_role("slider", name="plain 64").press("PageUp")
    expect(line).to_contain_text("1 of 5 done")
    charts.get_by_role("button", name="Show the truth").click()
    expect(line).to_contain_text("2 of 5 done")
    page.reload()
    expect(page.locator(LINE)).to_contain_text("2 of 5 done")


def test_all_answers_at_once_on_this_page_and_the_next(page: Page) -> None:
    page.goto(SKIP)
    answers = page.locator("details:is(.answer, .hint)")
    opened = page.locator("details:is(.answer, .hint)[open]")
    count = answers.count()
    assert count > 4
    answers.nth(1).evaluate("(one) => { one.open = true }")
    switch = page.get_by_label("Show all answers")
    switch.focus()
    page.keyboard.press("Space")
    expect(opened).to_have_count(count)
    page.locator("cv7-network-depth").scroll_into_view_if_needed()
    expect(page.locator("cv7-network-depth:defined")).to_be_visible()
    expect(page.locator("cv7-network-depth[data-awaiting]")).to_have_count(0)
    page.get_by_role("link", name="Depthwise Separable").first.click()
    page.wait_for_url("**/depthwise-separable/**")
    expect(page.get_by_label("Show all answers")).to_be_checked()
    expect(opened).to_have_count(answers.count())
    page.go_back()
    page.wait_for_url("**/skip-connections/**")
    expect(page.get_by_label("Show all answers")).to_be_checked()
    page.get_by_label("Show all answers").uncheck()
    page.reload()
    expect(opened).to_have_count(0)


def test_off_it_closes_only_what_it_opened(page: Page) -> None:
    page.goto(SKIP)
    page.locator("details.answer").first.evaluate("(one) => { one.open = true }")
    page.get_by_label("Show all answers").check()
    page.get_by_label("Show all answers").uncheck()
    expect(page.locator("details:is(.answer, .hint)[open]")).to_have_count(1)


def test_a_browser_that_keeps_nothing_says_so(page: Page, base_url: str) -> None:
    other = page.context.new_page()  # of which nobody watches the console: the theme complains
    other.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } })"
    )
    other.goto(base_url + SKIP)
    expect(other.locator(LINE).locator("[data-count]")).to_have_text(
        "0 of 5 done on this page; this browser keeps no record, so it ends with the page"
    )


def test_an_address_can_ask_for_it(page: Page) -> None:
    page.goto("exercises/?teach")
    count = page.locator("details:is(.answer, .hint)").count()
    expect(page.locator("details:is(.answer, .hint)[open]")).to_have_count(count)
