"""The questions of the theory exercises."""

from dataclasses import replace

from cv7 import cost, gradient_flow
from docs._site.questions import Choice, Essay, Mistake, Number, Option, Question, asked, shown
from docs.questions.depthwise_separable import parameter_parts
from docs.questions.transfer_learning import rate_part, strategy


@asked(delta=(0.5, 0.6, 0.8, 0.9), layers=(4, 6, 8, 10))
def exercise_1(delta: float = 0.7, layers: int = 6) -> Question:
    blocks, slope = layers // 2, round(delta**2, 4)
    plain = gradient_flow.gradient_at_first_layer(delta, layers)
    low, high = (gradient_flow.residual_gradient(sign * slope, blocks) for sign in (-1, 1))
    return Question(
        parts=[
            Number(
                "1. Plain, at layer 1",
                plain,
                f"From layer {layers} to layer 1 it crosses {layers - 1} layers.",
                unit="of the last",
                tolerance=0.005,
                mistakes=[
                    Mistake(
                        delta**layers,
                        f"One too many: between {layers} layers there are {layers - 1} crossings.",
                    ),
                    Mistake(delta ** (layers - 2), "One layer too few: count the crossings."),
                    Mistake(delta * (layers - 1), "The factors multiply; you added them."),
                    Mistake(
                        (1 - delta) ** (layers - 1), "δ is what is left, not what is lost: δ^(L−1)."
                    ),
                    Mistake(1 / plain, "That is how many times smaller; asked is the fraction."),
                    Mistake(
                        0.25 ** (layers - 1),
                        "0.25 is the sigmoid’s largest slope; here δ is given.",
                    ),
                ],
            ),
            Number(
                "2. All blocks together, smallest",
                low,
                f"(1 − δ²)^{blocks} = (1 − {slope})^{blocks}.",
                tolerance=0.005,
                mistakes=[
                    Mistake(
                        slope**blocks,
                        "That is the plain stack’s. The shortcut adds 1 to F′ in each block.",
                    ),
                    Mistake(
                        (1 - delta) ** blocks,
                        "A block holds two layers: F′ is ±δ², not ±δ.",
                    ),
                    Mistake(1 - slope, "That is one block."),
                    Mistake(
                        high,
                        "That is the largest. F′ may be negative, then 1 + F′ is below 1.",
                    ),
                    Mistake(1, "The shortcut guarantees no 1: F′ may be negative."),
                    Mistake(
                        (1 - slope) ** layers,
                        f"One shortcut spans two layers: {blocks} blocks, not {layers}.",
                    ),
                ],
            ),
            Number(
                "2. Largest",
                high,
                f"(1 + δ²)^{blocks} = (1 + {slope})^{blocks}.",
                tolerance=0.005,
                mistakes=[
                    Mistake((1 + delta) ** blocks, "A block holds two layers: F′ is ±δ², not ±δ."),
                    Mistake(1 + slope, "That is one block."),
                    Mistake(1, "It can grow: 1 + F′ exceeds 1 for positive F′."),
                    Mistake(
                        (1 + slope) ** layers,
                        f"One shortcut spans two layers: {blocks} blocks, not {layers}.",
                    ),
                    Mistake(1 + blocks * slope, "The blocks multiply; you added them."),
                ],
            ),
            Choice(
                "3. Is a residual block’s factor at least 1, whatever its layers do?",
                [
                    Option("Yes", "Take F(x) = −x: then F′ + I is zero, and nothing gets through."),
                    Option(
                        "No",
                        "Right: F(x) = −x is a counterexample. The factor is only not small "
                        "merely because F′ is.",
                        right=True,
                    ),
                ],
            ),
        ],
        task=(
            f"A plain network of {layers} layers multiplies the gradient by δ = {delta} at each "
            "layer; a residual one has a shortcut around every two. What fraction reaches layer 1 "
            "of the plain one? With F′ = ±δ² in one dimension, by what do the "
            f"{blocks} residual blocks together multiply it, at least and at most?"
        ),
        steps=[
            f"Plain: {delta}^{layers - 1} = {shown(plain)}",
            f"F′ = ±{delta}² = ±{slope}",
            f"Smallest: (1 − {slope})^{blocks} = {shown(low)}",
            f"Largest: (1 + {slope})^{blocks} = {shown(high)}",
        ],
    )


@asked(m=(16, 32, 96, 128, 256), n=(32, 64, 256, 512), kernel=(3, 5), size=(14, 28, 112))
def exercise_3(m: int = 64, n: int = 128, kernel: int = 3, size: int = 56) -> Question:
    standard = cost.standard_parameters(m, n, kernel)
    separable = cost.separable_parameters(m, n, kernel)

    def multiply_adds(label: str, parameters: int) -> Number:
        return Number(
            label,
            parameters * size**2,
            f"Parameters times positions: {shown(parameters)} · {size}².",
            unit="multiply-adds",
            mistakes=[
                Mistake(
                    2 * parameters * size**2,
                    "That counts FLOPs, two for each: one multiply-add is one multiplication "
                    "and one addition.",
                ),
                Mistake(parameters * size, f"The map has {size} × {size} positions: square it."),
                Mistake(parameters, "Each weight is used once at every position of the map."),
                Mistake(
                    parameters * (size - kernel + 1) ** 2,
                    "That is without padding. Here the map keeps its size.",
                ),
            ],
        )

    return Question(
        parts=[
            *(
                replace(part, label=f"{number}. {part.label}")
                for number, part in enumerate(parameter_parts(m, n, kernel), start=1)
            ),
            multiply_adds("4. Standard", standard),
            multiply_adds("4. Separable", separable),
        ],
        task=(
            f"Take D_K = {kernel}, M = {m}, N = {n} and a map that stays {size}×{size}. "
            "How many parameters and multiply-adds have the standard and the separable convolution?"
        ),
        steps=[
            f"Standard: {kernel**2} · {m} · {n} = {shown(standard)}",
            f"Separable: {kernel**2} · {m} + {m} · {n} = {shown(separable)}",
            f"Ratio: {standard / separable:.2f}",
            f"Multiply-adds: {shown(standard)} · {size}² = {shown(standard * size**2)} and "
            f"{shown(separable)} · {size}² = {shown(separable * size**2)}",
        ],
    )


