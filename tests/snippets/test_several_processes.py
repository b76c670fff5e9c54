"""snippets/several-processes.py under torchrun: two processes, on the CPU with gloo.

With GPUs the same script takes NCCL and one GPU for each process. That needs two GPUs, and is not
tried here.
"""

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torchvision.models import mobilenet_v2

from cv7 import fine_tuning, weights

from ..codeblocks import as_found
from ..conftest import ROOT, Generated
from ..sections import output

SCRIPT = ROOT / "snippets/several-processes.py"
OUTPUT = SCRIPT.with_suffix(".torchrun.out")
ACCIDENTS = ROOT / "tests/snippets/accidents.py"


def run(*command: str | Path, folder: Path) -> str:
    """What a command printed. Told to end after eight minutes, torchrun ends its workers, too."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",  # or what a worker printed dies with it
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",  # the page says why
    }
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            printed, complaints = process.communicate(timeout=500)
        except subprocess.TimeoutExpired:
            process.terminate()
            printed, complaints = process.communicate(timeout=60)
        finally:
            process.kill()  # which does nothing to one that has ended
    assert process.returncode == 0, complaints[-3000:]
    return printed


def torchrun(*arguments: str | Path, folder: Path) -> str:
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return run(*launch, *arguments, folder=folder)


def losses(folder: Path) -> Tensor:
    """The loss of each joined batch, (epochs, steps), as the last checkpoint has it."""
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    return torch.tensor(saved["history"], dtype=torch.float64)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Tensor:
    weights.ensure()
    folder = tmp_path_factory.mktemp("alone")
    run(SCRIPT, folder=folder)
    return losses(folder)


@pytest.mark.output(SCRIPT, OUTPUT)
def test_two_processes_lose_what_one_loses_and_go_on_when_killed(
    alone: Tensor, tmp_path: Path, generated: Generated
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    printed = {
        "two-processes": torchrun(SCRIPT, folder=whole),
        "killed": torchrun("--max-restarts=2", ACCIDENTS, SCRIPT, folder=killed),
    }
    assert printed["killed"].count("resumed after epoch 1") == 2
    for folder in (whole, killed):
        # Adam almost hides summed gradients: they would change these losses by 6e-5 only.
        torch.testing.assert_close(losses(folder), alone, rtol=0, atol=1e-9)
    generated(OUTPUT, output(SCRIPT, printed))


@pytest.fixture
def group() -> Iterator[None]:
    """A group of this process alone."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def test_shares_must_be_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dist, "get_world_size", lambda: 3)
    with as_found(), pytest.raises(ValueError, match="3 processes cannot share 8 images equally"):
        runpy.run_path(str(SCRIPT), run_name="__main__")
    dist.destroy_process_group()


# ---- What the page says about it ------------------------------------------------------------


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("stages", [0, 3, 19])
def test_gradients_of_the_trained_parameters_are_exchanged(stages: int) -> None:
    sent = 0

    def count(_: None, bucket: dist.GradBucket) -> torch.futures.Future[Tensor]:
        nonlocal sent
        sent += bucket.buffer().nbytes
        done: torch.futures.Future[Tensor] = torch.futures.Future()
        done.set_result(bucket.buffer())
        return done

    model = fine_tuning.prepare(mobilenet_v2(), 5, trainable_stages=stages).eval()
    parallel = DistributedDataParallel(model)
    parallel.register_comm_hook(None, count)
    cross_entropy(parallel(torch.rand(1, 3, 32, 32)), torch.tensor([0])).backward()
    assert sent == 4 * fine_tuning.trainable_parameters(5, trainable_stages=stages)


@pytest.mark.usefixtures("group")
def test_statistics_of_batches_differ_between_shares() -> None:
    torch.manual_seed(0)
    norm, images = nn.BatchNorm2d(2), torch.rand(8, 2, 4, 4)
    by_share = torch.cat([norm(share) for share in images.split(4)])
    assert not torch.allclose(by_share, norm(images), atol=1e-3)
    norm.eval()
    by_share = torch.cat([norm(share) for share in images.split(4)])
    torch.testing.assert_close(by_share, norm(images))
    with pytest.raises(ValueError, match="expected input tensor to be on GPU"):
        nn.SyncBatchNorm.convert_sync_batchnorm(norm).train()(images)


def test_unequal_shares_need_weights() -> None:
    torch.manual_seed(0)
    head, features, labels = nn.Linear(6, 3), torch.rand(8, 6), torch.randint(3, (8,))

    def gradient(share: slice, weight: float = 1) -> Tensor:
        loss = weight * cross_entropy(head(features[share]), labels[share])
        return torch.autograd.grad(loss, head.weight)[0]

    joined, first, second = slice(0, 8), slice(0, 3), slice(3, 8)
    plain = (gradient(first) + gradient(second)) / 2
    assert not torch.allclose(plain, gradient(joined), atol=1e-3)
    weighted = (gradient(first, 2 * 3 / 8) + gradient(second, 2 * 5 / 8)) / 2
    torch.testing.assert_close(weighted, gradient(joined))
