"""Measured results and where they came from.

In a clone they lie in `docs/data`; they travel in the installed package, too, so that a notebook
finds them wherever it runs.

>>> from cv7 import measured
>>> record = measured.load("network-depth")
>>> record["provenance"]["by"], record["provenance"]["seeds"]
('docs/notebooks/network-depth.py', [0, 1, 2, 3, 4])
>>> measured.digest(record) == record["data_sha256"]
True
"""

import datetime
import hashlib
import json
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = [
    "code_sha256",
    "digest",
    "load",
    "processor",
    "save",
]

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "docs" / "data"
INSTALLED = Path(__file__).parent / "data"


def load(slug: str) -> dict[str, Any]:
    """The results of `docs/data/<slug>.json`; ValueError, with the names there are, for no such."""
    folder = DATA if DATA.is_dir() else INSTALLED
    path = folder / f"{slug}.json"
    if not path.is_file():
        names = sorted(p.stem for p in folder.glob("*.json"))
        raise ValueError(f"there are no results {slug!r}: choose from {names}")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def measuring_code(source: str, slug: str = "") -> str:
    """What a result depends on: of a notebook the cells tagged "measure", else all of it.

    A cell tagged "measure" and the slug of one result counts for that result alone.
    """
    cells = re.split(r"^(?=# %%)", source, flags=re.M)
    tag = re.compile(rf'# %%.* tags=\["measure"(, "{re.escape(slug)}")?\]\n')
    return "".join(cell for cell in cells if tag.match(cell)) or source


def code_sha256(path: Path, slug: str = "") -> str:
    """The digest that ties the result `slug` to the code that made it.

    Of a notebook that is the code in its cells tagged "measure", without those tagged with the slug
    of another result, too; of other files it is all of it.
    """
    source = path.read_text(encoding="utf-8")
    return hashlib.sha256(measuring_code(source, slug).encode()).hexdigest()


def digest(record: dict[str, Any]) -> str:
    """The digest of everything in a result but the digest itself."""
    rest = {key: value for key, value in record.items() if key != "data_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def processor() -> str:
    """What the system calls its processor, or else the architecture."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    return model[1] if model else platform.machine()


def save(
    slug: str,
    device: str | None = None,
    /,
    *,
    by: str,
    settings: dict[str, Any],
    seeds: list[int],
    **results: Any,
) -> None:
    """Write `docs/data/<slug>.json` with its provenance; `by` is the script, seen from the root.

    Without `device` it is this computer's processor, one thread a run.

    Raises ValueError where there is no such script: results are kept in a clone only.
    """
    script = ROOT / by
    if not script.is_file():
        raise ValueError(f"{by} is not below {ROOT}: run it in a clone of the repository")
    record = {
        "provenance": {
            "by": by,
            "code_sha256": code_sha256(script, slug),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "device": device or f"CPU, {processor()}, one thread a run",
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("torch", "torchvision", "scikit-learn")},
            },
            "settings": settings,
            "seeds": seeds,
        },
        **results,
    }
    record["data_sha256"] = digest(record)  # so that a slip in the data shows, too
    text = json.dumps(record, indent=1, allow_nan=False)
    # One line a list of numbers: the diff of a re-run stays readable.
    text = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)
    (DATA / f"{slug}.json").write_text(text + "\n", encoding="utf-8")
    print(f"wrote docs/data/{slug}.json")
