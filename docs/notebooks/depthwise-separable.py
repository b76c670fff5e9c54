# %% [markdown]
# # Cost against time: separable convolutions on a real processor
#
# Multiply-adds counted and milliseconds measured, for single layers and for
# whole networks, and a roofline, with what it explains and what it does not.
#
# With a 3×3 kernel, a depthwise separable convolution needs between an eighth
# and a ninth of the multiply-adds of a standard one. Is it also eight times as
# fast? This notebook counts both, times both on the machine that it runs on,
# and looks for reasons where the two disagree.
#
# **Before you run it:** our server gained a factor of five to six<!--= if 5 < data("depthwise-separable", "layers", size=112)["speedup"] < 6 --> in the first
# layer below, 32→64 channels on maps of 112×112. What will your machine gain,
# and what with sixteen images at a time? Write your guesses down.

# %%
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch import nn
from torchvision import models

from cv7 import cost, measured, networks
from cv7.depthwise_separable import DepthwiseSeparableConv
from cv7.notebook import (
    ABOVE,
    AMBER,
    DEPTHWISE,
    POINTWISE,
    QUIET,
    STANDARD,
    VIOLET,
    figure,
    show,
)

# With FULL=1: all rounds, in five processes one after the other, of which this
# is the first, and keep the results in docs/data.
FULL, ONE_OF_FIVE = (os.environ.get("FULL") == value for value in ("1", "one"))
torch.set_grad_enabled(False)
# One core: steadier, and what a small device has to spare.
torch.set_num_threads(1)
print(f"{measured.processor()}, one thread, torch {torch.__version__}")

# %% [markdown]
# ## Count
#
# Five layers with the channels and map sizes at which MobileNetV1 widens, all
# with stride one. *Intensity* is the number of multiply-adds for each byte
# moved, when input, weights and output move once. It is low for the depthwise
# stage everywhere.

# %% tags=["measure"]
LAYERS = [
    (32, 64, 112),
    (64, 128, 56),
    (128, 256, 28),
    (256, 512, 14),
    (512, 1024, 7),
]


# %%
def stages(into: int, out: int) -> dict[str, cost.Conv2d]:
    """The convolutions that are compared, for counting."""
    return {
        "standard": cost.Conv2d(
            into, out, kernel_size=3, padding=1, bias=False
        ),
        "depthwise": cost.Conv2d(
            into, into, kernel_size=3, padding=1, groups=into, bias=False
        ),
        "pointwise": cost.Conv2d(into, out, kernel_size=1, bias=False),
    }


print(
    "layer            million multiply-adds    saving   multiply-adds per byte"
)
print("                 standard    separable       standard  depthw.  pointw.")
for into, out, size in LAYERS:
    parts = stages(into, out)
    work = {
        name: part.multiply_adds(size, size) / 1e6
        for name, part in parts.items()
    }
    separable = work["depthwise"] + work["pointwise"]
    intensity = [
        f"{part.arithmetic_intensity(size, size):8.1f}"
        for part in parts.values()
    ]
    print(
        f"{into:3}→{out:4} {f'{size}×{size}':8} "
        f"{work['standard']:7.1f} {separable:12.1f}"
        f" {work['standard'] / separable:8.1f}×   {' '.join(intensity)}"
    )

# %% [markdown]
# ## A trap: timing the memory allocator
#
# Timing is done in rounds: in each round every variant gets about
# 50<!--= given(50) --> milliseconds, so that a busy moment hits all of them, and
# what counts is the ratio *within* a round. The convolutions stand alone,
# without BatchNorm and activation.
#
# Even so, the first attempt goes wrong. Large outputs, here those of a batch of
# sixteen, are handed back to the operating system after each call, and the next
# call pays to get the memory again. That has nothing to do with convolutions.
# With the C library told to keep the memory (glibc can do that, others cannot),
# the same layer on the same machine looks different. To see this again, restart
# the kernel: a second run of the cell begins where the first one ended.

