# %% [markdown]
# # Degradation: deeper plain networks fit worse
#
# Plain and residual networks of growing depth, trained on small digits: from
# which depth plain ones fail, what their gradients do meanwhile, and what
# vanishing gradients look like.
#
# Is a deeper network always at least as good? It *could* be: additional layers
# only have to copy what they are given. This notebook trains plain and residual
# networks of growing depth on small pictures of digits, looks at the gradients
# while they train, and then at networks whose gradients really vanish. These
# are two different problems.
#
# **Before you run it:** the chapter has told you what becomes of plain networks
# *with* BatchNorm. Take it out: which of a plain network, a residual one, and a
# residual one whose branches start with the factor zero will learn at
# 32<!--= given(32) --> layers?

# %%
import math
import os
import time
from statistics import mean, stdev
from typing import Any, NamedTuple

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from cv7 import measured
from cv7.gradient_flow import factor_per_layer
from cv7.notebook import (
    ABOVE,
    AMBER,
    GREEN,
    PLAIN,
    QUIET,
    RESIDUAL,
    VIOLET,
    figure,
    in_parallel,
    show,
)
from cv7.residual_block import ResidualBlock

# With FULL=1: every depth and seed, and keep the results in docs/data.
FULL = os.environ.get("FULL") == "1"
torch.set_num_threads(1)
print(f"{measured.processor()}, torch {torch.__version__}")

# %% [markdown]
# ## Two networks that differ in one addition
#
# Both begin with a convolution on 8×8 pixels and a pooling to 4×4; then come
# blocks of two convolutions, an average over the map and a linear head, so the
# depth is twice the number of blocks plus two. The plain network is the
# residual one with the shortcut's addition taken out. BatchNorm can be left out
# as well, for later.

# %% tags=["measure"]
WIDTH = 16


class PlainBlock(ResidualBlock):
    """The same layers without the addition."""

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.residual(x))


class SkipInitBlock(ResidualBlock):
    """A learned factor on the branch starts at 0: the block starts as x."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels)
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.gain * self.residual(x) + x)


class Network(nn.Module):
    def __init__(self, block: type[ResidualBlock], depth: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, WIDTH, 3, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
            nn.AvgPool2d(2),
        )
        self.blocks = nn.ModuleList(
            block(WIDTH, WIDTH) for _ in range((depth - 2) // 2)
        )
        self.head = nn.Linear(WIDTH, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        self.signals = [
            self.stem(x)
        ]  # what enters each block, kept for the gradient factor
        for block in self.blocks:
            self.signals.append(block(self.signals[-1]))
        return self.head(self.signals[-1].mean(dim=(2, 3)))


def without_batch_norm(network: Network) -> Network:
    """Take BatchNorm out; convolutions get the biases it made redundant."""
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
            elif isinstance(child, nn.Conv2d):
                child.bias = nn.Parameter(torch.zeros(child.out_channels))
    return network


# %% [markdown]
# ## Training, with a gauge for the gradient
#
# All 1,797<!--= data("network-depth", "provenance", "settings", "images") -->
# images are the training set: degradation is about the *training* error, so no
# image is held back. The error is taken after training, on all images at once,
# with BatchNorm in training mode: normalised by the statistics of this one
# batch, not by running averages, which lag behind. The gauge is the factor per
# layer by which the gradient's norm changes on its way from the last block back
# to the first, before training, after one epoch and at the end.

# %% tags=["measure"]
BATCH, MOMENTUM, WEIGHT_DECAY = 128, 0.9, 1e-4
LEARNING_RATE, LEARNING_RATE_WITHOUT_NORM, ADAM_RATE = 0.05, 0.02, 1e-3
IMAGES, EPOCHS, WARM_UP_EPOCHS = 1797, 20, 2
KINDS = {
    "plain": (PlainBlock, True),
    "residual": (ResidualBlock, True),
    "plain, no BatchNorm": (PlainBlock, False),
    "residual, no BatchNorm": (ResidualBlock, False),
    "SkipInit, no BatchNorm": (SkipInitBlock, False),
}


class Job(NamedTuple):
    kind: str
    depth: int
    seed: int
    epochs: int = EPOCHS
    optimiser: str = "SGD"  # or "SGD, warm-up", or "Adam"
    rate: float = LEARNING_RATE


def measured_factor(
    network: Network, images: Tensor, labels: Tensor
) -> float | None:
    """The gradient's factor per layer, from last to first; None: not finite."""
    loss = cross_entropy(network(images), labels)
    first, *_, last = torch.autograd.grad(loss, network.signals)
    norms = first.norm().item(), last.norm().item()
    if not all(math.isfinite(norm) and norm > 0 for norm in norms):
        return None
    return round(factor_per_layer(*norms, 2 * len(network.blocks)), 4)


