"""The strategy selector's stack of stages, at its controls' defaults, and what was measured."""

import random
from pathlib import Path
from typing import Any

from fine_tuning import accuracy
from widget import Vectors, at_first, drawn, values

from cv7 import cost, fine_tuning
from cv7 import fine_tuning as tuning
from cv7.cost import Sequential
from cv7.networks import MOBILENET_V2_STAGES

ROOT = Path(__file__).resolve().parents[2]
CHOICE = {"strategy": "B", "rate": 0.001, "statistics": "keep"}  # beside what the sliders say
UNIT = 32  # MobileNetV2 divides the sides of an image by this
IMAGES = (25, 250, 1000)
MEASURED = {"A": "A", "B3": "B(3)", "C": "C", "C-new": "C, BatchNorm in training mode"}
CHANNELS = (32, *(c for _, c, repeats, _ in MOBILENET_V2_STAGES for _ in range(repeats)), 1280)
WORK = [
    Sequential(fine_tuning.FEATURES[: stage + 1]).multiply_adds(UNIT, UNIT)
    - Sequential(fine_tuning.FEATURES[:stage]).multiply_adds(UNIT, UNIT)
    for stage in range(len(CHANNELS))
]
STATES = {
    "frozen": "frozen",
    "slowest": "trained, a hundredth of the head’s rate",
    "slow": "trained, a tenth of it",
    "head": "new head",
}

RISKS = {
    "A": "The lowest, as the features cannot change. But 1,280 weights a class can learn hundreds "
    "of images by heart: watch held-out images here, too. And features that do not fit limit what "
    "more images can bring.",
    "B": "In between: the more stages and the fewer images, the easier it is to learn them by "
    "heart. Stop when accuracy on held-out images stops rising.",
    "C": "The highest with few images: every weight can help to learn them by heart, and a large "
    "learning rate spoils what the early stages know.",
}


def kind(stage: int) -> str:
    if stage in (0, len(CHANNELS) - 1):
        return "3×3 convolution" if stage == 0 else "1×1 convolution"
    return "inverted residual"


def stages() -> list[dict[str, int]]:
    """Per stage, what the widget finds in its row."""
    height = width = UNIT
    found = []
    for stage, layer in enumerate(fine_tuning.FEATURES):
        height, width = layer.output_size(height, width)
        numbers = {"channels": CHANNELS[stage], "reduction": UNIT // height, "work": WORK[stage]}
        found.append({"parameters": layer.parameters, **numbers})
    return found


def row(stage: str, what: str, data: str, parameters: int, shown: dict[str, str]) -> str:
    return (
        f'<tr data-stage="{stage}" data-state="{shown["state"]}"{data}>'
        f'<th scope="row"><span class="cv7-swatch"></span> {what}</th>'
        f'<td data-output>{shown["output"]}</td><td data-parameters="{parameters}">'
        f'<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{shown["bar"]}" height="8"/></svg>{parameters:,}</td>'
        f"<td data-rate>{shown['rate']}</td></tr>"
    )


def stack(shown: dict[str, Any]) -> str:
    """One row a stage, from the image down to the head."""
    rows = []
    for stage, (numbers, drawing) in enumerate(zip(stages(), shown["rows"], strict=True)):
        data = "".join(
            f' data-{name}="{numbers[name]}"' for name in ("channels", "reduction", "work")
        )
        what = f"{stage} <small>{kind(stage)}</small>"
        rows.append(row(str(stage), what, data, numbers["parameters"], drawing))
    head = shown["head"]
    what = "new head <small>linear</small>"
    rows.append(row("head", what, "", head["parameters"], {"state": "head", **head}))
    return "\n".join(rows)


def measured(strategy: str) -> str:
    def at(strategy: str, images: tuple[int, ...]) -> str:
        shown = [f"{n:,} images {accuracy('defects', strategy, n)}" for n in images]
        return "with " + ", ".join(shown)

    text = f"on defects, mean and range of three runs: {at(strategy, IMAGES)}"
    if strategy == "C":
        text += f"; at the three rates of the code, {at('C, three rates', IMAGES[1:])}"
    return text


def results_html() -> str:
    controls = CHOICE | at_first("strategy-selector")
    shown = drawn("strategy-selector", controls, stages())
    facts = shown["facts"]
    risks = "\n".join(
        f'<dd data-risk="{s}"><span>{s}: </span>{text}</dd>' for s, text in RISKS.items()
    )
    found = "\n".join(
        f'<dd data-measured="{slug}"><span>{name}: </span>{measured(name)}</dd>'
        for slug, name in MEASURED.items()
    )
    legend = "".join(
        f'<li data-state="{state}"><span class="cv7-swatch"></span> {text}</li>'
        for state, text in STATES.items()
    )
    return f"""<ul class="cv7-legend">{legend}</ul>
<table class="cv7-stack">
<caption><span aria-live="polite"><span data-what>{shown["choice"]["name"]}</span> trains \
<span data-fact="trained">{facts["trained"]}</span></span> \
<small>MobileNetV2 from the image to the head; bars show parameters</small></caption>
<thead><tr><th scope="col">Stage</th><th scope="col">Output</th><th scope="col">Parameters</th>\
<th scope="col">Learning rate</th></tr></thead>
<tbody>
{stack(shown)}
</tbody>
</table>
<dl class="cv7-facts" aria-live="polite">
<dt>BatchNorm</dt>
<dd data-fact="batch-norm">{facts["batch-norm"]}</dd>
<dt>Adam’s memory</dt>
<dd data-fact="memory">{facts["memory"]}</dd>
<dt>Work for an image</dt>
<dd data-fact="work">{facts["work"]}</dd>
<dt>Risk of overfitting</dt>
{risks}
<dt>Measured, with five classes and images of 96×96, one rate of 10⁻⁴ for the backbone</dt>
{found}
<dd data-measured="none" hidden>not by us: A, B(3) and C only</dd>
</dl>
"""


def vectors() -> Vectors:
    rng = random.Random(0)
    parameters = [stage.parameters for stage in tuning.FEATURES]
    classes = [2, 3, 5, 200, *(rng.randint(2, 200) for _ in range(10))]
    counts = [[c, k] for c in classes[:4] for k in range(20)]
    rates = [
        [head, g, decay] for head in (1e-4, 1e-3, 5e-4) for g in (1, 2, 3) for decay in (0.1, 0.3)
    ]

    def trainable_parameters(classes: int, stages: int) -> int:
        return tuning.trainable_parameters(classes, trainable_stages=stages)

    def learning_rates(head: float, groups: int, decay: float) -> list[float]:
        return tuning.learning_rates(head, groups, decay=decay)

    def stage_groups(stages: int, groups: int) -> list[list[int]]:
        return [[g.start, g.stop] for g in tuning.stage_groups(stages, groups)]

    def multiply_adds(size: int) -> int:
        return cost.Sequential(tuning.FEATURES).multiply_adds(size, size)

    return {
        "head_parameters": values(tuning.head_parameters, [[c] for c in classes]),
        "trainable_parameters": values(trainable_parameters, counts, then=[parameters]),
        "adam_state_bytes": values(tuning.adam_state_bytes, [[0], [1], [6405], [2230277]]),
        "learning_rates": values(learning_rates, rates),
        "stage_groups": values(
            stage_groups, [[k, g] for g in (1, 2, 3) for k in (0, *range(g, 20))], then=[19]
        ),
        "multiply_adds": values(
            multiply_adds, [[size] for size in range(64, 449, 32)], then=[WORK]
        ),
    }


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/strategy-selector/results.html": results_html()}
