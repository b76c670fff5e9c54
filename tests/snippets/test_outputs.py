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
from docs._site.includes import marks

from ..codeblocks import as_found
from ..conftest import Generated, report
from ..device import DEVICE, OnDevice, differences
from ..failures import raised
from ..sections import SNIPPETS, output, sections


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=pytest.mark.output(p, p.with_suffix(".out"))) for p in SNIPPETS],
    ids=lambda p: p.name,
)
def test_output_is_what_the_snippet_prints(path: Path, generated: Generated) -> None:
    torch.manual_seed(0)
    if "IMAGENET1K" in path.read_text(encoding="utf-8"):
        weights.ensure()
    namespace = {"__name__": "__main__"}
    printed: dict[str, str] = {}
    begins = {name: number for number, opens, name in marks(path) if opens}
    failed = []
    with as_found():
        for name, code in sections(path).items():
            lines = io.StringIO()
            try:
                with contextlib.redirect_stdout(lines), OnDevice(DEVICE):
                    # At its place in the file, so that an error names the right line.
                    exec(compile("\n" * begins[name] + code, path, "exec"), namespace)  # noqa: S102
            except (Exception, SystemExit) as error:
                failed = [raised(error, lambda file, at: (path, at) if file == str(path) else None)]
                break
            printed[name] = lines.getvalue()
    report(failed)
    if DEVICE == "cpu":
        generated(path.with_suffix(".out"), output(path, printed))
        return
    kept = path.with_suffix(".out").read_text(encoding="utf-8")
    expected = dict(re.findall(r"\[start:([\w-]+)\]\n(.*?)# --8<-- \[end", kept, re.S))
    assert {name for name in printed if printed[name]} == expected.keys()
    report([line for name in expected for line in differences(expected[name], printed[name])])