def optimiser_and_schedule(
    job: Job, network: Network, steps_an_epoch: int
) -> tuple[torch.optim.Optimizer, Any]:
    """The rate falls along half a cosine, with warm-up after a linear rise."""
    steps = job.epochs * steps_an_epoch
    if job.optimiser == "Adam":
        adam = torch.optim.Adam(network.parameters(), lr=job.rate)
        return adam, CosineAnnealingLR(adam, steps)
    sgd = torch.optim.SGD(
        network.parameters(),
        lr=job.rate,
        momentum=MOMENTUM,
        weight_decay=WEIGHT_DECAY,
    )
    if job.optimiser == "SGD":
        return sgd, CosineAnnealingLR(sgd, steps)
    rise = WARM_UP_EPOCHS * steps_an_epoch
    parts = [
        LinearLR(sgd, start_factor=0.01, total_iters=rise),
        CosineAnnealingLR(sgd, steps - rise),
    ]
    return sgd, SequentialLR(sgd, parts, milestones=[rise])


def run(job: Job) -> dict[str, Any]:
    """Train one network and see what it gets wrong on its training images."""
    torch.set_num_threads(1)
    torch.manual_seed(job.seed)
    digits = load_digits()
    images = torch.tensor(
        digits.images[:IMAGES], dtype=torch.float32
    ).unsqueeze(1)
    images = (images - images.mean()) / images.std()
    labels = torch.tensor(digits.target[:IMAGES])

    block, batch_norm = KINDS[job.kind]
    network = Network(block, job.depth)
    if not batch_norm:
        without_batch_norm(network)
    # Even batches: a last one of 5 images would hand BatchNorm useless
    # statistics, which alone raised the plain network's error at depth 32
    # several times.
    batches = IMAGES // BATCH
    optimiser, schedule = optimiser_and_schedule(job, network, batches)
    started = time.process_time()
    factors = [measured_factor(network, images[:256], labels[:256])]
    running_error = []
    for epoch in range(job.epochs):
        wrong = 0
        for batch in torch.randperm(IMAGES).chunk(batches):
            optimiser.zero_grad()
            scores = network(images[batch])
            loss = cross_entropy(scores, labels[batch])
            loss.backward()
            optimiser.step()
            schedule.step()
            wrong += int((scores.argmax(dim=1) != labels[batch]).sum())
        running_error.append(round(100 * wrong / IMAGES, 2))
        if epoch in (0, job.epochs - 1):
            factors.append(measured_factor(network, images[:256], labels[:256]))
    seconds = time.process_time() - started

    def error(mode: bool) -> float | None:
        network.train(mode)
        with torch.no_grad():
            scores = network(images)
        if not torch.isfinite(scores).all():
            return None  # it diverged
        return round(
            100 * (scores.argmax(dim=1) != labels).float().mean().item(), 2
        )

    # Running statistics first: the pass in training mode would move them.
    running, batch_statistics = error(mode=False), error(mode=True)
    return {
        "error": batch_statistics,
        "error_running_statistics": running,
        "running_error": running_error,
        "factor": factors,
        "seconds": round(seconds, 1),
    }


# %% [markdown]
# ## The sweep
#
# One seed of three depths, a minute or two. (Longer where processes cannot be
# forked, as on Windows.) (`FULL=1` runs every fourth depth from
# 4<!--= load("network-depth")["plain"][0]["depth"] --> to
# 64<!--= load("network-depth")["plain"][-1]["depth"] --> with five seeds.)

