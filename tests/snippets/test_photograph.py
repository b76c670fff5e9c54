"""The photograph on the home page went through torchvision’s MobileNetV2, and this came out.

What needs no torch, that the page shows what was recorded, is in tests/site/test_home.py.
"""

import base64
import copy
import importlib.util
import io
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from torchvision.models import mobilenet_v2

from ..conftest import ROOT, Generated, report

PATH = ROOT / "docs/data/photograph.json"
SCRIPT = ROOT / "snippets/experiments/photograph.py"
IMAGES = ("image", "maps", "before", "after", "mixed")
# Sums in another order move a map by a shade or two, and another encoder of WebP as many again.
SHADES, PERCENT = 4, 0.05


def pixels(encoded: str) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    assert image.format == "WEBP"
    return np.asarray(image.convert("RGB")).astype(float)


def unlike(kept: Any, made: Any, name: str = "photograph") -> list[str]:
    """Where two results differ, by more than the tolerance of each kind of value."""
    if isinstance(kept, dict) and isinstance(made, dict) and kept.keys() == made.keys():
        return [p for key in kept for p in unlike(kept[key], made[key], f"{name}.{key}")]
    if isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        return [
            p
            for i, pair in enumerate(zip(kept, made, strict=True))
            for p in unlike(*pair, f"{name}.{i}")
        ]
    if name.rpartition(".")[2] in IMAGES:
        one, other = pixels(kept), pixels(made)
        if one.shape == other.shape and abs(one - other).mean() <= SHADES:
            return []
        return [f"{name} is another picture"]
    if isinstance(kept, float) and made == pytest.approx(kept, abs=PERCENT):
        return []
    return [] if kept == made else [f"{name} is {kept}, and now comes to {made}"]


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("photograph", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(script: Any) -> Any:
    return script.results()


def test_the_photograph_went_through_the_network(
    script: Any, made: Any, generated: Generated, regen: bool
) -> None:
    record = json.loads(PATH.read_text(encoding="utf-8"))
    problems = unlike({key: record[key] for key in made}, made)
    if problems and regen:
        before = PATH.read_text(encoding="utf-8")
        script.main([])
        after = PATH.read_text(encoding="utf-8")
        PATH.write_text(before, encoding="utf-8")
        generated(PATH, after)  # which says what is new
        return
    report(problems, f"\nrun `make regen`, which runs {SCRIPT.relative_to(ROOT)}")


def test_stages_and_channels_are_those_of_the_rule(script: Any, made: Any) -> None:
    """Computed anew by hooks, in another way than the script's."""
    model = mobilenet_v2(weights=script.WEIGHTS).eval()
    maps: dict[int, torch.Tensor] = {}
    for number, part in enumerate(model.features):
        part.register_forward_hook(
            lambda _, __, out, number=number: maps.__setitem__(number, out[0].clone())
        )
    photo = torch.as_tensor(data.chelsea()).permute(2, 0, 1)
    with torch.inference_mode():
        sure = model(script.WEIGHTS.transforms()(photo)[None]).softmax(1)[0]
    sides = {number: out.shape[-1] for number, out in maps.items()}
    smaller = [n for n, side in sides.items() if all(side < sides[k] for k in range(n))]
    assert [stage["stage"] for stage in made["stages"]] == smaller
    for stage in made["stages"]:
        out = maps[stage["stage"]]
        assert (stage["channels"], stage["side"]) == tuple(out.shape[:2])
        spread = out.double().var(dim=(1, 2))
        chosen = spread[stage["shown"]]
        assert chosen.tolist() == sorted(chosen.tolist(), reverse=True)
        assert (spread > chosen[-1]).sum() == len(stage["shown"]) - 1
        # Each tile is its map: black where that is small, white where it is large.
        sheet = pixels(stage["maps"])[..., 0]
        side, rows = stage["side"], round(len(stage["shown"]) ** 0.5)
        assert sheet.shape == (rows * side, rows * side)
        for k, channel in enumerate(stage["shown"]):
            y, x = side * (k // rows), side * (k % rows)
            tile, its = sheet[y : y + side, x : x + side], out[channel].numpy()
            assert np.corrcoef(tile.flatten(), its.flatten())[0, 1] > 0.8
    names = script.WEIGHTS.meta["categories"]
    best = sorted(range(len(names)), key=lambda i: -float(sure[i]))[: script.GUESSES]
    assert [one["name"] for one in made["guesses"]] == [names[i] for i in best]
    percents = [one["percent"] for one in made["guesses"]]
    assert percents == pytest.approx([100 * float(sure[i]) for i in best], abs=0.02)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("guesses", 0, "percent"), 71.0),
        (("guesses", 1, "name"), "tabby"),
        (("stages", 2, "shown", 3), 7),
        (("stages", 4, "maps"), 3),
        (("separable", "filters", 1, 4), 0.5),
    ],
)
def test_what_is_off_is_noticed(place: tuple[Any, ...], value: Any, made: Any) -> None:
    altered = copy.deepcopy(made)
    at = altered
    for step in place[:-1]:
        at = at[step]
    # Of a picture that of another stage.
    at[place[-1]] = made["stages"][value]["maps"] if place[-1] == "maps" else value
    assert unlike(made, made) == []
    (problem,) = unlike(made, altered)
    assert ".".join(map(str, place)) in problem
