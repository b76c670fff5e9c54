"""Corrections out of the stream: a mark in the text, and what is true at the chapter's end.

Where the lecture has it otherwise, a page says so with a footnote that is named by the claim:

    There was no wall at any depth.[^skip-01]

The note itself is written here, from docs/data/claims.json, the one home of what we found. Its
title is the first sentence of what is true. A claim that repeats another one is answered by the
other one's note, where that stands on the same page; on another page by a note of its own, which
says what is true of the other one where nothing is recorded for itself. On wide screens its
title stands in the margin, too, and notes.mjs brings the note to its mark.
"""

import re
import sys
from os.path import relpath
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from docs._site.claims import load  # noqa: E402

MARK = re.compile(r"\[\^((?:hero|skip|dw|tl|sel|sum|ref|ex)[\w-]*?\d[\w-]*)\]")
TITLE = re.compile(r"(?P<title>.+?(?<!\bal)\.)(?: (?=[^\da-z])(?P<rest>.*)|$)", re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)")
LIST = re.compile(r'<div class="footnote">.*?</ol>\s*</div>', re.S)
TITLED = re.compile(
    r'<li id="fn:([\w-]+)">\s*<details class="correction">\s*<summary>(.*?)</summary>'
)
MARKED = re.compile(r'<sup id="fnref\d*:([\w-]+)"><a class="footnote-ref"[^>]*>(\d+)</a></sup>')
GRID = re.compile(r'<div class="grid cards[^"]*">.*?</div>', re.S)
# Screen readers hear the note itself; the search finds it there, too.
BESIDE = (
    '<small class="cv7-beside" data-note="{}" aria-hidden="true" data-search-exclude>{} {}</small>'
)
FOLDED = """<details class="cv7-notes">
<summary>Where the lecture says otherwise: {count} notes</summary>
<p>This page follows <a href="{lecture}">a lecture</a>. Each mark in the text has its note here:
what is true, what the lecture says, and how we know.</p>
{notes}
</details>"""


def marked(markdown: str) -> list[str]:
    """The claims that a page answers, in its order."""
    return list(dict.fromkeys(MARK.findall(markdown)))


def split(truth: str) -> tuple[str, str]:
    """The first sentence, which is the note's title, and what follows."""
    match = TITLE.fullmatch(truth)
    return (match["title"], match["rest"] or "") if match else (truth, "")


def said(entry: dict[str, str], label: str) -> str:
    how = f"  \n*How we know:* {entry['checked']}." if entry.get("checked") else ""
    return f"*{label}:* {entry['claim']}{how}"


def note(claim: str, again: list[str], checked: dict[str, dict[str, str]]) -> str:
    original = checked.get(checked[claim].get("repeats", ""), {})
    entry = original | {key: text for key, text in checked[claim].items() if text}
    title, rest = split(entry["truth"])
    parts = [rest, said(entry, "The lecture")]
    for other in again:
        parts += [said(checked[other], "Again"), checked[other].get("truth", "")]
    text = "\n\n".join(part for part in parts if part)
    quoted = title.replace('"', "″")
    body = f'??? correction "{quoted}"\n' + re.sub("^(?=.)", "    ", text, flags=re.M)
    return f"[^{claim}]:\n" + re.sub("^(?=.)", "    ", body, flags=re.M)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    claims = marked(markdown)
    if not claims:
        return markdown
    checked = load("claims")
    for claim in claims:
        if not checked.get(claim, {}).get("claim"):
            raise PluginError(
                f"docs/{page.file.src_uri}: [^{claim}] marks a correction, and "
                "docs/data/claims.json has none of that name: correct the mark, or the file"
            )
    repeats = {c: r for c in claims if (r := checked[c].get("repeats")) in claims}
    markdown = MARK.sub(lambda m: f"[^{repeats.get(m[1], m[1])}]", markdown)
    markdown = re.sub(rf"({MARK.pattern})\1+", r"\1", markdown)  # one mark leads to one note
    notes = [
        note(claim, [c for c, head in repeats.items() if head == claim], checked)
        for claim in claims
        if claim not in repeats
    ]
    folder = str(Path(page.file.src_uri).parent)
    # Links of that file are those of about/corrections.md.
    here = [LINK.sub(lambda m: f"]({relpath(Path('about', m[1]), folder)}", n) for n in notes]
    return markdown.rstrip("\n") + "\n\n" + "\n\n".join(here) + "\n"


def on_page_content(html: str, page: Any, files: Any, **_: Any) -> str:
    """The list is folded: a mark leads to its note. Its title stands in the margin."""
    titles = dict(TITLED.findall(html))

    def beside(match: re.Match[str]) -> str:
        title = titles.pop(match[1], "")  # beside its first mark
        return BESIDE.format(match[1], match[2], title) if title else ""

    def behind(match: re.Match[str]) -> str:  # cells have edges of their own
        return match[0] + "".join(map(beside, MARKED.finditer(match[0])))

    def marked(match: re.Match[str]) -> str:
        return match[0] + beside(match)

    start, parts = 0, []
    for grid in GRID.finditer(html):
        parts += [MARKED.sub(marked, html[start : grid.start()]), behind(grid)]
        start = grid.end()
    html = "".join(parts) + MARKED.sub(marked, html[start:])

    def folded(match: re.Match[str]) -> str:
        lecture = files.get_file_from_path("about/lecture.md").url_relative_to(page.file)
        count = match[0].count('<details class="correction"')
        return FOLDED.format(count=count, lecture=lecture, notes=match[0])

    return LIST.sub(folded, html)
