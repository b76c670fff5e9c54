"""`make growth`: does a page cost more when the course has ten or a hundred chapters?

Copies a chapter under other names in a temporary copy of the course, builds it, and prints the
curve: seconds and bytes per page should stay as they are. Also the time from an edit of a
chapter's prose to the rebuilt page, as `make serve` does it.
"""

import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from . import course

CHAPTERS = (0, 10, 100)  # added
SOURCE = "depthwise-separable"  # of which they are copies: a chapter of middling length
NAV = "      - chapters/summary.md\n"


def grow(work: Path, count: int) -> Path:
    """A copy of the course with so many chapters more."""
    grown = course.copy(work / f"grown-{count}")
    chapter = (grown / f"docs/chapters/{SOURCE}.md").read_text(encoding="utf-8")
    title = re.search(r"^title: (.*)$", chapter, re.M)
    assert title
    names = [f"chapters/grown-{number:03}.md" for number in range(count)]
    for number, name in enumerate(names):
        text = chapter.replace(title[0], f"title: Grown chapter {number}", 1)
        (grown / "docs" / name).write_text(text, encoding="utf-8")
    config = (grown / "mkdocs.yml").read_text(encoding="utf-8")
    entries = "".join(f"      - {name}\n" for name in names)
    (grown / "mkdocs.yml").write_text(config.replace(NAV, entries + NAV), encoding="utf-8")
    return grown


def measured(work: Path, count: int) -> tuple[int, float, int, int]:
    """Pages, seconds of a warm build, bytes of a page (compressed) and of the search index.

    The index as it is, since copies of one chapter compress better than chapters do.
    """
    grown = grow(work, count)
    seconds = []
    for _ in range(2):  # the first fills caches
        begun = time.monotonic()
        course.build(grown, work / "site")
        seconds.append(time.monotonic() - begun)
    pages = list((work / "site").rglob("index.html"))
    size = len(gzip.compress((work / f"site/chapters/{SOURCE}/index.html").read_bytes()))
    index = (work / "site/search/documents.json").stat().st_size
    return len(pages), seconds[-1], size, index


def edit(work: Path) -> float:
    """Seconds from a change of a chapter's prose until `mkdocs serve` has the page."""
    copied = course.copy(work / "edited")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    serving = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", address],
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied)},
    )
    url = f"http://{address}/chapters/{SOURCE}/"
    try:
        wait_for(url, "</html>")
        page = copied / f"docs/chapters/{SOURCE}.md"
        text = page.read_text(encoding="utf-8")
        page.write_text(text + "\nA sentence that is new.\n", encoding="utf-8")
        begun = time.monotonic()
        wait_for(url, "A sentence that is new.")
        return time.monotonic() - begun
    finally:
        serving.terminate()
        serving.wait()


def wait_for(url: str, text: str) -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
                if text in answer.read().decode():
                    return
        except OSError:
            pass  # not up yet
        time.sleep(0.05)
    raise TimeoutError(f"{url} never had “{text}”")


def main() -> None:
    print("  pages  build s  s/page  page gzip  search index")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for count in CHAPTERS:
            pages, seconds, size, index = measured(work, count)
            print(f"{pages:7}{seconds:9.1f}{seconds / pages:8.3f}{size:11,}{index:14,}", flush=True)
            shutil.rmtree(work / f"grown-{count}")
        print(f"an edit shows after {edit(work):.1f} s")


if __name__ == "__main__":
    main()
