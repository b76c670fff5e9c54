"""A copy of what the site is built from, for tests and measurements that change it."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .conftest import ROOT

PARTS = (".ci", "cv7", "docs", "snippets", "mkdocs.yml", "pyproject.toml", "README.md", "LICENSE")


def copy(target: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, target / part, ignore=ignored)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    (target / ".ci/node_modules").symlink_to(ROOT / ".ci/node_modules")
    if (ROOT / ".cache").exists():
        # What a build in another process is just replacing will be made anew.
        with contextlib.suppress(shutil.Error):
            shutil.copytree(ROOT / ".cache", target / ".cache")
    return target


def build(course: Path, target: Path, **environment: str) -> None:
    """Raises RuntimeError with what MkDocs said; --quiet would hide warnings from --strict."""
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", target],
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(course), "NO_MKDOCS_2_WARNING": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise RuntimeError(built.stderr)
