"""What a figure shares with the widget around it: its drawing, and where the sliders stand.

And what the widget's model.mjs has to compute as cv7 does: `vectors()` of the same module.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

WIDGETS = Path(__file__).resolve().parents[2] / "docs/widgets"
Vectors = dict[
    str, list[dict[str, Any]]
]  # by function: defaults, corners, what the prose names, random points
SLIDER = re.compile(r'type="range" name="(\w+)"[^>]* value="(-?[\d.]+)"')


def drawn(slug: str, *arguments: Any) -> Any:
    """What `drawing` in the widget's drawing.mjs makes of these arguments."""
    node = shutil.which("node")
    if not node:
        raise FileNotFoundError(
            f"docs/widgets/{slug}/drawing.mjs draws this figure, and there is no Node to run it: "
            "install Node 20, see README.md"
        )
    module = (WIDGETS / slug / "drawing.mjs").as_uri()
    program = (
        f"import {{ drawing }} from {json.dumps(module)};"
        f"console.log(JSON.stringify(drawing(...{json.dumps(arguments)})));"
    )
    done = subprocess.run(
        [node, "--input-type=module"],
        input=program,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"docs/widgets/{slug}/drawing.mjs draws nothing: {done.stderr}")
    return json.loads(done.stdout)


def at_first(slug: str) -> dict[str, Any]:
    """Where the widget's sliders stand when nobody has moved them: int where it is written so."""
    html = (WIDGETS / slug / "controls.html").read_text(encoding="utf-8")
    return {name: json.loads(value) for name, value in SLIDER.findall(html)}


def attributes(given: dict[str, Any]) -> str:
    return " ".join(f'{name}="{escape(str(value))}"' for name, value in given.items())


def values(
    function: Callable[..., Any], points: list[Any], *, then: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Arguments, and what cv7 makes of them; `then` are those that only the widget needs."""
    return [{"arguments": [*point, *then], "value": function(*point)} for point in points]
