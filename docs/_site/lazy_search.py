"""Search is loaded when somebody searches.

The theme loads its search program and the whole index with every page: half of a page's bytes. It
gets a worker of ours instead (search.js), which says that it is ready, and fetches both with the
first query. The index moves to search/documents.json; in its place is one without documents.
"""

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

WORKER = re.compile(r'"search": ?"([^"]*?)assets/(javascripts/workers/search\.\w+\.min\.js)"')


def on_post_page(output: str, config: Any, **_: Any) -> str:
    if config.extra["from_files"]:
        return output  # there the theme reads its index as a script
    output, count = WORKER.subn(r'"search":"\1search/worker.js"', output)
    if count != 1:
        raise PluginError("the theme names its search worker otherwise: adapt WORKER in this file")
    return output


@event_priority(-50)  # after the search plugin has written its index
def on_post_build(config: Any, **_: Any) -> None:
    if config.extra["from_files"]:
        return
    folder = Path(config.site_dir, "search")
    index = folder / "search_index.json"
    text = index.read_text(encoding="utf-8")
    (folder / "documents.json").write_text(text, encoding="utf-8")
    index.write_text(json.dumps(json.loads(text) | {"docs": []}), encoding="utf-8")
    (theirs,) = Path(config.site_dir, "assets/javascripts/workers").glob("search.*.min.js")
    script = Path(__file__).with_name("search.js").read_text(encoding="utf-8")
    ours = script.replace("THEME_WORKER", f"../assets/javascripts/workers/{theirs.name}")
    (folder / "worker.js").write_text(ours, encoding="utf-8")
