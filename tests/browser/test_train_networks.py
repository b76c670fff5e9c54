"""Two networks in training, as readers use them."""

import re

from playwright.sync_api import Locator, Page, Route, expect

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-train-networks"
PATIENCE = 180_000  # ms: a busy machine needs several times its usual ten seconds


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator(WIDGET).scroll_into_view_if_needed()
    expect(page.locator(f"{WIDGET}:defined")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.locator(WIDGET).get_by_role("button", name=name, exact=True)


def status(page: Page) -> Locator:
    return page.locator(f'{WIDGET} [role="status"]')


def readout(page: Page) -> Locator:
    return page.locator(f"{WIDGET} output")


def test_steps_pauses_and_settings(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    drawn = "(canvas) => canvas.getContext('2d').getImageData(0, 0, 240, 240).data.some(Boolean)"
    assert page.locator(f'{WIDGET} [data-map="plain"]').evaluate(drawn)  # the points to tell apart
    seed = page.locator(f"{WIDGET} [name=seed]")
    seed.fill("1000")
    seed.press("Tab")
    expect(status(page)).to_have_text("Seed 1000 lies outside 0 to 999: 999 is used.")
    expect(seed).to_have_value("999")
    page.locator(f"{WIDGET} [name=optimiser]").select_option("Adam")
    expect(status(page)).to_be_empty()
    assert not [url for url in asked if "train-networks/worker" in url]
    button(page, "One step").click()
    expect(readout(page)).to_contain_text("Step 1 of 600")
    assert [url for url in asked if "train-networks/worker" in url]

    button(page, "Train").click()
    expect(readout(page)).to_contain_text(re.compile(r"Step [1-9]"))
    button(page, "Pause").click()
    expect(status(page)).to_contain_text("Paused. Step")
    page.wait_for_timeout(400)  # the last frame was under way; then there must be no other
    before = readout(page).inner_text()
    page.wait_for_timeout(400)  # what must not happen leaves nothing to wait for
    assert readout(page).inner_text() == before
    at = int(re.findall(r"Step (\d+)", before)[0])
    button(page, "One step").click()
    expect(readout(page)).to_contain_text(f"Step {at + 1} of 600")
    button(page, "Restart").click()
    expect(readout(page)).to_contain_text("Step 0 of 600")

    button(page, "One step").click()
    expect(readout(page)).to_contain_text("Step 1 of 600")
    page.locator(f"{WIDGET} [name=depth]").select_option("5")
    expect(readout(page)).to_contain_text("Step 0 of 600")  # another setting starts anew
    for setting in ("depth=5", "optimiser=Adam", "seed=999"):
        expect(page).to_have_url(re.compile(rf"train-networks\.{setting}"))
    page.reload()
    page.locator(WIDGET).scroll_into_view_if_needed()
    expect(page.locator(f"{WIDGET}:defined")).to_be_visible()
    expect(page.locator(f"{WIDGET} [name=depth]")).to_have_value("5")
    expect(page.locator(f"{WIDGET} [name=optimiser]")).to_have_value("Adam")
    expect(seed).to_have_value("999")


def test_at_fifty_layers_the_plain_network_fails_and_the_residual_one_learns(page: Page) -> None:
    visit(page, "?train-networks.seed=1")
    button(page, "Train").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Done. Step 600 of 600.", timeout=PATIENCE)
    said = re.search(r"plain ([\d.]+) %, residual ([\d.]+) %", status(page).inner_text())
    assert said
    assert float(said[1]) > 5
    assert float(said[2]) <= 5
    for kind in ("plain", "residual"):
        points = page.locator(f'{WIDGET} [data-chart="error"] [data-line="{kind}"]')
        assert len((points.get_attribute("points") or "").split()) > 3
        norms = page.locator(f'{WIDGET} [data-chart="norms"] [data-line="{kind}"]')
        assert len((norms.get_attribute("points") or "").split()) == 50
        label = page.locator(f'{WIDGET} [data-map="{kind}"]').get_attribute("aria-label") or ""
        assert "of the points wrong" in label

    button(page, "Train").click()  # again, and it ends with its page
    expect(readout(page)).to_contain_text(re.compile(r"Step [1-9]\d? of"), timeout=PATIENCE)
    (worker,) = [worker for worker in page.workers if "train-networks" in worker.url]
    with worker.expect_event("close"):
        page.get_by_role("link", name="Summary").first.click()
    page.wait_for_url("**/summary/**")


def test_twenty_seeds_reproduce_the_table(page: Page) -> None:
    visit(page, "?train-networks.depth=5")
    button(page, "Train with 20 seeds").click()
    expect(status(page)).to_contain_text("20 of 20 done", timeout=PATIENCE)
    text = status(page).inner_text()
    row = page.locator(f"{WIDGET} table").first.get_by_role("row", name=re.compile(r"^5\b"))
    page.locator(f"{WIDGET} details").evaluate_all("(all) => all.forEach((d) => { d.open = true })")
    plain, plain_median, residual, residual_median = row.get_by_role("cell").all_inner_texts()
    assert f"plain {plain} (median {plain_median} % wrong)" in text
    assert f"residual {residual} (median {residual_median} % wrong)" in text


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
