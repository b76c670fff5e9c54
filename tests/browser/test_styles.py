"""What a page costs a slow processor: how often browsers style it, and how many rules they try.

And that words and formulas have colour and shape of what they mean, on paper and in colours that
the system chooses, too.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cv7._palette import COMPARED, ROLES
from docs._site.mathjax import typeset

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


# ---- Colours with a meaning ----------------------------------------------------------------------


def show(page: Page, html: str) -> None:
    """In the place of the first paragraph, always the same."""
    page.locator("#shown, article p").first.evaluate(
        "(one, html) => { one.id = 'shown'; one.innerHTML = html }", html
    )


def word(role: str, text: str = "word") -> str:
    return f'<strong class="{role}">{text}</strong>'


def formula(role: str) -> str:
    # A letter that pages have: of others the site has no glyph.
    return typeset(rf"\class{{{role}}}{{\mathbf{{x}}}}", False)


def swatch(role: str) -> str:
    return f'<span data-state="{role}"><span class="cv7-swatch"></span></span>'


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def pictures(page: Page, shown: Iterable[str]) -> list[bytes]:
    found = []
    for html in shown:
        show(page, html)
        found.append(page.locator("#shown").screenshot())
    return found


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_formulas_have_the_colour_of_their_role(
    page: Page, scheme: Literal["light", "dark"], media: Literal["screen", "print"]
) -> None:
    page.emulate_media(color_scheme=scheme, media=media)
    page.goto("chapters/summary/")
    for name in [name for group in COMPARED for name in group]:
        show(page, word(name) + formula(name))
        wanted = rgb(ROLES[name].light if media == "print" else getattr(ROLES[name], scheme))
        for one in (f"strong.{name}", f"mjx-container .{name}", f"mjx-container .{name} mjx-c"):
            expect(page.locator("#shown").locator(one).first).to_have_css("color", wanted)
        # Screen readers hear the word and nothing of its mark.
        before = "(e) => getComputedStyle(e, '::before').content"
        assert page.locator(f"#shown strong.{name}").evaluate(before) == '""'
        assert page.locator(f"#shown mjx-math .{name}").first.evaluate(before) == "none"
        printed = "(e) => getComputedStyle(e, '::before').printColorAdjust"
        assert page.locator(f"#shown strong.{name}").evaluate(printed) == "exact"


@pytest.mark.parametrize("forced", ["none", "active"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shapes_tell_what_colours_tell(
    page: Page, scheme: Literal["light", "dark"], forced: Literal["none", "active"]
) -> None:
    """Where the system chooses the colours, all words have one: their shapes are left."""
    page.emulate_media(color_scheme=scheme, forced_colors=forced)
    page.goto("chapters/summary/")
    for group in COMPARED:
        for kind in (word, formula):
            assert len(set(pictures(page, map(kind, [*group, *group])))) == len(group)
    swatches = set(pictures(page, map(swatch, COMPARED[-1])))
    assert len(swatches) == len(COMPARED[-1])
    if forced == "active":
        show(page, word("plain") + word("residual"))
        colours = "(all) => all.map((one) => getComputedStyle(one).color)"
        assert len(set(page.locator("#shown strong").evaluate_all(colours))) == 1
