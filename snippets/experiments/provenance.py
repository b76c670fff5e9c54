"""Write a result to docs/data/ together with where it came from."""

import datetime
import hashlib
import json
import platform
import re
from pathlib import Path
from typing import Any

import sklearn
import torch

ROOT = Path(__file__).resolve().parents[2]


def sha256(script: Path) -> str:
    """The digest that ties a result to the script that made it."""
    return hashlib.sha256(script.read_bytes()).hexdigest()


def digest(record: dict[str, Any]) -> str:
    """The digest of everything in a result but the digest itself."""
    rest = {key: value for key, value in record.items() if key != "data_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def processor() -> str:
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    return model[1] if model else platform.machine()


def write(script: str, *, settings: dict[str, Any], seeds: list[int], **results: Any) -> Path:
    """Save the results of docs/data/<name of the script>.json and return its path."""
    path = Path(script).resolve()
    record = {
        "provenance": {
            "by": path.relative_to(ROOT).as_posix(),
            "script_sha256": sha256(path),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "device": f"CPU, {processor()}, one thread a run",
            "versions": {
                "python": platform.python_version(),
                "torch": torch.__version__,
                "scikit-learn": sklearn.__version__,
            },
            "settings": settings,
            "seeds": seeds,
        },
        **results,
    }
    record["data_sha256"] = digest(record)  # so that a slip in the data shows, too
    text = json.dumps(record, indent=1)
    # One line a list of numbers: the diff of a re-run stays readable.
    text = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)
    target = ROOT / "docs" / "data" / f"{path.stem}.json"
    target.write_text(text + "\n", encoding="utf-8")
    return target
