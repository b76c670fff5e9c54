"""What exercises 6 and 8 have in common: MobileNetV2, partly frozen, with a new head."""

from functools import cache
from typing import Any

import torch
from torch import nn

from .. import fine_tuning, weights
from .solution import Missing, Solution, Wrong, evaluating, near, shape

STAGES = len(fine_tuning.FEATURES)
BATCH, SIDE = 2, 64  # small images are enough to see what a network does


def network(solution: Solution) -> Any:
    """The MobileNetV2 at the top level of the file; Missing where there is none."""
    for found in solution.objects(nn.Module):
        features = getattr(found, "features", None)
        has_head = isinstance(getattr(found, "classifier", None), nn.Module)
        if has_head and isinstance(features, nn.Sequential) and len(features) == STAGES:
            return found
    raise Missing(
        "There is no MobileNetV2 at the top level of the file: keep it there, as in "
        "model = mobilenet_v2(...), not inside a function."
    )


def check_head(solution: Solution, classes: int) -> None:
    """A new head: dropout, one linear layer for the classes, and nothing behind it."""
    model = network(solution)
    try:
        with evaluating(model):
            y = model(torch.randn(BATCH, 3, SIDE, SIDE))
    except RuntimeError as error:
        if "cannot be multiplied" in str(error):
            raise Wrong(
                f"The new head does not fit the backbone, which gives {fine_tuning.LAST_CHANNEL} "
                f"features an image. That is in_features of its linear layer.\n{error}"
            ) from error
        raise
    if shape(y) == str((BATCH, 1000)):
        raise Wrong(
            "The head still names ImageNet’s thousand classes. Replace it: "
            f"model.classifier = nn.Sequential(..., nn.Linear({fine_tuning.LAST_CHANNEL}, "
            f"{classes}))."
        )
    if shape(y) != str((BATCH, classes)):
        raise Wrong(f"The head should name {classes} classes; the network gives {shape(y)}.")
    linear = [part for part in model.classifier.modules() if isinstance(part, nn.Linear)]
    if len(linear) != 1:
        raise Wrong(
            f"The head has {len(linear)} linear layers instead of one: model.classifier is "
            f"replaced as a whole, not extended."
        )
    with evaluating(model):
        x = torch.randn(BATCH, fine_tuning.LAST_CHANNEL)
        y, logits = model.classifier(x), linear[0](x)
    ones = torch.ones(BATCH)
    if near(y.sum(dim=1), ones) or near(y.exp().sum(dim=1), ones):
        raise Wrong(
            "The head ends with a softmax. nn.CrossEntropyLoss applies it itself; a second one "
            "makes gradients small and training slow. Leave the linear layer’s output as it is."
        )
    if not near(y, logits):
        raise Wrong("In eval mode the head should give what its linear layer gives, no more.")


def check_dropout(solution: Solution, p: float) -> None:
    head = network(solution).classifier
    found = [part.p for part in head.modules() if isinstance(part, nn.Dropout)]
    if found != [p]:
        has = f"Dropout({found[0]})" if found else "no dropout"
        raise Wrong(f"The head should have nn.Dropout({p}) before its linear layer; it has {has}.")


@cache
def checkpoint() -> dict[str, Any]:
    """torchvision's IMAGENET1K_V1, by the names of its tensors."""
    state: dict[str, Any] = torch.load(weights.ensure(), weights_only=True)
    return state


def check_pretrained(solution: Solution, stages: range) -> None:
    """These stages began with ImageNet's weights, whether or not they were trained since."""
    for stage in stages:
        for name, value in network(solution).features[stage].named_parameters():
            genuine = checkpoint()[f"features.{stage}.{name}"].flatten()
            if value.dim() > 1 and torch.cosine_similarity(value.flatten(), genuine, dim=0) < 0.9:
                raise Wrong(
                    "The backbone does not have ImageNet’s weights: it begins at random. Load "
                    "them with weights=MobileNet_V2_Weights.IMAGENET1K_V1."
                )


def check_unmoved(solution: Solution, stages: range) -> None:
    """The parameters of these stages are ImageNet's; BatchNorm's averages may have moved."""
    for stage in stages:
        for name, value in network(solution).features[stage].named_parameters():
            if not torch.equal(value, checkpoint()[f"features.{stage}.{name}"]):
                raise Wrong(
                    f"Stage {stage} has moved away from ImageNet’s weights: it was trained, and "
                    f"should be frozen."
                )


def listed(stages: list[int]) -> str:
    if not stages:
        return "none"
    return f"features[{stages[0]}]" if len(stages) == 1 else ", ".join(map(str, stages))


def check_trainable(solution: Solution, last: int) -> None:
    """The head and the last stages require gradients, whole, and nothing else does."""
    model = network(solution)
    head = [p.requires_grad for p in model.classifier.parameters()]
    stages = [[p.requires_grad for p in stage.parameters()] for stage in model.features]
    some = [index for index, grads in enumerate(stages) if any(grads)]
    wanted = list(range(STAGES - last, STAGES))
    if not any(head):
        first = " and everything else with it" if not some else ""
        raise Wrong(
            f"The new head is frozen{first}, so it cannot learn. A new layer begins trainable; "
            f"whatever freezes the backbone has to run before the head is replaced, and before "
            f"stages are unfrozen."
        )
    if not all(head):
        raise Wrong("A part of the head is frozen.")
    if some == list(range(STAGES)):
        raise Wrong(
            "Nothing is frozen: every stage of the backbone has requires_grad=True. (Setting "
            "requires_grad on a module does nothing; it belongs to its parameters.)"
        )
    if not some and last:
        raise Wrong(
            f"The last {last} stages are frozen still. Set requires_grad = True for the "
            f"parameters of model.features[-{last}:], after all is frozen; set on a module, it "
            f"does nothing."
        )
    if some != wanted:
        raise Wrong(
            f"Of stages 0 to {STAGES - 1} these are trainable: {listed(some)}. It should be the "
            f"last {last}: {listed(wanted)}."
        )
    for index in wanted:
        if not all(stages[index]):
            raise Wrong(f"Only a part of stage {index} is trainable; unfreeze all of it.")
