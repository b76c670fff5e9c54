"""Two networks in training, as readers use them."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-train-networks"


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator(WIDGET).scroll_into_view_if_needed()
    expect(page.locator(f"{WIDGET}:defined")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.locator(WIDGET).get_by_role("button", name=name, exact=True)


def workers(page: Page) -> list[str]:
    """Its own, not the search's."""
    return [worker.url for worker in page.workers if "train-networks" in worker.url]


def status(page: Page) -> Locator:
    return page.locator(f'{WIDGET} [role="status"]')


def test_nothing_is_loaded_or_moves_before_it_is_asked_for(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "train-networks/worker" in url]
    drawn = "(canvas) => canvas.getContext('2d').getImageData(0, 0, 240, 240).data.some(Boolean)"
    assert page.locator(f'{WIDGET} [data-map="plain"]').evaluate(drawn)  # the points to tell apart
    button(page, "One step").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text("Step 1 of 600")
    assert [url for url in asked if "train-networks/worker" in url]


def test_at_fifty_layers_the_plain_network_fails_and_the_residual_one_learns(page: Page) -> None:
    visit(page, "?train-networks.seed=1")
    button(page, "Train").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Done. Step 600 of 600.", timeout=120_000)
    said = re.search(r"plain ([\d.]+) %, residual ([\d.]+) %", status(page).inner_text())
    assert said
    assert float(said[1]) > 5
    assert float(said[2]) <= 5
    expect(button(page, "Train")).to_be_visible()
    for kind in ("plain", "residual"):
        points = page.locator(f'{WIDGET} [data-chart="error"] [data-line="{kind}"]')
        assert len((points.get_attribute("points") or "").split()) > 3
        norms = page.locator(f'{WIDGET} [data-chart="norms"] [data-line="{kind}"]')
        assert len((norms.get_attribute("points") or "").split()) == 50
        label = page.locator(f'{WIDGET} [data-map="{kind}"]').get_attribute("aria-label") or ""
        assert "of the points wrong" in label


def test_pause_step_and_restart(page: Page) -> None:
    visit(page)
    button(page, "Train").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text(re.compile(r"Step [1-9]"))
    button(page, "Pause").click()
    expect(status(page)).to_contain_text("Paused. Step")
    page.wait_for_timeout(400)
    before = page.locator(f"{WIDGET} output").inner_text()
    page.wait_for_timeout(400)
    assert page.locator(f"{WIDGET} output").inner_text() == before
    at = int(re.findall(r"Step (\d+)", before)[0])
    button(page, "One step").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text(f"Step {at + 1} of 600")
    button(page, "Restart").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text("Step 0 of 600")


def test_a_setting_starts_anew_and_is_kept_in_the_address(page: Page) -> None:
    visit(page)
    button(page, "One step").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text("Step 1 of 600")
    page.locator(f"{WIDGET} [name=depth]").select_option("5")
    expect(page.locator(f"{WIDGET} output")).to_contain_text("Step 0 of 600")
    expect(page).to_have_url(re.compile(r"train-networks\.depth=5"))
    page.reload()
    expect(page.locator(f"{WIDGET} [name=depth]")).to_have_value("5")


@pytest.mark.parametrize(
    ("query", "name", "value", "message"),
    [
        ("depth=7", "depth", "50", "“7” is not on offer: 50 is used."),
        ("optimiser=<b>", "optimiser", "SGD", "“<b>” is not on offer: SGD is used."),
        ("seed=-3", "seed", "0", "Seed -3 lies outside 0 to 999: 0 is used."),
        ("seed=many", "seed", "0", "Seed “many” is not a number: 0 is used."),
    ],
)
def test_values_from_the_address_are_checked(
    page: Page, query: str, name: str, value: str, message: str
) -> None:
    visit(page, f"?train-networks.{query}")
    expect(page.locator(f"{WIDGET} [name={name}]")).to_have_value(value)
    expect(status(page)).to_have_text(message)


def test_twenty_seeds_reproduce_the_table(page: Page) -> None:
    visit(page, "?train-networks.depth=5")
    button(page, "Train with 20 seeds").click()
    expect(status(page)).to_contain_text("20 of 20 done", timeout=180_000)
    text = status(page).inner_text()
    row = page.locator(f"{WIDGET} table").first.get_by_role("row", name=re.compile(r"^5\b"))
    page.locator(f"{WIDGET} details").evaluate_all("(all) => all.forEach((d) => { d.open = true })")
    plain, plain_median, residual, residual_median = row.get_by_role("cell").all_inner_texts()
    assert f"plain {plain} (median {plain_median} % wrong)" in text
    assert f"residual {residual} (median {residual_median} % wrong)" in text


def test_it_ends_with_its_page(page: Page) -> None:
    visit(page)
    button(page, "Train").click()
    expect(page.locator(f"{WIDGET} output")).to_contain_text(re.compile(r"Step [1-9]"))
    assert len(workers(page)) == 1
    page.get_by_role("link", name="Summary").first.click()
    page.wait_for_url("**/summary/**")
    for _ in range(50):
        if not workers(page):
            return
        page.wait_for_timeout(100)
    pytest.fail("its worker goes on for five seconds")


def test_an_error_in_the_worker_is_told(page: Page) -> None:
    def broken(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body="import './nowhere.mjs'; x")

    page.route("**/train-networks/worker.mjs", broken)
    page.route(
        "**/nowhere.mjs", lambda route: route.fulfill(content_type="text/javascript", body="")
    )
    visit(page)
    button(page, "Train").click()
    expect(status(page)).to_contain_text("stopped with an error")
    expect(button(page, "Train")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_measured_table_stands(page: Page) -> None:
    page.goto(CHAPTER)
    expect(page.locator(f"{WIDGET} form")).to_be_hidden()
    expect(page.locator(f"{WIDGET} summary")).to_be_visible()
