"""What is checked of exercise 2: a mini ResNet for CIFAR-10."""

import contextlib
import inspect
import math
from typing import Any

import torch
from torch import nn

from .. import cost
from .solution import (
    Check,
    Missing,
    Solution,
    Wrong,
    evaluating,
    gradients,
    near,
    normalised,
    of,
    parameters,
    shape,
    signature,
    size,
    trace,
    unpadded,
)

NAME = "ResidualBlock"
BLOCKS = ((32, 32, 1), (32, 64, 2), (64, 64, 1))  # in_channels, out_channels, stride
STEM, CLASSES, BATCH, SIZE = 32, 10, 8, 32
REFERENCE = cost.Sequential(
    (
        cost.conv_bn(3, STEM, kernel_size=3),
        *(cost.residual_block(i, o, stride=stride) for i, o, stride in BLOCKS),
        cost.AdaptiveAvgPool2d(1),
        cost.Linear(BLOCKS[-1][1], CLASSES),
    )
)


def images(channels: int = 3, side: int = SIZE) -> Any:
    return torch.randn(BATCH, channels, side, side)


def biases(module: Any) -> int:
    convolutions = (part for part in module.modules() if isinstance(part, nn.Conv2d))
    return sum(part.bias.numel() for part in convolutions if part.bias is not None)


# ---- The block -------------------------------------------------------------------------------


