"""Pack MobileNetV2's features for the browser: BatchNorm folded in, weights as int8.

Reads torchvision's checkpoint without torch and without NumPy, as the site's build has neither.
The packed file is, in this order and little-endian throughout:

    b"cv7b"                       4 bytes
    length of the header          uint32
    the header                    JSON, padded with spaces so that what follows lies at 4n
    the weights                   int8, layer after layer, padded with zeros to 4n
    the scales, then the biases   float32, layer after layer

A layer's weights are (out_channels, in_channels / groups, kernel_size, kernel_size), to be
multiplied by the scale of their output channel. Its offsets are bytes from the end of the header.
"""

import hashlib
import io
import json
import math
import pickle
import sys
import zipfile
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cv7.networks import MOBILENET_V2_STAGES

MAGIC = b"cv7b"
FORMAT = "cv7-mobilenet-v2-int8"
EPS = 1e-5  # torchvision's BatchNorm
LAST_CHANNEL = 1280
# What torch.save wrote before its zip format: this number, the protocol, facts about the system.
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
STORAGES = {"FloatStorage": ("f", 4), "LongStorage": ("q", 8)}


# ---- Reading the checkpoint ---------------------------------------------------------------------


@dataclass(frozen=True)
class StorageType:
    code: str
    width: int


@dataclass(frozen=True)
class Tensor:
    """A contiguous tensor that has not been read yet: where its numbers lie."""

    code: str
    key: str
    offset: int
    size: tuple[int, ...]

    @property
    def count(self) -> int:
        return math.prod(self.size)


@dataclass(frozen=True)
class Storage:
    code: str
    key: str


def _tensor(
    storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> Tensor:
    contiguous = tuple(math.prod(size[axis + 1 :]) for axis in range(len(size)))
    if tuple(stride) != contiguous:
        raise ValueError(f"a tensor of shape {size} is not contiguous")
    return Tensor(storage.code, storage.key, offset, tuple(size))


class _Unpickler(pickle.Unpickler):
    """Knows a dictionary of tensors, and calls nothing else that a file may name."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding="utf-8")
        self.storages: dict[str, tuple[str, int]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in STORAGES:
            return StorageType(*STORAGES[name])
        raise ValueError(f"the checkpoint asks for {module}.{name}, which is not a tensor")

    def persistent_load(self, pid: Any) -> Storage:
        kind, dtype, key, _location, count, *view = pid
        if kind != "storage" or not isinstance(dtype, StorageType) or any(view):
            raise ValueError(f"the checkpoint holds something that is not a tensor: {pid!r}")
        self.storages[str(key)] = (dtype.code, int(count))
        return Storage(dtype.code, str(key))


def _numbers(code: str, data: bytes) -> "array[Any]":
    numbers = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _load(file: io.BytesIO) -> tuple[Any, dict[str, tuple[str, int]]]:
    unpickler = _Unpickler(file)
    return unpickler.load(), unpickler.storages


def _read_zip(checkpoint: bytes) -> tuple[Any, dict[str, "array[Any]"]]:
    with zipfile.ZipFile(io.BytesIO(checkpoint)) as archive:
        (member,) = [n for n in archive.namelist() if n.endswith("/data.pkl")]
        folder = member.removesuffix("data.pkl")
        if f"{folder}byteorder" in archive.namelist():
            order = archive.read(f"{folder}byteorder")
            if order != b"little":
                raise ValueError(f"the checkpoint's byte order is {order!r}, not little")
        state, sizes = _load(io.BytesIO(archive.read(member)))
        storages = {}
        for key, (code, count) in sizes.items():
            storages[key] = _numbers(code, archive.read(f"{folder}data/{key}"))
            if len(storages[key]) != count:
                raise ValueError(f"storage {key} has {len(storages[key])} numbers, not {count}")
    return state, storages


def _read_legacy(checkpoint: bytes) -> tuple[Any, dict[str, "array[Any]"]]:
    file = io.BytesIO(checkpoint)
    if _load(file)[0] != LEGACY_MAGIC or _load(file)[0] != LEGACY_PROTOCOL:
        raise ValueError("it is not a file of torch.save")
    if not _load(file)[0].get("little_endian"):
        raise ValueError("the checkpoint's byte order is not little")
    state, sizes = _load(file)
    keys, _ = _load(file)
    storages = {}
    for key in map(str, keys):
        code, count = sizes[key]
        stored = int.from_bytes(file.read(8), "little")
        if stored != count:
            raise ValueError(f"storage {key} has {stored} numbers, not {count}")
        width = array(code).itemsize
        data = file.read(count * width)
        if len(data) != count * width:
            raise ValueError("the checkpoint ends too early")
        storages[key] = _numbers(code, data)
    return state, storages


def read(checkpoint: bytes) -> dict[str, tuple[tuple[int, ...], "array[float]"]]:
    """The shapes and numbers of a checkpoint's float32 tensors, by name.

    Raises ValueError for anything but a dictionary of contiguous tensors saved by torch.
    """
    reader = _read_zip if checkpoint[:2] == b"PK" else _read_legacy
    try:
        state, storages = reader(checkpoint)
    except ValueError as error:
        raise ValueError(f"the checkpoint cannot be read: {error}") from None
    except Exception as error:  # a damaged pickle may raise nearly anything
        raise ValueError(f"the checkpoint cannot be read: {error!r}") from None
    if not isinstance(state, dict) or not all(isinstance(t, Tensor) for t in state.values()):
        raise ValueError("the checkpoint is not a dictionary of tensors")
    tensors = {}
    for name, tensor in state.items():
        if tensor.code != "f":
            continue  # num_batches_tracked
        numbers = storages[tensor.key][tensor.offset : tensor.offset + tensor.count]
        if len(numbers) != tensor.count:
            raise ValueError(f"{name} reaches beyond its storage")
        tensors[str(name)] = (tensor.size, numbers)
    return tensors


# ---- Folding and rounding -----------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """One convolution: `conv` and `norm` are the names in the checkpoint."""

    conv: str
    norm: str
    block: int
    role: str
    in_channels: int
    out_channels: int
    kernel_size: int = 1
    stride: int = 1
    groups: int = 1
    relu6: bool = True
    shortcut: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        inner = self.in_channels // self.groups
        return (self.out_channels, inner, self.kernel_size, self.kernel_size)


def layers() -> Iterator[Layer]:
    """The 52 convolutions of torchvision's `features`, in order."""
    yield Layer("features.0.0", "features.0.1", 0, "first", 3, 32, kernel_size=3, stride=2)
    channels, block = 32, 1
    for expand_ratio, out_channels, repeats, first_stride in MOBILENET_V2_STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            hidden, prefix, part = channels * expand_ratio, f"features.{block}.conv", 0
            if expand_ratio != 1:
                names = (f"{prefix}.0.0", f"{prefix}.0.1")
                yield Layer(*names, block, "expand", channels, hidden)
                part = 1
            names = (f"{prefix}.{part}.0", f"{prefix}.{part}.1")
            yield Layer(*names, block, "depthwise", hidden, hidden, 3, stride, hidden)
            shortcut = stride == 1 and channels == out_channels
            names = (f"{prefix}.{part + 1}", f"{prefix}.{part + 2}")
            yield Layer(
                *names, block, "project", hidden, out_channels, relu6=False, shortcut=shortcut
            )
            channels, block = out_channels, block + 1
    yield Layer("features.18.0", "features.18.1", 18, "last", channels, LAST_CHANNEL)


def _wanted(
    tensors: Mapping[str, tuple[tuple[int, ...], "array[float]"]], name: str, shape: tuple[int, ...]
) -> "array[float]":
    if name not in tensors:
        raise ValueError(f"the checkpoint has no {name}: it is not torchvision's MobileNetV2")
    found, numbers = tensors[name]
    if found != shape:
        raise ValueError(f"{name} has shape {found}, not {shape}")
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"{name} holds a number that is not finite")
    return numbers


