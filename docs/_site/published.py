"""What a published site has and a preview (`make serve`) has not, added when all else is built.

The theme is made lighter. Our own assets move into a folder named by their digest, so that a page
finds exactly the files that it was built with, or none. Every page carries the id of its build and
a content security policy. A service worker lets readers return to pages without network. With
OFFLINE=true the site is made to be opened from a file system instead. Reasons:
docs/about/decisions.md.
"""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from docs._site import metadata  # noqa: E402
from docs._site.kept import kept as known  # noqa: E402

# The other assets are the theme's, and named by their digests.
OWN = re.compile(r"widgets/|assets/(?!images/|javascripts/|stylesheets/)")
REFERENCE = re.compile(rf'((?:href|src)="(?:\.\./|\./|/[^":]*?)*)(?={OWN.pattern})')
INLINE = {
    # Blocks of data are not run, so a policy does not ask about them.
    "script": re.compile(
        r"<script(?![^>]*(?:\ssrc=|\stype=\"application/))[^>]*>(.*?)</script>", re.S
    ),
    "style": re.compile(r"<style[^>]*>(.*?)</style>", re.S),
}
CHARSET = '<meta charset="utf-8">'
# What “Keep this course offline” keeps: no downloads, and no weights of MobileNet, which the widget
# that needs them asks for. The routes of worker.mjs take all of these.
KEPT = re.compile(
    r"(?:.*/)?index\.html|offline\.html|sitemap\.xml|search/\w+\.js(?:on)?|v/.*(?<!\.bin)"
    r"|.*[.-][0-9a-f]{8}\.(?:min\.)?\w+"
)
OFFLINE_SIZE = "OFFLINE_SIZE"  # stands in the theme's template
HEADERS = """\
/*
  Content-Security-Policy: {policy}; frame-ancestors 'none'
  Permissions-Policy: camera=(self), geolocation=(), microphone=()
  Referrer-Policy: strict-origin-when-cross-origin
  X-Content-Type-Options: nosniff
/v/*
  Cache-Control: public, max-age=31536000, immutable
"""

# What stands in the place of the widget that needs a network of its own, and what it replaces.
FALLBACK = re.compile(r"<cv7-teach-classes>(.*)<p>[^\n]*</p>(?=\s*</cv7-teach-classes>)", re.S)
FROM_FILES = (
    r"<cv7-teach-classes data-failed>\1<p>This copy was opened from files, and from files a "
    r"browser loads no network to teach. "
    r'<a href="{site_url}chapters/transfer-learning/">On the site</a> you can; the other widgets '
    r"work here, too.</p>"
)

started = known.setdefault("started", {"command": "build"})


def on_startup(command: str, **_: Any) -> None:
    started["command"] = command


@event_priority(100)  # before the theme's own plugins read the configuration
def on_config(config: Any) -> Any:
    config.extra["published"] = started["command"] != "serve"
    config.extra["from_files"] = config.plugins["material/offline"].config.enabled
    if config.extra["from_files"]:
        config.extra["polyfills"] = ["assets/iframe-worker.js"]  # or it comes from another host
    return config


def on_page_context(context: Any, page: Any, config: Any, **_: Any) -> Any:
    if config.extra["published"]:
        context["card"] = config.site_url + metadata.card_path(page)
        context["linked_data"] = metadata.linked_data(page, config)
    return context


def on_page_content(html: str, config: Any, **_: Any) -> str:
    if not config.extra["from_files"] or "<cv7-teach-classes>" not in html:
        return html
    html, found = FALLBACK.subn(FROM_FILES.format(site_url=config.site_url), html)
    if not found:
        raise PluginError("“Teach it your own classes” has changed: adapt FALLBACK in published.py")
    return html


def on_post_page(output: str, page: Any, config: Any, **_: Any) -> str:
    if config.extra["published"] and not config.extra["from_files"]:
        path = Path(config.site_dir, metadata.card_path(page))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(metadata.card(page, config))
    return output


