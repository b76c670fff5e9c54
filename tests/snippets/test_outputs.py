"""Run every snippet, section by section, and compare what it prints with its .out file."""

import contextlib
import io
from pathlib import Path

import pytest
import torch

from cv7 import weights

from ..conftest import Generated
from ..sections import SNIPPETS, header, sections


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda p: p.name)
def test_output_is_what_the_snippet_prints(path: Path, generated: Generated) -> None:
    torch.manual_seed(0)
    if "IMAGENET1K" in path.read_text(encoding="utf-8"):
        weights.ensure()
    namespace = {"__name__": "__main__"}
    text = ""
    for name, code in sections(path).items():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, path, "exec"), namespace)  # noqa: S102
        if printed.getvalue():
            text += f"# --8<-- [start:{name}]\n{printed.getvalue()}# --8<-- [end:{name}]\n"
    generated(path.with_suffix(".out"), header(path, text) + text)
