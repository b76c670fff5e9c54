"""Code blocks, snippets and notebooks on another device, without a change to them.

CV7_DEVICE=cuda puts every tensor there that would be made on the CPU, as torch.set_default_device
does. Beyond that, random numbers are drawn on the CPU and moved, so that two devices see the same
ones and differ by rounding alone; and NumPy's arrays find their way to the device and back.

    python -m tests.device docs/notebooks/network-depth.py    # one script, on CV7_DEVICE
"""

import os
import re
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import dropout
from torch.overrides import TorchFunctionMode

ROOT = Path(__file__).resolve().parents[1]
DEVICE = os.environ.get("CV7_DEVICE", "cpu")

# What draws random numbers, into a tensor of its own or into the one that it is called on.
DRAWS = {
    *(torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal),
    *(torch.rand_like, torch.randn_like, torch.randint_like),
    *(torch.bernoulli, torch.multinomial, torch.poisson),
}
FILLS = {
    *(Tensor.uniform_, Tensor.normal_, Tensor.random_, Tensor.bernoulli_),
    *(Tensor.exponential_, Tensor.geometric_, Tensor.cauchy_, Tensor.log_normal_),
}
from_numpy = torch.from_numpy


class OnDevice(TorchFunctionMode):
    """While it is entered, tensors are made on `device`."""

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = torch.device(device)

    def __enter__(self) -> "OnDevice":
        torch.from_numpy = lambda array: from_numpy(array).to(self.device)  # no mode can see it
        self.device.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.device.__exit__(*error)
        torch.from_numpy = from_numpy

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function in DRAWS:
            return self.draw(function, args, kwargs)
        if function in FILLS or getattr(function, "__module__", "") == "torch.nn.init":
            target, *rest = args or [kwargs.pop("tensor")]
            drawn = function(torch.empty_like(target, device="cpu"), *rest, **kwargs)
            with torch.no_grad():
                return target.copy_(drawn)
        if function is dropout:
            return dropped(*args, **kwargs)
        if function in (Tensor.numpy, Tensor.__array__):
            return function(args[0].cpu(), *args[1:], **kwargs)
        return function(*args, **kwargs)

    def draw(self, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """On the CPU, as the default generator and a reader's own are there; then moved."""
        tensors = [one for one in args if isinstance(one, Tensor)]
        target = kwargs.pop("device", None) or (tensors[0].device if tensors else self.device)
        moved = [one.cpu() if isinstance(one, Tensor) else one for one in args]
        grad = kwargs.pop("requires_grad", False)
        if not tensors:
            kwargs["device"] = "cpu"
        return function(*moved, **kwargs).to(target).requires_grad_(grad)


def dropped(x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Dropout as on the CPU: the same elements, whatever the device."""
    if not training or p == 0:
        return x
    kept = torch.empty_like(x, requires_grad=False).bernoulli_(1 - p).div_(1 - p)
    return x.mul_(kept) if inplace else x * kept


@dataclass(frozen=True)
class Tolerance:
    """How far a printed number may be from that of the CPU, beyond one in its last digit."""

    relative: float
    why: str
    absolute: float = 0


# By the file and the section that printed it; what is not named here is exact: counts, shapes.
TOLERANCES = {
    ("gradient-flow", "measure"): Tolerance(0, "double precision: at most the last digit turns"),
    ("strategy-selector", "fixed-features"): Tolerance(
        5e-3, "convolutions round to TF32 on NVIDIA GPUs, with 10 bits after the point", 0.3
    ),
    ("exercise-8", "solution"): Tolerance(
        0.5, "rounding grows over 21 steps, and a percent is one image of a hundred"
    ),
}
PLACE = re.compile(r", device='cuda:\d+'")  # which a printed tensor names, unless it is the CPU's
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")


def tolerance(expected: str) -> Tolerance | None:
    """Of the output of a snippet's section; None where it has to be exact."""
    for (slug, section), found in TOLERANCES.items():
        kept = (ROOT / f"snippets/{slug}.out").read_text(encoding="utf-8")
        if f"[start:{section}]\n{expected}# --8<-- [end" in kept:
            return found
    return None


def differences(expected: str, printed: str) -> list[str]:
    """Where what was printed disagrees with what the CPU printed, as far as that matters."""
    printed = PLACE.sub("", printed)
    allowed = tolerance(expected)
    if allowed is None or NUMBER.sub("0", expected) != NUMBER.sub("0", printed):
        return [] if expected == printed else [f"expected:\n{expected}printed:\n{printed}"]
    wrong = []
    for one, other in zip(NUMBER.findall(expected), NUMBER.findall(printed), strict=True):
        last_digit = 10 ** -len(one.partition(".")[2])
        a, b = (float(text.replace(",", "")) for text in (one, other))
        limit = allowed.relative * abs(a) + allowed.absolute + 1.001 * last_digit
        if abs(a - b) > limit:
            wrong.append(f"expected {one}, printed {other}: more than {limit:g} apart")
    return wrong


def main() -> None:
    path = Path(sys.argv[1])
    with OnDevice(DEVICE):
        runpy.run_path(str(path), run_name="__main__")


if __name__ == "__main__":
    main()
