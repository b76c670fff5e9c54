"""Test accuracy of the lecture's strategies against the number of training images.

The genuine MobileNetV2 ImageNet weights on two tasks: defects drawn on photographs of surfaces
(cv7.defects), and scikit-learn's digits, enlarged to 96 pixels, as the counter-example. Every
strategy sees the same images; the test images come from other halves of the photographs, or from
the end of the digits.

    python snippets/experiments/transfer-learning.py             # half an hour of CPU time
    python snippets/experiments/transfer-learning.py --smoke     # a few steps, writes nothing
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import provenance
import torch
from skimage import data as photographs
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

from cv7 import defects, fine_tuning, weights

STEPS = {25: 100, 100: 150, 250: 200, 1000: 300}  # by number of training images
BATCH, HEAD_LR, DECAY, HEAD_STEPS = 16, 1e-3, 0.1, 600
TEST_IMAGES = {"defects": 400, "digits": 500}
SEEDS = [0, 1, 2]
PROBE_SIZES = [50, 250]
STAGES = {"A": 0, "B(3)": 3, "C": 19, "C, BatchNorm in training mode": 19, "from scratch": 19}
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)  # what the weights were trained with
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)

Split = tuple[Tensor, Tensor]


def load(task: str, count: int, seed: int) -> tuple[Split, Split]:
    """`count` training images and the test set, (N, 3, 96, 96) in 0 to 1, with labels."""
    if task == "defects":
        surfaces = [getattr(photographs, n)() / 255 for n in ("brick", "gravel", "grass")]
        train = defects.dataset(surfaces, count, seed=seed, test=False)
        test = defects.dataset(surfaces, TEST_IMAGES[task], seed=100, test=True)
        return (
            (torch.from_numpy(train[0]), torch.from_numpy(train[1])),
            (torch.from_numpy(test[0]), torch.from_numpy(test[1])),
        )
    digits = load_digits()
    images = torch.tensor(digits.images / 16, dtype=torch.float32).unsqueeze(1)
    labels = torch.tensor(digits.target)
    images = interpolate(images, size=96, mode="bilinear").expand(-1, 3, -1, -1)
    pool = len(images) - TEST_IMAGES[task]
    chosen = torch.randperm(pool, generator=torch.Generator().manual_seed(seed))[:count]
    return (images[chosen], labels[chosen]), (images[pool:], labels[pool:])


def normalised(images: Tensor) -> Tensor:
    return ((images - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def in_batches(module: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.cat([module(batch) for batch in images.split(100)])


def accuracy(predicted: Any, labels: Any) -> float:
    return round(100 * float((np.asarray(predicted) == np.asarray(labels)).mean()), 2)


def fit(
    model: nn.Module, optimiser: torch.optim.Optimizer, split: Split, steps: int, mode: Any
) -> None:
    images, labels = split
    mode(model)
    for _ in range(steps):
        batch = torch.randperm(len(images))[:BATCH]
        optimiser.zero_grad()
        cross_entropy(model(images[batch]), labels[batch]).backward()
        optimiser.step()
    model.eval()


def run(job: tuple[str, str, int, int]) -> dict[str, Any]:
    """Train one strategy on one task with one number of images; `job` also has the seed."""
    task, strategy, count, seed = job
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    started = time.process_time()
    (images, labels), (test_images, test_labels) = load(task, count, seed)
    images, test_images = normalised(images), normalised(test_images)
    steps = STEPS.get(count, 3)
    classes = int(test_labels.max()) + 1
    pretrained = None if strategy == "from scratch" else MobileNet_V2_Weights.IMAGENET1K_V1
    model = mobilenet_v2(weights=pretrained)
    stages = STAGES[strategy]
    fine_tuning.prepare(model, classes, trainable_stages=stages)
    model.to(memory_format=torch.channels_last).eval()

    # What is frozen gives the same features every time: compute them once.
    frozen, trained = model.features[: 19 - stages], model.features[19 - stages :]
    images, test_images = in_batches(frozen, images), in_batches(frozen, test_images)
    model.features = trained
    if strategy == "from scratch":
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        fit(model, optimiser, (images, labels), steps, nn.Module.train)
    else:
        groups = fine_tuning.parameter_groups(
            model, trainable_stages=stages, head_lr=HEAD_LR, decay=DECAY
        )
        # The statistics of ImageNet are kept: BatchNorm stays in eval mode in all but one.
        mode = nn.Module.train if "training mode" in strategy else train_head_only
        steps = HEAD_STEPS if strategy == "A" else steps
        fit(model, torch.optim.Adam(groups), (images, labels), steps, mode)
    predicted = in_batches(model, test_images).argmax(dim=1)
    confusion = torch.zeros(classes, classes, dtype=torch.int64)
    for label, guess in zip(test_labels, predicted, strict=True):
        confusion[label, guess] += 1
    return {
        "accuracy": accuracy(predicted, test_labels),
        "confusion": confusion.tolist(),
        "seconds": round(time.process_time() - started, 1),
    }


def train_head_only(model: nn.Module) -> nn.Module:
    """Dropout at work, every BatchNorm on the statistics it came with."""
    model.eval()
    return model.classifier.train()


def pixels(job: tuple[str, int, int]) -> float:
    """Logistic regression on 24x24 grey values: what needs no network at all."""
    task, count, seed = job
    splits = [
        (interpolate(i.mean(1, keepdim=True), size=24, mode="area").flatten(1).numpy(), y.numpy())
        for i, y in load(task, count, seed)
    ]
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    probe.fit(*splits[0])
    return accuracy(probe.predict(splits[1][0]), splits[1][1])


def probe_stages(job: tuple[str, int, int]) -> list[float]:
    """Logistic regression on the averaged output of each of the 19 stages."""
    task, count, seed = job
    torch.set_num_threads(1)
    features = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1).features.eval()
    (images, labels), (test_images, test_labels) = load(task, count, seed)
    x, test_x = normalised(images), normalised(test_images)
    results = []
    for stage in features:
        x, test_x = in_batches(stage, x), in_batches(stage, test_x)
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        probe.fit(x.mean(dim=(2, 3)).numpy(), labels.numpy())
        results.append(accuracy(probe.predict(test_x.mean(dim=(2, 3)).numpy()), test_labels))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a few steps, writes nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    arguments = parser.parse_args()
    weights.ensure()
    if arguments.smoke:
        TEST_IMAGES.update(defects=20, digits=20)
        for strategy in STAGES:
            print("defects", strategy, run(("defects", strategy, 16, 0))["accuracy"])
        print("digits", "A", run(("digits", "A", 20, 0))["accuracy"])
        print("digits", "pixels", pixels(("digits", 40, 0)))
        return

    sizes = list(STEPS)
    grid = {
        ("defects", "A"): sizes,
        ("defects", "B(3)"): sizes,
        ("defects", "C"): sizes,
        ("defects", "C, BatchNorm in training mode"): sizes,
        ("defects", "from scratch"): sizes,
        ("digits", "A"): sizes,
        ("digits", "B(3)"): sizes,
        ("digits", "C"): [100, 1000],
    }
    jobs = [
        (*key, count, seed) for key, counts in grid.items() for count in counts for seed in SEEDS
    ]
    jobs.sort(key=lambda job: -job[2])
    results = {}
    with multiprocessing.Pool(arguments.workers) as pool:
        for job, result in zip(jobs, pool.imap(run, jobs), strict=True):
            results[job] = result
            print(*job, result["accuracy"], result["seconds"], flush=True)
        pixel_jobs = [(t, n, s) for t in TEST_IMAGES for n in sizes for s in SEEDS]
        pixel_results = dict(zip(pixel_jobs, pool.map(pixels, pixel_jobs), strict=True))
        probe_jobs = [(t, n, s) for t in TEST_IMAGES for n in PROBE_SIZES for s in SEEDS]
        probe_results = dict(zip(probe_jobs, pool.map(probe_stages, probe_jobs), strict=True))

    rows = [
        {
            "task": task,
            "strategy": strategy,
            "images": count,
            "accuracy": [results[task, strategy, count, s]["accuracy"] for s in SEEDS],
            "seconds": [results[task, strategy, count, s]["seconds"] for s in SEEDS],
        }
        for (task, strategy), counts in grid.items()
        for count in counts
    ]
    rows += [
        {
            "task": task,
            "strategy": "pixels",
            "images": count,
            "accuracy": [pixel_results[task, count, s] for s in SEEDS],
        }
        for task in TEST_IMAGES
        for count in sizes
    ]
    settings = {
        "weights": "torchvision MobileNet_V2_Weights.IMAGENET1K_V1",
        "pixels_a_side": 96,
        "test_images": TEST_IMAGES,
        "optimiser": f"Adam, head {HEAD_LR}, backbone {HEAD_LR * DECAY}; from scratch {HEAD_LR}",
        "batch_size": BATCH,
        "steps_by_images": {str(k): v for k, v in STEPS.items()},
        "steps_of_A": HEAD_STEPS,
        "batch_norm": "eval mode, on ImageNet's statistics, where the strategy does not say else",
        "cpu_seconds": round(sum(r["seconds"] for r in results.values())),
    }
    path = provenance.write(
        __file__,
        settings=settings,
        seeds=SEEDS,
        results=rows,
        probe=[
            {"task": t, "images": n, "accuracy": [probe_results[t, n, s] for s in SEEDS]}
            for t in TEST_IMAGES
            for n in PROBE_SIZES
        ],
        confusion=results["defects", "C", 250, 0]["confusion"],
        classes=list(defects.CLASSES),
    )
    print(f"wrote {path.relative_to(provenance.ROOT)}")


if __name__ == "__main__":
    main()
