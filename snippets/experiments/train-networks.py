"""Twenty seeds of every setting of the widget that trains two networks, with its own model in Node.

And the runs that the page shows before the reader trains any, and what twenty seeds come to when a
layer or a block is taken out of the trained network.

python snippets/experiments/train-networks.py             # twenty-five minutes of CPU time
python snippets/experiments/train-networks.py --recorded  # only what the page shows: five minutes
python snippets/experiments/train-networks.py --smoke     # one seed of two depths, writes nothing
"""

import argparse
import json
import multiprocessing
import subprocess
from itertools import product
from statistics import median
from typing import Any

from cv7 import measured

MODEL = "docs/widgets/train-networks/model.mjs"
RECORDING = "docs/widgets/train-networks/recording.mjs"
SEEDS = list(range(20))
DEPTHS = [2, 5, 10, 20, 30, 50]
SETTINGS = list(product(["SGD", "Adam"], [True, False]))
PROGRAM = """
import { STEPS, Training } from MODEL;
const { seeds, ...settings } = JSON.parse(process.argv.at(-1));
const started = process.cpuUsage();
const errors = seeds.map((seed) => {
  const training = new Training({ ...settings, seed });
  while (training.steps < STEPS) training.step();
  return Math.round(1e5 * training.error()) / 1e3;
});
const used = process.cpuUsage(started);
const seconds = (used.user + used.system) / 1e6;
console.log(JSON.stringify({ error: errors, steps_per_second: (seeds.length * STEPS) / seconds }));
"""

USUAL = {"optimiser": "SGD", "batchNorm": True}
SHOWN = 20  # the depth at which the page takes out each layer of the recorded run
SHORTENED = [10, 20, 50]  # the depths at which this is done with every seed
RECORD = """
import { recorded } from MODEL;
const { deletions, ...settings } = JSON.parse(process.argv.at(-1));
console.log(JSON.stringify(recorded(settings, deletions)));
"""
DELETE = """
import { deletions } from MODEL;
const { seeds, ...settings } = JSON.parse(process.argv.at(-1));
console.log(JSON.stringify(seeds.map((seed) => deletions({ ...settings, seed }))));
"""


def node(program: str, module: str, settings: dict[str, Any]) -> Any:
    program = program.replace("MODEL", json.dumps((measured.ROOT / module).as_uri()))
    command = ["node", "--input-type=module", "--eval", program, "--", json.dumps(settings)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def version() -> str:
    done = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def run(settings: dict[str, Any]) -> dict[str, Any]:
    result = node(PROGRAM, MODEL, settings)
    rate = round(result.pop("steps_per_second"), -1)
    shown = {key: value for key, value in settings.items() if key != "seeds"}
    return {**shown, **result, "steps_per_second": rate}


def record(settings: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of the run with the first seed."""
    shown: dict[str, Any] = node(RECORD, RECORDING, settings)
    return shown


def delete(settings: dict[str, Any]) -> dict[str, Any]:
    """Percent wrong with every seed: of the whole network, and without each layer or block."""
    whole, *parts = zip(*node(DELETE, RECORDING, settings), strict=True)
    row = {"depth": settings["depth"], "residual": settings["residual"]}
    return {**row, "error": whole, "error_without": parts}


def save_what_the_page_shows(smoke: bool) -> None:
    seeds = SEEDS[:1] if smoke else SEEDS
    kinds = [False, True]
    runs = [
        {**USUAL, "depth": d, "residual": r, "seed": SEEDS[0], "deletions": d == SHOWN}
        for d, r in product(DEPTHS[:1] if smoke else DEPTHS, kinds)
    ]
    shortened = [
        {**USUAL, "depth": d, "residual": r, "seeds": seeds}
        for d, r in product(DEPTHS[:1] if smoke else SHORTENED, kinds)
    ]
    with multiprocessing.Pool(2) as pool:
        recorded = pool.map(record, runs, chunksize=1)
        deletions = pool.map(delete, shortened, chunksize=1)
    for row in deletions:
        medians = [median(errors) for errors in row["error_without"]]
        print(row["depth"], row["residual"], median(row["error"]), medians, flush=True)
    if smoke:
        return
    measured.save(
        "train-networks-recorded",
        by=RECORDING,
        settings={
            "run": "python snippets/experiments/train-networks.py --recorded",
            "node": version(),
            "networks": "those of train-networks.json, with BatchNorm, by SGD",
            "recorded": f"seed {SEEDS[0]}: percent of the points wrong, the map of decisions, the "
            "norms of the gradients of the first and the last layer’s weights",
            "map": "48 by 48 points from -1.2 to 1.2, by rows from the top; 0 to f for sure of "
            "class 1",
            "gradients": "by columns of steps, each by layers; 0 to f for half powers of ten from "
            "10^-4, of the geometric mean over the column’s steps",
            "deletions": "percent wrong after training, and without each layer but the first or "
            "without each block, with every seed; BatchNorm takes the statistics of the shortened "
            "network on all points",
        },
        seeds=SEEDS,
        recorded=recorded,
        deletions=deletions,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a little, writes nothing")
    parser.add_argument("--recorded", action="store_true", help="only what the page shows")
    options = parser.parse_args()
    smoke = options.smoke
    if smoke or options.recorded:
        save_what_the_page_shows(smoke)
    if options.recorded:
        return
    jobs = [
        {
            "optimiser": optimiser,
            "batchNorm": batch_norm,
            "depth": depth,
            "residual": residual,
            "seeds": SEEDS[:1] if smoke else SEEDS,
        }
        for (optimiser, batch_norm), depth, residual in product(
            SETTINGS[:1] if smoke else SETTINGS, DEPTHS[:2] if smoke else DEPTHS, [False, True]
        )
    ]
    rows = []
    with multiprocessing.Pool(2) as pool:
        for row in pool.imap(run, jobs):
            rows.append(row)
            learned = sum(error <= 5 for error in row["error"])
            print({**row, "error": f"{learned} of {len(row['error'])} learned"}, flush=True)
    if smoke:
        return
    measured.save(
        "train-networks",
        by=MODEL,
        settings={
            "run": "python snippets/experiments/train-networks.py",
            "node": version(),
            "task": "two spirals of one turn, 256 points, noise 0.02",
            "networks": "16 features a layer, He initialisation, ReLU; blocks of two layers",
            "training": "600 steps, batches of 64, rate 0.05 (SGD, momentum 0.9) or 0.003 (Adam), "
            "falling along half a cosine",
            "error": "percent of the points wrong after training",
        },
        seeds=SEEDS,
        results=rows,
    )
    save_what_the_page_shows(smoke)


if __name__ == "__main__":
    main()