@event_priority(-100)  # after every hook that writes files
def on_post_build(config: Any) -> None:
    if not config.extra["published"]:
        return
    site = Path(config.site_dir)
    run("lighten.mjs", site, "files" if config.extra["from_files"] else "")
    if config.extra["from_files"]:
        # Without the loader, which would ask for modules; and without what only a server needs.
        modules = [str(s) for s in config.extra_javascript if str(s) != "widgets/index.mjs"]
        run("from-files.mjs", site, json.dumps(modules))
        for name in ("404.html", "offline.html", "sitemap.xml", "sitemap.xml.gz"):
            (site / name).unlink()
        return
    write(site / "feed.xml", metadata.feed(metadata.CHANGES.read_text(encoding="utf-8"), config))
    version = move_own(site)
    write(site / "manifest.webmanifest", metadata.manifest(config, f"v/{version}/assets/icon.svg"))
    build = stamp(site)
    write(site / "_headers", HEADERS.format(policy=protect(site)))
    size = sum(len(gzip.compress(path.read_bytes())) for path in kept(site))
    home = site / "index.html"
    write(home, home.read_text(encoding="utf-8").replace(OFFLINE_SIZE, f"{size / 1e6:.1f} MB"))
    run("worker.mjs", site, json.dumps({"BUILD": build, "VERSION": version}))


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def digest(paths: list[Path], root: Path) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return found.hexdigest()[:8]


def move_own(site: Path) -> str:
    """Move our assets into v/<digest>/ and tell the pages; they stay together as they were."""
    own = [
        path
        for path in sorted(site.rglob("*"))
        if path.is_file() and OWN.match(path.relative_to(site).as_posix())
    ]
    version = digest(own, site)
    for path in own:
        target = site / "v" / version / path.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for page in site.rglob("*.html"):
        write(page, REFERENCE.sub(rf"\1v/{version}/", page.read_text(encoding="utf-8")))
    return version


def protect(site: Path) -> str:
    """Put a policy into every page: the same into all, as hosts can send but one as a header."""
    pages = {page: page.read_text(encoding="utf-8") for page in sorted(site.rglob("*.html"))}
    hashes = {
        kind: sorted(
            {f"'{_hash(code)}'" for text in pages.values() for code in found.findall(text)}
        )
        for kind, found in INLINE.items()
    }
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes['script'])}",
            f"style-src 'self' {' '.join(hashes['style'])}",
            "style-src-attr 'unsafe-inline'",  # typeset formulas carry the measures of their parts
            "img-src 'self' data:",  # data: are the icons in style sheets
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{policy}">'
    for page, text in pages.items():
        if text.count(CHARSET) != 1:
            raise PluginError(f"{page}: no place for the policy: adapt CHARSET in published.py")
        write(page, text.replace(CHARSET, meta))
    return policy


def _hash(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def kept(site: Path) -> list[Path]:
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    return [path for path in paths if KEPT.fullmatch(path.relative_to(site).as_posix())]


def stamp(site: Path) -> str:
    """Write the id of the build into what the service worker keeps, and list all of that."""
    files = sorted(path for path in site.rglob("*") if path.is_file() and path.suffix != ".gz")
    build = digest(files, site)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        write(page, text.replace(CHARSET, f'{CHARSET}<meta name="build" content="{build}">'))
    for name, where, mark in (
        ("search/search_index.json", "{", f'"build":"{build}",'),
        ("search/documents.json", "{", f'"build":"{build}",'),
        ("search/worker.js", "", f"// {build}\n"),
        ("sitemap.xml", "?>", f"<!-- {build} -->"),
    ):
        text = (site / name).read_text(encoding="utf-8")
        write(site / name, text.replace(where, where + mark, 1))
    names = [path.relative_to(site).as_posix() for path in kept(site)]
    urls = [re.sub(r"(^|/)index\.html$", r"\1", name) or "./" for name in names]
    write(site / "offline.json", json.dumps({"build": build, "files": urls}))
    return build


def run(script: str, site: Path, options: str = "") -> None:
    """One of the scripts that need Node's packages; `make` installs them."""
    done = subprocess.run(
        ["node", ROOT / ".ci" / script, site, options],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise PluginError(f".ci/{script} failed (`make build` installs its parts):\n{done.stderr}")
