"""cv7.linear_head: a head that the page saved predicts what the page does; all else is refused."""

import json
import math
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cv7 import linear_head

from ..conftest import ROOT
from ..widgets.packed import checkpoint, in_node, packed

TRAIN = """
import { readFileSync } from "node:fs";
import { train } from "{widget}/head.mjs";
const { features, labels, classes, queries, sha256 } = JSON.parse(readFileSync(0));
const { head } = train(features, labels, classes);
const saved = JSON.stringify(head.export({ sha256, size: 96 }));
console.log(JSON.stringify({ saved, shares: queries.map((q) => head.predict(q)) }));
"""


@cache
def page() -> tuple[str, list[list[float]], list[list[float]]]:
    """A head as the page saves it, some features, and the page's probabilities for them."""
    rng = np.random.default_rng(3)
    labels: np.ndarray = np.arange(40) % 4
    features = rng.random((40, 30)) + (np.arange(30) % 4 == labels[:, None])
    queries = (10 * rng.random((200, 30)) - 5).tolist()
    given = {
        "features": features.tolist(),
        "labels": labels.tolist(),
        "classes": ["good", "Riß", "a “b”", "😀"],
        "queries": queries,
        "sha256": linear_head.backbone_sha256(packed()),
    }
    found = in_node(TRAIN, given)
    return found["saved"], queries, found["shares"]


def test_predictions_equal_the_pages(tmp_path: Path) -> None:
    text, queries, shares = page()
    path = tmp_path / "head.json"
    path.write_text(text, encoding="utf-8")
    head = linear_head.load(path, backbone=packed())
    assert head.classes == ("good", "Riß", "a “b”", "😀")
    assert np.abs(np.array(head.predict(queries)) - shares).max() < 1e-14
    assert head.predict(np.array(queries)) == head.predict(queries)  # arrays and lists alike
    assert head.classify(queries) == [head.classes[np.argmax(row)] for row in shares]
    assert head.predict([]) == []


def test_features_that_do_not_fit() -> None:
    head = linear_head.loads(page()[0])
    for row in ([0.0] * 29, [], [math.nan] * 30, [math.inf] * 30):
        with pytest.raises(ValueError, match="features"):
            head.predict([row])


def test_another_backbone_is_refused() -> None:
    digest = linear_head.backbone_sha256(packed()).encode()
    other = packed().replace(digest, digest[::-1])
    with pytest.raises(ValueError, match="another backbone"):
        linear_head.loads(page()[0], backbone=other)
    for nothing in (b"", b"cv7b", b"cv7b\x02\0\0\0[]", checkpoint()[:100]):
        with pytest.raises(ValueError, match="not a packed backbone"):
            linear_head.loads(page()[0], backbone=nothing)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "not a cv7-linear-head"),
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ({"classes": None}, "classes"),
        ({"classes": ["one"]}, "classes"),
        ({"classes": ["a", "a", "b", "c"]}, "same name"),
        ({"classes": ["a", " ", "b", "c"]}, "names"),
        ({"classes": ["a", "b", "c"]}, "weights"),
        ({"weights": 3}, "weights"),
        ({"weights": [[], [], [], []]}, "weights"),
        ({"weights": [[1], [1], [1], [1, 2]]}, "weights"),
        ({"weights": [[1], [1], [1], ["1"]]}, "weights"),
        ({"weights": [[1], [1], [1], [True]]}, "weights"),
        ({"weights": [[1], [1], [1], [10**400]]}, "weights"),
        ({"biases": [1, 2]}, "biases"),
        ({"biases": [1, 2, 3, None]}, "biases"),
        ({"backbone": None}, "backbone"),
        ({"backbone": {"sha256": 3, "size": 96}}, "backbone"),
        ({"backbone": {"sha256": "a", "size": "96"}}, "size"),
    ],
)
def test_malformed_heads(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        linear_head.loads(json.dumps({**json.loads(page()[0]), **change}))


def test_files_that_are_no_heads(tmp_path: Path) -> None:
    nan = re.sub(r'"biases":\[[^,]*', '"biases":[NaN', page()[0])
    for text in ("", "{", "[]", "3", "[" * 100_000, nan, page()[0][:-5]):
        with pytest.raises(ValueError, match="head"):
            linear_head.loads(text)
    path = tmp_path / "head.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="UTF-8"):
        linear_head.load(path)
    with pytest.raises(OSError, match="missing"):
        linear_head.load(tmp_path / "missing.json")


def test_imports_neither_torch_nor_numpy() -> None:
    code = "import sys; from cv7 import linear_head; assert not {'torch', 'numpy'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
