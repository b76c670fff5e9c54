"""The questions of the chapter on transfer learning, and of the strategy selector."""

from cv7 import fine_tuning
from docs._site.claims import acc
from docs._site.questions import (
    Choice,
    Essay,
    Guess,
    Mistake,
    Number,
    Option,
    Question,
    asked,
    shown,
)

STRATEGIES = {
    "A": "A: train the head",
    "B": "B: unfreeze the last stages, too",
    "C": "C: train everything",
}


def strategy(label: str, whys: dict[str, str], right: str) -> Choice:
    """A choice between the three; `right` names those that will do, such as "BC"."""
    options = [Option(STRATEGIES[k], why, right=k in right) for k, why in whys.items()]
    return Choice(label, options)


@asked()
def far_images() -> Question:
    return Question(
        parts=[
            strategy(
                "Strategy",
                {
                    "A": "A good baseline, and quick. But the domain is far: late features that "
                    "were made for photographs may not fit, and there are images enough to train.",
                    "B": "Right. The late stages, which fit least, are trained. Compare with C.",
                    "C": "It may well win. Compare it with B, and watch for overfitting.",
                },
                "BC",
            )
        ]
    )


def rate_part(label: str, head: float, decay: float, groups: int) -> Number:
    """The learning rate of the earliest of `groups` groups."""
    rate = fine_tuning.learning_rates(head, groups, decay=decay)[0]
    steps = groups - 1
    return Number(
        label,
        rate,
        f"{groups} groups are {steps} step{'s' * (steps > 1)} apart: {head:g} · {decay}^{steps}.",
        tolerance=0.001,
        mistakes=[
            Mistake(
                head * decay**groups,
                f"One step too many: from the last of {groups} groups to the first it is {steps}. "
                "The exponent is L − 1 − l, with l = 0 for the earliest.",
            ),
            *([Mistake(head * decay, "That is one step from the head.")] if groups > 2 else []),
            Mistake(head, "That is the head’s own: it is not reduced."),
            Mistake(
                head / decay**steps, "It got larger. Early groups learn more slowly: multiply by r."
            ),
            *(
                [
                    Mistake(
                        head * decay / steps,
                        "Each step multiplies by r; you divided by their number.",
                    ),
                    Mistake(
                        head * decay * steps,
                        "r is raised to the power of the steps, not multiplied by it.",
                    ),
                ]
                if steps > 1
                else [Mistake(decay, "That is r itself. Multiply the head’s rate by it.")]
            ),
            Mistake(head * (1 - decay) ** steps, "r is what is left in each step, not what goes."),
        ],
    )


@asked(head=(1e-3, 5e-4, 1e-4), decay=(0.1, 0.2, 0.3, 0.5), groups=(2, 3, 4, 5))
def early_rate(head: float = 5e-4, decay: float = 0.3, groups: int = 3) -> Question:
    rate = fine_tuning.learning_rates(head, groups, decay=decay)[0]
    return Question(
        parts=[rate_part("Learning rate of the early backbone", head, decay, groups)],
        task=(
            f"With r = {decay}, a learning rate of {shown(head)} for the head and {groups} groups "
            "in all, what is the learning rate of the earliest group?"
        ),
        steps=[
            f"Exponent: L − 1 − l = {groups} − 1 − 0 = {groups - 1}",
            f"{shown(head)} · {decay}^{groups - 1} = {shown(rate)}",
        ],
    )


@asked()
def fine_tuning_matrix() -> Question:
    parts = [
        Number(
            f"{name} with {shown(images)} images",
            acc("defects", name, images),
            f"Measured: {acc('defects', name, images):.1f} %.",
            unit="%",
        )
        for images in (1000, 25)
        for name in "AC"
    ]
    return Question(prediction=True, parts=parts)


@asked()
def own_classes() -> Question:
    said = "Try it: it depends on your objects and on what the photographs share."
    return Question(
        prediction=True,
        parts=[
            Guess("Right, of the held-out ones", said, unit="%"),
            Guess("Right, in another room", said, unit="%"),
        ],
    )


@asked()
def few_dermoscopies() -> Question:
    return Question(
        parts=[
            Essay(
                "Your strategy, and why",
                [
                    "Begin with A as a baseline: the images are few.",
                    "The domain is far, so late features may not fit: try earlier stages, or B "
                    "with one or two stages at a smaller learning rate.",
                    "C is worth a comparison, with BatchNorm in eval mode.",
                    "Augment.",
                    "Split by patient, and report the spread over several splits.",
                ],
            )
        ]
    )


@asked()
def forgotten_head() -> Question:
    return Question(
        parts=[
            Choice(
                "It fails",
                [
                    Option("when the weights are loaded", "They fit: the network is unchanged."),
                    Option("in the forward pass", "Frozen layers compute as before."),
                    Option(
                        "when the loss is computed",
                        "A thousand outputs take the labels of a few classes without complaint.",
                    ),
                    Option(
                        "in loss.backward()",
                        "Right: nothing on the way requires a gradient. A head created after "
                        "freezing would.",
                        right=True,
                    ),
                    Option(
                        "in optimizer.step()", "It does not get that far: backward() comes first."
                    ),
                ],
            ),
            Choice(
                "What was forgotten?",
                [
                    Option("the new head", "Right: a new layer requires gradients.", right=True),
                    Option("optimizer.zero_grad()", "Gradients would add up; nothing would fail."),
                    Option("model.train()", "Dropout would stay off; nothing would fail."),
                ],
            ),
        ]
    )


@asked()
def last_stages() -> Question:
    whole = fine_tuning.trainable_parameters(5, trainable_stages=len(fine_tuning.FEATURES))
    shares = {
        label: 100 * sum(stage.parameters for stage in fine_tuning.FEATURES[-stages:]) / whole
        for label, stages in (("The last stage", 1), ("The last six", 6))
    }
    return Question(
        prediction=True,
        parts=[
            Number(label, share, f"Of a network with five classes: {share:.1f} %.", unit="%")
            for label, share in shares.items()
        ],
    )
