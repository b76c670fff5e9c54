"""The packed network of “Teach it your own classes”, in Python and in Node, for its tests."""

import json
import subprocess
import tempfile
from array import array
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision.models import mobilenet_v2

from cv7 import weights
from docs._site import packing

from ..conftest import ROOT

WIDGET = ROOT / "docs" / "widgets" / "teach-classes"


@cache
def checkpoint() -> bytes:
    """The genuine weights, as torchvision's file has them."""
    return weights.ensure().read_bytes()


@cache
def packed() -> bytes:
    return packing.pack(checkpoint())


def unpack(file: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and the data of a packed file."""
    start = 8 + int.from_bytes(file[4:8], "little")
    header: dict[str, Any] = json.loads(file[8:start])
    return header, file[start:]


@cache
def network() -> nn.Module:
    """torchvision's MobileNetV2, in eval mode and float64, with the packed weights.

    Its BatchNorms are left out, as they are folded in; the classifier is the checkpoint's.
    """
    header, data = unpack(packed())
    model = mobilenet_v2()
    model.load_state_dict(torch.load(weights.path(), weights_only=True))
    modules = dict(model.named_modules())
    for entry in header["layers"]:
        old = modules[entry["name"]]
        new = nn.Conv2d(
            old.in_channels,
            old.out_channels,
            old.kernel_size,
            old.stride,
            old.padding,
            groups=old.groups,
            dtype=torch.float64,
        )
        values = array("b", data[entry["weights"] : entry["weights"] + new.weight.numel()])
        scales, biases = (
            torch.tensor(array("f", data[entry[part] : entry[part] + 4 * new.out_channels]))
            for part in ("scales", "biases")
        )
        steps = torch.tensor(values, dtype=torch.float64).reshape(new.weight.shape)
        new.weight.data = steps * scales.double().reshape(-1, 1, 1, 1)
        new.bias.data = biases.double()
        parent, _, index = entry["name"].rpartition(".")
        modules[parent][int(index)] = new
        modules[parent][int(index) + 1] = nn.Identity()
    return model.double().eval()


def features(images: torch.Tensor) -> torch.Tensor:
    """(N, 3, S, S) to (N, 1280), by torch."""
    with torch.inference_mode():
        return network().features(images.double()).mean(dim=(2, 3))


def features_in_node(images: torch.Tensor, size: int | str) -> torch.Tensor:
    """The same by model.mjs; with size "rgba", from bytes (N, 96, 96, 4) by its prepare()."""
    with tempfile.TemporaryDirectory() as folder:
        file, given = Path(folder, "network.bin"), Path(folder, "images")
        file.write_bytes(packed())
        given.write_bytes(images.contiguous().numpy().tobytes())
        script = ROOT / "tests" / "widgets" / "teach-classes.features.mjs"
        command = ["node", str(script), str(file), str(given), str(size)]
        answer = subprocess.run(command, capture_output=True, check=True).stdout
    return torch.frombuffer(bytearray(answer), dtype=torch.float32).reshape(-1, 1280)


def in_node(script: str, given: Any) -> Any:
    """What a module prints as JSON that finds `given` in its input, and the widget in {widget}."""
    run = subprocess.run(
        ["node", "--input-type=module", "-e", script.replace("{widget}", WIDGET.as_posix())],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)