# %%
SEEDS = list(range(5)) if FULL else [0]
DEPTHS = list(range(4, 65, 4)) if FULL else [4, 16, 64]
jobs = [
    Job(kind, depth, seed)
    for depth in reversed(DEPTHS)  # so that both processes end together
    for seed in SEEDS
    for kind in ("plain", "residual")
]


def outcome(result: dict[str, Any]) -> str:
    if result["error"] is None:
        return "diverged"
    return f"{result['error']:6.2f} % wrong"


results: dict[Job, dict[str, Any]] = {}
for job, result in zip(jobs, in_parallel(run, jobs), strict=True):
    results[job] = result
    print(
        f"{job.kind:8} depth {job.depth:2}, seed {job.seed}: {outcome(result)}",
        flush=True,
    )

# %% tags=["figure"]
recorded = measured.load("network-depth")
picture, axes = figure()
for kind, colour, marker in (
    ("plain", PLAIN, "s"),
    ("residual", RESIDUAL, "o"),
):
    rows = recorded[kind]
    depths = [row["depth"] for row in rows]
    axes.fill_between(
        depths,
        [min(row["error"]) for row in rows],
        [max(row["error"]) for row in rows],
        color=colour,
        alpha=0.25,
        linewidth=0,
    )
    axes.plot(
        depths, [mean(row["error"]) for row in rows], color=colour, linewidth=1
    )
    mine = [(d, results[Job(kind, d, 0)]["error"]) for d in DEPTHS]
    axes.plot(
        [d for d, _ in mine],
        [e for _, e in mine],
        color=colour,
        marker=marker,
        linestyle="none",
        label=kind,
    )
axes.set_xlabel("depth (weight layers)")
axes.set_ylabel("training error, %")
axes.legend(**ABOVE)
deep, deep_residual = (results[Job(k, 64, 0)] for k in ("plain", "residual"))
show(
    picture,
    alt="Training error against depth. Residual networks stay near zero. "
    "Plain ones follow until about depth 32 and then rise: at depth 64 this "
    f"run has {deep['error']} %, the residual network "
    f"{deep_residual['error']} %.",
)

# %% [markdown]
# The plain network of 64<!--= given(64) --> layers does not learn its own
# training set in these epochs<!--= if min(data("network-depth", "plain", depth=64)["error"]) > 50 -->; with the addition, the same layers learn it
# without a mistake<!--= if max(data("network-depth", "residual", depth=64)["error"]) == 0 -->. Epoch by epoch:

# %% tags=["figure"]
picture, axes = figure()
for kind, colour, style in (
    ("plain", PLAIN, "--"),
    ("residual", RESIDUAL, "-"),
):
    curve = results[Job(kind, 64, 0)]["running_error"]
    axes.plot(
        range(1, EPOCHS + 1),
        curve,
        color=colour,
        linestyle=style,
        label=f"{kind}, depth 64",
    )
axes.set_xlabel("epoch")
axes.set_xticks([1, 5, 10, 15, 20])
axes.set_ylabel("error while training, %")
axes.set_ylim(0, 100)
axes.legend(**ABOVE)
show(
    picture,
    alt="Error while training at depth 64, by epoch. Plain: "
    f"{deep['running_error'][0]:.0f} % after one epoch, "
    f"{deep['running_error'][-1]:.0f} % at the end. Residual: "
    f"{deep_residual['running_error'][0]:.0f} % and "
    f"{deep_residual['running_error'][-1]:.0f} %.",
)

# %% [markdown]
# ## Is it only the learning rate?
#
# So far there was one: 0.05<!--= given(0.05) -->. Perhaps deep plain networks
# want another, or a gentle start. Recorded runs at depth
# 64<!--= given(64) -->, three seeds each; with *warm-up* the rate first rises
# from a hundredth of its value, for
# 2<!--= data("network-depth", "provenance", "settings", "warm_up_epochs") -->
# epochs:

# %% tags=["measure"]
RATES = [
    *[("SGD", rate) for rate in (0.005, 0.01, 0.02, LEARNING_RATE, 0.1, 0.2)],
    *[("SGD, warm-up", rate) for rate in (LEARNING_RATE, 0.1)],
    ("Adam", ADAM_RATE),
]
RATES_WITHOUT_NORM = [0.002, LEARNING_RATE_WITHOUT_NORM, 0.1]

