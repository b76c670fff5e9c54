"""What machines read about the site: cards for shared links, JSON-LD, the web manifest, the feed.

Nothing here is fetched. A card is drawn by Pillow in the formulas' own bold letters. The hook
published.py calls what is here.
"""

import io
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fontTools.ttLib import TTFont
from mkdocs.exceptions import PluginError
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from cv7._palette import ROLES  # noqa: E402
from docs._site import mathjax  # noqa: E402

CARD = (1200, 630)
NAVY, WHITE = ROLES["header"].light, ROLES["on-header"].light
PALE, ORANGE = "#c3cbe0", "#fb923c"  # as in assets/icon.svg
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
KINDS = {"chapters": "chapter", "notebooks": "notebook", "exercises": "exercises"}
CHANGES = ROOT / "docs/about/changes.md"
# A dated entry of that page, and its first paragraph.
ENTRY = re.compile(r"^## (\d{4}-\d\d-\d\d) · (.+) \{ #([\w-]+) \}\n\n((?:.+\n)+)", re.M)
ATOM = "http://www.w3.org/2005/Atom"


# ---- Cards ----------------------------------------------------------------------------------


@cache
def letters() -> tuple[bytes, frozenset[int]]:
    """MathJax's bold roman as an OpenType font, and the characters that it has."""
    font = TTFont(mathjax.distribution() / "output/chtml/fonts/woff-v2/MathJax_Main-Bold.woff")
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    return plain.getvalue(), frozenset(font.getBestCmap())


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def card(page: Any, config: Any) -> bytes:
    """A PNG of 1200 by 630: the page's title, and the site's below."""
    title = config.site_name if page.is_homepage else page.title
    below = "" if page.is_homepage else config.site_name
    data, known = letters()
    if missing := {c for c in title + below if ord(c) not in known and c != " "}:
        raise PluginError(
            f"no card for “{title}”: MathJax’s letters have no {' '.join(missing)}; choose another "
            "title, or other letters in docs/_site/metadata.py"
        )
    image = Image.new("RGB", CARD, NAVY)
    draw = ImageDraw.Draw(image)
    for size in range(92, 40, -4):
        font = ImageFont.truetype(io.BytesIO(data), size)
        lines = wrapped(title, font, CARD[0] - 220)
        if len(lines) <= 3:
            break
    for index, line in enumerate(lines):
        draw.text((130, 160 + index * 1.3 * size), line, WHITE, font, anchor="ls")
    draw.text((130, 534), below, PALE, ImageFont.truetype(io.BytesIO(data), 38), anchor="ls")
    draw.line((70, 90, 70, 520), WHITE, 6)  # the logo's path, with its sum
    draw.ellipse((52, 502, 88, 538), ORANGE)
    png = io.BytesIO()
    image.quantize(32, Image.Quantize.FASTOCTREE).save(png, "png")
    return png.getvalue()


def card_path(page: Any) -> str:
    return f"cards/{Path(page.file.src_uri).with_suffix('').as_posix().replace('/', '-')}.png"


# ---- JSON-LD, the manifest, the feed --------------------------------------------------------


def plain(text: str) -> str:
    """The text of a line of Markdown: links without their addresses, no code marks."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)(?:\{[^}]*\})?", r"\1", text).replace("`", "")


def linked_data(page: Any, config: Any) -> dict[str, Any]:
    course = {"@type": "Course", "name": config.site_name, "url": config.site_url}
    description = page.meta.get("description", config.site_description)
    return {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": config.site_name if page.is_homepage else page.title,
        "description": description,
        "url": page.canonical_url,
        "image": config.site_url + card_path(page),
        "inLanguage": "en-GB",
        "learningResourceType": KINDS.get(page.file.src_uri.partition("/")[0], "reference"),
        "educationalLevel": "university",
        "isAccessibleForFree": True,
        "license": LICENCE,
        "isPartOf": course,
    }


def manifest(config: Any, icon_path: str) -> str:
    """What makes the site installable; addresses are relative to it."""
    icon = {"src": icon_path, "sizes": "any", "type": "image/svg+xml"}
    return json.dumps(
        {
            "name": config.site_name,
            "short_name": "Modern CNNs",
            "description": config.site_description,
            "lang": config.theme["language"],
            "id": "./",
            "start_url": "./",
            "scope": "./",
            "display": "minimal-ui",
            "background_color": NAVY,
            "theme_color": NAVY,
            "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
        },
        ensure_ascii=False,
    )


def feed(text: str, config: Any) -> str:
    """An Atom feed of the entries of docs/about/changes.md; its dates are those written there."""
    entries = ENTRY.findall(text)
    if len(entries) != len(re.findall(r"^## ", text, re.M)):
        raise PluginError(f"{CHANGES.name}: each heading reads `## 2026-11-23 · Title {{ #name }}`")
    page = f"{config.site_url}about/changes/"
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": config.theme["language"]})

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
        ElementTree.SubElement(parent, name, attributes).text = text or None

    add(root, "title", config.site_name)
    add(root, "id", config.site_url)
    add(root, "link", href=page)
    add(root, "link", rel="self", href=f"{config.site_url}feed.xml")
    add(root, "updated", f"{max(date for date, *_ in entries)}T00:00:00Z")
    author = ElementTree.SubElement(root, "author")
    add(author, "name", config.site_name)
    for date, title, anchor, paragraph in entries:
        entry = ElementTree.SubElement(root, "entry")
        add(entry, "title", plain(title))
        add(entry, "id", f"{page}#{anchor}")
        add(entry, "link", href=f"{page}#{anchor}")
        add(entry, "updated", f"{date}T00:00:00Z")
        add(entry, "summary", plain(paragraph.strip()))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"