# %% tags=["measure"]
BATCH = 16
SETTLE, SHARE = 2, 50
Operation = Callable[[torch.Tensor], torch.Tensor]


def milliseconds(module: Operation, x: torch.Tensor, repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        module(x)
    return 1000 * (time.perf_counter() - started) / repeats


def alternate(
    variants: Mapping[str, Operation], x: torch.Tensor, rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of each variant in each round, in which they take turns."""
    repeats = {}
    for name, module in variants.items():
        milliseconds(module, x, SETTLE)
        repeats[name] = max(1, round(SHARE / milliseconds(module, x, SETTLE)))
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, module in variants.items():
            times[name].append(milliseconds(module, x, repeats[name]))
    return times


def measure_layer(
    into: int, out: int, size: int, batch: int, rounds: int
) -> dict[str, Any]:
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
    x = torch.randn(batch, into, size, size).to(
        memory_format=torch.channels_last
    )
    times = alternate(variants, x, rounds)
    speedups = sorted(
        s / d
        for s, d in zip(times["standard"], times["separable"], strict=True)
    )
    quarter = len(speedups) // 4
    return {
        "in_channels": into,
        "out_channels": out,
        "size": size,
        "batch": batch,
        "ms": {
            name: round(median(values), 3) for name, values in times.items()
        },
        "speedup": round(median(speedups), 2),
        "speedup_middle_half": [
            round(speedups[quarter], 2),
            round(speedups[-1 - quarter], 2),
        ],
        "depthwise_share_of_time": round(
            median(times["depthwise"])
            / (median(times["depthwise"]) + median(times["pointwise"])),
            3,
        ),
    }


def keep_memory() -> bool:
    """Tell glibc to keep freed memory for the next call; False elsewhere."""
    libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
    if not hasattr(libc, "mallopt"):
        return False
    mmap_max, trim_threshold = -4, -1  # from malloc.h
    libc.mallopt(mmap_max, 0)
    libc.mallopt(trim_threshold, 2**31 - 1)
    return True


# %%
ROUNDS = 15 if FULL or ONE_OF_FIVE else 5
large_default = measure_layer(*LAYERS[0], batch=BATCH, rounds=ROUNDS)
kept = keep_memory()
large = measure_layer(*LAYERS[0], batch=BATCH, rounds=ROUNDS)
for name, result in (
    ("as it comes", large_default),
    ("memory kept" if kept else "no glibc: nothing changed", large),
):
    low, high = result["speedup_middle_half"]
    print(
        f"{name}: {result['speedup']:.1f} times as fast "
        f"(middle half of the rounds: {low} to {high})"
    )

# %% [markdown]
# ## Time
#
# From here on memory is kept. Five layers, one image. The speed-up is the
# median of the ratios within each round, so it need not be the ratio of the two
# times beside it; in brackets the middle half of the rounds.

# %%
layers = []
for layer in LAYERS:
    result = measure_layer(*layer, batch=1, rounds=ROUNDS)
    layers.append(result)
    into, out, size = layer
    saving = cost.separable_saving(out, 3)
    low, high = result["speedup_middle_half"]
    print(
        f"{into:3}→{out:4}  {result['ms']['standard']:6.2f} against "
        f"{result['ms']['separable']:5.2f} ms: "
        f"{result['speedup']:4.1f} times as fast "
        f"({low:.1f} to {high:.1f}; arithmetic: {saving:.1f})"
    )

# %% [markdown]
# Is that what you guessed? On our machine the last layer gains *more* than
# arithmetic promises<!--= if data("depthwise-separable", "layers", size=7)["speedup"] > cost.separable_saving(1024, 3) -->: its standard convolution reaches little more than half
# the rate of the first<!--= if 1.6 < data("depthwise-separable", "layers", size=7)["ms"]["standard"] / data("depthwise-separable", "layers", size=112)["ms"]["standard"] < 2 -->. It has more weights than all of MobileNetV2, for a map of 7×7;
# that may be why, but we did not test it.

# %% tags=["figure"]
recorded = measured.load("depthwise-separable")
picture, axes = figure()
positions = range(len(LAYERS))
names = [f"{into}→{out}" for into, out, _ in LAYERS]
theory = [cost.separable_saving(out, 3) for _, out, _ in LAYERS]
axes.plot(
    positions,
    theory,
    color=QUIET,
    linestyle="--",
    marker="_",
    label="fewer multiply-adds",
)
for label, colour, marker, beside, rows, spread in (
    (
        "less time, five recorded processes",
        AMBER,
        "s",
        -0.06,
        recorded["layers"],
        [row["speedup_of_processes"] for row in recorded["layers"]],
    ),
    (
        "less time, rounds of this run",
        VIOLET,
        "o",
        0.06,
        layers,
        [row["speedup_middle_half"] for row in layers],
    ),
):
    shift = [p + beside for p in positions]
    axes.vlines(
        shift, [min(s) for s in spread], [max(s) for s in spread], color=colour
    )
    axes.plot(
        shift,
        [row["speedup"] for row in rows],
        color=colour,
        marker=marker,
        linestyle="none",
        label=label,
    )
axes.set_xticks(list(positions), names)
axes.set_ylim(0)
axes.set_ylabel("times fewer, times as fast")
axes.legend(**ABOVE | {"ncols": 2})
show(
    picture,
    alt="Saving in multiply-adds against speed-up for five layers. Arithmetic: "
    + ", ".join(f"{t:.1f}" for t in theory)
    + ". Speed-up in this run: "
    + ", ".join(f"{row['speedup']:.1f}" for row in layers)
    + ".",
)

# %% [markdown]
# ## Where the time goes
#
# If both stages ran at the rate of the standard convolution, the saving in time
# would be the saving in multiply-adds. So: how much longer does each stage take
# than it would at that rate, and what does it cost to run the two one after the
# other?

# %%
print("milliseconds more than at the rate of the standard convolution")
print("layer       depthwise   pointwise   one after the other   in all")
for (into, out, size), row in zip(LAYERS, layers, strict=True):
    parts, ms = stages(into, out), row["ms"]
    rate = parts["standard"].multiply_adds(size, size) / ms["standard"]
    slow = [
        ms[stage] - parts[stage].multiply_adds(size, size) / rate
        for stage in ("depthwise", "pointwise")
    ]
    slow.append(ms["separable"] - ms["depthwise"] - ms["pointwise"])
    print(
        f"{into:3}→{out:4} {slow[0]:12.2f} {slow[1]:11.2f} {slow[2]:16.2f} "
        f"{sum(slow):13.2f}"
    )

# %% [markdown]
# In our recorded runs, more than half of what the first three layers lose is
# lost in the *pointwise* stage<!--= if every(2 * (row["ms"]["pointwise"] - row["ms"]["standard"] / 9) > row["ms"]["separable"] - row["ms"]["standard"] / cost.separable_saving(row["out_channels"], 3) for row in data("depthwise-separable", "layers") if row["size"] >= 28) -->, the one that does most of the work; the
# depthwise stage takes a smaller share<!--= if every(row["ms"]["depthwise"] - row["ms"]["standard"] / row["out_channels"] < row["ms"]["pointwise"] - row["ms"]["standard"] / 9 for row in data("depthwise-separable", "layers") if row["size"] >= 28) -->, and two calls instead of one take the
# rest. Does yours agree?
#
# ## Why: the roofline
#
# A processor has two limits: how many multiply-adds it can do in a second, and
# how many bytes it can move. An operation that does little work for each byte
# hits the second limit first. Drawn against intensity, the two limits look like
# a roof ([Williams et al. 2009](../about/references.md#williams2009)). Both are
# measured here: the flat part with a large matrix product and a convolution of
# many channels, whichever is faster, the slopes by copying a large block that
# lies in memory, and a small one that stays in the cache.


# %% tags=["measure"]
def measure_limits(rounds: int) -> dict[str, float]:
    """Billions of multiply-adds, and of bytes, a second on one thread."""
    side = 1024
    a, b = torch.randn(side, side), torch.randn(side, side)
    product = median(alternate({"mm": lambda x: x @ b}, a, rounds)["mm"])
    dense = measure_layer(128, 128, 56, batch=1, rounds=rounds)["ms"]
    best = max(side**3 / product, 128 * 128 * 3**2 * 56**2 / dense["standard"])
    limits = {"multiply_adds": best / 1e6}
    for place, megabytes in (("memory", 256), ("cache", 1)):
        block = torch.randn(megabytes * 2**20 // 4)
        copy = torch.empty_like(block)
        times = alternate({"copy": copy.copy_}, block, rounds)["copy"]
        moved = 2 * block.numel() * 4  # bytes, read and written
        limits[place] = moved / median(times) / 1e6
    return {name: round(value, 1) for name, value in limits.items()}


# %%
limits = measure_limits(ROUNDS)
print(
    f"{limits['multiply_adds']:.0f} billion multiply-adds a second; "
    f"{limits['memory']:.0f} GB/s from memory, "
    f"{limits['cache']:.0f} GB/s from the cache"
)

# %% tags=["figure"]
picture, axes = figure(height=3.8)
reach = [0.5, 200.0]
for place, style in (("memory", "-"), ("cache", "--")):
    roof = [min(limits["multiply_adds"], limits[place] * x) for x in reach]
    corner = limits["multiply_adds"] / limits[place]
    axes.plot(
        [reach[0], corner, reach[1]],
        [roof[0], limits["multiply_adds"], limits["multiply_adds"]],
        color=QUIET,
        linestyle=style,
        label=f"limit, data from {place}",
    )
described = []
for stage, colour, marker in (
    ("standard", STANDARD, "s"),
    ("depthwise", DEPTHWISE, "D"),
    ("pointwise", POINTWISE, "o"),
):
    points = []
    for (into, out, size), row in zip(LAYERS, layers, strict=True):
        part = stages(into, out)[stage]
        rate = part.multiply_adds(size, size) / row["ms"][stage] / 1e6
        points.append((part.arithmetic_intensity(size, size), rate))
    axes.plot(
        [x for x, _ in points],
        [y for _, y in points],
        color=colour,
        marker=marker,
        linestyle="none",
        label=stage,
    )
    rates = [rate for _, rate in points]
    described.append(
        f"{stage} convolutions reach {min(rates):.0f} to {max(rates):.0f}"
    )
axes.set_xscale("log")
axes.set_yscale("log")
axes.set_xticks(ticks := [1, 3, 10, 30, 100], ticks)
axes.set_yticks(ticks := [1, 3, 10, 30, 100], ticks)
axes.minorticks_off()
axes.set_xlabel("multiply-adds per byte")
axes.set_ylabel("billion multiply-adds per second")
axes.legend(**ABOVE)
show(
    picture,
    alt="Roofline: the rate reached against arithmetic intensity, both "
    "logarithmic. The limit is "
    f"{limits['multiply_adds']:.0f} billion multiply-adds a second. "
    + "; ".join(described)
    + ".",
)

# %% [markdown]
# The depthwise stages sit at the left edge. If their data came from memory, the
# lower roof would be their limit, and the largest of them come near it or pass
# it<!--= if 32 * 9 * 112**2 / data("depthwise-separable", "layers", size=112)["ms"]["depthwise"] / 1e6 > 0.8 * data("depthwise-separable", "limits", "memory") * cost.Conv2d(32, 32, kernel_size=3, padding=1, groups=32, bias=False).arithmetic_intensity(112, 112) -->. From the cache the roof is higher than they get, so bandwidth alone does
# not explain their rates<!--= if every(row["in_channels"] * 9 * row["size"]**2 / row["ms"]["depthwise"] / 1e6 < data("depthwise-separable", "limits", "cache") * cost.Conv2d(row["in_channels"], row["in_channels"], kernel_size=3, padding=1, groups=row["in_channels"], bias=False).arithmetic_intensity(row["size"], row["size"]) for row in data("depthwise-separable", "layers")) -->. The smallest maps take less than a tenth of a
# millisecond<!--= if max(row["ms"]["depthwise"] for row in data("depthwise-separable", "layers") if row["size"] <= 14) < 0.1 -->; there the fixed cost of a call may rule, which this notebook does
# not measure. Fusing both stages, BatchNorm and activation into one pass would
# move less data; we did not try it.
#
# ## Whole networks
#
# The lecture compares networks by their multiply-adds. Here they are with their
# time beside it, for one image of 224×224 in eval mode. Parameters and
# multiply-adds come from `cv7.networks`, which agrees with torchvision's own
# counts.


# %% tags=["measure"]
def mobilenet_v1() -> nn.Sequential:
    """MobileNetV1 of the lecture's blocks; torchvision has only successors."""
    layers: list[nn.Module] = [
        nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU6(),
    ]
    channels = 32
    for out_channels, stride in networks.MOBILENET_V1_LAYERS:
        layers.append(
            DepthwiseSeparableConv(channels, out_channels, stride=stride)
        )
        channels = out_channels
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))
    return nn.Sequential(*layers, *head)


