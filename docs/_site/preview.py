"""`make serve` renders again only the pages that have changed, so that an edit shows at once.

A page is kept under everything that can change it. Links to headings are checked in builds only.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from mkdocs.config.config_options import Hooks
from mkdocs.plugins import event_priority

from docs._site.kept import kept

ROOT = Path(__file__).resolve().parents[2]
INCLUDED = ("cv7", "snippets", "docs/widgets", "docs/figures", "docs/data", "docs/questions")

pages = kept.setdefault("pages", {})
entries = kept.setdefault("entries", {})  # of the search index
now: dict[str, Any] = {}  # of this build: what any page may include, and be linked to


def included() -> Iterator[tuple[str, int]]:
    code = (ROOT / "docs/_site").glob("*.py")  # which makes the pages
    files = (path for folder in INCLUDED for path in (ROOT / folder).rglob("*.*"))
    for path in sorted([*code, *files]):
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


def forget() -> None:
    """Import our own code anew, hooks too, with all that it has read: any of it may be edited.

    Python would not, and MkDocs remembers hooks. What previews keep stays.
    """
    ours = tuple(str(ROOT / folder / "_")[:-1] for folder in ("cv7", "docs"))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(ours) and name != "docs._site.kept":
            del sys.modules[name]
    importlib.invalidate_caches()
    Hooks._load_hook.cache_clear()


def on_serve(server: Any, builder: Any, **_: Any) -> None:
    """Rebuild with the code as it is by then.

    An edit is noticed within a tenth of a second: MkDocs would look twice a second only.
    """

    def rebuild() -> None:
        forget()
        builder()

    server.builder = rebuild
    for emitter in server.observer.emitters:
        emitter._timeout = 0.1
