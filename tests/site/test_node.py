"""The widgets' arithmetic, by Node's own runner."""

import subprocess

from ..conftest import ROOT, report


def test_the_widgets_arithmetic() -> None:
    tests = sorted((ROOT / "tests/widgets").glob("*.test.mjs"))
    run = subprocess.run(
        ["node", "--test", "--test-reporter=dot", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    report([run.stdout + run.stderr] if run.returncode else [])
