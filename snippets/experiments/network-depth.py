"""Training error against depth: plain and residual networks on scikit-learn's digits.

Both networks are a 3x3 stem at 8x8, a 2x2 average pool, n blocks of two 3x3 convolutions at 4x4,
a global average pool and a linear head: depth = 2 n + 2. The plain network is the residual one
with its shortcuts taken out, nothing else. All 1797 images are the training set, because
degradation is about training error.

    python snippets/experiments/network-depth.py             # all of it: 40 minutes of CPU time
    python snippets/experiments/network-depth.py --smoke     # one tiny run, writes nothing
"""

import argparse
import multiprocessing
import time
from typing import Any

import provenance
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from cv7.gradient_flow import factor_per_layer
from cv7.residual_block import ResidualBlock

WIDTH, BATCH, LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 16, 128, 0.05, 0.9, 1e-4
DEPTHS = list(range(4, 65, 4))
SEEDS = list(range(5))
IMAGES, EPOCHS = 1797, 20
LONGER_DEPTHS, LONGER_EPOCHS = [40, 64], 100  # does the plain network only need more time?


class PlainBlock(ResidualBlock):
    """The same layers without the addition."""

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.residual(x))


class Network(nn.Module):
    def __init__(self, block: type[ResidualBlock], depth: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, WIDTH, 3, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
            nn.AvgPool2d(2),
        )
        self.blocks = nn.ModuleList(block(WIDTH, WIDTH) for _ in range((depth - 2) // 2))
        self.head = nn.Linear(WIDTH, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        self.signals = [self.stem(x)]  # what enters each block, kept for the gradient factor
        for block in self.blocks:
            self.signals.append(block(self.signals[-1]))
        return self.head(self.signals[-1].mean(dim=(2, 3)))


def measured_factor(network: Network, images: Tensor, labels: Tensor) -> float:
    """The factor per layer by which the activations' gradient changes from last to first block."""
    loss = cross_entropy(network(images), labels)
    first, *_, last = torch.autograd.grad(loss, network.signals)
    layers = 2 * len(network.blocks)
    return factor_per_layer(first.norm().item(), last.norm().item(), layers)


def run(job: tuple[str, int, int, int, int]) -> dict[str, Any]:
    """Train one network; `job` is (kind, depth, seed, epochs, number of images)."""
    kind, depth, seed, epochs, count = job
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    digits = load_digits()
    images = torch.tensor(digits.images[:count], dtype=torch.float32).unsqueeze(1)
    images = (images - images.mean()) / images.std()
    labels = torch.tensor(digits.target[:count])

    network = Network({"plain": PlainBlock, "residual": ResidualBlock}[kind], depth)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY
    )
    # Even batches: a last one of 5 images would hand BatchNorm useless statistics, which alone
    # raised the plain network's error at depth 32 several times.
    batches = count // BATCH
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
    started = time.process_time()
    factors = [measured_factor(network, images[:256], labels[:256])]
    for epoch in range(epochs):
        for batch in torch.randperm(count).chunk(batches):
            optimiser.zero_grad()
            cross_entropy(network(images[batch]), labels[batch]).backward()
            optimiser.step()
            schedule.step()
        if epoch in (0, epochs - 1):
            factors.append(measured_factor(network, images[:256], labels[:256]))
    seconds = time.process_time() - started

    def error(mode: bool) -> float:
        network.train(mode)
        with torch.no_grad():
            wrong = (network(images).argmax(dim=1) != labels).float().mean()
        return round(100 * wrong.item(), 2)

    # Running statistics first: the pass in training mode would move them.
    running, batch_statistics = error(mode=False), error(mode=True)
    return {
        "error": batch_statistics,
        "error_running_statistics": running,
        "factor": [round(f, 4) for f in factors],
        "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="one tiny run, writes nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    arguments = parser.parse_args()
    if arguments.smoke:
        for kind in ("plain", "residual"):
            print(kind, run((kind, 4, 0, 2, 256)))
        return

    jobs = [("plain", d, s, LONGER_EPOCHS, IMAGES) for d in LONGER_DEPTHS for s in SEEDS]
    jobs += [
        (kind, depth, seed, EPOCHS, IMAGES)
        for depth in reversed(DEPTHS)  # the deepest first, so that the workers end together
        for seed in SEEDS
        for kind in ("plain", "residual")
    ]
    results = {}
    with multiprocessing.Pool(arguments.workers) as pool:
        for job, result in zip(jobs, pool.imap(run, jobs), strict=True):
            results[job[:4]] = result
            print(*job[:4], result, flush=True)

    def table(kind: str, depths: list[int], epochs: int) -> list[dict[str, Any]]:
        return [
            {
                "depth": depth,
                "error": [results[kind, depth, s, epochs]["error"] for s in SEEDS],
                "error_running_statistics": [
                    results[kind, depth, s, epochs]["error_running_statistics"] for s in SEEDS
                ],
                **{
                    f"factor_{when}": [results[kind, depth, s, epochs]["factor"][i] for s in SEEDS]
                    for i, when in enumerate(("at_start", "after_1_epoch", "at_end"))
                },
            }
            for depth in depths
        ]

    settings = {
        "data": f"scikit-learn digits, all {IMAGES} images as training set",
        "width": WIDTH,
        "batches": f"{IMAGES // BATCH} even ones an epoch",
        "optimiser": f"SGD, lr {LEARNING_RATE} with cosine decay, momentum {MOMENTUM}, "
        f"weight decay {WEIGHT_DECAY}",
        "epochs": EPOCHS,
        "longer_epochs": LONGER_EPOCHS,
        "initialisation": "He normal",
        "error": "percent of training images wrong after training, BatchNorm on batch statistics",
        "factor": "gradient factor per layer, from the last block's output to the first's input",
        "cpu_seconds": round(sum(r["seconds"] for r in results.values())),
    }
    path = provenance.write(
        __file__,
        settings=settings,
        seeds=SEEDS,
        plain=table("plain", DEPTHS, EPOCHS),
        residual=table("residual", DEPTHS, EPOCHS),
        plain_longer=table("plain", LONGER_DEPTHS, LONGER_EPOCHS),
    )
    print(f"wrote {path.relative_to(provenance.ROOT)}")


if __name__ == "__main__":
    main()
