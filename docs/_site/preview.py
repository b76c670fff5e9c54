"""`make serve` renders again only the pages that have changed, so that an edit shows at once.

A page is kept under everything that can change it. Links to headings are checked in builds only.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from mkdocs.plugins import event_priority

from docs._site.kept import kept

ROOT = Path(__file__).resolve().parents[2]
INCLUDED = ("cv7", "snippets", "docs/widgets", "docs/figures", "docs/data", "docs/questions")

pages = kept.setdefault("pages", {})
entries = kept.setdefault("entries", {})  # of the search index
now: dict[str, Any] = {}  # of this build: what any page may include, and be linked to


def included() -> Iterator[tuple[str, int]]:
    for folder in INCLUDED:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix != ".pyc":
                yield path.name, path.stat().st_mtime_ns


def on_files(files: Any, **_: Any) -> None:
    now["inputs"] = [*included(), *(file.src_uri for file in files)]


@event_priority(-100)  # the last word on a page's Markdown
def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    if config.extra["published"]:
        return markdown
    render = page.render
    key = (markdown, page.file.content_bytes, now["inputs"])

    def remembered(*arguments: Any) -> None:
        known, made = pages.get(page.file.src_uri, (None, None))
        if known != key:
            before = dict(vars(page))
            render(*arguments)
            made = {name: v for name, v in vars(page).items() if before.get(name) is not v}
            made["links_to_anchors"] = None  # they name files of this very build
            pages[page.file.src_uri] = key, made
        vars(page).update(made)

    page.render = remembered
    return markdown


def on_env(env: Any, config: Any, **_: Any) -> Any:
    if not config.extra["published"]:
        remember_entries(config.plugins["material/search"].search_index)
        folder = ROOT / ".cache/templates"
        folder.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    return env


def remember_entries(index: Any) -> None:
    """Reading all pages for the search index would take a third of the time."""
    add = index.add_entry_from_context

    def remembered(page: Any) -> None:
        key = (page.content, page.url, page.title, page.meta.get("search"))
        known, made = entries.get(page.file.src_uri, (None, None))
        if known == key:
            index.entries.extend(made)
        else:
            before = len(index.entries)
            add(page)
            entries[page.file.src_uri] = key, index.entries[before:]

    index.add_entry_from_context = remembered


def on_serve(server: Any, **_: Any) -> None:
    """An edit is noticed within a tenth of a second: MkDocs would look twice a second only."""
    for emitter in server.observer.emitters:
        emitter._timeout = 0.1
