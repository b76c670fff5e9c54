"""Answers to many wrong solutions, quickly: torch is imported once, and each gets a fork of that.

The command starts a new Python each time; test_check.py runs it with every right solution. What
is run then, `cv7.check.child`, is the same.
"""

import multiprocessing
import os
import tempfile
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from unittest.mock import patch

from cv7.check import EXERCISES, Report
from cv7.check.child import main
from cv7.check.process import ALLOCATOR, read

SECONDS = 300
FORKS = multiprocessing.get_context("forkserver")


@cache
def start() -> None:
    modules = [f"cv7.check.{name.replace('-', '_')}" for name in EXERCISES]
    FORKS.set_forkserver_preload(["torchvision", *modules])
    with patch.dict(os.environ, ALLOCATOR):
        forkserver.ensure_running()


def in_fork(exercise: str, file: Path, folder: Path) -> None:
    import torch

    torch.set_num_threads(1)
    with open(folder / "output", "wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    main(exercise, file, folder, SECONDS)


def answer(exercise: str, source: str) -> Report:
    start()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "solution.py")
        file.write_text(source, encoding="utf-8")
        process = FORKS.Process(target=in_fork, args=(exercise, file, Path(name)))
        process.start()
        process.join(SECONDS)
        process.kill()
        outcomes, total = read(Path(name, "events"), "It did not come to its end.")
        return Report(exercise, file.name, tuple(outcomes), total, 0)