# %%
print("depth 64, % wrong: mean (lowest to highest)")
print("optimiser, rate              plain                  residual")
for optimiser, rate in RATES:
    cells = []
    for kind in ("plain", "residual"):
        (row,) = [
            row
            for row in recorded["rates"]
            if (row["kind"], row["optimiser"], row["rate"])
            == (kind, optimiser, rate)
        ]
        errors = row["error"]
        cells.append(
            f"{mean(errors):5.1f} ({min(errors):5.1f} to {max(errors):5.1f})"
        )
    print(f"{optimiser + ',':13} {rate:6}   " + "   ".join(cells))

# %% [markdown]
# The claim stands: with every setting the plain network calls more than half
# of its training images wrong, on average<!--= if min(mean(row["error"]) for row in data("network-depth", "rates") if row["kind"] == "plain") > 50 -->. The residual one learns them nearly all<!--= if every(mean(row["error"]) < 3 for row in data("network-depth", "rates") if row["kind"] == "residual" and row["rate"] < 0.2) -->,
# but for the highest rate, which is too much for it as well<!--= if min(mean(row["error"]) for row in data("network-depth", "rates") if row["kind"] == "residual" and row["rate"] == 0.2) > 40 -->. Warm-up helps the
# plain network most, and not much<!--= if min([row for row in data("network-depth", "rates") if row["kind"] == "plain"], key=lambda row: mean(row["error"]))["optimiser"] == "SGD, warm-up" -->.
#
# ## Are the gradients to blame?
#
# The plain network does learn, but slowly: its error still falls when the
# learning rate reaches zero. With five times as many epochs our recorded runs
# come down to
# 12 to 20 %<!--= [min(data("network-depth", "plain_longer", depth=64)["error"]), max(data("network-depth", "plain_longer", depth=64)["error"])] -->,
# not to zero. If vanishing gradients were the reason, the factor per layer
# would lie clearly below one. Here it is for the deepest networks, and in
# brackets what it amounts to over the two layers of each of the
# 31<!--= given(31) --> blocks:

# %%
print("depth 64      before training       after one epoch       at the end")
for kind in ("plain", "residual"):
    cells = []
    for factor in results[Job(kind, 64, 0)]["factor"]:
        cells.append(
            f"{factor:.3f} (×{factor**62:8,.0f})" if factor else "not finite"
        )
    print(f"{kind:10} " + "   ".join(cells))

# %% [markdown]
# Before training, the plain network's gradients do not vanish but *explode*<!--= if min(data("network-depth", "plain", depth=64)["factor_at_start"]) > 1.1 -->, as
# BatchNorm makes them do in a deep stack ([Yang et al.
# 2019](../about/references.md#yang2019)). One epoch later neither network has
# vanishing gradients<!--= if every(min(data("network-depth", kind, depth=64)["factor_after_1_epoch"]) > 1 for kind in ("plain", "residual")) -->, and in the one that fails they change *less* from end to
# end than in the one that learns<!--= if every(abs(plain - 1) < abs(residual - 1) for plain, residual in zip(data("network-depth", "plain", depth=64)["factor_after_1_epoch"], data("network-depth", "residual", depth=64)["factor_after_1_epoch"])) -->. He and his colleagues checked theirs, found
# healthy norms, and think vanishing gradients an unlikely cause ([He et al.
# 2015](../about/references.md#he2015), Section 4.1). What the cause is, is
# still being studied; that the addition helps is measured above.
#
# ## Without BatchNorm
#
# Now without normalisation. *SkipInit* is a residual network in which each
# branch has a learned factor that starts at zero, so that every block begins as
# the identity ([De and Smith 2020](../about/references.md#de2020)). One seed of
# two depths at one rate, 0.02<!--= given(0.02) -->; the recorded runs tried two
# more:

# %%
BARE_DEPTHS = [4, 8, 16, 32, 64] if FULL else [4, 32]
BARE = [kind for kind, (_, batch_norm) in KINDS.items() if not batch_norm]
jobs = [
    Job(k, d, s, rate=rate)
    for d in reversed(BARE_DEPTHS)
    for s in SEEDS
    for k in BARE
    for rate in RATES_WITHOUT_NORM
    # One rate for all five seeds, the others for three, in the recorded runs.
    if rate == LEARNING_RATE_WITHOUT_NORM or (FULL and s in SEEDS[:3])
]
for job, result in zip(jobs, in_parallel(run, jobs), strict=True):
    results[job] = result
    print(
        f"{job.kind:23} depth {job.depth:2}, seed {job.seed}, rate {job.rate}: "
        f"{outcome(result)}",
        flush=True,
    )

