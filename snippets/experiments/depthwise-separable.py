"""Milliseconds against multiply-adds: standard and depthwise separable convolutions on a CPU.

One thread, channels-last, float32, no BatchNorm and no activation: the convolutions alone. The
variants take turns within each round, so that a busy moment hits all of them; what counts are
ratios within a round. Large outputs are slow for a reason of their own: with its default settings
the C library returns their memory to the system after each call, and the next call pays for
getting it back. The script therefore restarts itself with settings that keep it, and measures the
effect once.

    python snippets/experiments/depthwise-separable.py     # minutes, on a quiet machine
    python snippets/experiments/depthwise-separable.py --smoke     # tiny layers, writes nothing
"""

import argparse
import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

import provenance
import torch
import torchvision
from torch import nn

LAYERS = [(32, 64, 112), (64, 128, 56), (128, 256, 28), (256, 512, 14), (512, 1024, 7)]
NETWORKS = ["resnet50", "mobilenet_v2", "vgg16"]
ROUNDS = 15
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40)}


def milliseconds(module: nn.Module, x: torch.Tensor, repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        module(x)
    return 1000 * (time.perf_counter() - started) / repeats


def alternate(variants: dict[str, nn.Module], x: torch.Tensor, rounds: int) -> dict[str, Any]:
    """Time the variants in turns; each round gives every variant about 50 ms."""
    repeats = {}
    for name, module in variants.items():
        milliseconds(module, x, 2)  # warm up
        repeats[name] = max(1, round(50 / milliseconds(module, x, 2)))
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, module in variants.items():
            times[name].append(milliseconds(module, x, repeats[name]))
    return times


def measure_layer(into: int, out: int, size: int, batch: int, rounds: int) -> dict[str, Any]:
    torch.manual_seed(0)
    depthwise = nn.Conv2d(into, into, 3, padding=1, groups=into, bias=False)
    pointwise = nn.Conv2d(into, out, 1, bias=False)
    variants: dict[str, nn.Module] = {
        "standard": nn.Conv2d(into, out, 3, padding=1, bias=False),
        "depthwise": depthwise,
        "pointwise": pointwise,
        "separable": nn.Sequential(depthwise, pointwise),
    }
    for module in variants.values():
        module.to(memory_format=torch.channels_last)
    x = torch.randn(batch, into, size, size).to(memory_format=torch.channels_last)
    times = alternate(variants, x, rounds)
    speedups = sorted(s / d for s, d in zip(times["standard"], times["separable"], strict=True))
    quarter = len(speedups) // 4
    return {
        "in_channels": into,
        "out_channels": out,
        "size": size,
        "batch": batch,
        "ms": {name: round(median(values), 3) for name, values in times.items()},
        "speedup": round(median(speedups), 2),
        "speedup_middle_half": [round(speedups[quarter], 2), round(speedups[-1 - quarter], 2)],
        "depthwise_share_of_time": round(
            median(times["depthwise"]) / (median(times["depthwise"]) + median(times["pointwise"])),
            3,
        ),
    }


def measure_networks(rounds: int) -> dict[str, float]:
    variants = {name: getattr(torchvision.models, name)(weights=None).eval() for name in NETWORKS}
    for module in variants.values():
        module.to(memory_format=torch.channels_last)
    x = torch.randn(1, 3, 224, 224).to(memory_format=torch.channels_last)
    times = alternate(variants, x, rounds)
    return {name: round(median(values), 1) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="two tiny layers, writes nothing")
    parser.add_argument("--default-allocator", action="store_true", help="measure its effect only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    if arguments.smoke:
        for into, out in ((8, 16), (16, 8)):
            print(measure_layer(into, out, size=7, batch=1, rounds=3))
        return
    if arguments.default_allocator:
        print(json.dumps(measure_layer(*LAYERS[0], batch=16, rounds=ROUNDS)))
        return
    if not KEEP_MEMORY.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | KEEP_MEMORY)

    layers = []
    for layer in LAYERS:
        layers.append(measure_layer(*layer, batch=1, rounds=ROUNDS))
        print(layers[-1], flush=True)
    large = measure_layer(*LAYERS[0], batch=16, rounds=ROUNDS)
    print(large, flush=True)
    default = {k: v for k, v in os.environ.items() if k not in KEEP_MEMORY}
    command = [sys.executable, __file__, "--default-allocator"]
    output = subprocess.run(command, env=default, check=True, capture_output=True, text=True)
    large_default = json.loads(output.stdout)
    print(large_default, flush=True)
    networks = measure_networks(ROUNDS)
    print(networks, flush=True)
    settings = {
        "threads": 1,
        "memory_format": "channels_last",
        "precision": "float32",
        "rounds": ROUNDS,
        "allocator": "memory kept between calls, except in large_batch_default_allocator",
        "speedup": "median over rounds of standard / separable; the middle half beside it",
        "networks": "one 224x224 image, eval mode, milliseconds",
    }
    path = provenance.write(
        __file__,
        settings=settings,
        seeds=[0],
        layers=layers,
        large_batch=large,
        large_batch_default_allocator=large_default,
        networks=networks,
    )
    print(f"wrote {path.relative_to(provenance.ROOT)}")


if __name__ == "__main__":
    main()
