"""What is checked of exercise 6: fine-tuning prepared, step by step."""

from typing import Any

import torch

from .. import fine_tuning
from . import mobilenet
from .solution import Check, Missing, Solution, Wrong

CLASSES, DROPOUT, LAST = 4, 0.2, 3
BACKBONE_LR, HEAD_LR = 1e-4, 1e-3
HEAD = fine_tuning.head_parameters(CLASSES)
TRAINABLE = fine_tuning.trainable_parameters(CLASSES, trainable_stages=LAST)


def head(solution: Solution) -> None:
    mobilenet.check_head(solution, CLASSES)


def dropout(solution: Solution) -> None:
    mobilenet.check_dropout(solution, DROPOUT)


def pretrained(solution: Solution) -> None:
    mobilenet.check_pretrained(solution, range(mobilenet.STAGES))


def trainable(solution: Solution) -> None:
    mobilenet.check_trainable(solution, LAST)


def printed(solution: Solution) -> None:
    numbers = iter(solution.numbers())
    for wanted, when in (
        (0, "after freezing everything"),
        (HEAD, "with the new head"),
        (TRAINABLE, f"with {LAST} stages unfrozen"),
    ):
        if wanted not in numbers:  # goes on where the one before was found
            raise Wrong(
                f"The file should print how many parameters are trainable {when}: {wanted:,}. "
                f"It does not, or not in this order: 0, {HEAD:,}, {TRAINABLE:,}. Count p.numel() "
                f"of each parameter with requires_grad, three times."
            )


def adam(solution: Solution) -> Any:
    found = solution.objects(torch.optim.Optimizer)
    if not found:
        raise Missing(
            "There is no optimiser at the top level of the file: keep it there, as in "
            "optimizer = torch.optim.Adam(...)."
        )
    if not isinstance(found[-1], torch.optim.Adam):
        name = type(found[-1]).__name__
        raise Wrong(f"The optimiser is {name}; the exercise asks for torch.optim.Adam.")
    return found[-1]


def optimiser(solution: Solution) -> None:
    adam(solution)


def complete(solution: Solution) -> str | None:
    """Every trainable parameter is in the optimiser, once, and no stranger."""
    model = mobilenet.network(solution)
    names = {id(p): name for name, p in model.named_parameters()}
    held = [p for group in adam(solution).param_groups for p in group["params"]]
    ids = [id(p) for p in held]
    strangers = sum(p.numel() for p in held if id(p) not in names)
    if strangers:
        raise Wrong(
            f"The optimiser holds {strangers:,} parameters that are not in the network (any "
            f"more): was it made before the head was replaced? It would train the old one."
        )
    if len(set(ids)) < len(ids):
        twice = next(names[i] for i in ids if ids.count(i) > 1)
        raise Wrong(f"The optimiser holds {twice} twice, and would move it twice in each step.")
    missing = [name for name, p in model.named_parameters() if p.requires_grad and id(p) not in ids]
    if missing:
        part = "head" if missing[0].startswith("classifier") else "last stages"
        raise Wrong(
            f"The {part} would not learn: {missing[0]} is trainable, but in no group of the "
            f"optimiser."
        )
    frozen = sum(p.numel() for p in held if not p.requires_grad)
    if frozen:
        return (
            f"the optimiser also holds {frozen:,} frozen parameters. It skips them as long as "
            f"they get no gradient; giving it the trainable ones alone says what is meant."
        )
    return None


def rates(solution: Solution) -> None:
    model = mobilenet.network(solution)
    lr = {id(p): float(f"{g['lr']:.6g}") for g in adam(solution).param_groups for p in g["params"]}
    trained = {
        "backbone": [p for p in model.features.parameters() if p.requires_grad],
        "head": list(model.classifier.parameters()),
    }
    found = {part: sorted({lr[id(p)] for p in all_of}) for part, all_of in trained.items()}
    wanted = {"backbone": [BACKBONE_LR], "head": [HEAD_LR]}
    if found == wanted:
        return
    if found == {"backbone": [HEAD_LR], "head": [BACKBONE_LR]}:
        raise Wrong(
            f"The learning rates are swapped: the new head starts from nothing and takes the "
            f"large steps, {HEAD_LR:g}; the pretrained backbone takes the small ones."
        )
    if found["backbone"] == found["head"]:
        raise Wrong(
            f"Head and backbone have the same learning rate. Give the optimiser a list of two "
            f"groups, each with its own: {BACKBONE_LR:g} for the backbone, {HEAD_LR:g} for the "
            f"head."
        )
    part = next(part for part in wanted if found[part] != wanted[part])
    told = " and ".join(f"{rate:g}" for rate in found[part])
    raise Wrong(f"The learning rate of the {part} is {told} instead of {wanted[part][0]:g}.")


PAGE = "chapters/transfer-learning/"
FREEZING = f"{PAGE}#problem-choosing-what-to-freeze"
RATES = f"{PAGE}#discriminative-learning-rates"
CODE = f"{PAGE}#implementation"
CHECKS = [
    Check(f"A MobileNetV2 with a new head for {CLASSES} classes", CODE, head),
    Check(f"The head has dropout {DROPOUT}", CODE, dropout),
    Check("ImageNet’s weights are loaded", CODE, pretrained),
    Check(f"The head and the last {LAST} stages are trainable, nothing else", FREEZING, trainable),
    Check("An Adam optimiser", RATES, optimiser),
    Check("It holds every trainable parameter, once", RATES, complete),
    Check(f"{BACKBONE_LR:g} for the backbone, {HEAD_LR:g} for the head", RATES, rates),
    Check(
        f"The file prints what is trainable: 0, {HEAD:,}, {TRAINABLE:,}",
        "exercises/#exercise-6",
        printed,
    ),
]
