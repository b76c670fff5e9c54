"""The strategy matrix: what each quadrant advises, and what was measured there."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "data" / "transfer-learning.json"


def percent(value: float) -> Decimal:
    """Rounded as the pages round: half up."""
    return Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def accuracy(task: str, strategy: str, images: int) -> str:
    """Mean and range of the runs, as the page shows them."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["results"]
    (row,) = [
        r for r in rows if (r["task"], r["strategy"], r["images"]) == (task, strategy, images)
    ]
    values = row["accuracy"]
    return f"{percent(mean(values))} % ({percent(min(values))} to {percent(max(values))})"


def defects(images: int) -> str:
    strategies = {"A": "A", "B(3)": "B(3)", "C": "C"}
    return ", ".join(f"{name} {accuracy('defects', s, images)}" for s, name in strategies.items())


def quadrants() -> dict[str, tuple[str, str, str, str]]:
    """Per quadrant: title, strategy, reasoning, and what was measured."""
    not_measured = "Not measured by us: both of our tasks are far from ImageNet."
    return {
        "small-similar": (
            "Few images, similar",
            "A: train the head alone",
            "The features fit as they are, and with so few images training more layers mostly adds "
            "ways to overfit.",
            not_measured,
        ),
        "large-similar": (
            "Many images, similar",
            "B or C, with a small learning rate",
            "There are images enough to train more layers without overfitting, though the features "
            "need little change: expect a small gain over A.",
            not_measured,
        ),
        "small-different": (
            "Few images, different: the hard case",
            "No rule: compare A, B and C on held-out images, with a small learning rate and "
            "BatchNorm in eval mode",
            "Late features belong to another world, and there is little to train better ones with. "
            "On our defects 25 images were too few for all three; from a hundred on, C was ahead. "
            "Compare with doing without, too: on digits, A has no clear lead over pixels alone.",
            f"<em>Measured.</em> Defects, 25 images: {defects(25)}; 100 images: {defects(100)}; "
            f"250 images: {defects(250)}. Digits, 25 images: pixels alone "
            f"{accuracy('digits', 'pixels', 25)}, A {accuracy('digits', 'A', 25)}.",
        ),
        "large-different": (
            "Many images, different",
            "C: train everything, from the pretrained weights",
            "The most unfreezing belongs here. Freeze everything instead, and the old features "
            "limit what more images can bring.",
            f"<em>Measured.</em> Defects, 1,000 images: {defects(1000)}; from scratch "
            f"{accuracy('defects', 'from scratch', 1000)}.",
        ),
    }


def results_html() -> str:
    sections = "\n".join(
        f'<section data-quadrant="{slug}">\n<p class="cv7-quadrant">{title}</p>\n'
        f"<div><p><strong>{strategy}.</strong> {why}</p>\n<p>{measured}</p></div>\n</section>"
        for slug, (title, strategy, why, measured) in quadrants().items()
    )
    return f'<div class="cv7-matrix">\n{sections}\n</div>\n'


def files() -> dict[Path, str]:
    """Every generated file of this topic with its text; `pytest --regen` writes them."""
    return {ROOT / "docs/widgets/fine-tuning/results.html": results_html()}
