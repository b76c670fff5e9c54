"""Errors of a solution in a tutor's words: the line, what Python said, and what it often means."""

import difflib
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .solution import Solution

# What Python or torch says, and what that means; {0}, {1} are the groups of the pattern.
MEANINGS = (
    (
        r"Module \[(\w+)\] is missing the required .forward",
        "The class {0} has no method forward: it is missing, misspelt or indented too far.",
    ),
    (
        r"to have (\d+) channels, but got (\d+) channels",
        "A convolution made for {0} channels was given {1}: in_channels of a layer is the number "
        "of channels that the layer before it gives.",
    ),
    (
        r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "A linear layer made for {2} numbers an image was given {1}. What comes before it has to "
        "leave {2}: pooled to one number a channel, and flattened from dimension 1 on.",
    ),
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        "Two tensors of different shape ({0} against {1}) are to be added or compared.",
    ),
    (
        r"running_mean should contain (\d+) elements not (\d+)",
        "A BatchNorm2d for {1} channels stands behind a layer that gives {0}.",
    ),
    (
        r"No CUDA GPUs are available|not compiled with CUDA|Found no NVIDIA driver",
        "Solutions are checked on the CPU, whatever the machine has: choose the device with "
        "torch.device('cuda' if torch.cuda.is_available() else 'cpu').",
    ),
    (
        r"in_channels must be divisible by groups",
        "The number of groups must divide the channels that come in; in a depthwise convolution "
        "there are as many groups as channels come in.",
    ),
    (
        r"out_channels must be divisible by groups",
        "The number of groups must divide the channels that go out, too.",
    ),
    (
        r"modified by an inplace operation",
        "Something was changed in place (`+=`, or an activation with inplace=True) that the "
        "backward pass still needs. Write the result to a new name.",
    ),
    (
        r"does not require grad",
        "Nothing on the way to this loss is trainable: all of it is frozen, or it was computed "
        "without gradients (torch.no_grad, detach).",
    ),
    (
        r"Target (-?\d+) is out of bounds",
        "There is a label {0}, and the network has no output for it: labels run from 0 to one "
        "less than the number of outputs.",
    ),
    (
        r"more than one parameter group",
        "A parameter is to be in two groups of the optimiser. Each may be in one only.",
    ),
    (
        r"empty parameter list",
        "The optimiser got no parameters; a generator such as model.parameters() is empty once "
        "it has been gone through.",
    ),
    (
        r"before Module\.__init__\(\) call",
        "The first line of __init__ has to be super().__init__().",
    ),
    (
        r"expected scalar type Long|not implemented for '(?:Int|Float)'",
        "Labels have to be whole numbers of type torch.long, as torch.randint gives them.",
    ),
    (
        r"Expected more than 1 value per channel",
        "BatchNorm in training mode needs more than one value a channel.",
    ),
    (
        r"MemoryError|out of memory|not enough memory|can't allocate",
        "There is not memory enough. Is something far larger than it should be?",
    ),
    (r"RecursionError", "A function calls itself without end; does forward call the module?"),
    (
        r"EOFError",
        "The file asks for input(); there is nobody to answer while it is checked.",
    ),
    (
        r"ModuleNotFoundError: No module named '(\w+)",
        "{0} is not installed here, or misspelt. The exercise needs torch and torchvision only.",
    ),
    (r"NameError: name '(torch|nn|F)'", "An import is missing at the top of the file."),
    (
        r"URLError|HTTPError|ConnectionError",
        "Something was to be downloaded and could not be.",
    ),
)


NOT_YET = "Nothing is filled in here yet: put your own code in place of this line."


def explain(error: BaseException, solution: "Solution") -> str:
    """The last line of the solution that the error went through, the error, and its meaning."""
    if isinstance(error, SystemExit):
        said = "The file ends the program here: what follows is never reached. Leave it out."
    elif isinstance(error, NotImplementedError) and not str(error):  # a starter’s open place
        said = NOT_YET
    elif isinstance(error, SyntaxError):  # of another file, or of text that it made
        return explain_syntax(error)
    else:
        name = type(error).__name__
        text = " ".join(str(error).split())
        said = f"{name}: {text[:400]}" if text else name
        said += "".join(f"\n{note}" for note in getattr(error, "__notes__", []))
        if meaning := _meaning(f"{name}: {text}") or _near(error):
            said += f"\n{meaning}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == str(solution.file)]
    if own:
        number = own[-1].lineno or 1
        line = solution.source.splitlines()[number - 1].strip()
        return f"In line {number}:\n    {line}\n{said}"
    here = Path(__file__).parent
    if Path(frames[-1].filename).parent == here:
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        return f"The check itself failed ({place}), which it should not. Please report it.\n{said}"
    return said


def _meaning(text: str) -> str:
    for pattern, meaning in MEANINGS:
        if found := re.search(pattern, text):
            return meaning.format(*found.groups())
    return ""


def _near(error: BaseException) -> str:
    """A name that is close to the one that was not found."""
    if isinstance(error, AttributeError) and error.name:
        known = dir(error.obj)
    elif isinstance(error, NameError) and error.name and error.__traceback__:
        known = [
            name
            for frame, _ in traceback.walk_tb(error.__traceback__)
            for name in (*frame.f_locals, *frame.f_globals)
        ]
    else:
        return ""
    near = difflib.get_close_matches(error.name, known, n=1)
    return f"Did you mean {near[0]}?" if near else ""


def explain_syntax(error: BaseException) -> str:
    if not isinstance(error, SyntaxError):
        return f"Python cannot read the file: {type(error).__name__}: {error}"
    told = f"Python cannot read line {error.lineno}: {error.msg}."
    if error.text:
        line = error.text.rstrip("\n")
        start = len(line) - len(line.lstrip())
        caret = " " * max((error.offset or 1) - 1 - start, 0) + "^"
        told += f"\n    {line.strip()}\n    {caret}"
    return told + "\nOften the mistake is in the line before: a bracket, a colon or a quote."
