"""The questions of the chapter on depthwise separable convolutions."""

from cv7 import cost
from docs._site.questions import Choice, Mistake, Number, Option, Question, asked, shown


@asked(grown=("in", "out", "both", "kernel"), by=(2, 3, 4))
def double_channels(grown: str = "both", by: int = 2) -> Question:
    factors = {"in": by, "out": by, "both": by * by, "kernel": by * by}
    named = {
        "in": "M (and not N)",
        "out": "N (and not M)",
        "both": "both M and N",
        "kernel": "the kernel’s side D_K",
    }
    answer = factors[grown]
    return Question(
        parts=[
            Number(
                "Times more parameters",
                answer,
                "The parameters are D_K² · M · N, a product: each factor counts.",
                mistakes=[
                    *(
                        [
                            Mistake(by, "That is one factor alone. Both grow, and they multiply."),
                            *(
                                [Mistake(2 * by, "The factors multiply; you added them.")]
                                if by > 2
                                else []
                            ),
                            Mistake(by**3, "One factor too many: the kernel stays as it is."),
                            Mistake(by**4, "Two factors too many: the kernel stays as it is."),
                        ]
                        if grown == "both"
                        else [
                            Mistake(by, "The kernel’s side stands squared in the formula."),
                            Mistake(2 * by, "The sides multiply; you added them."),
                            Mistake(by**3, "The kernel has two sides, not three."),
                            Mistake(by**4, "The kernel alone grows; M and N stay."),
                        ]
                        if grown == "kernel"
                        else [
                            Mistake(by * by, "Only one of the two grows."),
                            Mistake(by**3, "Only one of the three factors grows."),
                        ]
                    ),
                    Mistake(1, "The parameters do depend on it: D_K² · M · N."),
                    Mistake(9 * answer, "That counts the kernel, too, which both layers have."),
                ],
            )
        ],
        task=f"Multiply {named[grown]} by {by}. How many times more parameters has the layer?",
        steps=["Parameters: D_K² · M · N", f"The changed part grows by a factor of {answer}"],
    )


@asked(channels=(16, 32, 96, 128, 256, 512), kernel=(3, 5, 7))
def saved_percentage(channels: int = 64, kernel: int = 3) -> Question:
    left = 100 / cost.separable_saving(channels, kernel)
    return Question(
        parts=[
            Number(
                "Saved",
                100 - left,
                f"{shown(left)} % of the cost is left, the rest is saved.",
                unit="%",
                tolerance=0.0005,
                mistakes=[
                    Mistake(left, "That is what is left. What is saved is the rest."),
                    Mistake(
                        100 - 100 / channels - 100 / kernel,
                        f"The kernel’s side enters squared: 1/{kernel}², not 1/{kernel}.",
                    ),
                    Mistake(
                        100 - 100 / kernel**2,
                        f"You left out 1/N, the depthwise stage: 1/{channels} of the cost.",
                    ),
                    Mistake(
                        100 - 100 / channels,
                        "You left out 1/D_K², the pointwise stage.",
                    ),
                    Mistake(
                        cost.separable_saving(channels, kernel),
                        "That is how many times cheaper it is. Asked is the percentage saved.",
                    ),
                    Mistake(
                        100 * (1 - 1 / (channels * kernel**2)),
                        "The two terms add up; you multiplied them.",
                    ),
                ],
            )
        ],
        task=(
            f"Compute 1/N + 1/D_K² for N = {channels} and D_K = {kernel}. What percentage is saved?"
        ),
        steps=[
            f"1/{channels} + 1/{kernel**2} = {1 / channels:.4f} + {1 / kernel**2:.4f} "
            f"= {left / 100:.4f}",
            f"100 % − {left:.1f} % = {100 - left:.1f} %",
        ],
    )


def parameter_parts(m: int, n: int, kernel: int) -> list[Number]:
    """Parameters of both layers and their ratio; the exercises ask the same."""
    standard = cost.standard_parameters(m, n, kernel)
    separable = cost.separable_parameters(m, n, kernel)
    return [
        Number(
            "Standard",
            standard,
            f"{kernel}² · {m} · {n} = {shown(standard)}.",
            unit="parameters",
            mistakes=[
                Mistake(kernel * m * n, f"The kernel has {kernel} × {kernel} weights: square it."),
                Mistake(
                    standard + n,
                    f"You counted {n} biases. With BatchNorm behind it a layer has none.",
                ),
                Mistake(kernel**2 * n, "Each filter reaches through all input channels: times M."),
                Mistake(m * n, f"That is a 1×1 convolution. Each filter has {kernel}² weights."),
                Mistake(kernel**2 * m, "That is one filter. There is one for each output channel."),
                Mistake(2 * standard, "Twice too many: parameters, not operations, are asked."),
            ],
        ),
        Number(
            "Separable",
            separable,
            f"{kernel}² · {m} + {m} · {n} = {shown(separable)}.",
            unit="parameters",
            mistakes=[
                Mistake(
                    m * n,
                    f"That is the pointwise stage. The depthwise one adds {kernel}² · {m}.",
                ),
                Mistake(
                    kernel**2 * m,
                    f"That is the depthwise stage. The pointwise one adds {m} · {n}.",
                ),
                Mistake(
                    kernel**2 * n + m * n,
                    "The depthwise stage has one filter for each input channel, no more.",
                ),
                Mistake(
                    kernel * m + m * n, f"The kernel has {kernel} × {kernel} weights: square it."
                ),
                Mistake(
                    kernel**2 * m * m * n, "The stages’ parameters add up; you multiplied them."
                ),
                Mistake(
                    separable + m + n,
                    "You counted biases. With BatchNorm behind them layers have none.",
                ),
            ],
        ),
        Number(
            "Ratio",
            standard / separable,
            f"{shown(standard)} / {shown(separable)} = {standard / separable:.2f}.",
            tolerance=0.001,
            mistakes=[
                Mistake(
                    separable / standard,
                    "That is the inverse: which share is left. Asked is how many times fewer.",
                ),
                Mistake(
                    kernel**2,
                    f"{kernel**2} is the limit for many output channels. Here 1/{n} matters, too.",
                ),
                Mistake(
                    n, f"{n} is what the depthwise stage alone would save. Pointwise costs more."
                ),
            ],
        ),
    ]


