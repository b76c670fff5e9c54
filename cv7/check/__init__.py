"""Checks a solution of the exercises and answers as a tutor would. Imports no torch itself.

    python -m cv7.check exercise-2 my_solution.py

    from cv7.check import check
    check("exercise-2", "my_solution.py")

The file is run in a process of its own, with a time limit; see `process.py`. What is checked of
each exercise stands in `exercise_2.py` and its neighbours, in the order in which it is told.

>>> from cv7.check import EXERCISES, check, start
>>> EXERCISES["exercise-2"].title
'A mini ResNet for CIFAR-10'
>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     print(start("exercise-2", folder).name)
exercise-2.py
>>> check("exercise-2", "no_such_solution.py")
Traceback (most recent call last):
ValueError: there is no file no_such_solution.py
"""

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .process import run
from .report import Outcome, Report

__all__ = ["EXERCISES", "Outcome", "Report", "check", "start"]

LONGEST = 24 * 3600
ROOT = Path(__file__).resolve().parents[2]
STARTERS = ROOT / "docs" / "exercises" / "starters"
INSTALLED = Path(__file__).resolve().parents[1] / "starters"


@dataclass(frozen=True)
class Exercise:
    """Its title on the page, after how long a file is stopped, and whether it loads weights."""

    title: str
    seconds: float
    pretrained: bool = False


EXERCISES = {
    "exercise-2": Exercise("A mini ResNet for CIFAR-10", 60),
    "exercise-4": Exercise("Build the block and verify it", 60),
    "exercise-6": Exercise("Fine-tuning step by step", 120, pretrained=True),
    "exercise-8": Exercise("A pipeline from end to end", 600, pretrained=True),
}


def named(exercise: str) -> str:
    """The full name: exercise-2 for "2", too. ValueError, with what is near, for any other."""
    name = f"exercise-{exercise}" if exercise.isdigit() else exercise
    if name in EXERCISES:
        return name
    if re.fullmatch(r"exercise-[1357]", name):
        raise ValueError(f"{name} is done on paper; there are checks for {', '.join(EXERCISES)}")
    near = difflib.get_close_matches(name, EXERCISES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(EXERCISES)}"
    raise ValueError(f"there is no exercise {exercise!r}: {hint}")


def check(exercise: str, file: str | Path, *, seconds: float | None = None) -> Report:
    """Run the solution in `file` and say what of it is right, and what is wrong first.

    Raises ValueError for an exercise that there is not, and for a file that is none.
    """
    name, path = named(exercise), Path(file)
    if seconds is not None and not 0 < seconds <= LONGEST:
        raise ValueError(f"the time limit must lie in 0 to {LONGEST} seconds, got {seconds}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name the file in it, or use --all for all of it")
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*.py")], n=1)
        hint = f"; did you mean {path.with_name(near[0])}?" if near else ""
        raise ValueError(f"there is no file {path}{hint}")
    wanted = EXERCISES[name]
    return run(name, path, seconds=seconds or wanted.seconds, pretrained=wanted.pretrained)


def start(exercise: str, file: str | Path | None = None) -> Path:
    """Write the starter file of an exercise; FileExistsError rather than overwrite another."""
    name = named(exercise)
    path = Path(file or f"{name}.py")
    if path.is_dir():
        path = path / f"{name}.py"
    folder = STARTERS if STARTERS.is_dir() else INSTALLED
    with open(folder / f"{name}.py", "rb") as source, open(path, "xb") as target:
        shutil.copyfileobj(source, target)
    return path
