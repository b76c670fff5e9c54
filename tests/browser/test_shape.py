"""What a chapter looks like: mostly prose and pictures, few boxes, lines that can be read."""

import pytest
from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}
BOXES = {"worked", "check", "predict", "checkpoint", "mistake", "application", "beyond"}
# Chapters in the form of the second edition.
REWRITTEN = ["chapters/skip-connections/"]
CHAPTERS = [f"chapters/{name}/" for name in ("skip-connections", "depthwise-separable",
                                             "transfer-learning", "strategy-selector")]  # fmt: skip

# Of the article's own height: the share of boxes, of prose and figures; what is folded is not seen.
SHAPE = r"""() => {
  const article = document.querySelector("article");
  const whole = article.getBoundingClientRect().height;
  const framed = (e) => {
    const style = getComputedStyle(e);
    return parseFloat(style.borderLeftWidth) > 0 || style.backgroundColor !== "rgba(0, 0, 0, 0)";
  };
  const outer = (e) => !e.parentElement.closest(".admonition, details, .cv7-widget");
  const boxes = [...article.querySelectorAll(".admonition, details")]
    .filter((e) => e.checkVisibility() && outer(e) && framed(e));
  let shown = 0;
  for (const e of article.children) {
    const prose = "p, ul, ol, .arithmatex, .grid, .admonition:not(.worked, .check, .predict,"
      + ".checkpoint, .mistake, .application, .beyond)";
    if (!e.checkVisibility() || !e.matches(`${prose}, .cv7-widget, figure`)) continue;
    const { marginTop, marginBottom } = getComputedStyle(e);
    const gap = (parseFloat(marginTop) + parseFloat(marginBottom)) / 2;
    shown += e.getBoundingClientRect().height + gap;
  }
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.checkVisibility() || parent.closest("script, style, mjx-assistive-mml")) continue;
    words += (walker.currentNode.data.match(/[\p{L}\p{N}][\p{L}\p{N}’'.,%-]*/gu) ?? []).length;
  }
  const picture = article.querySelector("svg[role=img], img")?.getBoundingClientRect();
  return {
    screens: document.documentElement.scrollHeight / innerHeight,
    words,
    picture: picture && (picture.bottom + scrollY) / innerHeight,
    boxes: boxes.reduce((sum, e) => sum + e.getBoundingClientRect().height, 0) / whole,
    kinds: boxes.map((e) => e.className),
    shown: shown / whole,
  };
}"""
# Letters to a line in the longest paragraph that stands by itself.
LETTERS = """() => {
  const paragraphs = [...document.querySelectorAll("article > p")]
    .filter((p) => !p.querySelector("mjx-container"));
  const longest = paragraphs.sort((a, b) => b.innerText.length - a.innerText.length)[0];
  const range = document.createRange();
  range.selectNodeContents(longest);
  const tops = [...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 12));
  return longest.innerText.length / (new Set(tops).size - 0.5); // the last line is half full
}"""


@pytest.mark.parametrize("path", REWRITTEN)
def test_a_chapter_is_short_and_shows(page: Page, path: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(path)
    page.evaluate("document.fonts.ready")
    shape = page.evaluate(SHAPE)
    assert shape["picture"] < 1, "the first picture is on the first screen"
    assert shape["screens"] <= 14
    assert shape["words"] <= 2400
    assert shape["boxes"] <= 0.25
    assert shape["shown"] >= 0.6


@pytest.mark.parametrize("path", CHAPTERS)
def test_there_are_three_kinds_of_box(page: Page, path: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(path)
    kinds = page.evaluate(SHAPE)["kinds"]
    assert kinds
    for names in kinds:
        assert set(names.split()) & BOXES, f"{names} has a frame"


def test_a_line_has_sixty_to_seventy_five_letters_on_a_desktop(page: Page) -> None:
    page.goto("chapters/depthwise-separable/")
    assert 60 <= page.evaluate(LETTERS) <= 75


def test_tables_are_no_smaller_than_text(page: Page) -> None:
    page.goto("chapters/transfer-learning/")
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    text = page.locator("article > p").first.evaluate(size)
    cells = page.locator("article .md-typeset__table td:visible").all()
    assert cells
    for cell in cells[:8]:
        assert cell.evaluate(size) >= text
