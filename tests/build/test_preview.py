"""What `make serve` shows after an edit is what a build from nothing would show."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from .. import course

# Builds as `make serve` does, again and again in one process; a line of input before each.
PREVIEWS = """
import sys
from types import SimpleNamespace
from mkdocs.commands.build import build
from mkdocs.config import load_config

def configured():
    line = sys.stdin.readline() or sys.exit()
    return load_config("mkdocs.yml", site_dir=line.strip())

def rebuild():
    build(configured())
    print("built", flush=True)

first = configured()
first.plugins.on_startup(command="serve", dirty=False)
build(first)
print("built", flush=True)
server = SimpleNamespace(builder=rebuild, observer=SimpleNamespace(emitters=[]))
first.plugins.on_serve(server, config=first, builder=rebuild)
while True:
    server.builder()
"""
NEW = """

def doubled(value: int) -> int:
    \"\"\"Twice as much.\"\"\"
    return 2 * value
"""
EDITS = (
    ("docs/chapters/skip-connections.md", "Why adding layers can hurt", "Why layers can hurt"),
    ("docs/widgets/train-networks/controls.html", "More: steps, seeds", "More: seeds, steps"),
    ("snippets/residual-block.py", "import torch", "import  torch"),
    ("docs/questions/skip_connections.py", "That is F(x) alone", "That is only F(x)"),
    ("docs/notebooks/network-depth.py", "BatchNorm", "Batch Norm"),
    ("cv7/networks.py", "Whole networks", "Entire networks"),
    # Modules that are imported, and what they have read: a page uses what they had not before.
    ("cv7/cost.py", "\n\n\nclass Layer", f"{NEW}\n\nclass Layer"),
    ("docs/data/sources.json", '"plain-18"', '"plain-17": 28.0, "plain-18"'),
    (
        "docs/chapters/skip-connections.md",
        "\n\n## ",
        "\n\nTwice 2 is 4<!--= cost.doubled(2) -->, and 28.0"
        '<!--= source("he2015", "Table 2", "plain-17") --> is cited.\n\n## ',
    ),
    (
        "docs/chapters/skip-connections.numbers",
        '0.3 = mean(data("network-depth", "residual", depth=4)["error"])',
        "0.3 = 0.6 / 2",  # so it links no more to where it was measured
    ),
    ("docs/_site/notebooks.py", "[Download the notebook]", "[Get the notebook]"),
)


def digests(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file() and path.name not in ("sitemap.xml.gz",)  # it has the time of day
    }


def preview(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PREVIEWS],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "NOTEBOOKS": "cached"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def build(process: "subprocess.Popen[str]", site: Path) -> dict[str, str]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{site}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "built\n"
    return digests(site)


def test_an_edit_shows_whatever_was_edited(tmp_path: Path) -> None:
    folder = course.copy(tmp_path / "course")
    with preview(folder) as warm:
        before = build(warm, tmp_path / "first")
        assert build(warm, tmp_path / "second") == before
        for name, old, new in EDITS:
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        after = build(warm, tmp_path / "third")
        assert warm.stdin
        warm.stdin.close()
    with preview(folder) as cold:
        wanted = build(cold, tmp_path / "fourth")
        assert cold.stdin
        cold.stdin.close()
    assert after == wanted
    changed = {name for name in after if after[name] != before[name]}
    pages = ("chapters/skip-connections", "notebooks/network-depth", "about/api")
    assert {f"{page}/index.html" for page in pages} <= changed
    assert "chapters/transfer-learning/index.html" not in changed