NETWORKS = {
    "mobilenet_v2": models.mobilenet_v2,
    "mobilenet_v1": mobilenet_v1,
    "resnet50": models.resnet50,
    "vgg16": models.vgg16,
}


def measure_networks(rounds: int) -> dict[str, float]:
    """Milliseconds for one image; weights are random, which changes no time."""
    built = {name: make().eval() for name, make in NETWORKS.items()}
    for module in built.values():
        module.to(memory_format=torch.channels_last)
    x = torch.randn(1, 3, 224, 224).to(memory_format=torch.channels_last)
    times = alternate(built, x, rounds)
    return {name: round(median(values), 1) for name, values in times.items()}


# %%
COUNTED = {
    "mobilenet_v2": networks.mobilenet_v2(),
    "mobilenet_v1": networks.mobilenet_v1(),
    "resnet50": networks.resnet(50),
    "vgg16": networks.vgg16(),
}
network_ms = measure_networks(ROUNDS)
unit_work = COUNTED["mobilenet_v2"].multiply_adds(224, 224)
print("              parameters million        ms  billion   relative to V2:")
print("                         mult.-adds         a second    work   time")
for name, counted in COUNTED.items():
    work_of, ms = counted.multiply_adds(224, 224) / 1e6, network_ms[name]
    print(
        f"{name:12} {counted.parameters:11,} {work_of:7,.0f} {ms:10.1f} "
        f"{work_of / ms:9.0f} {1e6 * work_of / unit_work:8.1f} "
        f"{ms / network_ms['mobilenet_v2']:6.1f}"
    )

