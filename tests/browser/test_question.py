"""Questions that answer back, as readers use them."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from docs._site.question_forms import as_data, questions
from docs._site.questions import Choice, Essay, Guess, Number

from ..site.test_questions import entered, on_pages
from .conftest import opened

SKIP = "chapters/skip-connections/"
PAGES = ("chapters/skip-connections/", "chapters/depthwise-separable/",
         "chapters/transfer-learning/", "chapters/strategy-selector/", "exercises/")  # fmt: skip


def question(page: Page, name: str, path: str = SKIP) -> Locator:
    page.goto(path)
    return opened(page, name)


def status(found: Locator) -> Locator:
    return found.locator('[role="status"]')


def check(found: Locator) -> None:
    found.get_by_role("button", name="Check").click()


def test_a_mistake_gets_its_hint_and_the_right_answer_its_way(page: Page) -> None:
    found = question(page, "gradient-depth")
    box = found.get_by_label("Depth")
    box.focus()
    page.keyboard.type("44")
    page.keyboard.press("Enter")
    expect(status(found)).to_contain_text("Not yet. That is how many layers the gradient crosses.")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    box.fill("≈ 45 layers")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Enter")
    expect(status(found)).to_contain_text("✓ Right.")
    expect(status(found).locator("li")).to_have_count(3)


def test_it_asks_for_what_is_missing(page: Page) -> None:
    found = question(page, "projection-shape")
    check(found)
    expect(status(found)).to_have_text("Answer first (Shape (C, H, W)).")
    found.get_by_label("Shape").fill("128, 16")
    found.get_by_label("1×1, stride 2").check()
    check(found)
    expect(status(found)).to_contain_text("3 numbers are wanted")
    expect(status(found)).to_contain_text("Which layer does it: ✓ Right.")


@pytest.mark.parametrize("path", PAGES)
def test_every_question_is_answered_in_the_page(page: Page, path: str) -> None:
    """With what cv7 computed, typed by hand; the record then knows each."""
    page.goto(path)
    source = {"exercises/": "index.md"}.get(path, path.split("/")[-2] + ".md")
    here = [name for name, (on, _, _) in on_pages().items() if on == source]
    assert here
    for name in here:
        found = opened(page, name)
        asked = questions()[name].make()
        for i, part in enumerate(asked.parts):
            field = found.locator(f'[name="part-{i}"]')
            if isinstance(part, Choice):
                right = [j for j, option in enumerate(part.options) if option.right]
                field.nth(right[0] if right else 0).check()
            elif isinstance(part, Essay):
                field.fill("In my own words.")
            elif isinstance(part, Guess):
                field.fill("12")
            else:
                assert isinstance(part, Number)
                field.fill(entered(part.answer))
        found.locator("form button").first.click()
        expect(status(found)).to_contain_text("Kept." if asked.prediction else "")
        expect(status(found)).not_to_contain_text("✗")
        for box in status(found).locator('input[type="checkbox"]').all():
            box.check()
    states = json.loads(page.evaluate("localStorage['cv7-progress']"))["states"]
    assert {name: states[name] for name in here} == {
        name: "kept" if questions()[name].make().prediction else "right" for name in here
    }


def test_an_answer_in_words_is_held_against_a_rubric(page: Page) -> None:
    found = question(page, "identity-path")
    answer = found.locator(
        "xpath=ancestor::*[contains(@class, 'admonition')]//details[@class='answer']"
    )
    expect(answer).not_to_have_attribute("open", "")
    found.get_by_label("Your explanation").fill("The identity is one of the paths.")
    check(found)
    boxes = status(found).get_by_role("checkbox")
    expect(boxes).to_have_count(4)
    expect(answer).to_have_attribute("open", "")
    boxes.first.check()
    expect(status(found)).to_contain_text("1 of 4.")


def test_fresh_numbers_are_practice(page: Page) -> None:
    found = question(page, "exercise-3", "exercises/")
    another = found.get_by_role("button", name="Another one")
    another.click()
    task = found.locator("[data-parts] > p")
    expect(task).to_be_focused()
    first = task.inner_text()
    variants = [as_data(variant) for variant in questions()["exercise-3"].variants()]
    (variant,) = [one for one in variants if f"Another one: {one['task']}" == first]
    for i, part in enumerate(variant["parts"]):
        found.locator(f'[name="part-{i}"]').fill(entered(part["answer"]))
    check(found)
    expect(status(found)).to_contain_text(variant["steps"][-1])
    assert page.evaluate("localStorage['cv7-progress']") is None
    another.click()
    expect(task).not_to_have_text(first)
    expect(status(found)).to_be_empty()


def test_fresh_numbers_show_their_steps_after_two_tries(page: Page) -> None:
    found = question(page, "exercise-7", "exercises/")
    found.get_by_role("button", name="Another one").click()
    expect(found.locator("[data-parts] > p")).to_be_focused()
    for tries in (0, 2):
        for box in found.locator("input[type=text]").all():
            box.fill("1")
        check(found)
        expect(status(found).locator("li")).to_have_count(tries)
    task = found.locator("[data-parts] > p")
    for _ in range(len(questions()["exercise-7"].variants()) + 1):
        if "own" in task.inner_text():
            break  # the page's own numbers come round, too
        before = task.inner_text()
        found.get_by_role("button", name="Another one").click()
        expect(task).not_to_have_text(before)
    expect(task).to_have_text("Back to the page’s own.")
    assert page.evaluate("localStorage['cv7-progress']") is None


def test_a_prediction_learns_what_came_out(page: Page) -> None:
    found = question(page, "last-stages", "chapters/strategy-selector/")
    for box in found.locator("input").all():
        box.fill("60")
    found.get_by_role("button", name="Keep my answer").click()
    expect(status(found)).to_contain_text("Of a network with five classes: 18.5 %.")
    expect(status(found)).not_to_contain_text("Too large")


def test_without_fresh_numbers_to_be_had_it_says_so(page: Page) -> None:
    page.route("**/question/*.json", lambda route: route.fulfill(body="not there"))
    found = question(page, "exercise-1", "exercises/")
    found.get_by_label("1. Plain").fill("0.168")
    found.get_by_role("button", name="Another one").click()
    expect(status(found)).to_contain_text("you seem to be offline")
    expect(found.get_by_label("1. Plain")).to_have_value("0.168")


def test_whatever_is_entered_is_text(page: Page) -> None:
    found = question(page, "gradient-depth")
    for text in ("<img src=x onerror=alert(1)>", "9" * 400, "﷽" * 50, "1e999"):
        for answer, verdict in (("45", "✓ Right."), (text, "?")):
            found.get_by_label("Depth").fill(answer)
            check(found)
            expect(status(found)).to_contain_text(verdict)
        expect(found.locator("img")).to_have_count(0)


def test_a_click_before_its_script_is_there_sends_nothing(page: Page) -> None:
    page.route("**/question/element.mjs", lambda route: route.fulfill(body="", status=404))
    page.goto(SKIP)
    before = page.url
    found = page.locator('cv7-question[name="gradient-depth"]')
    found.evaluate("(question) => question.querySelector('form').requestSubmit()")
    page.wait_for_timeout(300)  # what must not happen leaves nothing to wait for
    assert page.url == before


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_answers_stand(page: Page) -> None:
    page.goto(SKIP)
    assert page.locator("cv7-question form:visible").count() == 0
    expect(page.locator(".admonition.check details.answer summary").first).to_be_visible()
    expect(page.locator("cv7-progress")).to_be_hidden()
