"""The map of the repository, topic by topic, is what lies there."""

from pathlib import Path

from docs._site.pages import title

from .. import topics
from ..conftest import ROOT, Generated

PAGE = ROOT / "docs/about/topics.md"
MARK = "<!-- What follows is written by `make refresh`, from the names of the files. -->\n"
DOCS = ROOT / "docs"


def shown(path: Path) -> str:
    """A link where the site has the file, its name where only the repository has it."""
    name = path.relative_to(ROOT).as_posix()
    if path.parent in (DOCS / "notebooks", DOCS / "data"):
        return f"[`{name}`](../{path.relative_to(DOCS).as_posix()})"
    return f"`{name}`"


def entry(slug: str) -> str:
    links = [path.relative_to(DOCS).as_posix() for path in topics.pages(slug)]
    text = f"\n## {slug}\n\n"
    text += f"- **On:** {', '.join(f'[{title(link)}](../{link})' for link in links)}\n"
    for kind, paths in topics.files(slug).items():
        names = ", ".join(map(shown, paths))
        text += f"- **{kind}:** {f'`docs/widgets/{slug}/`' if kind == 'Widget' else names}\n"
    return text


def test_the_map_is_built_from_the_names_of_the_files(generated: Generated) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    generated(PAGE, head + MARK + "".join(map(entry, topics.topics())))


def test_the_reference_topic_has_every_kind_that_a_page_can_have() -> None:
    found = set(topics.files("stride-and-padding"))
    assert set(topics.KINDS) - found == {"Notebook", "Package", "Data"}
