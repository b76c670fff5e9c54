"""The experiments still run: each does its smallest case, and writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import ROOT

SCRIPTS = sorted((ROOT / "snippets/experiments").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_smoke(script: Path) -> None:
    data = ROOT / "docs" / "data" / f"{script.stem}.json"
    before = data.read_bytes() if data.exists() else None
    run = subprocess.run(
        [sys.executable, script, "--smoke"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.strip()
    assert (data.read_bytes() if data.exists() else None) == before
