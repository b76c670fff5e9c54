"""The page of all sources, made of what is recorded of them."""

import json
import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from docs._site.claims import DATA

from ..conftest import ROOT, Generated

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/references.md"
MARK = "<!-- What follows is written by `make refresh`, from docs/data/sources.json. -->\n"
SOURCES = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))
PAPERS = ("arxiv.org", "doi.org")
EXAMPLE = (
    'of a repository, "pinned": {"repo": "owner/name", "path": "README.md", "revision": "<40 '
    'digits>", "date": "2026-01-31", "figures": {…}} as in tests/pinned.py; of documentation, or '
    'of a paper on arXiv alone, "pinned": {"version": "0.29.2", "date": "2026-01-31"}'
)


def pin(source: dict[str, Any]) -> str:
    """The revision or version that is cited, as readers see it."""
    pinned = source.get("pinned")
    if pinned is None:
        return ""
    day = f" of {pinned['date']}" if "date" in pinned else f", read on {pinned['read']}"
    if "revision" in pinned:
        return f" Revision `{pinned['revision'][:7]}`{day}."
    return f" Version {pinned['version'].removeprefix('v')}{day}."


def entry(key: str) -> str:
    source = SOURCES[key]
    stop = "" if source["title"][-1] in ".?!" else "."
    published = source["published"][0].upper() + source["published"][1:]
    return (
        f"\n## {source['name']} {{ #{key} }}\n\n"
        f"{source['authors']}: [{source['title']}]({source['url']}){stop} {published}."
        f"{pin(source)}\n\n"
        f"{source['about']}\n"
    )


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def unpinned(key: str, source: dict[str, Any]) -> str:
    """What a source lacks that could say something else tomorrow, and the cure, or nothing.

    A paper or a book that has appeared stays as it is: its place and year are its version.
    """
    pinned, url, name = source.get("pinned"), source["url"], f"docs/data/sources.json: {key}"
    dated = re.search(r"\b(?:19|20)\d\d\b", source["published"])
    if pinned is None:
        if urlsplit(url).hostname in PAPERS:
            stays = dated and not re.fullmatch(r"arXiv \d+", source["published"])
        else:
            stays = dated and not source["values"]  # a book, by its page
        return "" if stays else f"{name}: what {url} says can change. Add, {EXAMPLE}"
    if not is_date(pinned.get("date", pinned.get("read", ""))):
        return f"{name} is pinned without a date: write one, as 2026-01-31, or when it was “read”"
    if "version" in pinned:
        version = pinned["version"]
        if any(part and part in url for part in (version, version.rpartition(".")[0])):
            return ""
        return f"{name}: {url} is not the page of its version, {version}: link to that"
    if not re.fullmatch(r"[0-9a-f]{40}", pinned["revision"]):
        return f"{name}: “{pinned['revision']}” is no revision: write all forty digits"
    fixed = f"https://github.com/{pinned['repo']}/blob/{pinned['revision']}/{pinned['path']}"
    if url != fixed:
        return f"{name}: its url is not that of its revision: write {fixed}"
    places = {place: set(items) for place, items in pinned.get("figures", {}).items()}
    if places != {place: set(items) for place, items in source["values"].items()}:
        return (
            f'{name}: say in "figures" of "pinned" where in {pinned["path"]} each of its "values" '
            "stands, and of no other, as in tests/pinned.py"
        )
    return ""


def test_the_page_is_made_of_what_is_recorded(generated: Generated) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    generated(PAGE, head + MARK + "".join(map(entry, SOURCES)))


def test_a_key_has_the_year_that_readers_see() -> None:
    for key, source in SOURCES.items():
        years = re.findall(r"\b\d+", source["name"])
        assert re.findall(r"\d+", key.removeprefix("cs231n")) == years, f"{key}: {source['name']}"
