"""“Teach it your own classes”: packing, the network against torch, the head against scikit-learn.

What needs no torch is in teach-classes.test.mjs, the page itself in tests/browser.
"""

import hashlib
import io
import json
import math
import os
import pickle
import random
import re
import subprocess
import sys
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from skimage import data
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2, resnet18
from torchvision.transforms import functional

from cv7 import defects, weights
from docs._site import packing, teach_classes

from ..conftest import ROOT, Generated
from .packed import (
    WIDGET,
    checkpoint,
    features,
    features_in_node,
    in_node,
    network,
    packed,
    unpack,
)

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

# ---- Packing ------------------------------------------------------------------------------------


def saved(state: Any, *, legacy: bool = False) -> bytes:
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


def test_layers_are_those_of_cv7() -> None:
    modules = dict(mobilenet_v2().named_modules())
    for layer in packing.layers():
        conv = modules[layer.conv]
        assert conv.weight.shape == layer.shape
        assert (conv.stride[0], conv.groups) == (layer.stride, layer.groups)


def test_header_and_bytes() -> None:
    header, data = unpack(packed())
    assert len(header["layers"]) == 52
    assert header["data_bytes"] == len(data)
    assert header["data_sha256"] == hashlib.sha256(data).hexdigest()
    assert header["checkpoint_sha256"] == weights.SHA256
    assert len(packed()) < 2_400_000
    script = (WIDGET / "element.mjs").read_text(encoding="utf-8")
    assert f"const BYTES = {len(packed()):_};" in script  # what the progress bar counts to
    assert packing.pack(bytes(bytearray(checkpoint()))) == packed()


def test_weights_come_back_to_half_a_step() -> None:
    header, data = unpack(packed())
    state = torch.load(io.BytesIO(checkpoint()), weights_only=True)
    for layer, entry in zip(packing.layers(), header["layers"], strict=True):
        gamma, beta, mean, variance = (
            state[f"{layer.norm}.{part}"].double()
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / (variance + packing.EPS).sqrt()
        folded = (state[f"{layer.conv}.weight"].double() * factor.view(-1, 1, 1, 1)).flatten(1)
        values = array("b", data[entry["weights"] : entry["weights"] + folded.numel()])
        scales, biases = (
            torch.tensor(array("f", data[entry[part] : entry[part] + 4 * layer.out_channels]))
            for part in ("scales", "biases")
        )
        steps = torch.tensor(values, dtype=torch.float64).reshape(folded.shape)
        assert (steps.abs().amax(1) == 127).all()
        assert ((steps * scales[:, None] - folded).abs() <= scales[:, None] * 0.50001).all()
        assert torch.allclose(biases.double(), beta - mean * factor, rtol=1e-6, atol=1e-12)


def test_both_formats_of_torch_save() -> None:
    state = torch.load(io.BytesIO(checkpoint()), weights_only=True)
    for legacy in (False, True):
        assert unpack(packing.pack(saved(state, legacy=legacy)))[1] == unpack(packed())[1]


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("this must not run",))


BROKEN = (
    *("nothing", "text", "PK", "a pickle", "evil", "other", "evil zip", "nan", "negative", "shape"),
    *("strided", "huge", "half", "list", "cut", "cut zip"),
)


@cache
def broken() -> dict[str, bytes]:
    state = mobilenet_v2().state_dict()
    name = "features.3.conv.1.1.running_var"
    nan, negative, shape, strided = (dict(state) for _ in range(4))
    nan[name] = torch.full_like(state[name], math.nan)
    negative[name] = -torch.ones_like(state[name])
    shape[name] = torch.ones(7)
    strided["features.18.0.weight"] = torch.ones(320, 1280, 1, 1).transpose(0, 1)
    huge = dict(state)
    huge["features.0.0.weight"] = torch.full((32, 3, 3, 3), 3e38)
    huge["features.0.1.weight"] = torch.full((32,), 3e38)
    half = {k: v.half() for k, v in state.items()}
    return {
        "nothing": b"",
        "text": b"hello",
        "PK": b"PK\x03\x04",
        "a pickle": pickle.dumps({"a": 1}),
        "evil": pickle.dumps(Evil()),
        "other": saved(resnet18().state_dict()),
        "evil zip": saved({"a": Evil()}),
        "nan": saved(nan),
        "negative": saved(negative),
        "shape": saved(shape),
        "strided": saved(strided),
        "huge": saved(huge),
        "half": saved(half),
        "list": saved([1, 2]),
        "cut": checkpoint()[:1_000_000],
        "cut zip": saved(state)[:1_000_000],
    }


