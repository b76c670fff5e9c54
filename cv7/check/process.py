"""Runs a solution in a process of its own and makes a report of what that process tells.

The child (`child.py`) writes what it finds to a file, line by line; what the solution prints goes
to another. So a solution may print, crash, hang or leave processes behind, and there still is a
report. Imports no torch.
"""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import weights
from .._needs import missing
from .report import Outcome, Report

NEEDED = ("torch", "torchvision")
RUNS = "The file runs from top to bottom"
STARTING = 180  # seconds until torch is loaded; a cold disk takes its time
PRINTED = 5_000_000  # bytes; whoever prints more prints in a loop
# glibc would hand memory back after each layer and ask for it again: nearly twice the time.
ALLOCATOR = {f"MALLOC_{name}_THRESHOLD_": str(2**32) for name in ("MMAP", "TRIM")}
PACKAGE = Path(__file__).resolve().parents[2]


def run(exercise: str, file: Path, *, seconds: float, pretrained: bool) -> Report:
    """The report on `file`, which is stopped `seconds` after it was begun."""
    begun = time.monotonic()
    versions = {"python": platform.python_version()}

    def report(outcomes: list[Outcome], total: int) -> Report:
        took = time.monotonic() - begun
        return Report(exercise, str(file), tuple(outcomes), total, took, versions)

    if told := missing(*NEEDED):
        return report([Outcome(RUNS, False, told)], 1)
    versions |= {package: version(package) for package in NEEDED}
    if pretrained:
        try:
            weights.ensure()  # the file finds them where torchvision looks, without network, too
        except RuntimeError as error:
            return report([Outcome(RUNS, False, str(error))], 1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ended = _watched(exercise, file.resolve(), Path(folder), seconds)
        return report(*read(Path(folder, "events"), ended))


def read(events: Path, ended: str) -> tuple[list[Outcome], int]:
    """The outcomes that the child wrote, and how many checks there are.

    If it did not come to its end, `ended` is what to say of the check that was under way.
    """
    text = events.read_text(encoding="utf-8", errors="replace")
    lines = text[: text.rfind("\n") + 1].splitlines()  # killed, it may have left half a line
    told = [json.loads(line) for line in lines]
    outcomes = [Outcome(**event["outcome"]) for event in told if "outcome" in event]
    if not any("done" in event for event in told):
        doing = [event["doing"] for event in told if "doing" in event]
        outcomes.append(Outcome((doing or [RUNS])[-1], False, ended))
    return outcomes, next((event["total"] for event in told if "total" in event), 1)


def _watched(exercise: str, file: Path, folder: Path, seconds: float) -> str:
    """Run the child to its end, or end it; in words, what there is to say if it did not finish."""
    events, output, stack = (folder / name for name in ("events", "output", "stack"))
    command = [sys.executable, "-P", "-m", "cv7.check.child", exercise, str(file), str(folder)]
    options: dict[str, Any] = {"start_new_session": True}  # so that all it starts ends with it
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    paths = filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),  # this very cv7, whatever lies in the folder
        "PYTHONIOENCODING": "utf-8",
        "CUDA_VISIBLE_DEVICES": "",  # the checks' own tensors are on the CPU
        **ALLOCATOR,
    }
    events.touch()
    with output.open("wb") as printed:
        child = subprocess.Popen(
            [*command, str(seconds)],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment,
            **options,
        )
        try:
            deadline, started = time.monotonic() + STARTING, False
            while True:
                try:
                    return _last_words(child.wait(timeout=0.1), output)
                except subprocess.TimeoutExpired:
                    pass
                if output.stat().st_size > PRINTED:
                    return _flood(output)
                if not started and events.stat().st_size:
                    # A second more: the child notes where it is when the time is over.
                    deadline, started = time.monotonic() + seconds + 1, True
                if time.monotonic() > deadline:
                    return _hangs(stack, file, seconds) if started else "torch did not load in time"
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started; most often it has ended by itself."""
    if sys.platform == "win32":
        kill = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
        subprocess.run(kill, capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # nothing is left of it
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _hangs(stack: Path, file: Path, seconds: float) -> str:
    told = f"It was still at work after {seconds:g} seconds, so it was stopped"
    frames = re.findall(r'File "(.*)", line (\d+)', stack.read_text(encoding="utf-8"))
    number = next((int(n) for path, n in frames if path == str(file)), 0)
    cure = "Is there a loop that never ends? If it only needs longer, give it more: --seconds"
    if not number:
        return f"{told}. {cure}."
    code = file.read_text(encoding="utf-8").splitlines()[number - 1].strip()
    return f"{told}. It was here, in line {number}:\n    {code}\n{cure}."


def _flood(output: Path) -> str:
    with output.open("rb") as printed:
        first = printed.read(60).decode("utf-8", errors="replace").partition("\n")[0]
    return (
        f"It printed more than {PRINTED / 1e6:g} megabytes, so it was stopped. Is there a print() "
        f"in a loop, or of a whole tensor? It begins with:\n    {first}"
    )


def _last_words(status: int, output: Path) -> str:
    if status >= 0:
        told = (
            f"The process ended here, with exit status {status}: os._exit(), or a library that "
            f"gave up. Nothing in the file should do that."
        )
    else:
        killed = f"The process was killed by {signal.Signals(-status).name}"
        told = f"{killed}: it crashed, or memory ran out. Smaller batches need less memory."
    with output.open("rb") as printed:
        printed.seek(max(output.stat().st_size - 300, 0))
        last = printed.read().decode("utf-8", errors="replace").strip().rpartition("\n")[2]
    return f"{told} The last that it printed:\n    {last}" if last else told