# %% tags=["figure"]
picture, axes = figure()


def guesses(errors: list[float | None]) -> list[float]:
    """A run that diverged knows nothing: nine of ten digits wrong."""
    return [90.0 if error is None else error for error in errors]


def best_rate(kind: str, depth: int) -> dict[str, Any]:
    """The recorded runs at the rate with the lowest mean error."""
    rows = [
        row
        for row in recorded["without_batch_norm"]
        if (row["kind"], row["depth"]) == (kind, depth)
    ]
    return min(rows, key=lambda row: mean(guesses(row["error"])))


ALL_BARE_DEPTHS = [4, 8, 16, 32, 64]
described = []
for kind, colour, style, marker in zip(
    BARE, (PLAIN, RESIDUAL, GREEN), ("--", "-", "-."), "sov", strict=True
):
    best = [best_rate(kind, depth) for depth in ALL_BARE_DEPTHS]
    for row in best:
        axes.plot(
            [row["depth"]] * len(row["error"]),
            guesses(row["error"]),
            color=colour,
            marker=marker,
            linestyle="",
        )
    axes.plot(
        ALL_BARE_DEPTHS,
        [mean(guesses(row["error"])) for row in best],
        color=colour,
        linestyle=style,
        label=kind.partition(",")[0],
    )
    described += [
        f"{kind.partition(',')[0]} at depth {row['depth']}, rate "
        f"{row['rate']}: "
        + ", ".join(
            "diverged" if e is None else f"{e:.0f}" for e in row["error"]
        )
        for row in (best[0], best[-1])
    ]
axes.set_xscale("log", base=2)
axes.set_xticks(ALL_BARE_DEPTHS, ALL_BARE_DEPTHS)
axes.set_xlabel("depth (weight layers), without BatchNorm")
axes.set_ylabel("training error, %")
axes.legend(**ABOVE)
show(
    picture,
    alt="Training error without BatchNorm, recorded runs at the best of three "
    "learning rates: " + "; ".join(described) + " percent.",
)

# %% [markdown]
# The figure shows, for each depth, the recorded runs at the best of the three
# rates; one that diverged is drawn at 90 %<!--= 100 - 100 / 10 --> wrong, which is guessing. The plain network gets
# into trouble much earlier than with BatchNorm: at depth sixteen it calls a third
# or more of its images wrong, at sixty-four it learns nothing<!--= if min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "plain, no BatchNorm" and row["depth"] == 16) > 33 and min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "plain, no BatchNorm" and row["depth"] == 64) > 85 -->. The addition helps at
# depths eight and sixteen<!--= if every(residual < plain for residual, plain in ((min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "residual, no BatchNorm" and row["depth"] == 8), min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "plain, no BatchNorm" and row["depth"] == 8)), (min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "residual, no BatchNorm" and row["depth"] == 16), min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "plain, no BatchNorm" and row["depth"] == 16)))) -->; at thirty-two hardly anything is learned at any of these
# rates, and at sixty-four training diverges at all of them<!--= if min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "residual, no BatchNorm" and row["depth"] == 32) > 60 and every(error is None for row in data("network-depth", "without_batch_norm") if row["kind"] == "residual, no BatchNorm" and row["depth"] == 64 for error in row["error"]) -->: every block adds to a
# growing sum. SkipInit learns at every depth at one of the rates, at sixteen least
# well; the highest makes it diverge now and then<!--= if max(min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["depth"] == 4), min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["depth"] == 8), min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["depth"] == 32), min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["depth"] == 64)) < min(mean(90 if e is None else e for e in row["error"]) for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["depth"] == 16) < 25 and None in [error for row in data("network-depth", "without_batch_norm") if row["kind"] == "SkipInit, no BatchNorm" and row["rate"] == 0.1 for error in row["error"]] -->. (At the one rate of an earlier edition it seemed
# slow at small depths. That was the rate.)
#
# ## What vanishing really looks like
#
# For comparison, stacks of
# 51<!--= data("gradient-flow", "provenance", "settings", "layers") --> weight
# layers before training, in double precision so that nothing underflows. Two
# families: fully connected layers, where only weights and activation act, and
# 3×3 convolutions on 4×4 maps, where zero padding takes a share of its own. The
# table has the gradient's factor per layer: of this run, then mean and standard
# deviation of the five recorded ones. For reading it: a factor of
# 0.21<!--= mean(data("gradient-flow", "conv", "sigmoid, Xavier")) --> per layer,
# over the 49<!--= given(49) --> layers between the first output and the last,
# leaves
# $4\times10^{-34}$<!--= gradient_flow.gradient_at_first_layer(mean(data("gradient-flow", "conv", "sigmoid, Xavier")), 50) -->.