# %% tags=["figure"]
picture, axes = figure(height=2.6)
bars = list(COUNTED)
work_ratio = [COUNTED[n].multiply_adds(224, 224) / unit_work for n in bars]
time_ratio = [network_ms[n] / network_ms["mobilenet_v2"] for n in bars]
axes.barh(
    [i + 0.2 for i in range(4)],
    work_ratio,
    height=0.36,
    color=QUIET,
    label="work",
)
axes.barh(
    [i - 0.2 for i in range(4)],
    time_ratio,
    height=0.36,
    color=AMBER,
    label="time",
)
axes.set_yticks(range(4), ["MobileNetV2", "MobileNetV1", "ResNet-50", "VGG-16"])
axes.set_xlabel("relative to MobileNetV2")
axes.legend(**ABOVE)
show(
    picture,
    alt="Work and time of four networks relative to MobileNetV2. "
    + "; ".join(
        f"{name}: {w:.1f} times the work, {t:.1f} times the time"
        for name, w, t in zip(bars, work_ratio, time_ratio, strict=True)
    )
    + ".",
)

# %% [markdown]
# Here the networks with more work also do more of it in a second<!--= if every(little.multiply_adds(224, 224) / data("depthwise-separable", "networks", one) < more.multiply_adds(224, 224) / data("depthwise-separable", "networks", other) for one, little, other, more in (("mobilenet_v2", networks.mobilenet_v2(), "mobilenet_v1", networks.mobilenet_v1()), ("mobilenet_v1", networks.mobilenet_v1(), "resnet50", networks.resnet(50)), ("resnet50", networks.resnet(50), "vgg16", networks.vgg16()))) -->, so the ratio
# of times is smaller than the ratio of multiply-adds. MobileNetV1 does nearly
# twice the work of MobileNetV2; in our recorded runs, that took about a fifth
# more time<!--= if 1.1 < data("depthwise-separable", "networks", "mobilenet_v1") / data("depthwise-separable", "networks", "mobilenet_v2") < 1.3 -->. **Multiply-adds tell you how much there is to compute; only a
# stopwatch on the device that you ship tells you how long it takes.**
#
# ## What to try
#
# - Set `torch.set_num_threads(2)`, restart and run everything. Which stage
#   gains least?
# - Take away `channels_last`. What happens to the depthwise stage?
# - On a GPU, move modules and inputs there and call `torch.cuda.synchronize()`
#   before each reading of the clock. Without it you time the launch, not the
#   work.

