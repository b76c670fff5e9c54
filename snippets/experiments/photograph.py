"""A photograph on its way through MobileNetV2: some feature maps, the best guesses, one mixed map.

Chosen by rule, not by beauty: the stages whose maps are smaller than any before, and of each the
channels that vary most over the picture. Of the first separable convolution, the output that
varies most, and the three channels that contribute most to it.

    python snippets/experiments/photograph.py             # writes docs/data/photograph.json
    python snippets/experiments/photograph.py --smoke     # the same, writes nothing
"""

import argparse
import base64
from io import BytesIO
from typing import Any

import numpy as np
import torch
from PIL import Image
from skimage import data
from torch import Tensor
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2
from torchvision.transforms import functional

from cv7 import measured, weights

WEIGHTS = MobileNet_V2_Weights.IMAGENET1K_V1
ROWS = {0: 2, 2: 3, 4: 4, 7: 5, 14: 6}  # by stage how many rows of how many maps
GUESSES = 5
MIXED = 3  # channels of the separable convolution that are shown
ENDS = (1, 99)  # percentiles of a map that are drawn black and white
QUALITY = {0: 7, 2: 7, 4: 16, 7: 30, 14: 0}  # of their compression; 0 is without loss
HALF = [56, 56]  # of the separable convolution, maps are shown in half their size


def shades(maps: Tensor) -> np.ndarray:
    """Each map by itself from 0 to 255."""
    values = maps.double().numpy()
    low, high = (np.percentile(values, end, axis=(1, 2), keepdims=True) for end in ENDS)
    return np.round(255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.uint8)


def webp(pixels: np.ndarray, *, quality: int) -> str:
    """As base64; small maps in sixteen shades and without further loss."""
    file = BytesIO()
    if quality:
        Image.fromarray(pixels).save(file, "webp", method=6, quality=quality)
    else:
        sixteen = (np.round(pixels / 17) * 17).astype(np.uint8)
        Image.fromarray(sixteen).save(file, "webp", method=6, lossless=True)
    return base64.b64encode(file.getvalue()).decode()


def sheet(maps: np.ndarray, columns: int) -> np.ndarray:
    """Maps beside and below each other, without gaps."""
    rows = [np.concatenate(list(maps[at : at + columns]), 1) for at in range(0, len(maps), columns)]
    return np.concatenate(rows)


def varied(maps: Tensor) -> list[int]:
    """The channels, the one that varies most over the picture first."""
    return [int(i) for i in maps.double().flatten(1).var(1).argsort(descending=True)]


def stage(number: int, maps: Tensor) -> dict[str, Any]:
    channels, side, _ = maps.shape
    rows = ROWS[number]
    shown = varied(maps)[: rows * rows]
    image = webp(sheet(shades(maps[shown]), rows), quality=QUALITY[number])
    return {"stage": number, "side": side, "channels": channels, "shown": shown, "maps": image}


def separable(maps: Tensor, block: torch.nn.Module) -> dict[str, Any]:
    """One output of the first separable convolution, and what contributes most to it."""
    depthwise, pointwise, norm = block.conv
    filtered = depthwise(maps[None])
    mixed = norm(pointwise(filtered))[0]
    output = varied(mixed)[0]
    spread = filtered[0].flatten(1).std(1) * pointwise.weight[output, :, 0, 0].abs()
    channels = [int(i) for i in spread.argsort(descending=True)[:MIXED]]
    convolution, statistics = depthwise[0], depthwise[1]
    scale = statistics.weight / (statistics.running_var + statistics.eps).sqrt()
    filters = (convolution.weight[:, 0] * scale[:, None, None])[channels]
    taken = maps[channels], filtered[0, channels], mixed[[output]]
    before, after, mix = (
        webp(sheet(shades(functional.resize(m, HALF, antialias=True)), 1), quality=10)
        for m in taken
    )
    return {
        "channels": channels,
        "filters": [[round(float(v), 4) for v in f.flatten()] for f in filters],
        "before": before,
        "after": after,
        "output": output,
        "mixed": mix,
    }


def results() -> dict[str, Any]:
    torch.set_num_threads(1)
    weights.ensure()
    model = mobilenet_v2(weights=WEIGHTS).eval()
    prepare = WEIGHTS.transforms()
    photo = torch.as_tensor(data.chelsea()).permute(2, 0, 1)
    # What the network sees, before its colours are normalised.
    small = functional.resize(photo, prepare.resize_size, prepare.interpolation, antialias=True)
    seen = functional.center_crop(small, prepare.crop_size).permute(1, 2, 0).numpy()
    stages, pair = [], {}
    with torch.inference_mode():
        maps = batch = prepare(photo)[None]
        for number, part in enumerate(model.features):
            if number == 1:
                pair = separable(maps[0], part)
            maps = part(maps)
            if number in ROWS:
                stages.append(stage(number, maps[0]))
        sure = model(batch).softmax(1)[0]
    best = [int(i) for i in sure.argsort(descending=True)[:GUESSES]]
    names = WEIGHTS.meta["categories"]
    return {
        "photo": {"side": len(seen), "image": webp(seen, quality=26)},
        "stages": stages,
        "guesses": [{"name": names[i], "percent": round(100 * float(sure[i]), 2)} for i in best],
        "separable": pair,
    }


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="writes nothing")
    arguments = parser.parse_args(given)
    found = results()
    if arguments.smoke:
        print(found["guesses"])
        return
    measured.save(
        "photograph",
        by="snippets/experiments/photograph.py",
        settings={
            "photograph": "chelsea.png of scikit-image, by Stéfan van der Walt, CC0",
            "weights": "torchvision MobileNet_V2_Weights.IMAGENET1K_V1, with their own transforms",
            "shown": "stages whose maps are smaller than any before; their channels of greatest "
            "variance, the greatest first",
            "shades": "of each map by itself, black to white from its first to its 99th percentile",
            "separable": "of features[1] the output channel of greatest variance, and the channels "
            "with the greatest standard deviation times weight in it; filters with their BatchNorm",
        },
        seeds=[0],
        **found,
    )


if __name__ == "__main__":
    main()