# %% tags=["measure"]
LAYERS, PROBE_BATCH = 51, 256
MLP_WIDTH, CONV_WIDTH = 64, 16


def xavier(weight: Tensor) -> Any:
    return nn.init.xavier_normal_(weight)


def he(weight: Tensor) -> Any:
    return nn.init.kaiming_normal_(weight, nonlinearity="relu")


def pytorch_default(weight: Tensor) -> Any:
    return nn.init.kaiming_uniform_(weight, a=math.sqrt(5))


# name: (activation, initialisation, BatchNorm, residual)
RECIPES: dict[str, tuple[type[nn.Module], Any, bool, bool]] = {
    "sigmoid, PyTorch default": (nn.Sigmoid, pytorch_default, False, False),
    "sigmoid, Xavier": (nn.Sigmoid, xavier, False, False),
    "tanh, PyTorch default": (nn.Tanh, pytorch_default, False, False),
    "tanh, Xavier": (nn.Tanh, xavier, False, False),
    "ReLU, PyTorch default": (nn.ReLU, pytorch_default, False, False),
    "ReLU, He": (nn.ReLU, he, False, False),
    "ReLU + BN, He": (nn.ReLU, he, True, False),
    "ReLU + BN, He, residual": (nn.ReLU, he, True, True),
    "ReLU, He, residual": (nn.ReLU, he, False, True),
}


class Stack(nn.Module):
    """`layers` weight layers, the last a classifier; additions every two."""

    def __init__(self, recipe: str, family: str, layers: int) -> None:
        super().__init__()
        activation, initialise, batch_norm, self.residual = RECIPES[recipe]
        self.activation = activation()
        self.weights, self.norms = nn.ModuleList(), nn.ModuleList()
        width = {"mlp": MLP_WIDTH, "conv": CONV_WIDTH}[family]
        for i in range(layers - 1):
            if family == "mlp":
                self.weights.append(nn.Linear(64 if i == 0 else width, width))
                norm: nn.Module = nn.BatchNorm1d(width)
            else:
                self.weights.append(
                    nn.Conv2d(1 if i == 0 else width, width, 3, padding=1)
                )
                norm = nn.BatchNorm2d(width)
            self.norms.append(norm if batch_norm else nn.Identity())
        self.head = nn.Linear(width, 10)
        for layer in [*self.weights, self.head]:
            initialise(layer.weight)
            if initialise is not pytorch_default:
                nn.init.zeros_(layer.bias)
        self.double()

    def forward(self, x: Tensor) -> Tensor:
        self.signals: list[Tensor] = []
        shortcut = None
        for i, (weight, norm) in enumerate(
            zip(self.weights, self.norms, strict=True)
        ):
            z = norm(weight(x))
            # Layer 0 is the stem; the blocks are layers 1-2, 3-4, ...
            if self.residual and i > 0 and i % 2 == 0:
                z = z + shortcut
            x = self.activation(z)
            if i % 2 == 0:
                shortcut = x
            self.signals.append(x)
        return self.head(x if x.dim() == 2 else x.mean(dim=(2, 3)))


