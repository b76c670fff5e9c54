"""Notebooks on their way to the site: run when what they depend on has changed, rendered lean.

Their sources are the percent scripts in docs/notebooks. With NOTEBOOKS=run a build runs those
whose results are not in .cache yet; without it, a page shows the results that are there, or says
how to get them.
"""

import base64
import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree
from textwrap import indent
from typing import Any
from urllib.parse import urlsplit

import markdown
import nbformat
from mkdocs.exceptions import PluginError
from mkdocs.structure.toc import get_toc
from mkdocs.utils import get_relative_url
from mkdocs_jupyter.config import settings
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import templateexporter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from cv7.measured import DATA  # noqa: E402
from docs._site import pages  # noqa: E402
from docs._site.claims import of  # noqa: E402
from docs._site.kept import kept  # noqa: E402
from docs._site.percent import Notebook, code_cells, fingerprint, read  # noqa: E402

SOURCES = ROOT / "docs" / "notebooks"
CACHE = ROOT / ".cache" / "notebooks"
# Cells of which the result says more than the code, by their tag.
FOLDED = {"figure": "The code of the figure", "save": "What `FULL=1` keeps"}
PACKAGE = "CV7_WHEEL"  # on a page, stands for the address of the package
MINUTES = 10  # a cell that takes longer hangs

log = logging.getLogger("mkdocs.hooks.notebooks")


def line_of(path: Path, cell: Notebook) -> int:
    text = path.read_text(encoding="utf-8")
    return text[: text.index(cell.source)].count("\n") + 1


def execute(path: Path, notebook: Notebook) -> list[Any]:
    """The outputs of each code cell; PluginError, with cell and line, where one fails."""
    name, cells = path.relative_to(ROOT).as_posix(), code_cells(notebook)

    def started(cell: Notebook, **_: Any) -> None:
        if cell.cell_type == "code":
            log.info("%s: running cell %d of %d", name, cells.index(cell) + 1, len(cells))

    client = NotebookClient(
        notebook,
        timeout=60 * MINUTES,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT)}},
        coalesce_streams=True,
        on_cell_start=started,
    )
    environment = {key: value for key, value in os.environ.items() if key != "FULL"}
    try:
        client.execute(env=environment, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        failed = next(c for c in cells if any(o.output_type == "error" for o in c.outputs))
        number, line = cells.index(failed) + 1, line_of(path, failed)
        raise PluginError(f"{name}:{line}: code cell {number} failed:\n{error}") from error
    for number, cell in enumerate(cells, 1):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                log.warning(
                    "%s:%d: code cell %d warns: %s", name, line_of(path, cell), number, output.text
                )
    return [cell.outputs for cell in cells]


def with_results(path: Path) -> tuple[Notebook, bool]:
    """The notebook with its outputs, and whether there are any."""
    notebook = read(path)
    kept = CACHE / f"{path.stem}-{fingerprint(notebook)}.json"
    if not kept.exists():
        if os.environ.get("NOTEBOOKS") != "run":
            return notebook, False
        outputs = execute(path, notebook)
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"{path.stem}-{'?' * 16}.json"):
            old.unlink()
        kept.write_text(json.dumps(outputs), encoding="utf-8")
    outputs = nbformat.from_dict(json.loads(kept.read_text(encoding="utf-8")))
    for cell, made in zip(code_cells(notebook), outputs, strict=True):
        cell.outputs = made
    return notebook, True


# ---- What the plugin renders ------------------------------------------------------------------

# What this build knows: configuration, files, figures, ...; previews remember rendered pages.
build: dict[str, Any] = kept.setdefault("notebooks", {"figures": {}, "toc": {}})


