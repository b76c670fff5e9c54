"""Images a second on a GPU: our blocks against torchvision's, and what the usual switches gain.

python snippets/experiments/gpu.py            # two minutes on a CUDA device
python snippets/experiments/gpu.py --smoke    # one small round, writes nothing; a CPU will do
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torchvision.models import mobilenet_v2, resnet50
from torchvision.models.resnet import BasicBlock
from torchvision.ops import Conv2dNormActivation

from cv7 import measured
from cv7.depthwise_separable import DepthwiseSeparableConv
from cv7.residual_block import ResidualBlock

LAYERS = [(32, 64, 112), (64, 128, 56), (128, 256, 28), (256, 512, 14), (512, 1024, 7)]
FORMATS = (  # PyTorch's default on NVIDIA GPUs, which rounds to TF32, and what suits them best
    ("float32", torch.float32, torch.contiguous_format),
    ("float16, channels last", torch.float16, torch.channels_last),
)
BATCH, ROUNDS, SECONDS = 64, 15, 0.2  # SECONDS of each variant in each round
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
Step = Callable[[], object]


def torchvision_separable(into: int, out: int) -> nn.Module:
    return nn.Sequential(
        Conv2dNormActivation(into, into, groups=into, activation_layer=nn.ReLU6),
        Conv2dNormActivation(into, out, kernel_size=1, activation_layer=nn.ReLU6),
    )


def convolutions(into: int, out: int) -> dict[str, nn.Module]:
    """As in the chapter's table: the convolutions alone."""
    depthwise = nn.Conv2d(into, into, 3, padding=1, groups=into, bias=False)
    return {
        "standard": nn.Conv2d(into, out, 3, padding=1, bias=False),
        "separable": nn.Sequential(depthwise, nn.Conv2d(into, out, 1, bias=False)),
    }


def seconds(step: Step, repeats: int) -> float:
    """Of one call; a GPU works behind the caller's back, so it is waited for."""
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(repeats):
        step()
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - begun) / repeats


def alternate(variants: dict[str, Step], rounds: int, share: float) -> dict[str, list[float]]:
    """Seconds of each variant in each round, in which they take turns."""
    repeats = {}
    for name, step in variants.items():
        seconds(step, 3)  # algorithms are chosen, memory is taken
        repeats[name] = max(1, round(share / seconds(step, 3)))
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, step in variants.items():
            times[name].append(seconds(step, repeats[name]))
    return times


def forward(module: nn.Module, x: torch.Tensor) -> Step:
    def step() -> None:
        with torch.no_grad():
            module(x)

    return step


def training(model: nn.Module, x: torch.Tensor, labels: torch.Tensor, *, mixed: bool) -> Step:
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler(DEVICE, enabled=mixed and DEVICE == "cuda")

    def step() -> None:
        optimiser.zero_grad()
        with torch.autocast(DEVICE, dtype=torch.float16, enabled=mixed and DEVICE == "cuda"):
            loss = cross_entropy(model(x), labels)
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()

    return step


def ratios(times: dict[str, list[float]], of: str, to: str) -> dict[str, float]:
    """How many times as fast `to` is as `of`: the median of the rounds and their middle half."""
    found = sorted(a / b for a, b in zip(times[of], times[to], strict=True))
    quarter = len(found) // 4
    return {
        "median": round(median(found), 3),
        "low": round(found[quarter], 3),
        "high": round(found[-1 - quarter], 3),
    }


def run(batch: int, rounds: int, share: float, layers: int, size: int) -> dict[str, object]:
    blocks = {
        "residual block": (ResidualBlock(64, 64), BasicBlock(64, 64), 64),
        "separable convolution": (
            DepthwiseSeparableConv(64, 128),
            torchvision_separable(64, 128),
            64,
        ),
    }
    ours = {}
    for name, (mine, theirs, channels) in blocks.items():
        x = torch.randn(batch, channels, size // 4, size // 4)
        times = alternate(
            {"torchvision": forward(theirs, x), "cv7": forward(mine, x)}, rounds, share
        )
        ours[name] = ratios(times, "torchvision", "cv7")
    rows = []
    for into, out, side in LAYERS[:layers]:
        row: dict[str, object] = {"in_channels": into, "out_channels": out, "size": side}
        for kind, dtype, order in FORMATS:
            x = torch.randn(batch, into, side, side).to(dtype=dtype, memory_format=order)
            variants = {
                name: forward(module.to(dtype=dtype, memory_format=order), x)
                for name, module in convolutions(into, out).items()
            }
            row[kind] = ratios(alternate(variants, rounds, share), "standard", "separable")
        rows.append(row)
    networks = {}
    for name, model in (("ResNet-50", resnet50()), ("MobileNetV2", mobilenet_v2())):
        labels = torch.randint(1000, (batch,))
        rates = {}
        for kind in ("float32", "mixed", "mixed, channels last"):
            order = torch.channels_last if "last" in kind else torch.contiguous_format
            x = torch.randn(batch, 3, size, size).to(memory_format=order)
            step = training(model.to(memory_format=order), x, labels, mixed="mixed" in kind)
            rates[kind] = round(batch / median(alternate({kind: step}, rounds, share)[kind]), 1)
        networks[name] = rates
    return {"ours": ours, "layers": rows, "training_images_a_second": networks}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="one small round, writes nothing")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    with torch.device(DEVICE):
        if arguments.smoke:
            print(run(batch=2, rounds=1, share=0.001, layers=1, size=32))
            return
        if DEVICE == "cpu":
            raise SystemExit("there is no CUDA device here; --smoke runs without one")
        results = run(BATCH, ROUNDS, SECONDS, len(LAYERS), 224)
    measured.save(
        "gpu",
        torch.cuda.get_device_name(),
        by="snippets/experiments/gpu.py",
        settings={"batch_size": BATCH, "rounds": ROUNDS, "seconds_a_round": SECONDS},
        seeds=[0],
        **results,
    )


if __name__ == "__main__":
    main()
