"""Run every snippet, section by section, and compare what it prints with its .out file.

On CV7_DEVICE; on the CPU, too, under the harness for other devices: what it prints there has to be
the same to the byte as what the pages' blocks print without it (tests/codeblocks.py).
"""

import contextlib
import io
import re
from pathlib import Path

import pytest
import torch

from cv7 import weights

from ..codeblocks import as_found
from ..conftest import Generated, report
from ..device import DEVICE, OnDevice, differences
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
            with contextlib.redirect_stdout(io.StringIO()) as lines, OnDevice(DEVICE):
                exec(compile(code, path, "exec"), namespace)  # noqa: S102
            printed[name] = lines.getvalue()
    if DEVICE == "cpu":
        generated(path.with_suffix(".out"), output(path, printed))
        return
    kept = path.with_suffix(".out").read_text(encoding="utf-8")
    expected = dict(re.findall(r"\[start:([\w-]+)\]\n(.*?)# --8<-- \[end", kept, re.S))
    assert {name for name in printed if printed[name]} == expected.keys()
    report([line for name in expected for line in differences(expected[name], printed[name])])
