"""What to do where a package is missing that a module needs. Imports none of them."""

import importlib.util


def missing(*packages: str, extra: str = "torch") -> str:
    """What is not installed, and how to install it; nothing where all of it is there."""
    absent = [package for package in packages if importlib.util.find_spec(package) is None]
    if not absent:
        return ""
    are = "is" if len(absent) == 1 else "are"
    names = " and ".join(absent)
    return f'{names} {are} not installed here, and needed:\n    pip install "cv7[{extra}]"'


def need(*packages: str, extra: str = "torch") -> None:
    """Called by a module before it imports them; ModuleNotFoundError, with the cure."""
    if told := missing(*packages, extra=extra):
        raise ModuleNotFoundError(told)
