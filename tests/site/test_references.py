"""The page of all sources, made of what is recorded of them."""

import json
import re

import pytest

from docs._site.claims import DATA

from ..conftest import ROOT, Generated

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/references.md"
MARK = "<!-- What follows is written by `make refresh`, from docs/data/sources.json. -->\n"
SOURCES = json.loads((DATA / "sources.json").read_text(encoding="utf-8"))


def entry(key: str) -> str:
    source = SOURCES[key]
    stop = "" if source["title"][-1] in ".?!" else "."
    published = source["published"][0].upper() + source["published"][1:]
    return (
        f"\n## {source['name']} {{ #{key} }}\n\n"
        f"{source['authors']}: [{source['title']}]({source['url']}){stop} {published}.\n\n"
        f"{source['about']}\n"
    )


def test_the_page_is_made_of_what_is_recorded(generated: Generated) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    generated(PAGE, head + MARK + "".join(map(entry, SOURCES)))


def test_a_key_has_the_year_that_readers_see() -> None:
    for key, source in SOURCES.items():
        years = re.findall(r"\b\d+", source["name"])
        assert re.findall(r"\d+", key.removeprefix("cs231n")) == years, f"{key}: {source['name']}"