def gradient_norms(recipe: str, family: str, seed: int) -> list[float]:
    """The norm of the loss's gradient at each layer's output."""
    torch.manual_seed(seed)
    digits = load_digits()
    images = torch.tensor(digits.images[:PROBE_BATCH]).unsqueeze(1)
    images = (images - images.mean()) / images.std()
    labels = torch.tensor(digits.target[:PROBE_BATCH])
    stack = Stack(recipe, family, LAYERS)
    x = images.flatten(1) if family == "mlp" else avg_pool2d(images, 2)
    loss = cross_entropy(stack(x), labels)
    return [g.norm().item() for g in torch.autograd.grad(loss, stack.signals)]


# %%
profiles = {
    family: {
        recipe: [gradient_norms(recipe, family, seed) for seed in SEEDS]
        for recipe in RECIPES
    }
    for family in ("mlp", "conv")
}
factors = {
    family: {
        recipe: [
            round(factor_per_layer(n[0], n[-1], len(n) - 1), 4) for n in runs
        ]
        for recipe, runs in recipes.items()
    }
    for family, recipes in profiles.items()
}
past = measured.load("gradient-flow")
print("factor per layer           fully connected              convolutions")
print(
    "                          this run   recorded (5) this run   recorded (5)"
)
for recipe in RECIPES:
    line = f"{recipe:25}"
    for family in ("mlp", "conv"):
        kept = past[family][recipe]
        line += f"{factors[family][recipe][0]:8.3f}"
        line += f"{mean(kept):8.3f} ± {stdev(kept):.3f}"
    print(line)

# %% tags=["figure"]
picture, axes = figure(height=3.8)
for recipe, colour, style in (
    ("sigmoid, PyTorch default", AMBER, ":"),
    ("sigmoid, Xavier", VIOLET, "-."),
    ("tanh, PyTorch default", QUIET, "--"),
    ("ReLU, He", GREEN, "-"),
    ("ReLU + BN, He", PLAIN, "--"),
    ("ReLU + BN, He, residual", RESIDUAL, "-"),
):
    norms = profiles["conv"][recipe][0]
    heights = [math.log10(norm / norms[-1]) for norm in norms]
    axes.plot(
        range(1, LAYERS), heights, color=colour, linestyle=style, label=recipe
    )
axes.set_xlabel("layer")
axes.set_ylabel("gradient / gradient at the last layer, log₁₀")
axes.legend(**ABOVE | {"ncols": 2})
show(
    picture,
    alt="Gradient at each layer relative to the last, convolutions, "
    "logarithmic. Straight lines: "
    + "; ".join(
        f"{recipe}: ten to the power {math.log10(n[0] / n[-1]):.0f} at the "
        "first layer"
        for recipe in (
            "sigmoid, PyTorch default",
            "sigmoid, Xavier",
            "ReLU, He",
            "ReLU + BN, He",
        )
        for n in [profiles["conv"][recipe][0]]
    )
    + ".",
)

# %% [markdown]
# *This* is vanishing: with sigmoids the first layer receives dozens of powers
# of ten less than the last<!--= if every(gradient_flow.gradient_at_first_layer(factor, 50) < 1e-24 for family in ("mlp", "conv") for case in ("sigmoid, PyTorch default", "sigmoid, Xavier") for factor in data("gradient-flow", family, case)) -->, and no single learning rate suits both. He
# initialisation with ReLU holds the gradient almost steady in fully connected
# layers<!--= if every(abs(factor - 1) < 0.03 for factor in data("gradient-flow", "mlp", "ReLU, He")) -->; these convolutions still lose two or three powers of ten<!--= if every(1.5 < -49 * log(factor) / log(10) < 3.5 for factor in data("gradient-flow", "conv", "ReLU, He")) -->. BatchNorm
# makes it grow instead<!--= if every(min(data("gradient-flow", family, "ReLU + BN, He")) > 1 for family in ("mlp", "conv")) -->. With BatchNorm, the addition brings the factor close to
# one<!--= if every(1 < factor < 1.06 for family in ("mlp", "conv") for factor in data("gradient-flow", family, "ReLU + BN, He, residual")) -->; without (last row of the table) the gradient grows as well<!--= if every(min(data("gradient-flow", family, "ReLU, He, residual")) > 1.1 for family in ("mlp", "conv")) -->.
#
# Two problems, then. Vanishing gradients were mostly cured by initialisation
# that fits the activation, and by normalisation. Degradation stayed; the
# addition removes it<!--= if every(max(row["error"]) < 1 for row in data("network-depth", "residual")) -->.
#
# ## What to try
#
# - More epochs at the best rate of the table: does the deepest plain network
#   get there?
# - Scale the residual branch by a constant instead of a learned factor: a class
#   beside `SkipInitBlock`, and an entry in `KINDS`.
# - Replace the digits by noise with random labels. Which network learns it by
#   heart?