@asked(m=(32, 64, 96, 256, 512), n=(64, 128, 512, 1024), kernel=(3, 5))
def parameter_counts(m: int = 128, n: int = 256, kernel: int = 3) -> Question:
    standard = cost.standard_parameters(m, n, kernel)
    separable = cost.separable_parameters(m, n, kernel)
    return Question(
        parts=parameter_parts(m, n, kernel),
        task=(
            f"A standard {kernel}×{kernel} convolution has M = {m} input and N = {n} output "
            "channels. How many parameters does it have, how many its separable equivalent, "
            "and what is the ratio?"
        ),
        steps=[
            f"Standard: {kernel**2} · {m} · {n} = {shown(standard)}",
            f"Separable: {kernel**2} · {m} + {m} · {n} = {shown(kernel**2 * m)} + {shown(m * n)} "
            f"= {shown(separable)}",
            f"Ratio: {standard / separable:.2f}, as 1 / (1/{n} + 1/{kernel**2}) says",
        ],
    )


@asked(channels=(16, 32, 48, 96, 128))
def depthwise_argument(channels: int = 64) -> Question:
    names = {
        "groups": "Right: the channels are convolved in groups, here of one.",
        "stride": "The stride says how far the kernel moves. It reduces the map, not the channels.",
        "dilation": "Dilation spreads the kernel’s weights apart. Filters still see all channels.",
        "padding": "Padding adds a rim around the map.",
        "kernel_size": "A small kernel sees less space, and still all channels.",
    }
    return Question(
        parts=[
            Choice("The argument", [Option(k, w, right=k == "groups") for k, w in names.items()]),
            Number(
                "Its value",
                channels,
                "As many groups as input channels: each filter sees one of them.",
                mistakes=[
                    Mistake(1, "That is the default, a standard convolution: all in one group."),
                    Mistake(
                        2 * channels,
                        "There cannot be more groups than input channels.",
                    ),
                    Mistake(
                        9,
                        "Each filter has nine weights; the question asks for the number of groups.",
                    ),
                    Mistake(
                        channels // 2,
                        "Then each filter sees two channels: a grouped convolution, not depthwise.",
                    ),
                ],
            ),
        ],
        task=(
            "Which argument of nn.Conv2d makes the depthwise stage, and what is its value for a "
            f"layer with {channels} input channels?"
        ),
        steps=[f"groups={channels}: {channels} groups of one input channel each"],
    )


@asked(saving=(4, 6, 7, 12, 16, 20), kernel=(3, 5))
def channels_for_saving(saving: int = 8, kernel: int = 3) -> Question:
    limit = kernel**2
    least = cost.channels_for_saving(saving, kernel)
    if least is None:  # never: ask for half of the limit instead
        return channels_for_saving.make(limit // 2, kernel)
    exact = 1 / (1 / saving - 1 / limit)
    return Question(
        parts=[
            Number(
                "From N =",
                least,
                f"The factor exceeds {saving} where 1/N < 1/{saving} − 1/{limit}, so N > "
                f"{shown(exact)}.",
                unit="channels",
                mistakes=[
                    Mistake(
                        least - 1,
                        f"There the factor is {cost.separable_saving(least - 1, kernel):.3f}: "
                        "not yet more.",
                    ),
                    *(
                        [Mistake(exact, "A number of channels is whole: take the next one.")]
                        if abs(exact - round(exact)) > 1e-6
                        else []
                    ),
                    Mistake(saving, "1/N is only one of the two terms: 1/D_K² comes on top."),
                    Mistake(
                        limit, f"{limit} is the limit of the factor, not the number of channels."
                    ),
                ],
            ),
            Choice(
                "With N, the factor",
                [
                    Option(
                        "grows", f"Right: it approaches {limit} and never reaches it.", right=True
                    ),
                    Option("shrinks", "1/N gets smaller, so less of the cost is left."),
                    Option("stays the same", "M and the map cancel; N does not."),
                ],
            ),
        ],
        task=(
            f"With {kernel}×{kernel} kernels, from how many output channels N on does the "
            f"separable convolution save more than a factor of {saving}?"
        ),
        steps=[
            f"1/N + 1/{limit} < 1/{saving}",
            f"N > 1 / (1/{saving} − 1/{limit}) = {shown(exact)}",
            f"N = {least}",
        ],
    )


@asked()
def race_convolutions() -> Question:
    said = "Race them: it depends on your device and browser, and on how busy they are."
    return Question(
        prediction=True,
        parts=[
            Choice(
                "In JavaScript on this device the first layer gains",
                [Option("more than in torch on our server", said), Option("less", said)],
            )
        ],
    )
