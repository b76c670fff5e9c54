"""Runs a script under torchrun, and kills a worker in each of its first two lives.

torchrun --max-restarts=2 accidents.py script.py
"""

import io
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

save, steps = torch.save, 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_the_second_epoch(*_: Any) -> None:
    global steps
    steps += 1
    if steps == 7:
        die()


def die_while_saving(state: dict[str, Any], path: Path) -> None:
    whole = io.BytesIO()
    save(state, whole)
    path.write_bytes(whole.getvalue()[: whole.tell() // 2])
    die()


life_and_rank = os.environ["TORCHELASTIC_RESTART_COUNT"], os.environ["RANK"]
if life_and_rank == ("0", "1"):
    register_optimizer_step_pre_hook(die_in_the_second_epoch)
if life_and_rank == ("1", "0"):
    torch.save = die_while_saving
runpy.run_path(sys.argv[1], run_name="__main__")
