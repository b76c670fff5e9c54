"""The notebooks, unmodified, on CV7_DEVICE: they run to their end, and find what they found before.

Each run is as on the CPU but for rounding, which training amplifies; so what it reports may lie as
far outside the recorded runs of other seeds as those lie apart, and a few points more.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cv7 import measured

from ..conftest import NOTEBOOKS, ROOT, report

POINTS = 5.0  # two runs that differ by rounding alone, on 240 or more test images

Found = dict[tuple[str, int], tuple[float, list[float]]]  # this run and the recorded ones


def degradation(printed: str) -> Found:
    rows = measured.load("network-depth")
    recorded = {(r["kind"], r["depth"]): r["error"] for r in rows["plain"] + rows["residual"]}
    lines = re.findall(r"^(plain|residual) +depth +(\d+), seed 0: +([\d.]+) %", printed, re.M)
    return {
        (kind, int(depth)): (float(error), recorded[kind, int(depth)])
        for kind, depth, error in lines
    }


def transfer(printed: str) -> Found:
    rows = measured.load("transfer-learning")["results"]
    recorded = {(r["task"], r["strategy"], r["images"]): r["accuracy"] for r in rows}
    lines = re.findall(
        r"^(defects|digits) +(\S+) +(\d+) images, seed 0: +([\d.]+) %", printed, re.M
    )
    return {
        (f"{task}, {strategy}", int(count)): (float(share), recorded[task, strategy, int(count)])
        for task, strategy, count, share in lines
    }


CHECKS = {"network-depth": degradation, "transfer-learning": transfer}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.device", path],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "FULL"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    if path.stem not in CHECKS:  # it counts and times: nothing that two machines share
        return
    found = CHECKS[path.stem](run.stdout)
    assert found, run.stdout
    wrong = []
    for name, (value, recorded) in found.items():
        far = max(recorded) - min(recorded) + POINTS
        if not min(recorded) - far <= value <= max(recorded) + far:
            wrong.append(f"{path.name}: {name}: {value} %, recorded {recorded}")
    report(wrong)