def on_files(files: Any, config: Any) -> Any:
    # Its templates and filters are settings of the module, not of the plugin.
    settings.templates_dir = str(Path(__file__).parent / "templates")
    templateexporter.default_filters["cv7_page"] = page_html
    build.update(config=config, files=files, without_results=set())
    paths = sorted(SOURCES.glob("*.py"))
    with ThreadPoolExecutor() as pool:  # each runs in a process of its own
        found = list(pool.map(with_results, paths))
    for path, (notebook, has_results) in zip(paths, found, strict=True):
        if not has_results:
            build["without_results"].add(path.stem)
        notebook.metadata["slug"] = path.stem
        target = CACHE / "pages" / "notebooks" / f"{path.stem}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        files.get_file_from_path(f"notebooks/{path.name}").abs_src_path = str(target)
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    if PACKAGE in markdown:
        markdown = markdown.replace(
            PACKAGE, f"{config.site_url}notebooks/{wheel(config.site_url).name}"
        )
    if page.file.src_uri.startswith("notebooks/"):
        # Title and description stand in the first cell: a heading and a paragraph.
        markdown = read(ROOT / "docs" / page.file.src_uri).cells[0].source
        heading, description = markdown.split("\n\n")[:2]
        page.meta["title"] = heading.removeprefix("# ")
        page.meta["description"] = " ".join(description.split())
        page.meta["search"] = {"boost": 0.1}  # who looks for a word wants the chapter first
    return markdown


def page_html(notebook: Notebook) -> str:
    """The whole notebook as one page of Markdown, through the site's own extensions."""
    slug = notebook.metadata.slug
    blocks: list[str] = []
    figures: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lines = cell.source.splitlines(keepends=True)
            text = "".join(pages.linked(line, "notebooks") for line in lines)
            blocks.append(pages.FOR_TESTS.sub("", text))
            continue
        code = f"```python\n{cell.source}\n```"
        for tag in FOLDED.keys() & set(cell.metadata.get("tags", [])):
            code = f'??? folded "{FOLDED[tag]}"\n' + indent(code, "    ")
        blocks.append(code)
        for output in cell.outputs:
            if output.output_type == "stream":
                blocks.append(f'```text title="Output"\n{output.text.rstrip()}\n```')
            elif "text/html" in output.data:
                blocks.append(f"cv7-figure-{len(figures)}")
                figures.append(with_files(output.data["text/html"], slug))
            else:
                shown = ", ".join(output.data)
                raise PluginError(f"docs/notebooks/{slug}.py: print() or show() it, not {shown}")
    first, *rest = blocks
    heading, lead, introduction = first.split("\n\n", 2)
    converter = markdown.Markdown(
        extensions=build["config"].markdown_extensions,
        extension_configs=build["config"].mdx_configs,
    )
    html = converter.convert("\n\n".join([heading, lead, above(slug), introduction, *rest]))
    build["toc"][slug] = get_toc(converter.toc_tokens)
    # Every page loads the search index: of a notebook it holds the prose, not the code.
    html = html.replace('<div class="language-', '<div data-search-exclude class="language-')
    return re.sub(
        r"<p>cv7-figure-(\d+)</p>",
        lambda m: f"<figure data-search-exclude>{figures[int(m[1])]}</figure>",
        html,
    )


def with_files(html: str, slug: str) -> str:
    """Images as files of their own: they load when the reader comes near, not with the page."""

    def moved(match: re.Match[str]) -> str:
        content = base64.b64decode(match[2])
        name = f"{slug}-{hashlib.sha256(content).hexdigest()[:8]}.{match[1]}"
        build["figures"][name] = content
        return f'loading="lazy" src="{name}"'

    return re.sub(r'src="data:image/(\w+);base64,([^"]+)"', moved, html)


@cache
def used_by() -> dict[str, Counter[str]]:
    """How many numbers of each page come from the measurements of each notebook."""
    made_by = {}
    for path in DATA.glob("*.json"):
        made = json.loads(path.read_text(encoding="utf-8")).get("provenance", {}).get("by", "")
        made_by[path.stem] = Path(made).stem
    found: dict[str, Counter[str]] = {}
    for path in sorted((ROOT / "docs").glob("[!_]*/*.md")):
        for claim in of(path).claims:
            if claim.kind == "measured":
                slug = made_by[claim.origin[0]]
                page = path.relative_to(ROOT / "docs").as_posix()
                found.setdefault(slug, Counter())[page] += 1
    return found


def above(slug: str) -> str:
    """What stands under the heading: how to get the notebook, and where its results are used."""
    extra = build["config"].extra
    users = ", ".join(
        f"[{pages.title(page)}](../{page}) ({count})"
        for page, count in used_by().get(slug, Counter()).most_common()
    )
    run = "Everything below was run when this site was built, as it stands."
    if slug in build["without_results"]:
        run = (
            '!!! mistake "This copy of the site shows no results"\n'
            "    The notebook was not run, because this is a preview. `make build` runs it (and "
            "installs torch first, if need be); afterwards `make serve` shows the results, too."
        )
    return (
        f"[Download the notebook]({slug}.ipynb){{ .md-button }} "
        f"[Open it in Colab]({extra['colab']}{slug}.ipynb){{ .md-button }}\n\n"
        f"{run}\n\n"
        "What it runs is a small part of a complete sweep, [recorded once]"
        "(../about/how-we-know.md); in the figures, marks are this run, lines and bands the "
        "recorded ones. "
        f"`FULL=1 python docs/notebooks/{slug}.py` repeats the sweep. Pages that use its numbers, "
        f"and how many: {users}."
    )


