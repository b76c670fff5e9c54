"""The built site: valid HTML, whole links, complete pages, and the code that was run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from fontTools.ttLib import TTFont
from mkdocs.config import load_config

from docs._site import mathjax, percent

from ..codeblocks import code_blocks
from ..conftest import NOTEBOOKS, PAGES, ROOT, report

BUILT = [*PAGES, *NOTEBOOKS]
HTML = "{http://www.w3.org/1999/xhtml}"


def built(site: Path, page: Path) -> Path:
    relative = page.relative_to(ROOT / "docs").with_suffix("")
    return site / (relative.parent if relative.name == "index" else relative) / "index.html"


def code_of(page: Path) -> list[tuple[str | None, str]]:
    """Language and text of the page's code blocks; of a notebook, of its code cells."""
    if page.suffix == ".py":
        return [("python", cell.source) for cell in percent.code_cells(percent.read(page))]
    return [(block.syntax, block.code) for block in code_blocks(page)]


def parsed(path: Path) -> Element:
    document: Element = html5lib.parse(path.read_text(encoding="utf-8"))
    return document


def content(element: Element) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_html_is_valid(site: Path, path: Path) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(built(site, path).read_text(encoding="utf-8"))
    report([f"{path.name}: {position}: {code} {data}" for position, code, data in parser.errors])


def test_links_and_anchors_lead_somewhere(site: Path) -> None:
    lychee = Path(sys.executable).with_name("lychee")
    check = subprocess.run(
        [
            *(lychee, "--offline", "--no-progress", "--index-files", "index.html"),
            *("--include-fragments", "--root-dir", site, "--exclude-path", site / "404.html", site),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_code_on_the_page_is_the_code_that_was_run(site: Path, path: Path) -> None:
    shown = [
        content(code)
        for block in parsed(built(site, path)).iter()
        if "language-python" in block.get("class", "").split()
        for code in block.iter(f"{HTML}code")
    ]
    run = [code for syntax, code in code_of(path) if syntax == "python"]
    # The highlighter drops blank lines around a block, and nothing else.
    assert [code.strip("\n") for code in shown] == [code.strip("\n") for code in run]


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_shown_code_fits_the_column(path: Path) -> None:
    report(
        [
            f"{path.name}: {len(line)} characters, 80 fit: {line}"
            for _, code in code_of(path)
            for line in code.splitlines()
            if len(line) > 80
        ]
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_every_python_block_is_followed_by_what_it_printed(path: Path) -> None:
    report(
        [
            f"{path.name}:{block.lineno}: prints, but shows no expected output"
            for block in code_blocks(path)
            if block.syntax == "python" and "print(" in block.code and not block.expected_output
        ]
    )


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_pages_say_what_they_are(site: Path, path: Path) -> None:
    head = parsed(built(site, path)).find(f"{HTML}head")
    assert head is not None
    meta = {m.get("name") or m.get("property"): m.get("content") for m in head.iter(f"{HTML}meta")}
    description = meta.get("description") or ""
    problems = []
    if description == load_config(str(ROOT / "mkdocs.yml"))["site_description"]:
        problems.append("has no description of its own")
    if not 50 <= len(description) <= 190:
        problems.append(f"has a description of {len(description)} characters, 50 to 190 are read")
    for name in ("og:title", "og:description", "og:url"):
        if not meta.get(name):
            problems.append(f"has no {name}")
    report([f"{path.relative_to(ROOT)} {problem}" for problem in problems])


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_figures_have_text_alternatives(site: Path, path: Path) -> None:
    problems = []
    for element in parsed(built(site, path)).iter():
        name = str(element.tag).rpartition("}")[2]  # a comment's tag is a function
        if name == "img" and len(element.get("alt", "")) < 10:
            problems.append(f"{path.name}: image {element.get('src')} has no text alternative")
        if name == "svg" and element.get("role") == "img" and not element.get("aria-label"):
            problems.append(f"{path.name}: a figure has no text alternative")
    report(problems)


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.stem)
def test_formulas_are_typeset_with_mathml_and_no_comment_is_left(site: Path, path: Path) -> None:
    html = built(site, path).read_text(encoding="utf-8")
    assert html.count('class="arithmatex"') == html.count("<mjx-assistive-mml")
    assert "<!--=" not in html
    assert not re.search(r'class="arithmatex">\s*\\', html)


def test_only_fonts_in_use_are_served_and_all_of_them_exist(site: Path) -> None:
    (path,) = site.glob("v/*/assets/mathjax.css")
    css = path.read_text(encoding="utf-8")
    named = set(re.findall(r"mathjax/([\w-]+\.woff2)", css))
    assert named == {p.name for p in path.with_suffix("").iterdir()}


def test_each_glyph_is_in_the_font_that_sets_it_and_little_else(site: Path) -> None:
    (path,) = site.glob("v/*/assets/mathjax.css")
    css = path.read_text(encoding="utf-8")
    faces = dict(re.findall(r"font-family: (\w[\w-]*);\s+src: url\(\"(mathjax/[\w-]+\.woff2)", css))
    shown = dict(re.findall(r'^mjx-c\.(\S+)::before \{[^}]*content: "(.*)";$', css, re.M))
    wanted: dict[str, set[str]] = {}
    for page in site.rglob("*.html"):
        for names in set(re.findall(r'<mjx-c class="([^"]+)">', page.read_text(encoding="utf-8"))):
            glyph, *variant = names.split()
            text = mathjax.unescape(shown[".".join([glyph, *variant])])
            wanted.setdefault(f"MJX{(variant or ['TEX'])[0]}", set()).update(text)
    assert {"MJXTEX", "MJXTEX-I", "MJXTEX-B"} <= wanted.keys()
    for family, characters in wanted.items():
        there = set(map(chr, TTFont(path.parent / faces[family]).getBestCmap()))
        assert characters <= there, family
        assert len(there) <= len(characters) + 5, f"{family} has {len(there)} characters"


def test_bad_tex_stops_the_build_and_names_page_and_formula(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs/_site", tmp_path / "docs/_site")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = re.sub(r"^nav:\n(?:[ ]+.*\n)+", "", config, flags=re.M)
    config = config.replace("watch: [cv7, snippets]\n", "")
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    (tmp_path / "docs/index.md").write_text("# Bad\n\n$\\frac{1}{$\n", encoding="utf-8")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode != 0
    assert "index.md: MathJax: Missing close brace in: \\frac{1}{" in build.stderr


def test_search_finds_the_chapter_and_a_notebooks_prose(site: Path) -> None:
    with_every_page = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    assert with_every_page["docs"] == []
    index = json.loads((site / "search/documents.json").read_text(encoding="utf-8"))
    notebook = " ".join(d["text"] for d in index["docs"] if d["location"].startswith("notebooks/"))
    assert "BatchNorm" in notebook
    assert "import torch" not in notebook, "every page would carry the code of the notebooks"
    found = [d for d in index["docs"] if "degradation" in d["text"].lower()]
    assert any(d["location"].startswith("chapters/skip-connections/") for d in found)
