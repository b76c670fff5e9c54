"""The page with the whole record: to a file, from a file, forgotten."""

import json

from playwright.sync_api import FilePayload, Page, expect

from .conftest import opened

PROGRESS = "exercises/progress/"
RECORD = "cv7-record:defined"


def status(page: Page) -> str:
    return f'{RECORD} [role="status"]'


def put(page: Page, text: str) -> None:
    expect(page.locator(RECORD)).to_be_visible()
    file = FilePayload(name="progress.json", mimeType="application/json", buffer=text.encode())
    page.get_by_label("Read in a file").set_input_files(file)


def row(page: Page, name: str) -> list[str]:
    return page.locator("tr", has_text=name).get_by_role("cell").all_inner_texts()


def test_a_record_travels_in_a_file(page: Page) -> None:
    page.goto("chapters/skip-connections/")
    found = opened(page, "gradient-depth")
    found.get_by_label("Depth").fill("45")
    found.get_by_role("button", name="Check").click()
    page.goto(PROGRESS)
    expect(page.locator(RECORD)).to_be_visible()
    assert row(page, "Skip Connections") == ["1", "0", "0", "5"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    text = download.value.path().read_text()
    assert json.loads(text) == {"version": 1, "states": {"gradient-depth": "right"}}
    forget = page.get_by_role("button", name="Forget everything")
    forget.click()
    assert row(page, "Skip Connections") == ["1", "0", "0", "5"]  # asked once more first
    page.get_by_role("button", name="Really forget everything?").click()
    expect(page.locator(status(page))).to_have_text("Everything is forgotten.")
    assert row(page, "Skip Connections") == ["0", "0", "0", "5"]
    put(page, text)
    expect(page.locator(status(page))).to_contain_text("1 entry read")
    assert row(page, "Skip Connections") == ["1", "0", "0", "5"]


def test_leaving_the_button_takes_the_question_back(page: Page) -> None:
    page.goto(PROGRESS)
    expect(page.locator(RECORD)).to_be_visible()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("button", name="Really forget everything?")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Forget everything")).to_be_visible()


def test_what_the_checker_wrote_is_read(page: Page) -> None:
    page.goto(PROGRESS)
    put(page, json.dumps({"exercise": "exercise-4", "passed": True, "checks": []}))
    expect(page.locator('[data-exercise="exercise-4"]')).to_have_text("right")


def test_a_file_that_powershell_wrote_is_read(page: Page) -> None:
    page.goto(PROGRESS)
    expect(page.locator(RECORD)).to_be_visible()
    text = json.dumps({"exercise": "exercise-4", "passed": True}).encode("utf-16")
    file = FilePayload(name="passed.json", mimeType="application/json", buffer=text)
    page.get_by_label("Read in a file").set_input_files(file)
    expect(page.locator('[data-exercise="exercise-4"]')).to_have_text("right")


WRONG = (
    "no JSON",
    "[]",
    '{"version": 1, "states": {"<img src=x onerror=alert(1)>": "right"}}',
    '{"exercise": "<img src=x onerror=alert(1)>", "passed": true}',
    "9" * 200_000,
)


def test_a_wrong_file_changes_nothing(page: Page) -> None:
    page.goto(PROGRESS)
    for text in WRONG:
        put(page, json.dumps({"version": 1, "states": {"gradient-depth": "right"}}))
        expect(page.locator(status(page))).to_contain_text("1 entry read")
        put(page, text)
        expect(page.locator(status(page))).to_contain_text("Nothing has changed.")
        expect(page.locator(f"{RECORD} img")).to_have_count(0)
        assert row(page, "Skip Connections") == ["1", "0", "0", "5"]


def test_another_tab_is_heard(page: Page) -> None:
    page.goto(PROGRESS)
    other = page.context.new_page()
    other.goto(page.url.replace(PROGRESS, "chapters/skip-connections/"))
    found = opened(other, "gradient-depth")
    found.get_by_label("Depth").fill("45")
    found.get_by_role("button", name="Check").click()
    expect(page.locator("tr", has_text="Skip Connections").get_by_role("cell").first).to_have_text(
        "1"
    )
