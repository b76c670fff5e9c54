"""Small repairs to pages on their way to the site."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mkdocs.exceptions import PluginError

SVG_IMAGE = re.compile(r'<img alt="([^"]*)"[^>]*? src="(?:\.\./)*(figures/[\w-]+\.svg)"[^>]*>')
# The theme's search dialog has no name, which screen readers need (axe: aria-dialog-name).
SEARCH = '<div class="md-search" data-md-component="search" role="dialog">'


# Comments that speak to the tests only: expressions behind numbers, claims, expected outputs.
FOR_TESTS = re.compile(r"<!--= .*? -->|^ *<!-- ?(?:claims:|pytest).*?-->\n", re.M)


def on_page_markdown(markdown: str, **_: Any) -> str:
    return FOR_TESTS.sub("", markdown)


def on_page_content(html: str, config: Any, **_: Any) -> str:
    """Put figures into the page itself, so that they follow its light and dark colours."""

    def inline(match: re.Match[str]) -> str:
        alt, name = match.groups()
        svg = Path(config.docs_dir, name).read_text(encoding="utf-8")
        ElementTree.fromstring(svg)  # a broken figure stops the build
        return svg.strip().replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)

    html = SVG_IMAGE.sub(inline, html)
    if re.search(r"<img[^>]+figures/[\w-]+\.svg", html):
        raise PluginError("a figure was not put into its page: adapt SVG_IMAGE in this file")
    return html


def on_post_page(output: str, **_: Any) -> str:
    if SEARCH not in output:
        raise PluginError("the theme's search dialog has changed: adapt SEARCH in this file")
    return output.replace(SEARCH, SEARCH.replace(">", ' aria-label="Search">'))
