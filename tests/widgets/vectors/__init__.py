"""What cv7 computes for each model.mjs: defaults, corners, what the prose names, random points.

A module a widget, whose `vectors()` tests/site/test_generated.py writes for Node.
"""

from collections.abc import Callable, Sequence
from typing import Any

Vectors = dict[str, list[dict[str, Any]]]


def values(
    function: Callable[..., Any], points: list[Any], *, then: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """`then` are arguments that only the widget's function needs."""
    return [{"arguments": [*point, *then], "value": function(*point)} for point in points]
