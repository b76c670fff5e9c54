"""What is added to a published site: policy, metadata, cards, feed, and valid HTML."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image

from docs._site import metadata

from ..conftest import NOTEBOOKS, PAGES, ROOT, report
from .test_build import built

BUILT = [*PAGES, *NOTEBOOKS]
ATOM = {"a": metadata.ATOM}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def htmls(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def attribute(pattern: str, text: str) -> list[str]:
    return [unescape(value) for value in re.findall(pattern, text)]


def test_style_sheets_have_what_pages_can_match_and_nothing_else(site: Path) -> None:
    (main,) = (site / "assets/stylesheets").glob("main.*.css")
    (palette,) = (site / "assets/stylesheets").glob("palette.*.css")
    text = main.read_text(encoding="utf-8") + palette.read_text(encoding="utf-8")
    for gone in ("data-md-color-switching", ".tabbed-", "table:not([class])", ".md-banner"):
        assert gone not in text
    (own,) = (site / "v").glob("*/assets/cv7.css")
    assert "/*" not in own.read_text(encoding="utf-8"), "comments are for whoever edits it"
    # On pages, set by a script, and written by a script.
    for left in ("[data-md-color-scheme=slate]{", ".focus-visible", ".md-typeset h1 mark"):
        assert left in text


def policy_of(page: Path) -> str:
    (policy,) = attribute(
        r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">',
        page.read_text(encoding="utf-8"),
    )
    return policy


def test_html_conforms(site: Path) -> None:
    check = subprocess.run(
        [
            "node",  # the command in .bin is a shell script, or another one on Windows
            ROOT / ".ci/node_modules/html-validate/bin/html-validate.mjs",
            *("--config", ROOT / ".ci/html-validate.mjs", "--formatter", "text"),
            *htmls(site),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    report(check.stdout.replace(f"{site}/", "").splitlines()[:30])
    assert check.returncode == 0, check.stderr


def test_the_policy_allows_this_host_only_and_names_every_inline_script(site: Path) -> None:
    policies = {policy_of(page) for page in htmls(site)}
    assert len(policies) == 1, "one header has to do for all"
    (policy,) = policies
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"]
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    allowed = re.compile(r"'(?:self|none|sha256-[\w+/=]+)'|data:")
    for name, sources in directives.items():
        if name != "style-src-attr":
            assert all(map(allowed.fullmatch, sources.split())), f"{name} {sources}"
    assert "data:" not in directives["script-src"]
    for page in htmls(site):
        text = page.read_text(encoding="utf-8")
        assert text.index("Content-Security-Policy") < min(
            text.index(tag) for tag in ("<link", "<style", "<title") if tag in text
        ), f"{page.name}: the policy comes too late for what is before it"
        assert not re.search(r"<[^>]+\son\w+=|javascript:", text), f"{page.name}: inline handler"
        for kind in ("script", "style"):
            for tag, code in re.findall(rf"<{kind}\b([^>]*)>(.*?)</{kind}>", text, re.S):
                if code and "application/" not in tag:
                    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
                    assert f"'sha256-{digest}'" in directives[f"{kind}-src"]


def test_hosts_that_read_headers_get_the_policy_as_one(site: Path) -> None:
    headers = (site / "_headers").read_text(encoding="utf-8")
    assert f"Content-Security-Policy: {policy_of(site / 'index.html')}; frame-ancestors" in headers


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_pages_tell_machines_what_they_are(site: Path, site_url: str, path: Path) -> None:
    page = built(site, path)
    text = page.read_text(encoding="utf-8")
    relative = page.parent.relative_to(site).as_posix()
    address = site_url + ("" if relative == "." else f"{relative}/")
    assert attribute(r'<link rel="canonical" href="([^"]*)"', text) == [address]
    (title,) = attribute(r"<title>([^<]*)</title>", text)
    assert title.endswith("Modern CNNs & Transfer Learning")
    (image,) = attribute(r'<meta property="og:image" content="([^"]*)"', text)
    with Image.open(site / image.removeprefix(site_url)) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))
        assert len(card.getcolors() or []) > 8, "the card shows no letters"
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    data: dict[str, Any] = json.loads(block)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "LearningResource")
    assert (data["url"], data["image"]) == (address, image)
    assert data["isPartOf"]["url"] == site_url
    assert data["description"] in attribute(r'<meta name="description" content="([^"]*)"', text)
    for address in attribute(r'<link rel="(?:manifest|alternate)"[^>]*href="([^"]*)"', text):
        assert (page.parent / address).is_file()


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_images_have_dimensions(site: Path, path: Path) -> None:
    tags = re.findall(r"<img\b[^>]*>", built(site, path).read_text(encoding="utf-8"))
    report(
        [
            f"{path.name}: no width and height, so the page shifts when it loads: {tag[:120]}"
            for tag in tags
            if not re.search(r' width="\d', tag) or not re.search(r' height="\d', tag)
        ]
    )


def test_the_sitemap_lists_every_page_and_dates_none(site: Path, site_url: str) -> None:
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    listed = [loc.text for loc in ElementTree.fromstring(text).iterfind("s:url/s:loc", SITEMAP)]
    pages = [p.parent.relative_to(site).as_posix() for p in site.rglob("index.html")]
    assert sorted(map(str, listed)) == sorted(
        site_url + ("" if page == "." else f"{page}/") for page in pages
    )
    assert "lastmod" not in text, "MkDocs knows the day of the build only"


def test_the_feed_has_the_entries_of_the_page_with_their_dates(site: Path, site_url: str) -> None:
    feed = ElementTree.parse(site / "feed.xml").getroot()
    page = (site / "about/changes/index.html").read_text(encoding="utf-8")
    entries = feed.findall("a:entry", ATOM)
    dates = [str(entry.findtext("a:updated", "", ATOM))[:10] for entry in entries]
    assert dates == sorted(dates, reverse=True), "newest first"
    assert feed.findtext("a:updated", "", ATOM)[:10] == dates[0]
    assert dates == re.findall(r"^## (\d{4}-\d\d-\d\d)", metadata.CHANGES.read_text("utf-8"), re.M)
    assert feed.findall("a:link[@rel='self']", ATOM)[0].get("href") == f"{site_url}feed.xml"
    addresses = [str(entry.findtext("a:id", "", ATOM)) for entry in entries]
    assert len(set(addresses)) == len(entries) > 3
    for address in addresses:
        assert address.startswith(f"{site_url}about/changes/#")
        assert f'id="{urlsplit(address).fragment}"' in page
    assert all(len(entry.findtext("a:summary", "", ATOM)) > 40 for entry in entries)


def test_an_entry_that_is_no_entry_stops_the_build(site: Path) -> None:
    class Config:
        site_url, site_name = "https://example.org/", "A course"
        theme: dict[str, str]

    Config.theme = {"language": "en"}
    whole = "## 2026-01-02 · Title { #name }\n\nWords.\n"
    assert "2026-01-02T00:00:00Z" in metadata.feed(whole, Config)
    for broken in ("## 2026-01-02 Title\n\nWords.\n", "## Title { #name }\n\nWords.\n"):
        with pytest.raises(Exception, match="each heading reads"):
            metadata.feed(whole + "\n" + broken, Config)


def test_what_can_be_kept_is_what_pages_load(site: Path) -> None:
    listed = json.loads((site / "offline.json").read_text(encoding="utf-8"))
    build = listed["build"]
    names = {"index.html" if n == "./" else n for n in listed["files"]}
    names = {f"{n}index.html" if n.endswith("/") else n for n in names}
    assert all((site / name).is_file() for name in names)
    assert not [n for n in names if n.endswith((".bin", ".ipynb", ".whl", ".map"))]
    for page in htmls(site):
        text = page.read_text(encoding="utf-8")
        assert f'<meta name="build" content="{build}">' in text
        if page.name != "index.html":
            continue
        assert page.relative_to(site).as_posix() in names
        address = f"http://host/{page.relative_to(site).as_posix()}"
        loaded = attribute(r'<(?:script|img)\b[^>]*\ssrc="([^"]*)"', text)
        loaded += attribute(r'<link rel="(?:stylesheet|icon)" href="([^"]*)"', text)
        for name in loaded:
            assert urlsplit(urljoin(address, name)).path[1:] in names
    size = sum(len(gzip.compress((site / name).read_bytes())) for name in names)
    assert f"offline ({size / 1e6:.1f} MB)" in (site / "index.html").read_text(encoding="utf-8")
