"""The built site, once for all tests that look at it."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if build.returncode:
        pytest.fail(f"the site does not build:\n{build.stderr[-3000:]}", pytrace=False)
    return target
