"""What is checked of exercise 8: a pipeline of training and evaluation, tried on noise.

While the file trains, `watch` notes each step of the optimiser and each image that the network
sees, and stops the file as soon as a check of what has been seen so far fails: nobody should wait
for three epochs to learn that the batches are too large.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.data import DataLoader

from . import mobilenet
from .solution import Check, Missing, Solution, Stop, Wrong, evaluating

CLASSES, IMAGES, BATCH, EPOCHS, LAST, SIDE = 5, 100, 16, 3, 2, 224
HEAD_LR, BACKBONE_LR = 1e-3, 1e-4
BATCHES = ceil(IMAGES / BATCH)
STEPS = EPOCHS * BATCHES
EARLY = range(mobilenet.STAGES - LAST)
LATE = range(mobilenet.STAGES - LAST, mobilenet.STAGES)

Marks = set[tuple[float, ...]]  # a few pixels tell one image of noise from another


@dataclass
class Seen:
    """What happened while the file ran."""

    steps: list[dict[int, float]] = field(default_factory=list)  # learning rate by id(parameter)
    optimisers: list[Any] = field(default_factory=list)
    trained: Marks = field(default_factory=set)
    by_mode: dict[bool, Marks] = field(default_factory=lambda: {True: set(), False: set()})
    last: Marks = field(default_factory=set)
    parameter: Any = None  # the one whose gradients are watched
    arrived: Any = None  # what came in for it since the last step, added up
    accumulated: bool = False


seen = Seen()


def marks(images: Any) -> Marks:
    return {tuple(row) for row in images[:, 0, 0, :4].tolist()}


def watch(solution: Solution) -> None:
    def look(module: Any, given: Any) -> None:
        is_network = hasattr(module, "features") and hasattr(module, "classifier")
        # The checks themselves use smaller images.
        if is_network and given and given[0].shape[1:] == (3, SIDE, SIDE):
            seen.last = marks(given[0])
            seen.by_mode[module.training] |= seen.last

    def step(optimiser: Any, *_: Any) -> None:
        groups = [(p, group["lr"]) for group in optimiser.param_groups for p in group["params"]]
        seen.steps.append({id(p): float(f"{lr:.6g}") for p, lr in groups if p.grad is not None})
        seen.trained |= seen.last
        if optimiser not in seen.optimisers:
            seen.optimisers.append(optimiser)
        _watch_gradients([p for p, _ in groups if p.grad is not None])
        for moment, checks in SOON.items():
            if len(seen.steps) == moment:
                for check in checks:
                    try:
                        check(solution)
                    except Missing:
                        pass  # perhaps it is put there at the end
                    except Wrong as error:
                        raise Stop from error

    nn.modules.module.register_module_forward_pre_hook(look)
    register_optimizer_step_post_hook(step)


def _watch_gradients(stepped: list[Any]) -> None:
    """Notices a gradient that is the sum of more than what came in since the last step."""

    def arrive(gradient: Any) -> None:
        seen.arrived = seen.arrived + gradient

    if seen.parameter is None and stepped:
        seen.parameter = stepped[0]
        seen.parameter.register_hook(arrive)
    elif any(p is seen.parameter for p in stepped) and torch.is_tensor(seen.arrived):
        # In direction, since gradients may have been clipped.
        found, arrived = seen.parameter.grad.flatten(), seen.arrived.flatten()
        seen.accumulated |= bool(torch.cosine_similarity(found, arrived, dim=0) < 0.999)
    seen.arrived = 0


# ---- Before training --------------------------------------------------------------------------


def head(solution: Solution) -> None:
    mobilenet.check_head(solution, CLASSES)


def all_images(loader: Any) -> Any:
    return torch.stack([loader.dataset[index][0] for index in range(len(loader.dataset))])


def training_loader(solution: Solution) -> Any:
    """The loader whose images were trained on, or else the first."""
    found = solution.objects(DataLoader)
    if not found:
        raise Missing(
            "There is no DataLoader at the top level of the file: keep it there, as in "
            "loader = DataLoader(...)."
        )
    trained = (x for x in found if seen.trained and marks(all_images(x)) & seen.trained)
    return next(trained, found[0])


def data(solution: Solution) -> None:
    loader = training_loader(solution)
    dataset = loader.dataset
    if len(dataset) != IMAGES:
        raise Wrong(f"The loader’s data set has {len(dataset)} images instead of {IMAGES}.")
    images = all_images(loader)
    labels = torch.stack([torch.as_tensor(dataset[index][1]) for index in range(IMAGES)])
    if images.shape[1:] != (3, SIDE, SIDE):
        raise Wrong(f"An image is {tuple(images.shape[1:])} instead of {(3, SIDE, SIDE)}.")
    if abs(float(images.mean())) > 0.05 or abs(float(images.std()) - 1) > 0.05:
        raise Wrong(
            f"The images have mean {images.mean():.2f} and standard deviation {images.std():.2f}; "
            f"torch.randn gives 0 and 1, torch.rand does not."
        )
    found = sorted(set(labels.flatten().tolist()))
    if found != list(range(CLASSES)):
        told = ", ".join(map(str, found[:8]))
        raise Wrong(
            f"The labels are {told}; they should run from 0 to {CLASSES - 1}. The upper end of "
            f"torch.randint is not among its numbers."
        )


def batches(solution: Solution) -> None:
    loader = training_loader(solution)
    if loader.batch_size != BATCH:
        raise Wrong(f"The loader makes batches of {loader.batch_size} instead of {BATCH}.")
    if len(loader) != BATCHES:
        raise Wrong(
            f"The loader gives {len(loader)} batches instead of {BATCHES}: the last, smaller one "
            f"is dropped (drop_last), and its images with it."
        )


# ---- Training ---------------------------------------------------------------------------------


def parts(solution: Solution, number: int) -> dict[str, list[float | None]]:
    """The learning rate of each parameter in that step, None where it was not trained."""
    model, step = mobilenet.network(solution), seen.steps[number]

    def of(module: Any) -> list[float | None]:
        return [step.get(id(p)) for p in module.parameters()]

    return {
        "head": of(model.classifier),
        "late": [lr for stage in LATE for lr in of(model.features[stage])],
        "early": [lr for stage in EARLY for lr in of(model.features[stage])],
    }


def first_epoch(solution: Solution) -> None:
    if not seen.steps:
        raise Wrong(
            "No optimiser made a step: after loss.backward() it is optimizer.step() that changes "
            "the weights."
        )
    if not isinstance(seen.optimisers[0], torch.optim.Adam):
        name = type(seen.optimisers[0]).__name__
        raise Wrong(f"The optimiser is {name}; the exercise asks for torch.optim.Adam.")
    found = parts(solution, 0)
    if any(found["early"]):
        raise Wrong(
            "The first step trains the backbone as well: it is not frozen. Set requires_grad = "
            "False for the parameters of the backbone before training."
        )
    if any(found["late"]):
        raise Wrong(
            "The last stages are trained from the first step on. The exercise unfreezes them "
            "after the first epoch, when the head has learned a little."
        )
    features = mobilenet.network(solution).features
    if any(p.requires_grad for stage in EARLY for p in features[stage].parameters()):
        raise Wrong(
            "The backbone is in no group of the optimiser, but not frozen either: its gradients "
            "are computed for nothing, which is most of the work. Set requires_grad = False."
        )
    if not all(found["head"]):
        raise Wrong(
            "The first step does not train the head that the network has. Was the optimiser made "
            "before the head was replaced?"
        )
    if set(found["head"]) != {HEAD_LR}:
        raise Wrong(f"The head’s learning rate is {found['head'][0]:g} instead of {HEAD_LR:g}.")


def fresh_gradients(solution: Solution) -> None:
    if seen.accumulated:
        raise Wrong(
            "Gradients pile up: each step uses those of all batches before it, too. "
            "optimizer.zero_grad() belongs before loss.backward(), for each batch."
        )


def second_epoch(solution: Solution) -> str | None:
    model = mobilenet.network(solution)
    late = [p for stage in LATE for p in model.features[stage].parameters()]
    if len(seen.steps) <= BATCHES:
        raise Wrong(
            f"The optimiser made {len(seen.steps)} steps, one epoch at most; the last stages are "
            f"unfrozen after the first and trained in the two that follow."
        )
    found = parts(solution, BATCHES)
    if any(found["early"]):
        raise Wrong("After the first epoch more than the last two stages is trained.")
    if not any(found["late"]):
        held = {id(p) for o in seen.optimisers for g in o.param_groups for p in g["params"]}
        holds = any(id(p) in held for p in late)
        if any(p.requires_grad for p in late) and not holds:
            raise Wrong(
                "The last stages are unfrozen, but the optimiser does not know them: they get "
                "gradients and never move. optimizer.add_param_group adds them."
            )
        if holds and not any(p.requires_grad for p in late):
            raise Wrong(
                "The last stages are in the optimiser, but frozen still: without gradients they "
                "never move. Set requires_grad = True for their parameters."
            )
        raise Wrong(
            "In the second epoch the head is trained alone. The last two stages should be "
            "unfrozen, and added to the optimiser, right after the first."
        )
    if not all(found["late"]):
        raise Wrong(
            "Only a part of the last two stages is trained in the second epoch; model.features"
            f"[-{LAST}:] are both."
        )
    if set(found["late"]) != {BACKBONE_LR}:
        raise Wrong(
            f"The last stages are trained with {found['late'][0]:g} instead of {BACKBONE_LR:g}. "
            f"A group without an lr of its own takes the optimiser’s."
        )
    if set(found["head"]) != {HEAD_LR}:
        raise Wrong(f"In the second epoch the head should go on learning, with {HEAD_LR:g}.")
    if len(seen.optimisers) > 1:
        return (
            "you made a second optimiser. The first one’s running means are lost with it; "
            "add_param_group keeps them."
        )
    return None


def epochs(solution: Solution) -> None:
    made = len(seen.steps)
    if made != STEPS:
        told = f"at least {made}" if made > STEPS else str(made)
        raise Wrong(
            f"The optimiser made {told} steps; {EPOCHS} epochs of {BATCHES} batches are {STEPS}."
        )


# ---- After training ---------------------------------------------------------------------------


def pretrained(solution: Solution) -> None:
    mobilenet.check_pretrained(solution, EARLY)


def early_stages(solution: Solution) -> str | None:
    mobilenet.check_unmoved(solution, EARLY)
    features = mobilenet.network(solution).features
    moved = [
        stage
        for stage in EARLY
        for name, value in features[stage].named_buffers()
        if name.endswith("running_mean")
        and not torch.equal(value, mobilenet.checkpoint()[f"features.{stage}.{name}"])
    ]
    if moved:
        return (
            f"the weights of the frozen stages are still ImageNet’s, but BatchNorm’s running "
            f"averages have moved, in stage {moved[0]} first. requires_grad = False does not stop "
            f"them; eval mode does. See chapters/transfer-learning/#batchnorm-has-two-modes."
        )
    return None


def finite(solution: Solution) -> None:
    model = mobilenet.network(solution)
    with evaluating(model):
        y = model(torch.randn(mobilenet.BATCH, 3, mobilenet.SIDE, mobilenet.SIDE))
    if not y.isfinite().all():
        raise Wrong("The trained network gives numbers that are not finite: training broke down.")
    if (y == y[0]).all():
        raise Wrong("The trained network gives the same answer whatever the image.")


def fresh_images(solution: Solution) -> None:
    asleep, awake = (seen.by_mode[mode] - seen.trained for mode in (False, True))
    if asleep:
        return
    if awake:
        raise Wrong(
            "Fresh images are judged in training mode: dropout is at work, and BatchNorm uses the "
            "batch. model.eval() before, model.train() when training goes on."
        )
    raise Wrong(
        "The network never sees an image that it was not trained on. Make fresh noise with fresh "
        "labels, and measure the accuracy there, too: only that tells memory from skill."
    )


def printed(solution: Solution) -> None:
    if len(solution.numbers()) < 2 * EPOCHS:
        raise Wrong(f"The file should print loss and accuracy of each of the {EPOCHS} epochs.")


# What can be checked already after so many steps.
SOON: dict[int, list[Callable[[Solution], Any]]] = {
    1: [head, pretrained, data, batches, first_epoch],
    2: [fresh_gradients],
    BATCHES + 1: [second_epoch],
    STEPS + 1: [epochs],
}

PAGE = "chapters/transfer-learning/"
FREEZING = f"{PAGE}#problem-choosing-what-to-freeze"
RATES = f"{PAGE}#discriminative-learning-rates"
CODE = f"{PAGE}#implementation"
HERE = "exercises/#exercise-8"
CHECKS = [
    Check(f"A MobileNetV2 with a head for {CLASSES} classes", CODE, head),
    Check("ImageNet’s weights are loaded", CODE, pretrained),
    Check(f"{IMAGES} images of noise, labels from 0 to {CLASSES - 1}", HERE, data),
    Check(f"{BATCHES} batches of at most {BATCH}", HERE, batches),
    Check(
        f"The first epoch trains the head alone, with Adam at {HEAD_LR:g}", FREEZING, first_epoch
    ),
    Check("Each step uses the gradients of its own batch", CODE, fresh_gradients),
    Check(f"Then the last {LAST} stages learn, too, at {BACKBONE_LR:g}", RATES, second_epoch),
    Check(f"{EPOCHS} epochs, that is {STEPS} steps", HERE, epochs),
    Check("The earlier stages stay as they were", FREEZING, early_stages),
    Check("The trained network answers, and not always the same", HERE, finite),
    Check("Fresh images are judged, in eval mode", f"{PAGE}#batchnorm-has-two-modes", fresh_images),
    Check("The file prints loss and accuracy", HERE, printed),
]
