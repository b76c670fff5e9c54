"""The command: python -m cv7.check exercise-2 my_solution.py. Exit status 0, 1 wrong, 2 misused."""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import EXERCISES, Report, check, start

EXAMPLES = """
  python -m cv7.check --start exercise-2 my_solution.py    write a file to begin with
  python -m cv7.check exercise-2 my_solution.py            check it
  python -m cv7.check --all solutions/                     check exercise-2.py, ... of a folder
"""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cv7.check",
        description="Check your solution of an exercise.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("exercise", nargs="?", help="for example exercise-2, or just 2")
    parser.add_argument("file", nargs="?", help="your solution, one Python file")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the exercises")
    what.add_argument("--start", action="store_true", help="write the exercise’s starter file")
    what.add_argument("--all", metavar="FOLDER", help="check every solution in a folder")
    parser.add_argument("--seconds", type=float, help="stop a file after this time")
    parser.add_argument("--plain", action="store_true", help="neither colours nor symbols")
    parser.add_argument("--json", action="store_true", help="for programs that read the answer")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    parser = arguments()
    asked = parser.parse_args(given)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a narrow encoding must not hide the answer
    try:
        if asked.list:
            for name, exercise in EXERCISES.items():
                print(f"{name}  {exercise.title}")
            return 0
        if asked.all:
            return check_all(Path(asked.all), asked)
        if asked.exercise is None or (asked.file is None and not asked.start):
            parser.error("name an exercise and your file, or --list, --start, --all")
        if asked.start:
            path = start(asked.exercise, asked.file)
            print(f"{path} is yours. Check it: python -m cv7.check {asked.exercise} {path}")
            return 0
        report = check(asked.exercise, asked.file, seconds=asked.seconds)
    except FileExistsError as error:
        parser.error(f"{error.filename} is there already, and is not overwritten")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(json.dumps(report.as_dict(), indent=1) if asked.json else shown(report, asked))
    return 0 if report.passed else 1


def shown(report: Report, asked: argparse.Namespace) -> str:
    colour = sys.stdout.isatty() and not asked.plain and "NO_COLOR" not in os.environ
    return report.text(colour=colour, plain=asked.plain)


def check_all(folder: Path, asked: argparse.Namespace) -> int:
    """One line an exercise; 1 if any that is there is wrong. ValueError if none is there."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder")
    files = {name: folder / f"{name}.py" for name in EXERCISES}
    if not any(file.is_file() for file in files.values()):
        raise ValueError(f"{folder} has none of {', '.join(f'{name}.py' for name in EXERCISES)}")
    reports = []
    for name, file in files.items():
        if not file.is_file():
            if not asked.json:
                print(f"{name}  --      no {file.name} here")
            continue
        report = check(name, file, seconds=asked.seconds)
        reports.append(report)
        if not asked.json:
            wrong = "" if report.passed else f"  {report.outcomes[-1].title}"
            print(f"{name}  {'right' if report.passed else 'WRONG'}{wrong}", flush=True)
    if asked.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    return 0 if all(report.passed for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
