"""How far MobileNetV2 learns random images with random labels by heart.

Exercise 8's pipeline, for more seeds and epochs: one epoch for the head alone, then the last two
stages too. With BatchNorm on ImageNet's statistics, as in the solution, and with new statistics.

    python snippets/experiments/memorisation.py             # a quarter of an hour of CPU time
    python snippets/experiments/memorisation.py --smoke     # one small epoch, writes nothing
"""

import argparse
import copy
import multiprocessing
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

from cv7 import fine_tuning, measured, weights

SEEDS = [0, 1, 2, 3, 4]
IMAGES, SIZE, CLASSES, BATCH, EPOCHS = 100, 224, 5, 16, 10
LATE, HEAD_LR, LATE_LR = 2, 1e-3, 1e-4
REPORT = (1, 3, 10)  # after these epochs, accuracy in eval mode is measured


def random_data(count: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    images = torch.randn(count, 3, size, size, generator=generator)
    return images, torch.randint(CLASSES, (count,), generator=generator)


def accuracy(model: torch.nn.Module, data: tuple[Tensor, Tensor]) -> float:
    model.eval()
    with torch.no_grad():
        guesses = torch.cat([model(batch).argmax(dim=1) for batch in data[0].split(25)])
    return round(100 * (guesses == data[1]).float().mean().item(), 2)


def recalibrated(model: torch.nn.Module, images: Tensor) -> torch.nn.Module:
    """A copy whose moving BatchNorm statistics are averaged anew, over all images, weights at rest.

    If running averages that lag behind the weights are to blame for an error, it is gone in there.
    """
    model = fine_tuning.train(copy.deepcopy(model))
    for batch_norm in fine_tuning.batch_norms(model):
        if batch_norm.training:
            batch_norm.reset_running_stats()
            batch_norm.momentum = None  # a plain mean over the batches
    with torch.no_grad():
        for batch in images.split(25):
            model(batch)
    return model


def run(job: tuple[str, int, int, int, int]) -> dict[str, Any]:
    statistics, seed, count, size, epochs = job
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(1000 + seed)
    data, fresh = random_data(count, size, generator), random_data(count, size, generator)
    model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
    fine_tuning.prepare(model, CLASSES, trainable_stages=0)
    optimiser = torch.optim.Adam(model.classifier.parameters(), lr=HEAD_LR)
    training, own, unseen, again = [], {}, {}, {}
    for epoch in range(1, epochs + 1):
        if epoch == 2:
            late = list(model.features[-LATE:].parameters())
            for parameter in late:
                parameter.requires_grad_(True)
            optimiser.add_param_group({"params": late, "lr": LATE_LR})
        fine_tuning.train(model, keep_statistics=statistics == "keep")
        right = 0
        for batch in torch.randperm(count).split(BATCH):
            optimiser.zero_grad()
            logits = model(data[0][batch])
            cross_entropy(logits, data[1][batch]).backward()
            optimiser.step()
            right += int((logits.argmax(dim=1) == data[1][batch]).sum())
        training.append(round(100 * right / count, 2))
        if epoch in REPORT:
            own[str(epoch)] = accuracy(model, data)
            unseen[str(epoch)] = accuracy(model, fresh)
            if statistics == "new" and epoch > 1:
                again[str(epoch)] = accuracy(recalibrated(model, data[0]), data)
    return {"training": training, "own": own, "fresh": unseen, "recalibrated": again}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="one small epoch, writes nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    arguments = parser.parse_args()
    weights.ensure()
    if arguments.smoke:
        for statistics in ("keep", "new"):
            print(statistics, run((statistics, 0, 20, 64, 3)))
        return

    jobs = [(m, seed, IMAGES, SIZE, EPOCHS) for m in ("keep", "new") for seed in SEEDS]
    with multiprocessing.Pool(arguments.workers) as pool:
        runs = pool.map(run, jobs, chunksize=1)
    rows = []
    for mode in ("keep", "new"):
        mine = [r for job, r in zip(jobs, runs, strict=True) if job[0] == mode]
        rows.append(
            {
                "statistics": mode,
                "training": [r["training"] for r in mine],
                "own": {str(e): [r["own"][str(e)] for r in mine] for e in REPORT},
                "fresh": {str(e): [r["fresh"][str(e)] for r in mine] for e in REPORT},
                "recalibrated": {
                    e: [r["recalibrated"][e] for r in mine] for e in mine[0]["recalibrated"]
                },
            }
        )
    measured.save(
        "memorisation",
        by="snippets/experiments/memorisation.py",
        settings={
            "weights": "torchvision MobileNet_V2_Weights.IMAGENET1K_V1",
            "images": IMAGES,
            "pixels_a_side": SIZE,
            "classes": CLASSES,
            "batch_size": BATCH,
            "optimiser": f"Adam, head {HEAD_LR}; from epoch 2 the last {LATE} stages, {LATE_LR}",
        },
        seeds=SEEDS,
        results=rows,
    )


if __name__ == "__main__":
    main()
