"""The strategy selector's stack of stages, at its controls' defaults, and what was measured."""

from pathlib import Path

from fine_tuning import accuracy

from cv7 import fine_tuning
from cv7.cost import Sequential
from cv7.networks import MOBILENET_V2_STAGES

ROOT = Path(__file__).resolve().parents[2]
STAGES, CLASSES, SIZE, HEAD_LR, DECAY = 3, 5, 224, 1e-3, 0.1
UNIT = 32  # MobileNetV2 divides the sides of an image by this
IMAGES = (25, 250, 1000)
MEASURED = {"A": "A", "B3": "B(3)", "C": "C", "C-new": "C, BatchNorm in training mode"}
CHANNELS = (32, *(c for _, c, repeats, _ in MOBILENET_V2_STAGES for _ in range(repeats)), 1280)
WORK = [
    Sequential(fine_tuning.FEATURES[: stage + 1]).multiply_adds(UNIT, UNIT)
    - Sequential(fine_tuning.FEATURES[:stage]).multiply_adds(UNIT, UNIT)
    for stage in range(len(CHANNELS))
]
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

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


def rate(value: float) -> str:
    digits, exponent = f"{value:.2e}".split("e")
    return f"{float(digits):g} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"


def row(stage: str, what: str, data: str, output: str, parameters: int, value: str) -> str:
    share = parameters / max(layer.parameters for layer in fine_tuning.FEATURES)
    return (
        f'<tr {data}><th scope="row"><span class="cv7-swatch"></span> {stage} '
        f"<small>{what}</small></th>"
        f'<td data-output>{output}</td><td data-parameters="{parameters}">'
        f'<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * share:.2f}" height="8"/></svg>{parameters:,}</td>'
        f"<td data-rate>{value}</td></tr>"
    )


def stack() -> str:
    """One row a stage, from the image down to the head."""
    rates = fine_tuning.learning_rates(HEAD_LR, 2, decay=DECAY)
    height = width = UNIT
    rows = []
    for stage, layer in enumerate(fine_tuning.FEATURES):
        height, width = layer.output_size(height, width)
        reduction, channels = UNIT // height, CHANNELS[stage]
        trained = stage >= len(fine_tuning.FEATURES) - STAGES
        data = (
            f'data-stage="{stage}" data-state="{"slow" if trained else "frozen"}" '
            f'data-channels="{channels}" data-reduction="{reduction}" data-work="{WORK[stage]}"'
        )
        output = f"{SIZE // reduction}×{SIZE // reduction}×{channels}"
        value = rate(rates[0]) if trained else "frozen"
        rows.append(row(str(stage), kind(stage), data, output, layer.parameters, value))
    head = fine_tuning.head_parameters(CLASSES)
    data = 'data-stage="head" data-state="head"'
    rows.append(row("new head", "linear", data, f"{CLASSES}", head, rate(rates[1])))
    return "\n".join(rows)


def measured(strategy: str) -> str:
    shown = [f"{n:,} images {accuracy('defects', strategy, n)}" for n in IMAGES]
    return "on defects, mean and range of three runs: with " + ", ".join(shown)


def results_html() -> str:
    trained = fine_tuning.trainable_parameters(CLASSES, trainable_stages=STAGES)
    total = fine_tuning.trainable_parameters(CLASSES, trainable_stages=len(fine_tuning.FEATURES))
    memory = fine_tuning.adam_state_bytes(trained) / 1e6
    work = Sequential(fine_tuning.FEATURES).multiply_adds(SIZE, SIZE)
    frozen = Sequential(fine_tuning.FEATURES[:-STAGES]).multiply_adds(SIZE, SIZE)
    back = work - frozen
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
<caption><span aria-live="polite"><span data-what>Strategy B({STAGES})</span> trains \
<span data-fact="trained">{trained:,} of {total:,} parameters, {100 * trained / total:.1f} %</span>\
</span> <small>MobileNetV2 from the image to the head; bars show parameters</small></caption>
<thead><tr><th scope="col">Stage</th><th scope="col">Output</th><th scope="col">Parameters</th>\
<th scope="col">Learning rate</th></tr></thead>
<tbody>
{stack()}
</tbody>
</table>
<dl class="cv7-facts" aria-live="polite">
<dt>BatchNorm</dt>
<dd data-fact="batch-norm">eval mode in all stages: ImageNet’s statistics are kept</dd>
<dt>Adam’s memory</dt>
<dd data-fact="memory">{memory:.2f} MB of running means, beside weights and gradients</dd>
<dt>Work for an image</dt>
<dd data-fact="work">{work / 1e6:.0f} million multiply-adds forward; the gradient goes back \
through the trained stages only, which have {100 * back / work:.0f} % of that</dd>
<dt>Risk of overfitting</dt>
{risks}
<dt>Measured, with five classes and images of 96×96, one rate of 10⁻⁴ for the backbone</dt>
{found}
<dd data-measured="none" hidden>not by us: A, B(3) and C only</dd>
</dl>
"""


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/strategy-selector/results.html": results_html()}
