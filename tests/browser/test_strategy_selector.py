"""The strategy selector, as its readers use it."""

import json
import re
import subprocess

from playwright.sync_api import Locator, Page, expect

from cv7 import cost, fine_tuning

from ..conftest import ROOT
from .conftest import alive

CHAPTER = "chapters/strategy-selector/"


def visit(page: Page, query: str = "") -> Locator:
    page.goto(CHAPTER + query)
    return alive(page, "cv7-strategy-selector")


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


def memory(classes: int, stages: int) -> str:
    some = fine_tuning.trainable_parameters(classes, trainable_stages=stages)
    return f"{fine_tuning.adam_state_bytes(some) / 1e6:.2f} MB of running means"


def work(size: int, stages: int) -> str:
    """Forward, and the share of it that the gradient goes back through."""
    features = fine_tuning.FEATURES
    forward = cost.Sequential(features).multiply_adds(size, size)
    back = forward - cost.Sequential(features[:-stages]).multiply_adds(size, size)
    return (
        f"{forward / 1e6:.0f} million multiply-adds forward; the gradient goes back through the "
        f"trained stages only, which have {100 * back / forward:.0f} % of that"
    )


def rates(page: Page) -> list[str]:
    return page.locator("tbody tr[data-state] td[data-rate]").all_inner_texts()


def test_a_choice_by_keyboard_alone(page: Page) -> None:
    visit(page)
    assert fact(page, "trained") == f"{trained(5, 3)}, 54.4 %"
    assert fact(page, "memory").startswith(memory(5, 3))
    assert fact(page, "work") == work(224, 3)
    page.get_by_role("radio", name="B: train the last").press("ArrowDown")
    assert fact(page, "trained") == f"{trained(5, 19)}, 100.0 %"
    assert fact(page, "work").endswith("which have 100 % of that")
    assert states(page) == ["slowest"] * 9 + ["slow"] * 10 + ["head"]
    assert rates(page) == ["1 × 10⁻⁵"] * 9 + ["1 × 10⁻⁴"] * 10 + ["1 × 10⁻³"]
    page.keyboard.press("ArrowDown")
    assert fact(page, "trained") == f"{trained(5, 0)}, 0.29 %"
    assert fact(page, "memory").startswith(memory(5, 0))
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
    assert states(page) == ["frozen"] * 15 + ["slow"] * 4 + ["head"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens “Your task”
    page.get_by_role("slider", name="Classes").press("End")
    assert fact(page, "trained").startswith(trained(200, 4))
    expect(page.locator('tr[data-stage="head"] td[data-output]')).to_have_text("200")
    expect(page.locator('tr[data-stage="head"] td[data-parameters]')).to_have_text(
        f"{fine_tuning.head_parameters(200):,}"
    )
    page.get_by_role("slider", name="Image size").press("Home")
    expect(page.locator('tr[data-stage="18"] td[data-output]')).to_have_text("2×2×1280")
    assert fact(page, "work") == work(64, 4)
    page.get_by_role("radio", name="A: train the new head").press("Space")
    assert fact(page, "trained") == f"{trained(200, 0)}, 10.3 %"


def test_what_is_said_and_kept_of_a_choice(page: Page) -> None:
    widget = visit(page)
    page.get_by_text("Your task").click()
    statistics = page.get_by_label("Statistics of BatchNorm")
    for strategy, stages, learned, batch_norm, found in [
        ("A", "3", "keep", "eval mode in all stages", "A"),
        ("B", "3", "keep", "eval mode in all stages", "B3"),
        ("B", "3", "new", "eval mode in the frozen stages", "none"),
        ("B", "4", "keep", "eval mode in all stages", "none"),
        ("C", "3", "keep", "eval mode in all stages", "C"),
        ("C", "3", "new", "training mode in all stages", "C-new"),
    ]:
        page.get_by_role("radio", name=f"{strategy}: train").check()
        if strategy == "B":
            page.get_by_role("slider", name="Stages that B trains").fill(stages)
        if strategy != "A":
            statistics.select_option(learned)
        assert fact(page, "batch-norm").startswith(batch_norm)
        expect(page.locator("[data-risk]:visible")).to_have_attribute("data-risk", strategy)
        shown = page.locator("[data-measured]:visible")
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("data-measured", found)
    page.get_by_label("Learning rate of the head").select_option("0.003")
    for choice in ("strategy=C", "statistics=new", r"rate=0\.003"):
        expect(page).to_have_url(re.compile(rf"strategy-selector\.{choice}"))
    page.reload()
    widget.scroll_into_view_if_needed()
    expect(page.get_by_role("radio", name="C: train everything")).to_be_checked()
    expect(statistics).to_have_value("new")
    assert rates(page)[-1] == "3 × 10⁻³"


def test_the_copied_code_is_the_code_of_the_choice(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    widget = visit(page, "?strategy-selector.strategy=C&strategy-selector.classes=7")
    copy = page.get_by_role("button", name="Copy this as code")
    copy.press("Enter")
    expect(page.locator("[data-copied]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
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

    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw 0 } }")
    copy.click()
    expect(page.locator("[data-copied]")).to_contain_text("take it from below")
    expect(widget.locator("code")).to_be_visible()
    assert widget.locator("code").inner_text() == copied
