"""The questions of the chapter on skip connections."""

from math import log

from cv7 import cost, gradient_flow
from docs._site.questions import (
    Choice,
    Essay,
    Mistake,
    Number,
    Option,
    Question,
    asked,
    shown,
)


@asked(delta=(0.5, 0.6, 0.7, 0.8, 0.85, 0.95), share=(0.1, 0.01, 0.001))
def gradient_depth(delta: float = 0.9, share: float = 0.01) -> Question:
    depth = gradient_flow.depth_below(delta, share)
    crossed, exact = depth - 1, log(share) / log(delta)
    lost = (
        f"{delta}^{crossed} is {shown(delta**crossed)}, below {share}, "
        f"and {delta}^{crossed - 1} is {shown(delta ** (crossed - 1))}, still above"
    )
    return Question(
        parts=[
            Number(
                "Depth",
                depth,
                f"{lost}. {crossed} layers are crossed in a stack of {depth}.",
                unit="layers",
                mistakes=[
                    Mistake(
                        crossed,
                        "That is how many layers the gradient crosses. The last layer’s own "
                        "gradient is the start, so the stack has one layer more.",
                    ),
                    Mistake(
                        crossed - 1,
                        f"Rounded down: after {crossed - 1} layers {shown(delta ** (crossed - 1))} "
                        "is left, which is not yet below. And the stack has one layer more than "
                        "the gradient crosses.",
                    ),
                    Mistake(
                        exact,
                        "That solves the equation, but depth is a whole number, and one more than "
                        "the number of layers crossed.",
                    ),
                    Mistake(
                        exact + 1,
                        "One more than the layers crossed: yes. But depth is a whole number: up.",
                    ),
                    Mistake(
                        1 + 1 / (1 - delta),
                        f"Each layer takes {shown(100 - 100 * delta)} % of what is left, not of "
                        "the start: it multiplies, and never reaches zero.",
                    ),
                    Mistake(
                        gradient_flow.depth_below(delta, share / 10),
                        f"That is where it falls below {shown(share / 10)}: one zero too many.",
                    ),
                    *(
                        [
                            Mistake(
                                gradient_flow.depth_below(delta, share * 10),
                                f"That is where it falls below {shown(share * 10)}.",
                            )
                        ]
                        if share < 0.1
                        else []
                    ),
                ],
            )
        ],
        task=(
            f"Every layer multiplies the gradient by δ = {delta}. At what depth does the gradient "
            f"at layer 1 fall below {shown(100 * share)} % of the one at the last layer?"
        ),
        steps=[
            f"{delta}^(L − 1) < {share}",
            f"L − 1 > ln {share} / ln {delta} = {exact:.2f}",
            f"L − 1 = {crossed}, so L = {depth}",
        ],
    )


@asked(
    x=((1.0, 2.0, -1.0), (0.5, -2.0, 4.0), (3.0, 3.0, 1.0)),
    residual=((0.5, -2.0, 1.0), (-0.5, 1.0, -4.0), (1.0, 0.25, -1.0), (-3.0, 2.0, 0.5)),
)
def residual_output(
    x: tuple[float, ...] = (2.0, 1.0, 3.0), residual: tuple[float, ...] = (-2.0, -1.0, -3.0)
) -> Question:
    pairs = list(zip(x, residual, strict=True))
    output = gradient_flow.residual_output(x, residual)
    learned = Choice(
        "What has the block learned?",
        [
            Option(
                "To give zero for every input",
                "One input says nothing about the others: a straight line through one point can "
                "have any slope.",
            ),
            Option(
                "To cancel this input; nothing is known about others",
                "Right: at this point F is −x. Should F be −x everywhere, the block would block, "
                "its gradient included.",
                right=True,
            ),
            Option(
                "Nothing: F has died",
                "F gives −x here, which takes learning. A dead F gives 0, and then H(x) = x.",
            ),
        ],
    )
    given = x == (2.0, 1.0, 3.0) and residual == (-2.0, -1.0, -3.0)
    return Question(
        parts=[
            Number(
                "H(x), three numbers",
                output,
                "H(x) = F(x) + x, element by element.",
                mistakes=[
                    Mistake(residual, "That is F(x) alone: the shortcut adds x to it."),
                    Mistake([f - v for v, f in pairs], "You subtracted x. The shortcut adds it."),
                    Mistake(
                        [v - f for v, f in pairs], "You subtracted F(x). The shortcut adds them."
                    ),
                    Mistake([v * f for v, f in pairs], "You multiplied. The shortcut adds."),
                    Mistake(x, "That is x alone, as if F gave zero. Add F(x)."),
                ],
            ),
            *([learned] if given else []),
        ],
        task=f"F(x) = {shown(residual)} for x = {shown(x)}. What is H(x)?",
        steps=[
            "H(x) = F(x) + x",
            f"= {shown(residual)} + {shown(x)}",
            f"= {shown(output)}",
        ],
    )


@asked(channels=(16, 32, 64, 128), size=(16, 28, 56), stride=(2,))
def projection_shape(channels: int = 64, size: int = 32, stride: int = 2) -> Question:
    out, half = 2 * channels, size // stride
    weights = shown(cost.standard_parameters(channels, out, 1))
    kinds = ["1×1, stride 2", "1×1, stride 1", "3×3, stride 2", "max pooling with stride 2"]
    whys = [
        f"Right, followed by BatchNorm: it has {weights} weights.",
        f"It would give ({out}, {size}, {size}), which cannot be added.",
        f"Its shape fits, but it has {shown(cost.standard_parameters(channels, out, 3))} weights "
        f"where {weights} do: a shortcut is to be short.",
        f"It halves the map and leaves {channels} channels, so the shapes do not agree.",
    ]
    return Question(
        parts=[
            Number(
                "Shape (C, H, W)",
                [out, half, half],
                "The shortcut must give what the other branch gives, or the two cannot be added.",
                mistakes=[
                    Mistake(
                        [out, size, size], "The stride is missing: it halves height and width."
                    ),
                    Mistake([channels, half, half], "The channels double, too."),
                    Mistake(
                        [channels, size, size],
                        "That is the shape of the input. An identity cannot be added here.",
                    ),
                    Mistake([out, half // 2, half // 2], "Halved twice: the block has one stride."),
                    Mistake([half, half, out], "PyTorch’s order is (C, H, W): channels first."),
                ],
            ),
            Choice(
                "Which layer does it?",
                [
                    Option(k, w, right=not i)
                    for i, (k, w) in enumerate(zip(kinds, whys, strict=True))
                ],
            ),
        ],
        task=(
            f"A residual block receives ({channels}, {size}, {size}) and, with stride {stride}, "
            f"outputs ({out}, {half}, {half}). What shape must the shortcut give, and which "
            "layer does it?"
        ),
        steps=[
            f"Channels: {channels} → {out}; {size} / {stride} = {half}",
            f"A 1×1 convolution with stride {stride}: {channels} · {out} = {weights} weights",
        ],
    )


@asked()
def identity_path() -> Question:
    return Question(
        parts=[
            Essay(
                "Your explanation",
                [
                    "The gradient of the whole chain is a product of terms I + F′.",
                    "Multiplied out, it contains the identity itself: a path that no layer damps.",
                    "So it does not shrink merely because the layers have small slopes, "
                    "as the product of a plain chain does.",
                    "It can still vanish: F′ = −I cancels the identity, a ReLU after the "
                    "addition may be off, a projection may shrink it.",
                ],
            )
        ]
    )
