"""How long a chapter takes, and its exam path: sections whose heading is `## Heading { .exam }`.

The path is the opening and the text under each such heading, up to the next heading of any level.
Minutes are computed here, at each build; about/how-we-know.md says how.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

PACE = 200  # words a minute
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNREAD = {"button", "form", "pre", "script", "style", "svg", "template"}
UNREAD_CLASSES = {
    "arithmatex",
    "cv7-beside",
    "cv7-progress",
    "cv7-question",
    "cv7-widget",
    "cv7-words",
}
HEADING = re.compile(r"h[1-6]")
WORD = re.compile(r"\S*\w\S*")
LABEL = '\u00a0<small class="cv7-exam" data-search-exclude>exam</small>'
LINE = '<div class="cv7-progress"><p>'  # of question_forms.py
EXPLAINED = (
    "The opening and the sections marked ◆: what the lecture’s main claims and the "
    f"checkpoint’s questions need. Minutes are words at {PACE} a minute, without what is folded."
)


class Words(HTMLParser):
    """Counts the words that stand open on a page, and those of its exam path."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []  # elements, and whether their text is read
        self.on_path = True  # the opening is
        self.all = self.path = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        its = dict(attrs)
        classes = set((its.get("class") or "").split())
        read = not self.open or self.open[-1][1]
        if tag == "summary":  # the one part of a folded note that is seen
            read = all(read for tag, read in self.open if tag != "details")
        if (tag == "details" and "open" not in its) or tag in UNREAD or "hidden" in its:
            read = False
        if classes & UNREAD_CLASSES or "headerlink" in classes:
            read = False
        if HEADING.fullmatch(tag):
            self.on_path = tag == "h1" or "exam" in classes
        self.open.append((tag, read))

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1][1]:
            words = len(WORD.findall(data))
            self.all += words
            self.path += words * self.on_path


def minutes(html: str) -> tuple[int, int]:
    """To read the whole of a page, and to read its exam path."""
    words = Words()
    words.feed(html)
    return max(1, round(words.all / PACE)), max(1, round(words.path / PACE))


def told(whole: int, path: int, explained: str) -> str:
    """The same in words. On phones cv7.css leaves out the parts in spans."""
    return (
        f'<span class="cv7-time"><span>About </span>{whole} minute{"s" * (whole != 1)}'
        f"<span> to read</span>, {path} on the "
        f'<a class="cv7-term" href="{explained}" data-term="{EXPLAINED}">exam path</a></span>'
    )


def marked(html: str) -> tuple[str, set[str]]:
    """The page with a label at each heading of the exam path, and their anchors."""
    anchors: set[str] = set()

    def labelled(match: re.Match[str]) -> str:
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', match[2]))
        if "exam" not in attributes.get("class", "").split():
            return match[0]
        anchors.add(attributes["id"])
        return f"{match[1]}{LABEL}{match[3]}"

    pattern = r'(<h[1-6] ([^>]*)>(?:(?!</h[1-6]>).)*?)(<a class="headerlink"|</h[1-6]>)'
    return re.sub(pattern, labelled, html, flags=re.S), anchors


def label(items: Any, anchors: set[str]) -> None:
    """The same in the table of contents."""
    for item in items:
        if (
            item.id in anchors and LABEL not in item.title
        ):  # `make serve` keeps what has not changed
            item.title += LABEL
        label(item.children, anchors)


def on_page_content(html: str, page: Any, files: Any, **_: Any) -> str:
    with_label, anchors = marked(html)
    if not anchors or not page.file.src_uri.startswith("chapters/"):
        return html
    label(page.toc, anchors)
    to = files.get_file_from_path("about/how-we-know.md").url_relative_to(page.file)
    line = told(*minutes(html), f"{to}#minutes")
    if LINE in with_label:
        return with_label.replace(LINE, f"{LINE}{line} ", 1)
    if "</h1>" not in with_label:
        raise PluginError(f"{page.file.src_uri}: no title to say below how long the page takes")
    return with_label.replace("</h1>", f"</h1>{LINE}{line}</p></div>", 1)