@pytest.mark.parametrize("name", BROKEN)
def test_anything_else_is_a_value_error(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|features|torchvision"):
        packing.pack(broken()[name])
    assert "must not run" not in capsys.readouterr().out


def test_damaged_bytes_give_a_value_error() -> None:
    source = saved({"features.0.0.weight": torch.ones(32, 3, 3, 3)}, legacy=True)
    generator = random.Random(5)
    for _ in range(500):
        data = bytearray(source)
        for _ in range(generator.randint(1, 6)):
            data[generator.randrange(len(data) // 2)] = generator.randrange(256)
        with pytest.raises(ValueError, match=r"checkpoint|features"):
            packing.pack(bytes(data))


# ---- What the build writes ----------------------------------------------------------------------


def built(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, bytes]:
    """What the hook writes, by name."""
    monkeypatch.delenv("NOTEBOOKS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    teach_classes.on_post_build(SimpleNamespace(site_dir=folder))
    written = Path(folder, "widgets", "teach-classes").iterdir()
    return {path.name: path.read_bytes() for path in written}


def test_the_build_packs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint()  # so that it is there
    monkeypatch.setattr(teach_classes, "CACHE", tmp_path / "cache")
    first = built(tmp_path / "one", monkeypatch, NOTEBOOKS="run")
    assert first["mobilenet-v2.bin"] == packed()
    assert json.loads(first["samples.json"]) == {
        "image": "samples.webp",
        "size": defects.SIZE,
        "count": 16,
        "classes": ["crack", "scratch", "discolour"],
    }
    assert first["samples.webp"][8:12] == b"WEBP"
    monkeypatch.setattr(packing, "pack", lambda _: b"again")
    assert built(tmp_path / "two", monkeypatch) == first
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize("content", [None, b"not genuine"])
def test_a_preview_says_what_is_missing(
    content: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)  # as if it were not installed
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    if content is not None:
        weights.path().parent.mkdir(parents=True)
        weights.path().write_bytes(content)
    with caplog.at_level("INFO", logger="mkdocs"):
        assert built(tmp_path / "site", monkeypatch) == {}
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert {record.levelname for record in caplog.records} == {"INFO"}
    assert weights.NAME in told[0]
    assert "skimage" in told[1]
    assert all("`make build`" in message for message in told)


# ---- model.mjs against torch --------------------------------------------------------------------


def photographs(size: int) -> torch.Tensor:
    """Middle squares of four photographs, normalised: (4, 3, size, size)."""
    found = []
    for name in ("cat", "coffee", "astronaut", "brick"):
        image = torch.as_tensor(getattr(data, name)())
        if image.ndim == 2:
            image = image[..., None].expand(-1, -1, 3)
        image = image.permute(2, 0, 1) / 255
        square = functional.center_crop(image, min(image.shape[1:]))
        small = functional.resize(square, [size, size], antialias=True)
        found.append(functional.normalize(small, MEAN, STD))
    return torch.stack(found)


@pytest.mark.parametrize("size", [96, 97, 224])
def test_features_of_photographs_agree_with_torch(size: int) -> None:
    images = photographs(size)
    theirs, ours = features(images), features_in_node(images, size).double()
    assert ((ours - theirs).norm(dim=1) / theirs.norm(dim=1)).max() <= 1e-3
    with torch.inference_mode():
        tops = network().classifier(ours).argmax(1)
        assert torch.equal(tops, network().classifier(theirs).argmax(1))
    if size == 224:
        published = MobileNet_V2_Weights.IMAGENET1K_V1
        with torch.inference_mode():  # int8 makes no other class of them
            assert torch.equal(tops, mobilenet_v2(weights=published).eval()(images).argmax(1))
        named = published.meta["categories"]
        assert [named[top] for top in tops[:2]] == ["Egyptian cat", "espresso"]


def picture(kind: str, size: int) -> torch.Tensor:
    """Bytes (3, size, size) that follow from whole numbers alone, as in teach-classes.test.mjs."""
    y, x, c = torch.meshgrid(*[torch.arange(n) for n in (size, size, 3)], indexing="ij")
    if kind == "rings":
        values = ((x - size // 2) ** 2 + (y - size // 3) ** 2) // 8 + 40 * c
    elif kind == "bricks":
        odd = (y // 16) % 2
        values = torch.where((y % 16 < 2) | ((x + 8 * odd) % 24 < 2), 40, 180 - 30 * c)
    else:
        values = x * y // 16 + 7 * x * c + 3 * y
    return (values % 256).permute(2, 0, 1)


def feature_vectors() -> list[dict[str, Any]]:
    """torch's features, in float64, so that five digits are the same on every machine."""
    mean, std = (torch.tensor(x, dtype=torch.float64).view(3, 1, 1) for x in (MEAN, STD))
    kinds = [("rings", 96), ("bricks", 96), ("weave", 96), ("rings", 128), ("weave", 128)]
    found = []
    for kind, size in kinds:
        values = features(((picture(kind, size).double() / 255 - mean) / std)[None])[0].tolist()
        shown = [float(f"{x:.5g}") for x in values]
        found.append({"kind": kind, "size": size, "features": shown})
    return found


def park_miller() -> Iterator[float]:
    """The generator of Park and Miller, in 0 to 1; exact in JavaScript's numbers, too."""
    state = 1
    while True:
        state = state * 48271 % 2147483647
        yield state / 2147483647


def probabilities(train: Any, labels: Any, test: Any) -> Any:
    """scikit-learn's, by the same penalty as in head.mjs."""
    scaler = StandardScaler().fit(train)
    model = LogisticRegression(C=0.01, solver="newton-cg", tol=1e-12, max_iter=1000)
    return model.fit(scaler.transform(train), labels).predict_proba(scaler.transform(test))


def head_vectors() -> dict[str, Any]:
    source, (images, numbers, classes) = park_miller(), (30, 20, 3)
    labels: np.ndarray = np.arange(images) % classes
    rows = np.array(
        [[next(source) * (1 + (j % classes == k)) for j in range(numbers)] for k in labels]
    )
    shares = [[round(float(x), 6) for x in row] for row in probabilities(rows, labels, rows)]
    return {"images": images, "numbers": numbers, "classes": classes, "shares": shares}


def test_vectors_are_what_torch_and_scikit_learn_compute(generated: Generated) -> None:
    vectors = {"features": feature_vectors(), "head": head_vectors()}
    text = json.dumps(vectors, separators=(",", ":")).replace("},{", "},\n{")
    generated(ROOT / "tests/widgets/teach-classes.vectors.json", text + "\n")


def test_in_node_nothing_is_skipped_once_the_network_is_there(tmp_path: Path) -> None:
    file = tmp_path / "mobilenet-v2.bin"
    file.write_bytes(packed())
    run = subprocess.run(
        ["node", "--test", "--test-reporter=tap", ROOT / "tests/widgets/teach-classes.test.mjs"],
        env=os.environ | {"CV7_BACKBONE": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    counts = dict(re.findall(r"^# (pass|skipped|fail) (\d+)$", run.stdout, re.M))
    assert counts["skipped"] == counts["fail"] == "0"
    assert int(counts["pass"]) >= 11


# ---- head.mjs against scikit-learn --------------------------------------------------------------

FIT = """
import { readFileSync } from "node:fs";
import { Head, fit } from "{widget}/head.mjs";
const { train, labels, test, classes } = JSON.parse(readFileSync(0));
const head = fit(train, labels, classes);
const again = Head.from_json(JSON.parse(JSON.stringify(head.export({}))));
const shares = [head, again].map((one) => test.map((f) => one.predict(f)));
console.log(JSON.stringify({ steps: head.steps, shares }));
"""


def rgba(images: Any) -> torch.Tensor:
    """(N, 3, 96, 96) in 0 to 1 as what a canvas gives: (N, 96, 96, 4) bytes."""
    rgb = np.round(images.transpose(0, 2, 3, 1) * 255).astype(np.uint8)
    return torch.from_numpy(np.concatenate([rgb, np.full_like(rgb[..., :1], 255)], axis=3))


def test_the_head_is_scikit_learns_on_the_same_features() -> None:
    surfaces = [getattr(data, name)() / 255 for name in ("brick", "gravel", "grass")]
    sets = [defects.dataset(surfaces, n, seed=0, test=t) for n, t in ((100, False), (100, True))]
    train, test = (features_in_node(rgba(images), "rgba").numpy() for images, _ in sets)
    labels = sets[0][1]
    given = {"train": train.tolist(), "labels": labels.tolist(), "test": test.tolist()}
    found = in_node(FIT, given | {"classes": list(defects.CLASSES)})
    ours, again = map(np.array, found["shares"])
    theirs = probabilities(train.astype(np.float64), labels, test.astype(np.float64))
    assert np.abs(ours - theirs).max() < 1e-5
    assert (ours == again).all()
    assert found["steps"] < 200
