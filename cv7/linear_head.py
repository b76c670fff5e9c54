"""A linear head that was trained on the page, “Teach it your own classes”.

    backbone = Path("mobilenet-v2.bin").read_bytes()
    head = linear_head.load("head.json", backbone=backbone)
    shares = head.predict(features)    # (N, 1280) to (N, classes)

The features are those of the packed backbone: the mean over MobileNetV2's last map, for images of
96 by 96 pixels, normalised with ImageNet's mean and standard deviation. Imports neither torch nor
NumPy; its arrays, and plain lists, are taken alike.

>>> import json
>>> from cv7 import linear_head
>>> text = json.dumps({
...     "format": "cv7-linear-head", "version": 1, "classes": ["crack", "good"],
...     "weights": [[1, 0], [0, 1]], "biases": [0, 0],
...     "backbone": {"sha256": "", "size": 96},
... })
>>> head = linear_head.loads(text)
>>> head.classify([[3, 1], [0, 2]])
['crack', 'good']
>>> [[round(share, 3) for share in row] for row in head.predict([[3, 1]])]
[[0.881, 0.119]]
>>> linear_head.loads("{}")
Traceback (most recent call last):
ValueError: the file is not a cv7-linear-head
>>> linear_head.load("no-such-file.json")
Traceback (most recent call last):
FileNotFoundError: [Errno 2] No such file or directory: 'no-such-file.json'
>>> linear_head.backbone_sha256(b"anything")
Traceback (most recent call last):
ValueError: this is not a packed backbone
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "LinearHead",
    "backbone_sha256",
    "load",
    "loads",
]

FORMAT = "cv7-linear-head"
VERSION = 1
BACKBONE_FORMAT = "cv7-mobilenet-v2-int8"


@dataclass(frozen=True)
class LinearHead:
    """Multinomial logistic regression: one row of weights and one bias for each class.

    classes: names; weights: (classes, features); biases: (classes,); backbone_sha256: the digest
    of the packed weights that made the features; size: pixels along a side of the images.
    """

    classes: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]
    backbone_sha256: str
    size: int

    def predict(self, features: Iterable[Sequence[float]]) -> list[list[float]]:
        """The probability of each class: (N, features) to (N, classes), rows adding up to 1.

        Raises ValueError where a row has another length, or a number that is not finite.
        """
        return [self._predict_one([float(x) for x in row]) for row in features]

    def _predict_one(self, row: list[float]) -> list[float]:
        wanted = len(self.weights[0])
        if len(row) != wanted:
            raise ValueError(f"the head takes {wanted} features an image, got {len(row)}")
        if not all(map(math.isfinite, row)):
            raise ValueError("features must be finite numbers")
        scores = [
            sum(w * x for w, x in zip(weights, row, strict=True)) + bias
            for weights, bias in zip(self.weights, self.biases, strict=True)
        ]
        largest = max(scores)
        powers = [math.exp(score - largest) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def classify(self, features: Iterable[Sequence[float]]) -> list[str]:
        """The name of the most probable class for each row of (N, features)."""
        shares = self.predict(features)
        return [self.classes[row.index(max(row))] for row in shares]


def backbone_sha256(packed: bytes) -> str:
    """The digest that a head's file names, from a packed backbone.

    Raises ValueError for bytes that are not one.
    """
    try:
        start = 8 + int.from_bytes(packed[4:8], "little")
        header = json.loads(packed[8:start]) if packed[:4] == b"cv7b" else {}
        if header["format"] == BACKBONE_FORMAT:
            return str(header["data_sha256"])
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError("this is not a packed backbone")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _numbers(values: Any, length: int, name: str) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != length:
        raise ValueError(f"{name} must be a list of {length} numbers")
    for value in values:
        if type(value) not in (int, float) or not abs(value) < 1e300:
            raise ValueError(f"{name} must be finite numbers, got {value!r:.40}")
    return tuple(map(float, values))


def loads(text: str, *, backbone: bytes | None = None) -> LinearHead:
    """The head in the text of a file that the page saved.

    With `backbone`, the bytes of a packed backbone, it also checks that the head was trained on
    its features. Raises ValueError where the text is anything else, and says what is wrong.
    """
    try:
        saved = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the head’s file is not JSON: {error}") from None
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise ValueError(f"the file is not a {FORMAT}")
    version = saved.get("version")
    if type(version) is not int or version != VERSION:
        raise ValueError(f"the head’s version is {version!r:.40}, not {VERSION}")
    classes, weights = saved.get("classes"), saved.get("weights")
    if not isinstance(classes, list) or len(classes) < 2:
        raise ValueError("classes must be a list of at least 2 names")
    if not all(isinstance(name, str) and name.strip() for name in classes):
        raise ValueError("the names of classes must be text")
    if len(set(classes)) != len(classes):
        raise ValueError("two classes have the same name")
    if not isinstance(weights, list) or len(weights) != len(classes):
        raise ValueError(f"weights must be {len(classes)} lists, one for each class")
    length = len(weights[0]) if isinstance(weights[0], list) else 0
    if length == 0:
        raise ValueError("weights must be lists of numbers")
    made_by = saved.get("backbone")
    if not isinstance(made_by, dict) or not isinstance(made_by.get("sha256"), str):
        raise ValueError("backbone must name the digest of the weights that made the features")
    size = made_by.get("size")
    if type(size) is not int or size < 1:
        raise ValueError("backbone must say the size of its images")
    if backbone is not None and backbone_sha256(backbone) != made_by["sha256"]:
        raise ValueError("the head was trained on the features of another backbone")
    return LinearHead(
        classes=tuple(classes),
        weights=tuple(_numbers(row, length, "weights") for row in weights),
        biases=_numbers(saved.get("biases"), len(classes), "biases"),
        backbone_sha256=made_by["sha256"],
        size=size,
    )


def load(path: str | Path, *, backbone: bytes | None = None) -> LinearHead:
    """The head in a file; OSError where there is none, and ValueError as of loads()."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError("the head’s file is not text in UTF-8") from None
    return loads(text, backbone=backbone)