def shapes(solution: Solution, in_channels: int, out_channels: int, stride: int) -> None:
    made = f"{NAME}{signature(in_channels, out_channels, stride)}"
    block = solution.build(NAME, in_channels, out_channels, stride)
    side = SIZE // 2
    try:
        y, _ = trace(block, images(in_channels, side))
    except RuntimeError as error:
        if told := unpadded(block):
            raise Wrong(f"{made} cannot add its two branches. {told}") from error
        if "must match the size" not in str(error):
            raise
        projections = [p for p in block.modules() if isinstance(p, nn.Conv2d) and size(p) == 1]
        change = f"maps {in_channels}→{out_channels} channels with stride {stride}"
        if not projections:
            raise Wrong(
                f"{made} {change}, but its shortcut stays the identity: the shapes cannot be "
                f"added. A 1×1 convolution with the same stride, and BatchNorm, make them agree."
            ) from error
        why = clash(block, images(in_channels, side), stride)
        raise Wrong(f"{made} {change}, but {why}") from error
    wanted = (BATCH, out_channels, -(-side // stride), -(-side // stride))
    if shape(y) != str(wanted):
        told = unpadded(block)
        raise Wrong(f"{made} gives {shape(y)} instead of {wanted}. {told}".strip())


def clash(block: nn.Module, x: Any, stride: int) -> str:
    """Why the branches of a block with a projection differ in size."""
    called: set[nn.Module] = set()
    for part in block.modules():
        part.register_forward_hook(lambda part, *_: called.add(part))
    with contextlib.suppress(RuntimeError):
        block(x)
    convolutions = [part for part in block.modules() if isinstance(part, nn.Conv2d)]
    projection = next(part for part in convolutions if size(part) == 1)
    if projection not in called:
        return (
            "forward adds x itself: the projection is made in __init__, and never used. Add what "
            "it makes of x."
        )
    if projection.stride[0] != stride:
        return (
            f"its 1×1 projection has stride {projection.stride[0]}: the two maps differ in size. "
            f"The projection takes the stride of the block."
        )
    strides = [part.stride[0] for part in convolutions if size(part) == 3]
    if math.prod(strides) > stride:
        return (
            f"its 3×3 convolutions have strides {' and '.join(map(str, strides))}, so the map is "
            f"halved twice. The stride belongs to the first alone."
        )
    return "none of its 3×3 convolutions has the stride of the block: the first should."


def keeps(solution: Solution) -> None:
    shapes(solution, 32, 32, 1)


def halves(solution: Solution) -> None:
    shapes(solution, 32, 64, 2)


def either(solution: Solution) -> None:
    shapes(solution, 64, 128, 1)
    shapes(solution, 64, 64, 2)


def structure(solution: Solution) -> None:
    for in_channels, out_channels, stride in BLOCKS[:2]:
        block = solution.build(NAME, in_channels, out_channels, stride)
        _, calls = trace(block, images(in_channels))
        made = f"{NAME}{signature(in_channels, out_channels, stride)}"
        big = [call for call in of(calls, nn.Conv2d) if size(call.module) == 3]
        if len(big) != 2:
            raise Wrong(
                f"{made} sends its input through {len(big)} convolutions of 3×3; the exercise "
                f"asks for two in the residual branch, and 1×1 for the projection."
            )
        small = [call for call in of(calls, nn.Conv2d) if size(call.module) == 1]
        if stride > 1 and len(small) != 1:
            raise Wrong(
                f"{made} has {len(small)} convolutions of 1×1; the shortcut should be one, with "
                f"BatchNorm behind it."
            )
        if big[0].module is big[1].module:
            raise Wrong(f"{made} uses one convolution twice; the two need weights of their own.")
        normalised(calls, made)
        if torch.any(big[1].given < 0):
            raise Wrong(
                f"In {made} no ReLU stands between the two 3×3 convolutions: the second one is "
                f"given negative numbers. Without it the branch is hardly more than one "
                f"convolution."
            )


def identity(solution: Solution) -> None:
    block = solution.build(NAME, 32, 32)
    small = [p for p in block.modules() if isinstance(p, nn.Conv2d) and size(p) == 1]
    wanted = cost.residual_block(32, 32).parameters
    extra = parameters(block) - biases(block) - wanted
    if extra > 0:
        reason = (
            "it has a 1×1 projection although neither channels nor stride change. The identity "
            "does, costs nothing, and leaves the gradient as it is"
            if small
            else "it makes layers that it does not need"
        )
        raise Wrong(
            f"{NAME}(32, 32) has {parameters(block):,} parameters instead of {wanted:,}: {reason}."
        )


def silenced(block: Any) -> Any:
    """The block with F(x) = 0: its 3x3 convolutions are set to zero."""
    for part in block.modules():
        if isinstance(part, nn.Conv2d) and size(part) == 3:
            for parameter in part.parameters():
                nn.init.zeros_(parameter)
    return block


def adds(solution: Solution) -> None:
    x = images(32)
    y, _ = trace(silenced(solution.build(NAME, 32, 32)), x)
    if not y.any():
        raise Wrong(
            "With its convolutions set to zero the block gives nothing but zeros: the input never "
            "reaches the output. Keep x, and add it to what the residual branch makes of it."
        )
    if not near(y.relu(), x.relu()):
        raise Wrong(
            "With its convolutions set to zero the block should hand x on, as F(x) + x is x then. "
            "It gives something else: is x changed before it is added?"
        )


def projects(solution: Solution) -> None:
    x = images(32)
    y, calls = trace(silenced(solution.build(NAME, 32, 64, 2)), x)
    small = next(c.made for c in of(calls, nn.Conv2d) if size(c.module) == 1)
    projected = next(n.made for n in of(calls, nn.BatchNorm2d) if torch.equal(n.given, small))
    if not near(y.relu(), projected.relu()):
        raise Wrong(
            f"In {NAME}(32, 64, stride=2) the projection is made but not added as it is: with "
            f"F(x) = 0 the output should be what the projection gives."
        )


def activates(solution: Solution) -> None:
    x = images(32)
    block = solution.build(NAME, 32, 32)
    y, _ = trace(block, x)
    if not torch.any(y < 0):
        return
    if torch.all(y - x >= -1e-6):
        raise Wrong(
            "The last ReLU stands before the addition: the branch can only add, never take away, "
            "and what leaves the block is negative in places. Add first: relu(F(x) + x)."
        )
    raise Wrong("No ReLU follows the addition: what leaves the block is negative in places.")


def block_gradients(solution: Solution) -> None:
    for in_channels, out_channels, stride in BLOCKS[:2]:
        gradients(solution.build(NAME, in_channels, out_channels, stride), images(in_channels))


# ---- The network -----------------------------------------------------------------------------


def candidates(solution: Solution) -> list[Any]:
    """Networks at the top level, the largest first; then what classes and functions make."""
    block = solution.module_class(NAME)
    found = [m for m in solution.objects(nn.Module) if not isinstance(m, block)]
    found.sort(key=parameters, reverse=True)
    for maker in [*solution.own(type), *solution.own(type(candidates))]:
        is_class = isinstance(maker, type)
        if is_class and not (issubclass(maker, nn.Module) and maker is not block):
            continue
        try:
            inspect.signature(maker).bind()
        except TypeError:
            continue
        if is_class or not found:  # a function might do anything: only if nothing else is there
            made = maker()
            found += [made] if isinstance(made, nn.Module) else []
    return found


def network(solution: Solution) -> Any:
    wanted, wrong = str((BATCH, CLASSES)), []
    for found in candidates(solution):
        try:
            y, _ = trace(found, images())
        except Exception as error:
            wrong.append(error)
            continue
        if shape(y) == wanted:
            return found
        told = ""
        if shape(y) == str((BATCH, BLOCKS[-1][1])):
            told = " The head is missing: nn.Linear(64, 10)."
        wrong.append(
            Wrong(f"The network makes {shape(y)} of {shape(images())} instead of {wanted}.{told}")
        )
    if not wrong:
        raise Missing(
            "There is no network at the top level of the file. Keep it there, as in "
            "model = nn.Sequential(...), or define a class for it that takes no arguments."
        )
    first = wrong[0]
    if "expected input" in str(first) and "but got 3 channels" in str(first):
        raise Wrong(
            "The network cannot take an image: its first convolution does not expect three "
            "channels. The stem, a 3×3 convolution 3→32, comes before the first block.\n"
            f"{first}"
        )
    raise first


def classifies(solution: Solution) -> None:
    network(solution)


def stem(solution: Solution) -> None:
    block = solution.module_class(NAME)
    _, calls = trace(network(solution), images())
    blocks = of(calls, block)
    if not blocks:
        raise Wrong(f"The network does not use {NAME}.")
    conv = of(calls, nn.Conv2d)[0]
    has = conv.module
    if (has.out_channels, size(has)) != (STEM, 3) or conv.given.shape[1] != 3:
        raise Wrong(
            f"The stem should be a 3×3 convolution 3→{STEM}; it is {size(has)}×{size(has)}, "
            f"{has.in_channels}→{has.out_channels}."
        )
    if shape(blocks[0].given) != str((BATCH, STEM, SIZE, SIZE)):
        raise Wrong(
            f"The stem hands {shape(blocks[0].given)} to the first block; it should keep "
            f"{SIZE}×{SIZE}, with stride 1 and padding 1, and no pooling."
        )
    normalised([conv, *of(calls, nn.BatchNorm2d)[:1]], "the stem")
    if torch.any(blocks[0].given < 0):
        raise Wrong("The stem has no ReLU: the first block is given negative numbers.")


def three_blocks(solution: Solution) -> None:
    _, calls = trace(network(solution), images())
    found = [
        (c.given.shape[1], c.made.shape[1], c.given.shape[2] // c.made.shape[2])
        for c in of(calls, solution.module_class(NAME))
    ]

    def told(blocks: Any) -> str:
        return ", ".join(f"{i}→{o}" + (f" with stride {s}" if s > 1 else "") for i, o, s in blocks)

    if tuple(found) != BLOCKS:
        raise Wrong(f"The blocks should be {told(BLOCKS)}. They are {told(found)}.")


def head(solution: Solution) -> None:
    y, calls = trace(network(solution), images())
    last = of(calls, solution.module_class(NAME))[-1].made
    linear = of(calls, nn.Linear)
    if not linear:
        raise Wrong("The network ends without a linear layer.")
    given = linear[0].given
    if given.shape[1:] != last.shape[1:2]:
        raise Wrong(
            f"The head is given {shape(given)}; after global average pooling it should be "
            f"{(BATCH, last.shape[1])}, one number a channel. Flattening alone keeps every "
            f"position, and binds the head to one size of image."
        )
    if near(given, last.amax(dim=(2, 3))):
        raise Wrong("The head is given the largest value of each map; the exercise wants the mean.")
    if not near(given, last.mean(dim=(2, 3))):
        raise Wrong("What the head is given is not the mean of each map of the last block.")
    if len(linear) > 1:
        raise Wrong(f"The head has {len(linear)} linear layers; the exercise asks for one.")
    if near(y, linear[0].made):
        return
    ones = torch.ones(BATCH)
    if near(y.sum(dim=1), ones) or near(y.exp().sum(dim=1), ones):
        raise Wrong(
            "The network ends with a softmax. nn.CrossEntropyLoss applies it itself, and twice "
            "is too often: training gets slow. The linear layer’s output is what it wants."
        )
    raise Wrong("Something follows the linear layer. Its output, positive or not, is the answer.")


def count(solution: Solution) -> str | None:
    found = network(solution)
    extra = biases(found)
    if parameters(found) - extra != REFERENCE.parameters:
        _, calls = trace(found, images())
        used = {id(call.module) for call in calls}
        idle = [n for n, m in found.named_modules() if id(m) not in used and parameters(m)]
        told = f" Not used: {idle[0]}." if idle else ""
        raise Wrong(
            f"The network has {parameters(found):,} parameters; the parts of the exercise have "
            f"{REFERENCE.parameters:,}.{told}"
        )
    if extra:
        return (
            f"your convolutions have {extra:,} biases. The BatchNorm behind each takes its mean "
            f"off again and has a shift of its own, so bias=False loses nothing."
        )
    return None


def trains(solution: Solution) -> None:
    gradients(network(solution), images())


def modes(solution: Solution) -> None:
    found, x = network(solution), images()
    with evaluating(found):
        together, alone = found(x), found(x[:1])
    if not near(together[:1], alone):
        raise Wrong(
            "In eval mode the answer for an image depends on the images beside it: a BatchNorm "
            "goes on using the batch. Leave track_running_stats as it is, and let model.eval() "
            "switch."
        )


def printed(solution: Solution) -> None:
    wanted = parameters(network(solution))
    numbers = solution.numbers()
    if wanted not in numbers:
        raise Wrong(
            f"The file does not print how many parameters the network has, {wanted:,}, in full. "
            f"p.numel() for each p of model.parameters(), added up, counts them."
        )
    side, channels = SIZE // 2, BLOCKS[-1][1]
    if not {SIZE, side, channels, STEM} <= set(numbers):
        raise Wrong(
            f"The file does not print the shape after every part; ({BATCH}, {channels}, {side}, "
            f"{side}), for one, should be among them."
        )


SKIP = "chapters/skip-connections/"
HERE = "exercises/#exercise-2"
CHECKS = [
    Check(f"{NAME}(32, 32) keeps ({BATCH}, 32, 16, 16)", f"{SKIP}#implementation", keeps),
    Check(
        f"{NAME}(32, 64, stride=2) gives ({BATCH}, 64, 8, 8)",
        f"{SKIP}#the-residual-mapping-fix",
        halves,
    ),
    Check(
        "Channels alone may change, and stride alone", f"{SKIP}#the-residual-mapping-fix", either
    ),
    Check("The shortcut is the identity where it can be", f"{SKIP}#implementation", identity),
    Check("The input is added", f"{SKIP}#the-residual-mapping-fix", adds),
    Check(
        "Two 3×3 convolutions with ReLU between them, and a BatchNorm behind every convolution",
        f"{SKIP}#implementation",
        structure,
    ),
    Check("The projection is added as it is", f"{SKIP}#implementation", projects),
    Check("ReLU follows the addition", f"{SKIP}#implementation", activates),
    Check(
        "Gradients reach the block’s input and all of its parameters",
        f"{SKIP}#why-skip-connections-matter",
        block_gradients,
    ),
    Check(
        f"A network makes ({BATCH}, {CLASSES}) of ({BATCH}, 3, {SIZE}, {SIZE})", HERE, classifies
    ),
    Check(f"The stem: 3×3, 3→{STEM}, BatchNorm, ReLU", HERE, stem),
    Check("The three blocks: 32→32, 32→64 with stride 2, 64→64", HERE, three_blocks),
    Check("Global average pooling, a linear head, and nothing behind it", HERE, head),
    Check(f"{REFERENCE.parameters:,} parameters", f"{SKIP}#implementation", count),
    Check(
        "Gradients reach every parameter of the network",
        f"{SKIP}#why-skip-connections-matter",
        trains,
    ),
    Check(
        "In eval mode each image is judged by itself",
        "chapters/transfer-learning/#batchnorm-has-two-modes",
        modes,
    ),
    Check("The file prints the shapes and the number of parameters", HERE, printed),
]
# Where the file stops with an error, these may know why.
EVEN_IF_IT_STOPPED = CHECKS[:-1]
