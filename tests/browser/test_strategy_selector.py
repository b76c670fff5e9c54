"""The strategy selector, as its readers use it."""

import json
import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from cv7 import fine_tuning

from ..conftest import ROOT

CHAPTER = "chapters/strategy-selector/"


def visit(page: Page, query: str = "") -> None:
    page.goto(CHAPTER + query)
    page.locator("cv7-strategy-selector").scroll_into_view_if_needed()
    expect(page.locator("cv7-strategy-selector:defined")).to_be_visible()


def fact(page: Page, name: str) -> str:
    return page.locator(f'[data-fact="{name}"]').inner_text()


def states(page: Page) -> list[str]:
    found: list[str] = page.locator("tbody tr[data-state]").evaluate_all(
        "rows => rows.map((row) => row.dataset.state)"
    )
    return found


def trained(classes: int, stages: int) -> str:
    some = fine_tuning.trainable_parameters(classes, trainable_stages=stages)
    total = fine_tuning.trainable_parameters(classes, trainable_stages=19)
    return f"{some:,} of {total:,} parameters"


def rates(page: Page) -> list[str]:
    return page.locator("tbody tr[data-state] td[data-rate]").all_inner_texts()


def test_by_keyboard_alone(page: Page) -> None:
    visit(page)
    before = [fact(page, n) for n in ("trained", "batch-norm", "memory", "work")]
    assert before[0] == f"{trained(5, 3)}, 54.4 %"
    page.get_by_role("radio", name="B: train the last").focus()
    page.keyboard.press("ArrowDown")
    assert fact(page, "trained") == f"{trained(5, 19)}, 100.0 %"
    assert states(page) == ["slowest"] * 9 + ["slow"] * 10 + ["head"]
    assert rates(page) == ["1 × 10⁻⁵"] * 9 + ["1 × 10⁻⁴"] * 10 + ["1 × 10⁻³"]
    page.keyboard.press("ArrowDown")
    assert fact(page, "trained") == f"{trained(5, 0)}, 0.29 %"
    visit(page, "?strategy-selector.strategy=A&strategy-selector.classes=200")
    assert fact(page, "trained") == f"{trained(200, 0)}, 10.3 %"
    visit(page, "?strategy-selector.strategy=A")
    page.get_by_role("radio", name="A: train the new head").focus()
    assert states(page) == ["frozen"] * 19 + ["head"]
    assert "keep its 1,280 features" in fact(page, "work")
    expect(page.locator('select[name="statistics"]')).to_be_disabled()
    stages = page.get_by_role("slider", name="Stages that B trains")
    expect(stages).to_be_disabled()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="B: train the last")).to_be_checked()
    page.keyboard.press("Tab")
    expect(stages).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(stages).to_have_attribute("aria-valuetext", "the last 4 of 19")
    assert states(page) == ["frozen"] * 15 + ["slow"] * 4 + ["head"]
    expect(page).to_have_url(re.compile(r"strategy-selector\.stages=4"))
    expect(page).to_have_url(re.compile(r"strategy-selector\.strategy=B"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens “Your task”
    classes = page.get_by_role("slider", name="Classes")
    page.keyboard.press("Tab")
    expect(classes).to_be_focused()
    page.keyboard.press("End")
    assert fact(page, "trained").startswith(trained(200, 4))
    size = page.get_by_role("slider", name="Image size")
    size.focus()
    page.keyboard.press("Home")
    expect(page.locator('tr[data-stage="18"] td[data-output]')).to_have_text("2×2×1280")


def test_the_default_is_what_stands_without_javascript(page: Page) -> None:
    html = (ROOT / "docs/widgets/strategy-selector/results.html").read_text(encoding="utf-8")
    visit(page)
    texts = """(root) => ["tbody", "caption", "[data-fact=batch-norm]",
        "[data-fact=memory]", "[data-fact=work]"].map((s) => root.querySelector(s).textContent)"""
    static = page.evaluate(
        f"html => ({texts})(new DOMParser().parseFromString(html, 'text/html'))", html
    )
    live = page.evaluate(f"() => ({texts})(document.querySelector('cv7-strategy-selector'))")
    assert live == static


def test_batch_norm_risk_and_measurement_follow_the_choice(page: Page) -> None:
    visit(page)
    for query, batch_norm, found in [
        ("strategy=A", "eval mode in all stages", "A"),
        ("strategy=B&statistics=keep", "eval mode in all stages", "B3"),
        ("strategy=B&statistics=new", "eval mode in the frozen stages", "none"),
        ("strategy=B&stages=4", "eval mode in all stages", "none"),
        ("strategy=C", "eval mode in all stages", "C"),
        ("strategy=C&statistics=new", "training mode in all stages", "C-new"),
    ]:
        query = "&".join(f"strategy-selector.{part}" for part in query.split("&"))
        visit(page, f"?{query}")
        assert fact(page, "batch-norm").startswith(batch_norm)
        assert page.locator("[data-risk]:visible").count() == 1
        shown = page.locator("[data-measured]:visible")
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("data-measured", found)


def test_the_copied_code_is_the_code_of_the_choice(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, "?strategy-selector.strategy=C&strategy-selector.classes=7")
    page.get_by_role("button", name="Copy this as code").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-copied]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    page.get_by_text("See the code").click()
    assert page.locator("cv7-strategy-selector code").inner_text() == copied
    choice = {
        "name": "Strategy C",
        "groups": [[0, 9], [9, 19]],
        "rates": [1e-5, 1e-4, 1e-3],
        "classes": 7,
        "size": 224,
        "statistics": "keep",
    }
    node = subprocess.run(
        ["node", ROOT / "tests/widgets/strategy-selector.codes.mjs"],
        input=json.dumps([choice]),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(node.stdout) == [copied]


def test_where_copying_is_refused_the_code_is_shown(page: Page) -> None:
    visit(page)
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw 0 } }")
    page.get_by_role("button", name="Copy this as code").click()
    expect(page.locator("[data-copied]")).to_contain_text("take it from below")
    expect(page.locator("cv7-strategy-selector code")).to_be_visible()


def test_state_survives_reload(page: Page) -> None:
    visit(page)
    page.get_by_text("Your task").click()
    page.get_by_label("Learning rate of the head").select_option("0.003")
    page.get_by_text("C: train everything").click()
    expect(page).to_have_url(re.compile(r"strategy-selector\.strategy=C"))
    page.reload()
    expect(page.get_by_role("radio", name="C: train everything")).to_be_checked()
    assert rates(page)[-1] == "3 × 10⁻³"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("stages=40", "Stages 40 lies outside 1 to 18: 18 is used."),
        ("size=100", "Size 100 is not on the scale: 96 is used."),
        ("strategy=D", "strategy “D” is not offered: B is used."),
        ("rate=7", "rate “7” is not offered: 0.001 is used."),
    ],
)
def test_impossible_addresses_are_clamped_with_a_message(
    page: Page, query: str, message: str
) -> None:
    visit(page, f"?strategy-selector.{query}")
    status = page.locator("cv7-strategy-selector form").get_by_role("status").last
    expect(status).to_have_text(message)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_stack_stands(page: Page) -> None:
    page.goto(CHAPTER)
    for part in page.locator("cv7-strategy-selector .cv7-controls").all():
        expect(part).to_be_hidden()
    assert page.locator("[data-risk]:visible").count() == 3
    expect(page.get_by_role("rowheader", name="17")).to_be_visible()
