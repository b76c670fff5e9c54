"""What previews keep from one build to the next; all else of ours is imported anew (preview.py)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

kept: dict[str, dict[str, Any]] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def remembered(function: Function) -> Function:
    """Like functools.cache, and over builds: until the file of the function is another."""
    file = function.__code__.co_filename
    key = f"{file} {Path(file).stat().st_mtime_ns} {function.__name__}"
    known: Function = kept.setdefault("functions", {}).setdefault(key, cache(function))
    return known
