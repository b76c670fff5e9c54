"""Run every snippet, section by section, and compare what it prints with its .out file."""

import contextlib
import io
from pathlib import Path

import pytest
import torch

from cv7 import weights

from ..codeblocks import as_found
from ..conftest import Generated
from ..sections import SNIPPETS, output, sections


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_output_is_what_the_snippet_prints(path: Path, generated: Generated) -> None:
    torch.manual_seed(0)
    if "IMAGENET1K" in path.read_text(encoding="utf-8"):
        weights.ensure()
    namespace = {"__name__": "__main__"}
    printed = {}
    with as_found():
        for name, code in sections(path).items():
            with contextlib.redirect_stdout(io.StringIO()) as lines:
                exec(compile(code, path, "exec"), namespace)  # noqa: S102
            printed[name] = lines.getvalue()
    generated(path.with_suffix(".out"), output(path, printed))
