"""Two networks in training, as readers use them."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from ..conftest import ROOT

CHAPTER = "chapters/skip-connections/"
WIDGET = "cv7-train-networks"
RECORDED = json.loads((ROOT / "docs/data/train-networks-recorded.json").read_text(encoding="utf-8"))
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


def captions(page: Page) -> list[str]:
    return page.locator(f"{WIDGET} [data-caption]").all_inner_texts()


def choose(page: Page, depth: int) -> None:
    page.locator(f"{WIDGET} .cv7-choice label", has_text=re.compile(rf"^{depth}$")).click()


def more(page: Page) -> None:
    page.locator(f"{WIDGET} form summary").click()


def drawn(page: Page) -> list[str]:
    """What the maps and the pictures of the gradients have as their lines."""
    paths = page.locator(f"{WIDGET} :is([data-map], [data-gradients]) path")
    found: list[str] = paths.evaluate_all("(all) => all.map((path) => path.getAttribute('d'))")
    return found


def test_recorded_runs_of_every_depth_are_shown_before_any_training(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    recorded = {(run["depth"], run["residual"]): run for run in RECORDED["recorded"]}
    first = drawn(page)
    assert not [url for url in asked if "recorded.mjs" in url or "worker.mjs" in url]
    radio = page.locator(f"{WIDGET} [name=depth]:checked")
    radio.focus()
    for depth in (30, 20, 10, 5, 2):
        page.keyboard.press("ArrowLeft")
        expect(page.locator(f"{WIDGET} [data-map=plain]")).to_have_attribute(
            "aria-label", re.compile(rf", {depth} hidden layers: ")
        )
        plain, residual = (recorded[depth, kind]["error"] for kind in (False, True))
        assert captions(page) == [
            f"Plain: {plain:.1f} % wrong",
            f"Residual: {residual:.1f} % wrong",
        ]
        expect(status(page)).to_have_text(f"{', '.join(captions(page))}.")  # for those who listen
        begin = recorded[depth, False]["at_first_step"][0]
        norms = page.locator(f"{WIDGET} [data-norms=plain]").inner_text()
        said = float(re.findall(r"first layer ([\d.]+)", norms)[0])
        assert abs(said - begin) <= 0.05 * begin
        expect(page).to_have_url(re.compile(rf"train-networks\.depth={depth}(?!\d)"))
    assert not [url for url in asked if "worker.mjs" in url]
    choose(page, 50)
    expect(page.locator(f"{WIDGET} [data-caption=plain]")).to_have_text(
        f"Plain: {recorded[50, False]['error']:.1f} % wrong"
    )
    assert drawn(page) == first  # as the page was built

    choose(page, 20)
    expect(page).to_have_url(re.compile("train-networks.depth=20"))
    left = drawn(page)
    page.reload()
    visit_again(page)
    assert drawn(page) == left
    more(page)
    page.locator(f"{WIDGET} [name=optimiser]").select_option("Adam")  # of which none is recorded
    expect(page.locator(f"{WIDGET} [data-caption=plain]")).to_have_text("Plain: not trained yet")
    expect(readout(page)).to_contain_text("Not trained yet")


def visit_again(page: Page) -> None:
    page.locator(WIDGET).scroll_into_view_if_needed()
    expect(page.locator(f"{WIDGET}:defined")).to_be_visible()


def test_steps_pauses_and_settings(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    more(page)
    seed = page.locator(f"{WIDGET} [name=seed]")
    seed.fill("1000")
    seed.press("Tab")
    expect(status(page)).to_have_text("Seed 1000 lies outside 0 to 999: 999 is used.")
    expect(seed).to_have_value("999")
    page.locator(f"{WIDGET} [name=optimiser]").select_option("Adam")
    expect(status(page)).to_have_text("Plain: not trained yet, Residual: not trained yet.")
    assert not [url for url in asked if "train-networks/worker" in url]
    button(page, "One step").click()
    expect(readout(page)).to_contain_text("Step 1 of 600")
    assert [url for url in asked if "train-networks/worker" in url]

    button(page, "Train both").click()
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
    expect(page.locator(f"{WIDGET} [data-norms=plain]")).to_contain_text(f"step {at + 1}: ")
    button(page, "Restart").click()
    expect(readout(page)).to_contain_text("Step 0 of 600")

    button(page, "One step").click()
    expect(readout(page)).to_contain_text("Step 1 of 600")
    choose(page, 5)
    expect(readout(page)).to_contain_text("Not trained yet")  # with these settings
    for setting in ("depth=5", "optimiser=Adam", "seed=999"):
        expect(page).to_have_url(re.compile(rf"train-networks\.{setting}"))
    page.reload()
    visit_again(page)
    expect(page.locator(f"{WIDGET} [name=depth]:checked")).to_have_value("5")
    expect(page.locator(f"{WIDGET} [name=optimiser]")).to_have_value("Adam")
    expect(seed).to_have_value("999")


def test_at_fifty_layers_training_ends_as_recorded_one_fails_and_one_learns(page: Page) -> None:
    visit(page)

    def shown() -> list[str]:
        norms = page.locator(f"{WIDGET} [data-norms]").all_inner_texts()
        labels = page.locator(f"{WIDGET} [data-map]").evaluate_all(
            "(all) => all.map((map) => map.getAttribute('aria-label'))"
        )
        return [*captions(page), *norms, *labels, *drawn(page)]

    before = shown()
    button(page, "Train both").focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Done. Step 600 of 600.", timeout=PATIENCE)
    assert shown() == before  # maps, gradients and all that is said of them
    said = re.search(r"plain ([\d.]+) %, residual ([\d.]+) %", status(page).inner_text())
    assert said
    assert float(said[1]) > 5
    assert float(said[2]) <= 5
    for kind in ("plain", "residual"):
        lines = page.locator(f'{WIDGET} [data-gradients="{kind}"] path')
        paths = lines.evaluate_all("(all) => all.map((path) => path.getAttribute('d')).join('')")
        assert sum(int(rows) for rows in re.findall(r"v(\d+)", paths)) == 37 * 50  # all are filled

    button(page, "Train both").click()  # again, and it ends with its page
    expect(readout(page)).to_contain_text(re.compile(r"Step [1-9]\d? of"), timeout=PATIENCE)
    (worker,) = [worker for worker in page.workers if "train-networks" in worker.url]
    with worker.expect_event("close"):
        page.get_by_role("link", name="Summary").first.click()
    page.wait_for_url("**/summary/**")


@pytest.mark.parametrize("depth", [20, 30, 50])
def test_every_digit_is_the_same_in_this_browser(page: Page, depth: int) -> None:
    """Node recorded these runs. (Firefox and Safari are not tested here.)"""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page)
    module = next(url for url in asked if "train-networks/recording" in url)
    for residual in (False, True):
        (kept,) = (
            run
            for run in RECORDED["recorded"]
            if (run["depth"], run["residual"]) == (depth, residual)
        )
        settings = {"depth": depth, "residual": residual, "batchNorm": True, "optimiser": "SGD"}
        found = page.evaluate(
            "async ([url, ...asked]) => (await import(url)).recorded(...asked)",
            [module, {**settings, "seed": 0}, "without" in kept],
        )
        assert found == kept


@pytest.mark.parametrize("depth", [5, pytest.param(30, marks=pytest.mark.night)])
def test_twenty_seeds_reproduce_the_table(page: Page, depth: int) -> None:
    visit(page, f"?train-networks.depth={depth}")
    more(page)
    button(page, "Train with 20 seeds").click()
    expect(status(page)).to_contain_text("20 of 20 done", timeout=PATIENCE)
    text = status(page).inner_text()
    page.goto("deeper/depth-in-numbers/")
    table = page.get_by_role("table", name="SGD, with BatchNorm")
    row = table.get_by_role("row", name=re.compile(rf"^{depth}\b"))
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
    button(page, "Train both").click()
    expect(status(page)).to_contain_text("stopped with an error")
    expect(button(page, "Train both")).to_be_visible()
