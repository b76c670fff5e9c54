"""What the checks of every exercise use: a solution's objects, and what happens inside a network.

Things are found by what they are and do, not by the names of variables. Needs PyTorch.
"""

import difflib
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

Kind = TypeVar("Kind")


class Wrong(Exception):  # noqa: N818
    """What is wrong, in words for the reader; lines of code in it are indented."""


class Missing(Wrong):
    """Something was not found. While the file still runs, it may yet come."""


class Stop(BaseException):
    """Ends the run of a solution once enough is known; no except Exception stops it."""


@dataclass(frozen=True)
class Check:
    """`run` raises Wrong, or returns what is worth knowing all the same, if anything."""

    title: str
    read: str
    run: Callable[["Solution"], str | None]


@dataclass(frozen=True)
class Solution:
    """A solution that runs or has run: its objects at the top level, and what it printed."""

    file: Path
    source: str
    namespace: dict[str, Any]
    output: Path

    def objects(self, kind: type[Kind]) -> list[Kind]:
        """The objects of a kind at the top level of the file, each once."""
        found = [value for value in self.namespace.values() if isinstance(value, kind)]
        return list({id(value): value for value in found}.values())

    def own(self, kind: type) -> list[Any]:
        """The classes or functions (`kind`) that the file itself defines."""
        return [
            value
            for value in self.namespace.values()
            if isinstance(value, kind) and getattr(value, "__module__", "") == "__main__"
        ]

    def module_class(self, name: str) -> Any:
        """The class that the exercise names; Missing, with what is near, where there is none."""
        found = self.namespace.get(name)
        if isinstance(found, type) and issubclass(found, nn.Module):
            return found
        if found is not None:
            raise Wrong(f"{name} has to be a class derived from nn.Module.")
        names = [c.__name__ for c in self.own(type)]
        lower = {n.lower(): n for n in names}
        near = difflib.get_close_matches(name.lower(), lower, n=1)
        hint = f" There is {lower[near[0]]}: is that it?" if near else ""
        raise Missing(f"The file has no class {name}; the exercise asks for one.{hint}")

    def build(self, name: str, in_channels: int, out_channels: int, stride: int = 1) -> Any:
        """A block of the class that the exercise names, made as a reader would make it."""
        made = self.module_class(name)
        options = {} if stride == 1 else {"stride": stride}
        try:
            inspect.signature(made).bind(in_channels, out_channels, **options)
        except TypeError as error:
            raise Wrong(
                f"The exercise makes the block in this way, which this class does not take:\n"
                f"    {name}{signature(in_channels, out_channels, stride)}\n"
                f"Python says: {error}."
            ) from error
        return made(in_channels, out_channels, **options)

    def numbers(self) -> list[float]:
        """The numbers that the file printed, in order; 1,234 and 1_234 are one number."""
        with self.output.open("rb") as printed:
            text = printed.read(1_000_000).decode("utf-8", errors="replace")
        text = re.sub(r"(?<=\d)[,_’'](?=\d{3}(?!\d))", "", text)
        return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def signature(in_channels: int, out_channels: int, stride: int = 1) -> str:
    return f"({in_channels}, {out_channels}{f', stride={stride}' if stride != 1 else ''})"


def shape(tensor: Any) -> str:
    return str(tuple(tensor.shape)) if isinstance(tensor, Tensor) else type(tensor).__name__


def parameters(module: Any) -> int:
    return sum(p.numel() for p in module.parameters())


@dataclass(frozen=True)
class Call:
    """One pass through one module."""

    module: Any
    given: Any
    made: Any


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """Puts a network into eval mode for a while, without gradients; then all is as before."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            yield
    finally:
        for part, mode in modes:
            part.training = mode


def trace(module: Any, x: Tensor) -> tuple[Any, list[Call]]:
    """What the module makes of x in eval mode, and the calls of its parts in order of their end.

    An error is raised on with a note: the innermost part that it came from, and what that got.
    """
    calls: list[Call] = []
    entered: list[tuple[Any, Any]] = []
    names = {part: name for name, part in module.named_modules()}

    def enter(part: Any, given: Any) -> None:
        entered.append((part, given[0].clone() if given and torch.is_tensor(given[0]) else None))

    def leave(part: Any, _: Any, made: Any) -> None:
        _, given = entered.pop()
        calls.append(Call(part, given, made.clone() if torch.is_tensor(made) else made))

    handles = [part.register_forward_pre_hook(enter) for part in module.modules()]
    handles += [part.register_forward_hook(leave) for part in module.modules()]
    try:
        with evaluating(module):
            return module(x.clone()), calls
    except Exception as error:
        part, given = entered[-1] if entered else (module, None)
        if names.get(part) and given is not None:
            error.add_note(f"It happens in {names[part]}, {part}, which is given {shape(given)}.")
        raise
    finally:
        for handle in handles:
            handle.remove()


def of(calls: list[Call], kind: type) -> list[Call]:
    return [call for call in calls if isinstance(call.module, kind)]


def size(convolution: Any) -> int:
    """The side of the kernel."""
    return int(convolution.kernel_size[0])


def unpadded(module: Any) -> str:
    """What to say of a convolution that shrinks the map for lack of padding, if there is one."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d) and part.padding != "same":
            wanted = size(part) // 2
            if part.padding == "valid" or int(part.padding[0]) < wanted:
                return (
                    f"A convolution of {size(part)}×{size(part)} without padding loses a margin: "
                    f"the map shrinks by {2 * wanted} at each. padding={wanted} keeps its size."
                )
    return ""


def normalised(calls: list[Call], what: str) -> None:
    """Each convolution is followed by a BatchNorm of its own."""
    norms = of(calls, nn.BatchNorm2d)
    for conv in of(calls, nn.Conv2d):
        behind = [n for n in norms if n.given.shape == conv.made.shape]
        if not any(torch.equal(n.given, conv.made) for n in behind):
            k = size(conv.module)
            raise Wrong(
                f"In {what} no BatchNorm follows the {k}×{k} convolution "
                f"{conv.module.in_channels}→{conv.module.out_channels}. "
                f"nn.BatchNorm2d({conv.module.out_channels}) stands directly behind it."
            )
    if len({id(n.module) for n in norms}) < len(norms):
        raise Wrong(
            f"In {what} one BatchNorm layer is used twice. Its scale, shift and averages belong "
            f"to one convolution: make one BatchNorm for each."
        )


def gradients(module: Any, x: Tensor) -> None:
    """Gradients reach every parameter and the input; Wrong names the first that none reaches."""
    x = x.clone().requires_grad_()
    module.train()
    module.zero_grad()
    made = module(x)
    if not made.requires_grad:
        raise Wrong("The output knows no gradient: is there a detach(), .data or torch.no_grad()?")
    (made * torch.randn_like(made)).sum().backward()
    for name, parameter in module.named_parameters():
        if not parameter.requires_grad:
            raise Wrong(f"The parameter {name} is frozen: its requires_grad is False.")
        # The bias of a convolution before BatchNorm has none to speak of.
        if parameter.grad is None or (parameter.dim() > 1 and not parameter.grad.any()):
            raise Wrong(
                f"No gradient reaches the parameter {name}. Its layer is made in __init__, but "
                f"forward does not use it, or it is cut off by detach() or .data."
            )
    if x.grad is None or not x.grad.any():
        raise Wrong("No gradient reaches the input: somewhere the way back is cut off.")


def near(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool(torch.allclose(a, b, rtol=1e-4, atol=1e-5))
