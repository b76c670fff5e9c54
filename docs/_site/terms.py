"""Words that a chapter uses are explained where they first stand.

A page ends in a definition list under the heading “Words used in this chapter”. The first mention
of each term in the text above becomes a link to its entry, which carries the explanation as plain
text: cv7.css shows it under pointer and focus, and prints it in parentheses; accessibility.mjs
shows it to a finger.

    BatchNorm (BN)
    :   rescales each channel to mean 0 and variance 1 …

    Skip connection or shortcut
    :   carries a block’s input past the block …

Commas, “or” and parentheses part the forms of a term; “top-1 and top-5 error” has both errors.
A plural s and a capital letter at the start are known.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import PluginError

TITLE = "Words used in this chapter"
EXAMPLE = "write a term on one line and `:   its explanation` on the next"
# Where nothing is explained: the title would be in the way, or words mean something else there.
HEADINGS = {f"h{level}" for level in range(1, 7)}
SKIPPED = {*HEADINGS, "a", "code", "pre", "summary", "table", "dl", "button", "label", "script"}
SKIPPED_CLASSES = {"admonition-title", "arithmatex"}
BETWEEN = re.compile(r",|\bor\b|[()]")
AND = re.compile(r"(\S+) and (\S+) (\S.*)")  # top-1 and top-5 error
TEX = {
    **{name: name for name in ("min", "max", "log", "exp", "tanh")},
    **{"times": "×", "odot": "⊙", "cdot": "·", "le": "≤", "ge": "≥", "approx": "≈", "in": "∈"},
    **{"alpha": "α", "delta": "δ", "eta": "η", "sigma": "σ", ",": "", "%": "%"},
}


def readable(tex: str) -> str:
    """A small formula as one would write it in a letter."""

    def sign(match: re.Match[str]) -> str:
        if match[1] not in TEX:
            raise PluginError(
                f"\\{match[1]} in a definition has no plain form: say it in words, or add it to "
                "TEX in docs/_site/terms.py"
            )
        return TEX[match[1]]

    return re.sub(r"\\([a-zA-Z]+|.)", sign, tex.replace("{,}", ",")).translate(
        str.maketrans("", "", "{}")
    )


def plain(element: Element) -> str:
    """The text of an element, formulas readable."""
    if "arithmatex" in (element.get("class") or ""):
        text = readable((element.text or "").strip()[2:-2])
    else:
        text = (element.text or "") + "".join(plain(c) + (c.tail or "") for c in element)
    return text


def said(definition: Element) -> str:
    """A definition in one line; a single sentence in parentheses ends in no full stop."""
    text = " ".join(plain(definition).split())
    return text if ". " in text else text.removesuffix(".")


def forms(term: str) -> list[str]:
    """The ways of saying a term, the longest first."""
    parts = [part.strip() for part in BETWEEN.split(term)]
    for part in list(parts):
        if found := AND.fullmatch(part):
            parts += [f"{found[1]} {found[3]}", f"{found[2]} {found[3]}"]
    return sorted(filter(None, parts), key=len, reverse=True)


def mention(term: str) -> re.Pattern[str]:
    """What finds a term in running text."""

    def either(form: str) -> str:
        first = f"[{form[0].lower()}{form[0].upper()}]" if form[0].isalpha() else re.escape(form[0])
        return first + re.sub(r"(?:\\ )+", r"\\s+", re.escape(form[1:]))

    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(either, forms(term)))})s?(?![\w-])")


class Term:
    def __init__(self, names: list[Element], definition: Element) -> None:
        term = ", ".join(plain(name) for name in names)
        self.anchor = f"term-{slugify(BETWEEN.split(term)[0], '-') or 'sign'}"
        self.found = mention(term)
        self.said = said(definition)
        names[0].set("id", self.anchor)
        definition.set("id", f"{self.anchor}-is")

    def link(self, text: str) -> Element:
        link = Element("a", {"class": "cv7-term", "href": f"#{self.anchor}"})
        link.set("aria-describedby", f"{self.anchor}-is")
        link.set("data-term", self.said)
        link.text = text
        return link


def entries(appendix: Element) -> Iterator[Term]:
    names: list[Element] = []
    for element in appendix:
        if element.tag == "dt":
            names.append(element)
        elif names:
            yield Term(names, element)
            names = []


def skipped(element: Element) -> bool:
    classes = set((element.get("class") or "").split())
    return element.tag in SKIPPED or bool(classes & SKIPPED_CLASSES)


def mark(element: Element, terms: list[Term], *, folded: bool) -> None:
    """Link the first mention of each of these terms; those that have one leave the list."""
    children = list(element)
    element.text = _marked(element, element.text, 0, terms)
    for child in children:
        if not skipped(child) and (folded or child.tag != "details"):
            mark(child, terms, folded=folded)
        child.tail = _marked(element, child.tail, list(element).index(child) + 1, terms)


def _marked(parent: Element, text: str | None, at: int, terms: list[Term]) -> str | None:
    """Put links into the parent from `at` on, each with the text behind it; what is before them."""
    before, last = text, None
    while text and (
        found := min(
            (
                (m.start(), -len(m[0]), i)
                for i, t in enumerate(terms)
                if (m := t.found.search(text))
            ),
            default=None,
        )
    ):
        start, length, index = found
        link = terms.pop(index).link(text[start : start - length])
        if last is None:
            before = text[:start]
        else:
            last.tail = text[:start]
        text = link.tail = text[start - length :]
        parent.insert(at, link)
        at, last = at + 1, link
    return before


def folded(appendix: Element) -> Element:
    """The list is not in the way: each link to an entry unfolds it."""
    details = Element("details", {"class": "cv7-words"})
    summary = SubElement(details, "summary")
    summary.text = TITLE
    details.append(appendix)
    return details


class Terms(Treeprocessor):
    def run(self, root: Element) -> None:
        for index, element in enumerate(root):
            if element.tag in HEADINGS and plain(element).strip() == TITLE:
                appendix = root[index + 1] if index + 1 < len(root) else Element("p")
                if appendix.tag != "dl":
                    raise PluginError(f"no list of terms follows “{TITLE}”: {EXAMPLE}")
                text = Element("div")
                text[:] = root[:index]
                terms = list(entries(appendix))
                mark(text, terms, folded=False)
                mark(text, terms, folded=True)  # better there than nowhere
                root[index : index + 2] = [folded(appendix)]
                return


class TermsExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Markdown calls it so)
        # After inline patterns (20), before attributes of headings and their anchors (8, 5).
        md.treeprocessors.register(Terms(md), "cv7_terms", 12)


def on_config(config: Any) -> None:
    # By its import path, MkDocs would look for it before hooks have said where this folder is.
    config.markdown_extensions.append(TermsExtension())
