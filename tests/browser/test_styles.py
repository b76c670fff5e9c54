"""What a page costs a slow processor: how often browsers style it, and how many rules they try."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from .test_pages import URLS

CATEGORIES = ["devtools.timeline", "disabled-by-default-blink.debug"]


def styled(browser: Browser, address: str, before: str = "") -> tuple[float, float]:
    """How often each element was styled from the click to the page at rest; rules tried on one."""
    page = browser.new_page(viewport={"width": 412, "height": 823}, service_workers="block")
    page.add_init_script(before)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    elements = page.locator("*").count()
    page.close()
    passes = [e["args"].get("elementCount", 0) for e in events if e["name"] == "UpdateLayoutTree"]
    rules = [
        rule["match_attempts"]
        for e in events
        if e["name"] == "SelectorStats"
        for rule in e["args"].get("selector_stats", {}).get("selector_timings", [])
    ]
    assert rules, "this Chromium counts no rules"
    return sum(passes) / elements, sum(rules) / sum(passes)


@pytest.mark.parametrize("url", [url for url in URLS if "chapters/" in url or "about/" in url])
def test_a_page_is_styled_once_by_few_rules(browser: Browser, base_url: str, url: str) -> None:
    times, rules = styled(browser, base_url + url.removeprefix("./"))
    assert times < 2
    assert rules < 80


def test_what_styles_all_again_is_noticed(browser: Browser, base_url: str) -> None:
    again = "addEventListener('load', () => { document.documentElement.style.fontSize = '40px' })"
    address = f"{base_url}chapters/summary/"
    assert styled(browser, address, again)[0] > styled(browser, address)[0] + 0.5