def fold(
    layer: Layer, tensors: Mapping[str, tuple[tuple[int, ...], "array[float]"]]
) -> tuple[list[list[float]], list[float]]:
    """The weights, one list for each output channel, and biases with BatchNorm folded in."""
    channels = layer.out_channels
    weights = _wanted(tensors, f"{layer.conv}.weight", layer.shape)
    gamma, beta, mean, variance = (
        _wanted(tensors, f"{layer.norm}.{part}", (channels,))
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    if min(variance) < 0:
        raise ValueError(f"{layer.norm}.running_var holds a negative number")
    each = len(weights) // channels
    rows, biases = [], []
    for c in range(channels):
        factor = gamma[c] / math.sqrt(variance[c] + EPS)
        rows.append([factor * w for w in weights[c * each : (c + 1) * each]])
        biases.append(beta[c] - mean[c] * factor)
    return rows, biases


def quantise(row: list[float]) -> tuple["array[int]", float]:
    """int8 values and the scale, a float32, that brings them back; the largest becomes ±127."""
    largest = max(map(abs, row))
    (scale,) = array("f", [largest / 127])
    if scale == 0 or not math.isfinite(scale):
        return array("b", bytes(len(row))), scale or 1.0
    return array("b", [max(-127, min(127, round(w / scale))) for w in row]), scale


def pack(checkpoint: bytes) -> bytes:
    """The packed file for a checkpoint of torchvision's mobilenet_v2, the same for the same bytes.

    Raises ValueError where the checkpoint cannot be read or is of another network.
    """
    tensors = read(checkpoint)
    weights, scales, biases = array("b"), array("f"), array("f")
    listed: list[dict[str, Any]] = []
    for layer in layers():
        rows, folded = fold(layer, tensors)
        listed.append(
            {
                "name": layer.conv,
                "block": layer.block,
                "role": layer.role,
                "in_channels": layer.in_channels,
                "out_channels": layer.out_channels,
                "kernel_size": layer.kernel_size,
                "stride": layer.stride,
                "groups": layer.groups,
                "relu6": layer.relu6,
                "shortcut": layer.shortcut,
                "weights": len(weights),
                "scales": 4 * len(scales),  # below, the weights' length is added
                "biases": 4 * len(biases),
            }
        )
        for row in rows:
            values, scale = quantise(row)
            weights.extend(values)
            scales.append(scale)
        biases.extend(array("f", folded))
        if not all(map(math.isfinite, (*scales, *biases))):
            raise ValueError(f"the checkpoint’s {layer.conv} is too large for float32")
    weights.extend([0] * (-len(weights) % 4))
    for entry in listed:
        entry["scales"] += len(weights)
        entry["biases"] += len(weights) + 4 * len(scales)
    if sys.byteorder == "big":
        scales.byteswap()
        biases.byteswap()
    data = weights.tobytes() + scales.tobytes() + biases.tobytes()
    header = {
        "format": FORMAT,
        "version": 1,
        "checkpoint_sha256": hashlib.sha256(checkpoint).hexdigest(),
        "data_sha256": hashlib.sha256(data).hexdigest(),
        "data_bytes": len(data),
        "features": LAST_CHANNEL,
        "layers": listed,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return MAGIC + len(text).to_bytes(4, "little") + text + data
