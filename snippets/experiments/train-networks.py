"""Twenty seeds of every setting of the widget that trains two networks, with its own model in Node.

python snippets/experiments/train-networks.py             # twenty minutes of CPU time
python snippets/experiments/train-networks.py --smoke     # one seed of two depths, writes nothing
"""

import argparse
import json
import multiprocessing
import subprocess
from itertools import product
from typing import Any

from cv7 import measured

MODEL = "docs/widgets/train-networks/model.mjs"
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


def run(settings: dict[str, Any]) -> dict[str, Any]:
    program = PROGRAM.replace("MODEL", json.dumps((measured.ROOT / MODEL).as_uri()))
    command = ["node", "--input-type=module", "--eval", program, "--", json.dumps(settings)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = json.loads(output)
    rate = round(result.pop("steps_per_second"), -1)
    shown = {key: value for key, value in settings.items() if key != "seeds"}
    return {**shown, **result, "steps_per_second": rate}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a little, writes nothing")
    smoke = parser.parse_args().smoke
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
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    measured.save(
        "train-networks",
        by=MODEL,
        settings={
            "run": "python snippets/experiments/train-networks.py",
            "node": node.stdout.strip(),
            "task": "two spirals of one turn, 256 points, noise 0.02",
            "networks": "16 features a layer, He initialisation, ReLU; blocks of two layers",
            "training": "600 steps, batches of 64, rate 0.05 (SGD, momentum 0.9) or 0.003 (Adam), "
            "falling along half a cosine",
            "error": "percent of the points wrong after training",
        },
        seeds=SEEDS,
        results=rows,
    )


if __name__ == "__main__":
    main()
