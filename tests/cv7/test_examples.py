"""What the docstrings of cv7 show is what Python answers, and what they call public is there."""

import importlib

import pytest

from ..conftest import report
from ..examples import MODULES, PLAIN, failures


@pytest.mark.parametrize("name", [name for name in MODULES if name not in PLAIN])
def test_examples_that_need_torch_answer_as_they_say(name: str) -> None:
    report(failures(name))


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_there(name: str) -> None:
    module = importlib.import_module(name)
    assert not [public for public in module.__all__ if not hasattr(module, public)]
