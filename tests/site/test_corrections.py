"""The public list of corrections, built from docs/data/claims.json and the pages themselves."""

import json
import re
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

from docs._site.digits import COMMENT

from ..conftest import ROOT, Generated, report
from .test_layout import ANSWERS, NOTE

pytestmark = pytest.mark.claims
PAGE = ROOT / "docs/about/corrections.md"
HEADING = re.compile(r"^#+ (.*?)(?: \{ #([\w-]+) \})?$")
VERDICTS = {"wrong": "wrong", "misleading": "misleading", "unverifiable": "without a source"}

MARK = "<!-- What follows is written by `make refresh`, from docs/data/claims.json. -->\n"


def claims() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        (ROOT / "docs/data/claims.json").read_text(encoding="utf-8")
    )
    return found


def places(page: Path) -> dict[str, tuple[str, str]]:
    """Per claim that a page answers: heading and anchor of the section it is answered in."""
    found = {}
    heading, anchor, fence = "", "", False
    for line in page.read_text(encoding="utf-8").splitlines():
        fence ^= line.lstrip().startswith("```")
        if not fence and (match := HEADING.match(line)):
            heading = COMMENT.sub("", match[1])
            anchor = match[2] or slugify(heading, "-")
        elif match := re.match(r" *<!-- claims: ([\w -]+) -->", line):
            found.update(dict.fromkeys(match[1].split(), (heading, anchor)))
    return found


def corrections() -> str:
    checked = claims()
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0] + MARK
    for page, prefixes in ANSWERS.items():
        path = ROOT / f"docs/{page}.md"
        where = places(path)
        mine = {
            claim: entry
            for claim, entry in checked.items()
            if claim.startswith(prefixes) and entry["verdict"] != "right"
        }
        title = re.search(r"^# (.*)$", path.read_text(encoding="utf-8"), re.M)
        assert title
        text += f"\n## {title[1]}\n"
        for claim, entry in mine.items():
            heading, anchor = where[claim]
            text += (
                f"\n**{VERDICTS[entry['verdict']].capitalize()}.** "
                f"*The lecture:* {entry['claim']}  \n"
                f"*True is:* {entry['truth']}  \n"
                f"*How we know:* {entry['checked']}. *Here:* [{heading}](../{page}.md#{anchor})\n"
                f"{{ #{claim} }}\n"
            )
    return text


def test_every_correction_says_what_is_true_and_how_we_know() -> None:
    problems = []
    for claim, entry in claims().items():
        lacking = [f for f in ("claim", "truth", "checked") if not entry.get(f)]
        if entry["verdict"] != "right" and lacking:
            problems.append(f"docs/data/claims.json: {claim} lacks {', '.join(lacking)}")
    report(problems)


def test_the_corrections_page_is_built_from_the_claims(generated: Generated) -> None:
    generated(PAGE, corrections())


def test_notes_on_the_pages_are_found() -> None:
    for page in ANSWERS:
        path = ROOT / f"docs/{page}.md"
        noted = {c for m in NOTE.findall(path.read_text(encoding="utf-8")) for c in m[0].split()}
        assert noted == set(places(path))