# %% tags=["save"]
this_run = {
    "layers": layers,
    "large_batch": large,
    "large_batch_default_allocator": large_default,
    "limits": limits,
    "networks": network_ms,
}
if ONE_OF_FIVE:
    print(json.dumps(this_run))  # for the process that started this one
if FULL:

    def in_a_fresh_process(_: int) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, __file__],
            env=os.environ | {"FULL": "one"},
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def medians(parts: list[Any]) -> Any:
        """The same structure, of each number the median."""
        if isinstance(parts[0], dict):
            return {key: medians([p[key] for p in parts]) for key in parts[0]}
        if isinstance(parts[0], list):
            return [medians(list(p)) for p in zip(*parts, strict=True)]
        return median(parts)

    runs = [this_run, *map(in_a_fresh_process, range(1, 5))]
    together = medians(runs)
    for index, row in enumerate(together["layers"]):
        row["speedup_of_processes"] = [
            process["layers"][index]["speedup"] for process in runs
        ]
    for name in ("large_batch", "large_batch_default_allocator"):
        together[name]["speedup_of_processes"] = [
            process[name]["speedup"] for process in runs
        ]
    together["networks_of_processes"] = [run["networks"] for run in runs]
    # Five processes in a row agree better than two days do.
    together["earlier"] = {
        "date": recorded["provenance"]["date"],
        "speedup": [row["speedup"] for row in recorded["layers"]],
    }
    measured.save(
        "depthwise-separable",
        by="docs/notebooks/depthwise-separable.py",
        settings={
            "threads": 1,
            "memory_format": "channels_last",
            "precision": "float32",
            "processes": len(runs),
            "rounds": ROUNDS,
            "allocator": "memory kept between calls, "
            "except in large_batch_default_allocator",
            "speedup": "median over rounds of standard / separable; "
            "all values are medians over the processes, "
            "and of those in each process the lowest and highest are shown",
            "limits": "billions a second: multiply-adds, bytes of a copy",
            "networks": "one 224x224 image, eval mode, milliseconds",
        },
        seeds=[0],
        **together,
    )
