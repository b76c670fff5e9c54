"""cv7 installs on its own, and its formulas need nothing but Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..conftest import ROOT

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from cv7 import cost, gradient_flow, measured
assert measured.load("network-depth")["plain"]  # the recorded results travel with the package
print(cost.residual_block(64, 128, stride=2).parameters, gradient_flow.depth_below(0.9, 0.01))
assert "torch" not in sys.modules
"""


def test_formulas_work_without_any_other_package(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (
        "cv7",
        "docs/data",
        "docs/exercises/starters",
    ):  # a build leaves its own folders behind
        shutil.copytree(ROOT / folder, source / folder)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation"]
    # Dependencies are not switched off: there must be none to fetch.
    subprocess.run(
        [*install, "--no-index", "--target", target, source], check=True, capture_output=True
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, target],
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["230144", "45"]
    command = [sys.executable, "-P", "-m", "cv7.check"]
    for arguments, said in ((["--list"], "exercise-8  A pipeline"), (["--start", "8"], "is yours")):
        run = subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(target)},
            check=True,
            capture_output=True,
            text=True,
        )
        assert said in run.stdout
    shipped, written = ROOT / "docs/exercises/starters/exercise-8.py", tmp_path / "exercise-8.py"
    assert written.read_bytes() == shipped.read_bytes()
    assert (target / "cv7/py.typed").exists()
