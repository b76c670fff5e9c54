"""Whether cited files of repositories still say what we cite: `make links` asks, at night.

Such files change, so docs/data/sources.json cites each at a revision, and says where in it each
figure stands:

    "pinned": {
     "repo": "Tencent/ncnn",
     "path": "benchmark/README.md",
     "revision": "f4e9a782913873aa32ecc18d78f023ea3b951b0e",
     "date": "2026-03-30",
     "figures": {"Kirin 970": {"MobileNet": "### Kirin 970 …num_threads = 4… mobilenet …avg ="}}
    }

Between … stand words that follow each other in the file, in any distance. The figure is the first
number behind the last of them, on the same line. Where the date of a revision or a version cannot
be had, "read" has the day on which we read it.
"""

import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

from .conftest import ROOT

SOURCES = ROOT / "docs/data/sources.json"
NEWEST = "https://raw.githubusercontent.com/{repo}/HEAD/{path}"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
TRIES = 3


def figure(text: str, words: str) -> float | None:
    """The first number behind these words, or None where they are not all there."""
    end = 0
    for part in words.split("…"):
        start = text.find(part, end)
        if start < 0:
            return None
        end = start + len(part)
    found = NUMBER.search(text[end:].partition("\n")[0])
    return float(found[0]) if found else None


def changed(key: str, source: dict[str, Any], text: str) -> list[str]:
    """What the newest text of a pinned source says otherwise, each with what to do."""
    pinned, problems = source["pinned"], []
    for place, figures in pinned.get("figures", {}).items():
        for item, words in figures.items():
            cited, now = source["values"][place][item], figure(text, words)
            day = pinned.get("date") or pinned["read"]
            name = f"{key}, {place}, {item}: we cite {cited}, of {day}"
            if now is None:
                problems.append(
                    f"{name}, and {pinned['path']} of {pinned['repo']} has no number behind "
                    f"“{words}” any more. Look for it there and correct these words in "
                    "docs/data/sources.json; if it is gone, cite something else."
                )
            elif now != cited:
                problems.append(
                    f"{name}, and {pinned['path']} of {pinned['repo']} has {now:g} now. Read why; "
                    "write figure, revision, date and url of today in docs/data/sources.json, run "
                    "`make refresh`, and read every sentence that it shows."
                )
    return problems


def newest(repo: str, path: str) -> str:
    """A file as it is today; raises OSError where it cannot be had."""
    url = NEWEST.format(repo=repo, path=path)
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - https, see above
                return str(answer.read().decode("utf-8"))
        except OSError:
            if not left:
                raise
    raise AssertionError


def problems(sources: dict[str, Any]) -> list[str]:
    """What is no longer as it is cited, over all sources, and what could not be read."""
    found = []
    for key, source in sources.items():
        pinned = source.get("pinned", {})
        if "figures" in pinned:
            try:
                text = newest(pinned["repo"], pinned["path"])
            except OSError as error:
                where = NEWEST.format(**pinned)
                found.append(f"{key}: {where} cannot be read ({error}). Has it been moved?")
            else:
                found += changed(key, source, text)
    return found


def main() -> int:
    """Prints what has changed, and adds it to the report whose name is given."""
    found = problems(json.loads(SOURCES.read_text(encoding="utf-8")))
    print("\n".join(found) or "Pinned files of repositories still have the figures that we cite.")
    if found:
        with Path(sys.argv[1]).open("a", encoding="utf-8") as report:
            report.write("\n## Cited figures that have changed, or cannot be read\n\n")
            report.writelines(f"- {problem}\n" for problem in found)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
