"""The harness for other devices, tried where there is none: tests/device.py."""

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torchvision.models import mobilenet_v2

from cv7 import weights

from .. import device
from ..sections import SNIPPETS, sections


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A CUDA device without values: shapes, types and devices are followed, and must fit.

    torch's own pretended tensors refuse to mix devices. What would need values gives some.
    """
    weights.ensure()
    some: dict[str, Any] = {
        "item": lambda self: 1.0 if self.is_floating_point() else 1,
        "tolist": lambda self: list(range(len(self))),
        "numpy": lambda self, **_: np.zeros(self.shape, np.uint8),
        "backward": lambda self: None,
        "__bool__": lambda self: False,
    }
    for name, method in some.items():
        monkeypatch.setattr(Tensor, name, method)
    monkeypatch.setattr(
        torch.autograd, "grad", lambda of, to, **_: [torch.zeros_like(to, requires_grad=False)]
    )
    with FakeTensorMode(), device.OnDevice("cuda"):
        yield


# It chooses its device itself, by what is there, and nothing is there.
CHOOSES = "several-processes"


@pytest.mark.parametrize("path", [p for p in SNIPPETS if p.stem != CHOOSES], ids=lambda p: p.name)
@pytest.mark.usefixtures("pretended")
def test_no_snippet_mixes_devices(path: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile("".join(sections(path).values()), path, "exec"), {})  # noqa: S102


@pytest.mark.parametrize(
    "code",
    [
        "nn.Linear(3, 2)(torch.zeros(1, 3, device='cpu'))",
        "torch.randn(3) + torch.ones(3).cpu()",
        "torch.from_numpy(numpy.zeros(3)) + torch.zeros(3, device='cpu', dtype=torch.float64)",
    ],
)
@pytest.mark.usefixtures("pretended")
def test_mixed_devices_are_noticed(code: str) -> None:
    with pytest.raises(RuntimeError, match="device"):
        exec(f"import numpy, torch\nfrom torch import nn\n{code}", {})  # noqa: S102


def test_every_draw_is_that_of_the_cpu() -> None:
    """The same numbers with and without the harness, whatever the way to draw them."""

    def draws() -> list[Tensor]:
        torch.manual_seed(3)
        own = torch.Generator().manual_seed(4)
        weight = torch.nn.Linear(5, 4).weight
        return [
            torch.rand(3),
            torch.randn(2, 2, generator=own),
            torch.randint(9, (4,)),
            torch.randperm(7, generator=own),
            torch.randn_like(weight),
            torch.normal(0.0, 1.0, (3,)),
            torch.bernoulli(torch.full((5,), 0.5)),
            weight.detach(),
            torch.nn.init.kaiming_normal_(torch.empty(4, 4)),
            torch.nn.functional.dropout(torch.ones(6, 6), 0.3),
            torch.nn.Dropout(0.5)(torch.ones(6, 6)),
        ]

    plain = draws()
    with device.OnDevice("cpu"):
        assert all(map(torch.equal, draws(), plain))
    with FakeTensorMode(), device.OnDevice("cuda"):
        assert {one.device.type for one in draws()} == {"cuda"}


@pytest.mark.parametrize("make", [lambda: torch.nn.Linear(5, 4), mobilenet_v2])
def test_a_network_elsewhere_takes_its_draws_from_the_cpu(make: Callable[[], Any]) -> None:
    """The next draw is the same as without the harness: torch.nn.init hides draws from a mode."""

    def following(name: str) -> Tensor:
        torch.manual_seed(3)
        with device.OnDevice(name):
            make()
        return torch.rand(3)

    assert torch.equal(following("meta"), following("cpu"))


def test_differences() -> None:
    """Counts are exact; measured numbers may differ by their tolerance, and text never."""
    kept = (device.ROOT / "snippets/strategy-selector.out").read_text(encoding="utf-8")
    found = re.search(r"eval mode:.*\ntraining mode:.*\n", kept)
    assert found
    expected = found[0]
    value = re.findall(r"\d+\.\d+", expected)[1]
    near, far = (f"{float(value) * factor:.2f}" for factor in (1.004, 1.02))
    assert device.differences(expected, expected) == []
    assert device.differences(expected, expected.replace(value, near)) == []
    assert (
        f"expected {value}, printed {far}"
        in (device.differences(expected, expected.replace(value, far))[0])
    )
    assert device.differences(expected, expected.replace("eval", "evil"))
    assert device.differences("230,144 parameters\n", "230,145 parameters\n")
    assert device.differences("tensor([1.])\n", "tensor([1.], device='cuda:0')\n") == []
    assert device.differences("tensor([1.])\n", "tensor([2.], device='cuda:0')\n")


def test_every_tolerance_belongs_to_an_output() -> None:
    for slug, section in device.TOLERANCES:
        kept = (device.ROOT / f"snippets/{slug}.out").read_text(encoding="utf-8")
        assert f"[start:{section}]" in kept