def on_page_content(html: str, page: Any, files: Any, **_: Any) -> str:
    if not page.file.src_uri.startswith("notebooks/"):
        return html
    page.toc = build["toc"][Path(page.file.src_uri).stem]

    def link(match: re.Match[str]) -> str:
        target = os.path.normpath(f"notebooks/{match[1]}")
        file = files.get_file_from_path(target)
        if file is None:
            raise PluginError(f"{page.file.src_uri}: no such page: {match[1]}")
        return f'href="{get_relative_url(file.url, page.file.url)}{match[2] or ""}"'

    def beside(match: re.Match[str]) -> str:
        return f'{match[1]}="{get_relative_url(f"notebooks/{match[2]}", page.file.url)}"'

    html = html.partition("<style>")[0]  # the plugin adds a style sheet; ours has all it needs
    html = re.sub(r'(href|src)="([\w-]+\.(?:ipynb|jpeg|png|svg|webp))"', beside, html)
    return re.sub(r'href="(\.\./[^":]+\.md)(#[^"]*)?"', link, html)


# ---- What can be downloaded --------------------------------------------------------------------


def wheel(site_url: str) -> Path:
    """cv7 as a wheel, with the recorded results in it; built anew only when something changed.

    It names the site that it came from, if that is anybody else's, too.
    """
    address = "" if urlsplit(site_url).hostname in ("127.0.0.1", "localhost") else site_url
    parts = [
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "cv7",
        "docs/data",
        "docs/exercises/starters",
    ]
    digest = hashlib.sha256(address.encode())
    for part in parts:
        path = ROOT / part
        for file in sorted(path.rglob("*.*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.name.encode() + file.read_bytes())
    kept = CACHE / f"wheel-{digest.hexdigest()[:16]}"
    if not kept.exists():
        for old in CACHE.glob("wheel-*"):
            rmtree(old)
        with tempfile.TemporaryDirectory() as folder:  # setuptools leaves files where it builds
            for part in parts:
                target = Path(folder, part)
                target.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / part).is_dir():
                    copytree(ROOT / part, target, ignore=ignore_patterns("__pycache__"))
                else:
                    target.write_bytes((ROOT / part).read_bytes())
            if address:
                with Path(folder, "pyproject.toml").open("a", encoding="utf-8") as project:
                    project.write(f'\n[project.urls]\nDocumentation = "{address}"\n')
            pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
            subprocess.run(
                [*pip, "--no-build-isolation", "--disable-pip-version-check", "-w", kept, folder],
                check=True,
                env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"},  # the same bytes each time
            )
    (built,) = kept.glob("*.whl")
    return built


def download(path: Path, site_url: str, package: str) -> str:
    """The notebook for elsewhere: without outputs, whole links, and cv7 installed if need be."""
    notebook = read(path)
    first = nbformat.v4.new_code_cell(
        "# cv7 is the course's small package; this installs it where it is missing\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("cv7") is None:\n'
        f'    %pip install --quiet "cv7[notebooks] @ {site_url}notebooks/{package}"',
        id="install",
    )
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = pages.FOR_TESTS.sub("", cell.source)
            cell.source = re.sub(r"\]\(\.\./([^)#]+)\.md", lambda m: f"]({site_url}{m[1]}/", text)
    notebook.cells.insert(1, first)
    nbformat.validate(notebook)
    return nbformat.writes(notebook)


def on_post_build(config: Any, **_: Any) -> None:
    target = Path(config.site_dir, "notebooks")
    package = wheel(config.site_url)
    (target / package.name).write_bytes(package.read_bytes())
    for path in SOURCES.glob("*.py"):
        text = download(path, config.site_url, package.name)
        (target / f"{path.stem}.ipynb").write_text(text + "\n", encoding="utf-8")
    for name, content in build["figures"].items():
        (target / name).write_bytes(content)
