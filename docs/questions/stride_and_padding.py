"""The question of the page on stride and padding."""

from cv7 import cost
from docs._site.questions import Mistake, Number, Question, asked


@asked(size=(28, 56, 112, 224), kernel=(3, 5, 7, 11), stride=(2, 3, 4), padding=(0, 1, 2, 3))
def stride_and_padding(
    size: int = 224, kernel: int = 11, stride: int = 4, padding: int = 2
) -> Question:
    conv = cost.Conv2d(1, 1, kernel_size=kernel, stride=stride, padding=padding)
    answer, _ = conv.output_size(size, size)
    room = size + 2 * padding - kernel
    mistakes = [
        Mistake(answer - 1, "One too few: the first place of the kernel takes no step. Add one."),
        Mistake(
            (size + 2 * padding) // stride + 1,
            f"The kernel takes room itself: subtract {kernel} before you divide.",
        ),
        Mistake(room + 1, f"That is with stride 1. A step is {stride} columns wide."),
    ]
    if room % stride:
        mistakes += [
            Mistake(room / stride + 1, "A last step that does not fit is not made: round down."),
            Mistake(answer + 1, "A last step that does not fit is not made: round down."),
        ]
    return Question(
        parts=[
            Number(
                "Columns of the map",
                answer,
                f"⌊({size} + 2 · {padding} − {kernel}) / {stride}⌋ + 1 = {answer}.",
                mistakes=mistakes,
            )
        ],
        task=(
            f"A convolution has kernels of size {kernel}, stride {stride} and padding {padding}. "
            f"How many columns has its map of an image with {size}?"
        ),
        steps=[
            f"Room: {size} + 2 · {padding} − {kernel} = {room}",
            f"Whole steps: ⌊{room} / {stride}⌋ = {room // stride}, and the first place",
        ],
    )
