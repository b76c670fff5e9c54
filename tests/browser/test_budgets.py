"""That pages stay where they are on a slow network, and that more than a budget is noticed.

What a first visit costs is asked in the visit of each page, in test_pages.py.
"""

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .. import audit
from ..conftest import report
from ..server import Server
from .test_pages import URLS

HIDDEN = "(boxes) => boxes.filter((b) => getComputedStyle(b).visibility === 'hidden').length"


@pytest.mark.parametrize("urls", [URLS[i::6] for i in range(6)])
def test_pages_that_arrive_bit_by_bit_stay_where_they_are(
    browser: Browser, server: Server, base_url: str, urls: list[str]
) -> None:
    """On a slow network, that is; on a fast one it is a matter of luck what is painted first.

    Several at once: it is the waiting that takes time.
    """
    problems = []
    with contextlib.ExitStack() as after:
        pages = [
            (f"{url}, {size}", after.enter_context(browser.new_page(**settings)))
            for url in urls
            for size, viewport in audit.SIZES.items()
            for settings in [{"viewport": viewport, "service_workers": "block"}]
        ]
        server.slow = True
        after.callback(setattr, server, "slow", False)
        for name, page in pages:
            page.add_init_script(audit.SHIFTS)
            page.goto(base_url + name.partition(",")[0].removeprefix("./"), wait_until="commit")
        for name, page in pages:
            page.wait_for_load_state("networkidle")
            shifted = page.evaluate("globalThis.shifted")
            if audit.LOAD["cls"].broken(shifted):
                problems.append(f"{name}: moves by {shifted:.4f}")
            if hidden := page.locator("css=.md-typeset__scrollwrap").evaluate_all(HIDDEN):
                problems.append(f"{name}: {hidden} tables wait for something to follow them")
    report(problems)


def test_more_than_a_budget_is_noticed() -> None:
    assert audit.Budget(most=10).broken(11)
    assert not audit.Budget(most=10).broken(10)
    assert audit.Budget(most=0).broken(1)
    assert audit.Budget(least=100).broken(99)
    noisy = audit.Budget(least=98, far=85)
    assert noisy.used(90) > 1
    assert not noisy.broken(90)
    assert noisy.broken(84)
    assert audit.Budget(most=50, far=300).broken(301)
    table = audit.table({"light": {"bytes": 10.0}, "heavy": {"bytes": 200_000.0}})
    assert [line.split()[0] for line in table.splitlines()] == ["page", "budget", "heavy", "light"]
    assert "200,000!" in table


def test_the_measure_sees_bytes_shifts_and_messages(
    browser: Browser, server: Server, base_url: str, site: Path, tmp_path: Path
) -> None:
    """A page that breaks every budget, in a site of its own."""
    shutil.copytree(site, tmp_path / "course", copy_function=os.link)
    home = tmp_path / "course/index.html"
    whole = home.read_text(encoding="utf-8")
    shift = "setTimeout(() => document.body.prepend(document.createElement('hr')), 400)"
    script = f"console.log('a message'); fetch('http://localhost:9/').catch(() => 0); {shift}"
    broken = whole.replace('http-equiv="Content-Security-Policy"', "").replace(
        "</head>", f"<style>hr {{ height: 300px }}</style><script>{script}</script></head>"
    )
    found = []
    for text in (whole, broken):
        home.unlink()  # or the site that all tests share would change with it
        home.write_text(text, encoding="utf-8")
        page = browser.new_page()
        try:
            server.folder = tmp_path
            found.append(audit.load(page, server, base_url))
        finally:
            server.folder = site.parent
            page.close()
    before, after = found
    assert after["bytes"] > before["bytes"] > 20_000
    assert after["foreign"] >= 1
    assert after["console"] >= 1
    assert after["cls"] > 0.05