# %% tags=["save"]
if FULL:
    # Does the plain network only need more time?
    LONGER_DEPTHS, LONGER_EPOCHS = [40, 64], 100
    jobs = [
        Job("plain", d, s, LONGER_EPOCHS) for d in LONGER_DEPTHS for s in SEEDS
    ]
    # Does it need another learning rate, or a gentler start?
    jobs += [
        Job(kind, 64, s, EPOCHS, optimiser, rate)
        for kind in ("plain", "residual")
        for optimiser, rate in RATES
        for s in SEEDS[:3]
    ]
    jobs = [job for job in jobs if job not in results]
    results |= dict(zip(jobs, in_parallel(run, jobs), strict=True))

    def rows(
        kind: str, depths: list[int], seeds: list[int] = SEEDS, **other: Any
    ) -> list[dict[str, Any]]:
        found = {
            depth: [results[Job(kind, depth, s, **other)] for s in seeds]
            for depth in depths
        }
        return [
            {
                "kind": kind,
                "depth": depth,
                "error": [r["error"] for r in runs],
                "error_running_statistics": [
                    r["error_running_statistics"] for r in runs
                ],
                "factor_at_start": [r["factor"][0] for r in runs],
                "factor_after_1_epoch": [r["factor"][1] for r in runs],
                "factor_at_end": [r["factor"][2] for r in runs],
            }
            for depth, runs in found.items()
        ]

    measured.save(
        "network-depth",
        by="docs/notebooks/network-depth.py",
        settings={
            "data": f"scikit-learn digits, all {IMAGES} images as training set",
            "images": IMAGES,
            "width": WIDTH,
            "batches": f"{IMAGES // BATCH} even ones an epoch",
            "optimiser": f"SGD, lr {LEARNING_RATE} with cosine decay, momentum "
            f"{MOMENTUM}, weight decay {WEIGHT_DECAY}, "
            "where a row does not say else",
            "epochs": EPOCHS,
            "longer_epochs": LONGER_EPOCHS,
            "warm_up_epochs": WARM_UP_EPOCHS,
            "initialisation": "He normal",
            "error": "percent of training images wrong after training, "
            "BatchNorm on batch statistics; null where training diverged",
            "factor": "gradient factor per layer, from the last block's output "
            "to the first's input",
            "cpu_seconds": round(sum(r["seconds"] for r in results.values())),
        },
        seeds=SEEDS,
        plain=rows("plain", DEPTHS),
        residual=rows("residual", DEPTHS),
        plain_longer=rows("plain", LONGER_DEPTHS, epochs=LONGER_EPOCHS),
        rates=[
            {"optimiser": optimiser, "rate": rate} | row
            for kind in ("plain", "residual")
            for optimiser, rate in RATES
            for row in rows(
                kind, [64], SEEDS[:3], optimiser=optimiser, rate=rate
            )
        ],
        without_batch_norm=[
            {"rate": rate} | row
            for kind in BARE
            for rate in RATES_WITHOUT_NORM
            for row in rows(
                kind,
                BARE_DEPTHS,
                SEEDS if rate == LEARNING_RATE_WITHOUT_NORM else SEEDS[:3],
                rate=rate,
            )
        ],
    )
    measured.save(
        "gradient-flow",
        by="docs/notebooks/network-depth.py",
        settings={
            "data": "scikit-learn digits",
            "images": PROBE_BATCH,
            "layers": LAYERS,
            "mlp": f"fully connected, width {MLP_WIDTH}",
            "conv": f"3x3 convolutions, width {CONV_WIDTH}, 4x4 maps, "
            "zero padding",
            "precision": "float64",
            "factor": "(norm of the gradient at the first activation / "
            "at the last) ** (1 / layers between)",
        },
        seeds=SEEDS,
        **factors,
    )
