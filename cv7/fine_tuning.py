"""What of a pretrained MobileNetV2 is trained, and how fast. Imports torch only where it must.

A network has `features`, stages from the input on, and a `classifier`. The strategies of the
lecture differ in one number, how many of the last stages are trained beside the new head:

    A       none: the backbone is a fixed feature extractor
    B(k)    the last k
    C       all of them

>>> from torchvision.models import mobilenet_v2
>>> from cv7 import fine_tuning
>>> model = fine_tuning.prepare(mobilenet_v2(), classes=5, trainable_stages=3)
>>> sum(p.numel() for p in model.parameters() if p.requires_grad)
1212485
>>> groups = fine_tuning.parameter_groups(
...     model, trainable_stages=3, head_lr=1e-3
... )
>>> [(len(group["params"]), group["lr"]) for group in groups]
[(21, 0.0001), (2, 0.001)]
>>> _ = fine_tuning.train(model)  # in place of model.train()
>>> len(list(fine_tuning.batch_norms(model)))
52
>>> len(list(fine_tuning.frozen_batch_norms(model)))
45
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from .networks import mobilenet_v2_features

if TYPE_CHECKING:
    from torch import nn

__all__ = [
    "FEATURES",
    "LAST_CHANNEL",
    "adam_state_bytes",
    "batch_norms",
    "frozen_batch_norms",
    "head_parameters",
    "learning_rates",
    "parameter_groups",
    "prepare",
    "stage_groups",
    "train",
    "trainable_parameters",
]

FEATURES = mobilenet_v2_features()
LAST_CHANNEL = 1280


def _check_stages(trainable_stages: int, stages: int) -> None:
    if type(trainable_stages) is not int or not 0 <= trainable_stages <= stages:
        raise ValueError(f"trainable_stages must lie in 0 to {stages}, got {trainable_stages!r}")


def _check_classes(classes: int) -> None:
    if type(classes) is not int or classes < 2:
        raise ValueError(f"a classifier needs at least 2 classes, got {classes!r}")


def learning_rates(head: float, groups: int, *, decay: float) -> list[float]:
    """Discriminative learning rates, earliest group first, the head last.

        eta_l = head * decay ** (groups - 1 - l)    for l = 0 ... groups - 1

    Raises ValueError unless head > 0, groups >= 1 and 0 < decay <= 1.

    >>> learning_rates(1.0, 3, decay=0.5)
    [0.25, 0.5, 1.0]
    """
    if not (isfinite(head) and head > 0):
        raise ValueError(f"the head's learning rate must be a positive number, got {head}")
    if type(groups) is not int or groups < 1:
        raise ValueError(f"need at least 1 group, got {groups!r}")
    if not 0 < decay <= 1:
        raise ValueError(f"decay must lie above 0 and at most at 1, got {decay}")
    return [head * decay ** (groups - 1 - group) for group in range(groups)]


def head_parameters(classes: int) -> int:
    """Weights and biases of the new linear head: (1280 + 1) * classes.

    >>> head_parameters(5)
    6405
    """
    _check_classes(classes)
    return (LAST_CHANNEL + 1) * classes


def trainable_parameters(classes: int, *, trainable_stages: int) -> int:
    """Trained parameters of MobileNetV2 with a new head and its last stages unfrozen.

    >>> [trainable_parameters(5, trainable_stages=stages) for stages in (0, 3, 19)]
    [6405, 1212485, 2230277]
    """
    _check_stages(trainable_stages, len(FEATURES))
    stages = FEATURES[len(FEATURES) - trainable_stages :]
    return head_parameters(classes) + sum(stage.parameters for stage in stages)


def adam_state_bytes(parameters: int) -> int:
    """What Adam keeps beside float32 parameters: two running means of 4 bytes each.

    (And one counter for each tensor, a few hundred bytes in all.)

    >>> adam_state_bytes(trainable_parameters(5, trainable_stages=19))
    17842216
    """
    if type(parameters) is not int or parameters < 0:
        raise ValueError(f"parameters must be a whole number of at least 0, got {parameters!r}")
    return 2 * 4 * parameters


def stage_groups(trainable_stages: int, backbone_groups: int) -> list[range]:
    """The trained stages in groups of nearly equal length, earliest group first.

    Without trained stages there is no group; ValueError if there are fewer stages than groups.

    >>> stage_groups(9, 2)
    [range(10, 14), range(14, 19)]
    """
    stages = len(FEATURES)
    _check_stages(trainable_stages, stages)
    if type(backbone_groups) is not int or backbone_groups < 1:
        raise ValueError(f"need at least 1 group of stages, got {backbone_groups!r}")
    if trainable_stages == 0:
        return []
    if trainable_stages < backbone_groups:
        raise ValueError(f"{trainable_stages} stages do not make {backbone_groups} groups")
    first = stages - trainable_stages
    bounds = [first + trainable_stages * g // backbone_groups for g in range(backbone_groups + 1)]
    return [range(start, stop) for start, stop in pairwise(bounds)]


def prepare(model: "nn.Module", classes: int, *, trainable_stages: int) -> "nn.Module":
    """Give a torchvision MobileNetV2 a new head and freeze all but its last stages, in place.

    Then train it with `train`, not with model.train(): see there.
    """
    from torch import nn

    _check_classes(classes)
    stages = list(model.features)
    _check_stages(trainable_stages, len(stages))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for stage in stages[len(stages) - trainable_stages :]:
        for parameter in stage.parameters():
            parameter.requires_grad_(True)
    model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(LAST_CHANNEL, classes))
    return model


def batch_norms(model: "nn.Module") -> Iterator["nn.Module"]:
    """The BatchNorm layers of a model, of every dimension."""
    from torch.nn.modules.batchnorm import _BatchNorm

    return (module for module in model.modules() if isinstance(module, _BatchNorm))


def frozen_batch_norms(model: "nn.Module") -> Iterator["nn.Module"]:
    """The BatchNorm layers that have parameters, none of which is trained."""
    for module in batch_norms(model):
        own = list(module.parameters())
        if own and not any(p.requires_grad for p in own):
            yield module


def train(model: "nn.Module", *, keep_statistics: bool = False) -> "nn.Module":
    """Training mode, but for frozen BatchNorm layers; with keep_statistics, for all of them.

    requires_grad=False keeps their scale and shift; their running statistics would still move
    with every batch in training mode, and the frozen features with them. Trained layers may keep
    theirs, too: small batches give poor ones.
    """
    model.train()
    for batch_norm in batch_norms(model) if keep_statistics else frozen_batch_norms(model):
        batch_norm.eval()
    return model


def parameter_groups(
    model: "nn.Module",
    *,
    trainable_stages: int,
    head_lr: float,
    decay: float = 0.1,
    backbone_groups: int = 1,
) -> list[dict[str, Any]]:
    """Groups for a torch optimiser, the head last: learning_rates over stage_groups."""
    groups = stage_groups(trainable_stages, backbone_groups)
    rates = learning_rates(head_lr, len(groups) + 1, decay=decay)
    # Counted from the end: a model may lack frozen stages whose output is cached.
    stages = list(model.features)
    parameters = [
        [p for stage in group for p in stages[stage - len(FEATURES)].parameters()]
        for group in groups
    ]
    parameters.append(list(model.classifier.parameters()))
    return [{"params": p, "lr": lr} for p, lr in zip(parameters, rates, strict=True)]
