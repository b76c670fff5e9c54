"""`make page NAME=squeeze-excitation`: a new page with all that belongs to it, to be rewritten.

Copies the reference topic, which tests keep exemplary, under the new name: the page, its snippet
with what it printed, its figure, its question, its test and its line in the navigation; with
WIDGET=1 also the section with sliders, what draws the figure for them, and its tests. So it passes
at once, and stays a page in need of its own words until somebody writes them.
"""

import argparse
import importlib.util
import keyword
import re
import subprocess
import sys
from pathlib import Path

from docs._site import claims
from docs._site.digits import GIVENS, lines

from . import topics
from .conftest import PAGES, ROOT
from .sections import header

REFERENCE, TITLE = "stride-and-padding", "Stride and Padding"
NAV = ROOT / "mkdocs.yml"
DESCRIPTION = "A copy of the reference page. Write here, in a sentence or two, what {title} is."
# In the order in which one writes them.
WHAT_TO_DO = {
    "Page": "your text; its head lists the numbers that an example chooses",
    "Numbers": "what computes, measures or cites the other numbers of the page",
    "Snippet": "your code, in named sections, each shown on the page",
    "Figures": "what the figure shows; its text alternative stands on the page",
    "Questions": "what is asked, and a hint for each mistake you foresee",
    "Tests": "what the page says in words, held to torch",
    "Widget": "sliders in controls.html; model.mjs computes, drawing.mjs draws, element.mjs says",
    "Tests of the widget": "cv7’s values for model.mjs; that the drawing is to scale",
}


def camel(slug: str) -> str:
    return "".join(word.capitalize() for word in slug.split("-"))


def snake(slug: str) -> str:
    return slug.replace("-", "_")


def check(slug: str, title: str) -> None:
    """Raises ValueError, with the cure, where slug or title would not do."""
    if not re.fullmatch(r"(?=.{1,30}$)[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise ValueError(
            f"NAME={slug} is no name for a page: use small letters, digits and single hyphens, "
            "thirty characters at most, for example NAME=squeeze-excitation"
        )
    asks = f"<!-- question: {slug} -->"
    found = [path for paths in topics.files(slug).values() for path in paths]
    if found := found or [path for path in PAGES if asks in path.read_text(encoding="utf-8")]:
        raise ValueError(
            f"NAME={slug} is taken, by {found[0].relative_to(ROOT)}: choose another name; "
            "docs/about/topics.md lists all"
        )
    if keyword.iskeyword(slug) or importlib.util.find_spec(snake(slug)):
        raise ValueError(
            f"NAME={slug} is what Python calls something else: choose a longer name, for example "
            f"NAME={slug}-explained"
        )
    if not re.fullmatch(r"[A-Z][\w ,’&×–()-]*", title):
        raise ValueError(
            f'TITLE="{title}" is no title: begin with a capital, and use letters, digits, spaces '
            "and , ’ & × – ( ) - only"
        )


def renamed(text: str, slug: str, title: str) -> str:
    """Every spelling of the reference topic's name replaced by the new one's."""
    spellings = {
        TITLE: title,
        REFERENCE: slug,
        snake(REFERENCE): snake(slug),
        camel(REFERENCE): camel(slug),
    }
    return re.sub("|".join(spellings), lambda match: spellings[match[0]], text)


def of_the_widget(path: Path) -> bool:
    """Also what has the widget draw the figure: without one, the figure is a drawing by hand."""
    return "widgets" in path.parts or path.match("snippets/figures/*.py")


def page_text(text: str, title: str, *, widget: bool) -> str:
    """The page, without its section of sliders unless they come along."""
    sections = re.split(r"^(?=## )", text, flags=re.M)
    text = "".join(s for s in sections if widget or f"<cv7-{REFERENCE}>" not in s)
    description = f"description: {DESCRIPTION.format(title=title)}"
    return re.sub(r"^description: .*$", description, text, count=1, flags=re.M)


def without_what_is_gone(page: Path) -> None:
    """What is said of numbers, for the page without its section of sliders."""
    listed, changed = claims.fitted(claims.of(page))
    text = lines(claims.beside(page))
    for number, line in changed.items():
        text[number - 1] = f"{line}\n" if line else ""
    claims.beside(page).write_text("".join(text), encoding="utf-8")
    head = GIVENS.sub(lambda _: claims.listing(listed), page.read_text(encoding="utf-8"), count=1)
    page.write_text(head, encoding="utf-8")


def create(slug: str, title: str, *, widget: bool) -> dict[str, list[Path]]:
    """Write the topic's files; returns them by kind."""
    check(slug, title)
    for path in [path for paths in topics.files(REFERENCE).values() for path in paths]:
        inside = path.relative_to(ROOT)
        if of_the_widget(inside) and not widget:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            text = page_text(text, title, widget=widget)
        target = ROOT / renamed(inside.as_posix(), slug, title)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(renamed(text, slug, title), encoding="utf-8")
    line = re.compile(rf"^.*/{REFERENCE}\.md\n", re.M)
    nav = line.sub(lambda m: m[0] + renamed(m[0], slug, title), NAV.read_text(encoding="utf-8"))
    NAV.write_text(nav, encoding="utf-8")
    made = topics.files(slug)
    without_what_is_gone(made["Page"][0])
    python = [path for paths in made.values() for path in paths if path.suffix == ".py"]
    for tidy in (("check", "--fix-only", "--select=I"), ("format",)):  # its name sorts elsewhere
        subprocess.run([sys.executable, "-m", "ruff", *tidy, "--quiet", *python], check=True)
    output = ROOT / f"snippets/{slug}.out"  # the same code printed it; only its head has a name
    printed = output.read_text(encoding="utf-8").partition("\n")[2]
    output.write_text(header(output.with_suffix(".py"), printed) + printed, encoding="utf-8")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="make page", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--title", default="")
    parser.add_argument("--widget", action="store_true")
    given = parser.parse_args()
    title = given.title or given.name.replace("-", " ").title()
    try:
        made = create(given.name, title, widget=given.widget)
    except ValueError as error:
        sys.exit(f"make page: {error}")
    print(f"“{title}” is a copy of the page on {TITLE.lower()}, under its own name:\n")
    for kind, todo in WHAT_TO_DO.items():
        for path in made.get(kind, []):
            print(f"  {path.relative_to(ROOT)}")
        if kind in made:
            print(f"      {todo}")
    nav = NAV.read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(nav, start=1) if f"/{given.name}.md" in line)
    print(f"  mkdocs.yml:{place}\n      where it stands in the navigation\n")
    print("Delete what your page does not need, with its line on the page. Then, again and again:")
    print("  make serve   shows the page while you write")
    print("  make check   says what is not right yet, with file, line and cure")
    print("  make refresh rewrites numbers, figures and lists that are stale, in seconds")
    print("  make regen   the same, and what snippets print; with torch")


if __name__ == "__main__":
    main()
