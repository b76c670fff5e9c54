"""What each page may cost before a reader does anything, and that the audit would notice more."""

import pytest
from playwright.sync_api import Browser

from .. import audit
from ..conftest import report
from ..server import Server
from .test_pages import URLS

HIDDEN = "(boxes) => boxes.filter((b) => getComputedStyle(b).visibility === 'hidden').length"


@pytest.mark.parametrize("url", URLS)
def test_a_first_visit_keeps_to_its_budgets(
    browser: Browser, server: Server, base_url: str, url: str
) -> None:
    address = base_url + url.removeprefix("./")
    found = audit.load(browser, server, address if address.endswith("/") else f"{address}/")
    report(
        [
            f"{url}: {name} is {found[name]:,g}, the budget {budget.most:,g}"
            for name, budget in audit.LOAD.items()
            if budget.broken(found[name])
        ]
    )


@pytest.mark.parametrize("size", audit.SIZES)
@pytest.mark.parametrize("url", URLS)
def test_a_page_that_arrives_bit_by_bit_stays_where_it_is(
    browser: Browser, server: Server, base_url: str, url: str, size: str
) -> None:
    """On a slow network, that is; on a fast one it is a matter of luck what is painted first."""
    page = browser.new_page(viewport=audit.SIZES[size], service_workers="block")
    page.add_init_script(audit.SHIFTS)
    try:
        server.slow = True
        page.goto(base_url + url.removeprefix("./"))
        shifted = page.evaluate("new Promise((done) => setTimeout(() => done(shifted), 300))")
        hidden = page.locator("css=.md-typeset__scrollwrap").evaluate_all(HIDDEN)
    finally:
        server.slow = False
        page.close()
    assert not audit.LOAD["cls"].broken(shifted), f"{url} moves by {shifted:.4f}"
    assert not hidden, f"{url}: {hidden} tables wait for something to follow them"


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
    browser: Browser, server: Server, base_url: str
) -> None:
    """A page that breaks every budget, put in the place of one that does not."""
    home = server.folder / "course/index.html"
    whole = home.read_text(encoding="utf-8")
    shift = "setTimeout(() => document.body.prepend(document.createElement('hr')), 400)"
    script = f"console.log('a message'); fetch('http://localhost:9/').catch(() => 0); {shift}"
    broken = whole.replace('http-equiv="Content-Security-Policy"', "").replace(
        "</head>", f"<style>hr {{ height: 300px }}</style><script>{script}</script></head>"
    )
    try:
        before = audit.load(browser, server, base_url)
        home.write_text(broken, encoding="utf-8")
        after = audit.load(browser, server, base_url)
    finally:
        home.write_text(whole, encoding="utf-8")
    assert after["bytes"] > before["bytes"] > 20_000
    assert after["foreign"] >= 1
    assert after["console"] >= 1
    assert after["cls"] > 0.05