@asked(head=(1e-3, 2e-3, 1e-4), decay=(0.1, 0.2, 0.5), groups=(2, 3, 4))
def exercise_5(head: float = 5e-4, decay: float = 0.1, groups: int = 2) -> Question:
    rate = rate_part("4. Backbone’s learning rate", head, decay, groups)
    if (head, decay, groups) != (5e-4, 0.1, 2):
        return Question(
            parts=[replace(rate, label="Learning rate of the earliest group")],
            task=(
                f"{groups} groups, the head’s learning rate {shown(head)} and r = {decay}: "
                "what is the learning rate of the earliest group?"
            ),
            steps=[f"{shown(head)} · {decay}^{groups - 1} = {shown(rate.answer)}"],
        )
    return Question(
        parts=[
            strategy(
                "1. Three hundred cats and dogs",
                {
                    "A": "Right: ImageNet is full of them, and a head alone overfits least.",
                    "B": "It has few images to train stages on, and features that fit already.",
                    "C": "The most ways to overfit, for features that fit already.",
                },
                "A",
            ),
            strategy(
                "2. Chest X-rays",
                {
                    "A": "A baseline. The late features were made for photographs: train them.",
                    "B": "Right: far domain, images enough for some stages.",
                    "C": "It may win: compare it with B.",
                },
                "BC",
            ),
            strategy(
                "3. Satellite images",
                {
                    "A": "The domain is far, and images are plenty: a head alone wastes them.",
                    "B": "With this many images nothing keeps you from training all.",
                    "C": "Right: enough images, and a domain that wants it.",
                },
                "C",
            ),
            rate,
        ]
    )


@asked(channels=(16, 24, 64, 96), expansion=(4, 6))
def exercise_7(channels: int = 32, expansion: int = 6) -> Question:
    wide = expansion * channels
    separable = cost.separable_parameters(channels, channels, 3)
    inverted = sum(
        cost.Conv2d(i, o, kernel_size=k, groups=g, bias=False).parameters
        for i, o, k, g in ((channels, wide, 1, 1), (wide, wide, 3, wide), (wide, channels, 1, 1))
    )
    essay = Essay(
        "1. and 3. Your reasons",
        [
            "The depthwise filter gets more channels to work on.",
            "What ReLU zeroes in a narrow space is lost; in a wide one, enough survives.",
            "So the block is nonlinear where it is wide, and contracts linearly.",
            "Projections would cost little: cost can hardly be the whole reason.",
        ],
    )
    given = (channels, expansion) == (32, 6)
    return Question(
        parts=[
            Number(
                "2. MobileNetV1 block",
                separable,
                f"9 · {channels} + {channels} · {channels}.",
                unit="weights",
                mistakes=[
                    Mistake(
                        9 * channels**2,
                        "That is a standard convolution. The block is depthwise, then pointwise.",
                    ),
                    Mistake(channels**2, "The depthwise stage is missing: nine weights a channel."),
                    Mistake(9 * channels, "The pointwise stage is missing: M · N."),
                    Mistake(
                        cost.depthwise_separable(channels, channels).parameters,
                        "You counted BatchNorm. Asked are the convolutions only.",
                    ),
                ],
            ),
            Number(
                "2. Inverted residual",
                inverted,
                f"{channels} · {wide} + 9 · {wide} + {wide} · {channels}.",
                unit="weights",
                mistakes=[
                    Mistake(
                        channels * wide + 9 * wide, "The contraction is missing: wide to narrow."
                    ),
                    Mistake(
                        2 * channels * wide,
                        "The depthwise stage is missing: nine weights for each wide channel.",
                    ),
                    Mistake(
                        2 * channels * wide + 9 * channels,
                        "The depthwise stage works on the wide channels.",
                    ),
                    Mistake(
                        2 * channels * wide + 9 * wide**2,
                        "The middle one is depthwise: nine weights a channel, not a full 3×3.",
                    ),
                    Mistake(
                        cost.inverted_residual(
                            channels, channels, expand_ratio=expansion
                        ).parameters,
                        "You counted BatchNorm. Asked are the convolutions only.",
                    ),
                    Mistake(
                        inverted + channels * channels,
                        "There is no projection: where there is a shortcut, it is the identity.",
                    ),
                ],
            ),
            *([essay] if given else []),
        ],
        task=(
            f"Count the weights, convolutions only, of a MobileNetV1 block of {channels} channels "
            f"in and out, and of an inverted residual that expands {channels} to {wide} and "
            f"contracts to {channels}."
        ),
        steps=[
            f"MobileNetV1: 9 · {channels} + {channels}² = {shown(separable)}",
            f"Inverted: {channels} · {wide} + 9 · {wide} + {wide} · {channels} = {shown(inverted)}",
        ],
    )
