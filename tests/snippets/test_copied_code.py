"""“Copy this as code” of the strategy selector, run for every strategy that it offers."""

import contextlib
import io
import json
import subprocess
from typing import Any

import pytest
import torch
from torchvision.models import mobilenet_v2

from cv7 import fine_tuning, weights

from ..conftest import ROOT

SIZES, CLASSES, RATES = (64, 224, 448), (2, 5, 200), (1e-4, 5e-4, 3e-3)


def choice(trained: int, statistics: str, index: int) -> dict[str, Any]:
    """What the element passes to code.mjs; inputs take turns, so that each meets each strategy."""
    groups = fine_tuning.stage_groups(trained, 2 if trained == 19 else 1)
    rate = RATES[index % 3]
    return {
        "name": f"Strategy with {trained} stages",
        "groups": [[g.start, g.stop] for g in groups],
        "rates": fine_tuning.learning_rates(rate, len(groups) + 1, decay=0.1),
        "classes": CLASSES[index // 3 % 3],
        "size": SIZES[(index + index // 3) % 3],
        "statistics": statistics,
    }


CHOICES = [
    choice(trained, statistics, index)
    for index, (trained, statistics) in enumerate(
        (k, s) for k in range(20) for s in ("keep", "new")
    )
]
# Where the code or its groups become others: no stage, one, all but one, all in two groups, and
# what the page shows at first. The rest differ from these in a number, and are run at night.
EDGES = (0, 1, 3, 18, 19)
EVERY = [
    pytest.param(index, marks=[] if index // 2 in EDGES else pytest.mark.night)
    for index in range(len(CHOICES))
]


@pytest.fixture(scope="module")
def codes() -> list[str]:
    weights.ensure()
    run = subprocess.run(
        ["node", ROOT / "tests/widgets/strategy-selector.codes.mjs"],
        input=json.dumps(CHOICES),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("index", EVERY)
def test_it_does_what_cv7_does(codes: list[str], index: int) -> None:
    wanted = CHOICES[index]
    trained = index // 2
    namespace: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(codes[index], "copied.py", "exec"), namespace)  # noqa: S102
    model, optimizer = namespace["model"], namespace["optimizer"]

    count = fine_tuning.trainable_parameters(wanted["classes"], trainable_stages=trained)
    total = fine_tuning.trainable_parameters(wanted["classes"], trainable_stages=19)
    assert printed.getvalue() == f"Trainable: {count:,} of {total:,} ({count / total:.1%})\n"

    reference = fine_tuning.prepare(mobilenet_v2(), wanted["classes"], trainable_stages=trained)
    groups = fine_tuning.parameter_groups(
        reference,
        trainable_stages=trained,
        head_lr=wanted["rates"][-1],
        backbone_groups=max(len(wanted["groups"]), 1),
    )
    assert [[p.shape for p in g["params"]] for g in optimizer.param_groups] == [
        [p.shape for p in g["params"]] for g in groups
    ]
    assert [g["lr"] for g in optimizer.param_groups] == pytest.approx([g["lr"] for g in groups])
    assert {n for n, p in model.named_parameters() if p.requires_grad} == {
        n for n, p in reference.named_parameters() if p.requires_grad
    }

    fine_tuning.train(reference, keep_statistics=wanted["statistics"] == "keep")
    assert [m.training for m in fine_tuning.batch_norms(model)] == [
        m.training for m in fine_tuning.batch_norms(reference)
    ]
    assert model.classifier.training

    image = torch.zeros(3, 500, 500, dtype=torch.uint8)
    batch = namespace["preprocess"](image).expand(2, -1, -1, -1)
    assert batch.shape[-2:] == (wanted["size"], wanted["size"])
    loss = torch.nn.functional.cross_entropy(model(batch), torch.tensor([0, 1]))
    loss.backward()
    optimizer.step()
