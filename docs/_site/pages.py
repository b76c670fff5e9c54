"""Pages on their way to the site: numbers become links, figures go inline, small repairs."""

import logging
import re
import sys
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from os.path import relpath
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbour

from docs._site import includes  # noqa: E402
from docs._site.claims import Claim, claims, load, of  # noqa: E402

SVG_IMAGE = re.compile(r'<img alt="([^"]*)"[^>]*? src="(?:\.\./)*(figures/[\w-]+\.svg)"[^>]*>')
# The theme's search dialog has no name, which screen readers need (axe: aria-dialog-name).
SEARCH = '<div class="md-search" data-md-component="search" role="dialog">'


# Comments that speak to the tests only: expressions behind numbers, claims, expected outputs.
FOR_TESTS = re.compile(r"<!--= .*? -->|^ *<!-- ?pytest.*?-->\n", re.M)


# Where a number can carry no link: headings, titles, formulas, links and their like.
UNLINKED = re.compile(
    r"^\s*(?:#|!!!|\?\?\?).*|(?<!\\)\$[^$]+(?<!\\)\$|!?\[[^]]*\]\([^)]*\)|`[^`]*`|<[^>]*>"
)


@cache
def title(page: str) -> str:
    """A page's title, as its first lines have it; a notebook's is its heading."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    heading = re.search(r"^(?:title:|# #) (.*)$", text, re.M)
    if heading is None:
        raise PluginError(f"{page} has no title")
    return heading[1]


def origin(claim: Claim) -> tuple[str, str] | None:
    """Where a measured or cited number comes from: a page with its anchor, and a few words."""
    match claim.origin:
        case (key, place):
            return f"about/references.md#{key}", f"{load('sources')[key]['name']}, {place}"
        case (slug,):
            return f"about/how-we-know.md#{slug}", "Measured: when, how and by which script"
    return None


def linked(line: str, folder: str, known: Iterable[Claim] | None = None) -> str:
    """The line with each measured or cited number a quiet link to its origin."""
    taken = [match.span() for match in UNLINKED.finditer(FOR_TESTS.sub(_blank, line))]
    found = [
        (claim, *place)
        for claim in (claims(line, 0) if known is None else known)
        if (place := origin(claim)) and not any(start <= claim.start < end for start, end in taken)
    ]
    targets = [target for _, target, _ in found]
    for index in reversed(range(len(found))):
        claim, target, words = found[index]
        # One stop for the Tab key in each line and origin; the pointer finds every one.
        stop = "" if target not in targets[:index] else " tabindex=-1"
        link = f'({relpath(target, folder)}){{ .cv7-known data-known="{words}"{stop} }}'
        line = f"{line[: claim.start]}[{claim.shown}]{link}{line[claim.end :]}"
    return line


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


class WithLine(logging.Filter):
    """MkDocs names the page of a link that leads nowhere. This names the line, and the cure."""

    LINK = re.compile(r"Doc file '([^']+)' contains an? .*?link (?:to )?'([^']+)'")

    def filter(self, record: logging.LogRecord) -> bool:
        if found := self.LINK.match(record.getMessage()):
            name, link = found.groups()
            lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
            number = next((n for n, line in enumerate(lines, start=1) if link in line), 1)
            record.msg = f"docs/{name}:{number}: {record.getMessage()} Correct it, or remove it."
            record.args = ()
        return True


def on_config(config: Any) -> None:
    logging.getLogger("mkdocs.structure.pages").addFilter(WithLine())


def on_pre_build(**_: Any) -> None:
    if problems := includes.problems(ROOT):
        raise PluginError("\n".join(problems))


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    name = page.file.src_uri
    path = ROOT / "docs" / name
    if path.suffix == ".md":
        numbers, text = of(path), path.read_text(encoding="utf-8").splitlines(keepends=True)
        for file, number, what in numbers.errors:
            raise PluginError(f"{file.relative_to(ROOT).as_posix()}:{number}: {what}: correct it")
        # By what the line says: other hooks have added lines, so its number is another by now.
        by_line = groupby(numbers.claims, key=lambda claim: claim.line)
        known = {text[line - 1]: list(found) for line, found in by_line}
        lines = markdown.splitlines(keepends=True)
        folder = str(Path(name).parent)
        markdown = "".join(linked(line, folder, known.get(line, ())) for line in lines)
    return FOR_TESTS.sub("", markdown)


def on_page_content(html: str, config: Any, page: Any, **_: Any) -> str:
    """Put figures into the page itself, so that they follow its light and dark colours."""

    def inline(match: re.Match[str]) -> str:
        alt, name = match.groups()
        svg = Path(config.docs_dir, name).read_text(encoding="utf-8")
        ElementTree.fromstring(svg)  # a broken figure stops the build
        return svg.strip().replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)

    html = SVG_IMAGE.sub(inline, html)
    if re.search(r"<img[^>]+figures/[\w-]+\.svg", html):
        raise PluginError(
            f"docs/{page.file.src_uri}: a figure was not put into the page. Has it an "
            'alt="…" before its src="…"? Otherwise adapt SVG_IMAGE in docs/_site/pages.py'
        )
    return html


def repaired(output: str) -> str:
    if SEARCH not in output:
        raise PluginError("the theme's search dialog has changed: adapt SEARCH in this file")
    output = output.replace(SEARCH, SEARCH.replace(">", ' aria-label="Search">'))
    return output.replace(' tabindex=""', "")  # the theme's labels; no number, so it says nothing


def on_post_page(output: str, **_: Any) -> str:
    return repaired(output)


def on_post_template(output_content: str, template_name: str, **_: Any) -> str:
    return repaired(output_content) if template_name == "404.html" else output_content
