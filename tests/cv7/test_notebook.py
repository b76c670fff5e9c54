"""cv7.notebook: figures that follow the page's colours and say what they show."""

import io
import re
from contextlib import redirect_stdout
from xml.etree import ElementTree

import numpy as np
import pytest

from cv7 import notebook


def drawing(alt: str = "A line from 0 to 1.") -> str:
    made, axes = notebook.figure()
    axes.plot([0, 1], [0, 1], color=notebook.PLAIN, label="a line")
    axes.legend()
    return notebook.svg(made, alt)


def test_colours_are_the_pages_own() -> None:
    text = drawing()
    assert "var(--cv7-plain" in text
    assert "currentColor" in text
    assert not [code for code in notebook.COLOURS if code in text]
    assert set(re.findall(r"(?:fill|stroke): #(\w+)", text)) <= {"000000"}, "a fixed colour is left"


def test_the_drawing_is_valid_small_and_the_same_each_time() -> None:
    text = drawing()
    ElementTree.fromstring(text)
    assert text == drawing()
    assert len(text) < 20_000
    assert ">a line</text>" in text, "text stays text"


def test_it_has_a_text_alternative() -> None:
    root = ElementTree.fromstring(drawing('Says "so" & <more>.'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Says "so" & <more>.'
    for empty in ("", "  "):
        with pytest.raises(ValueError, match="a figure needs alt="):
            drawing(empty)
        with pytest.raises(ValueError, match="a figure needs alt="):
            notebook.show_images(np.zeros((2, 2, 3)), alt=empty)


def test_a_terminal_gets_the_text() -> None:
    with redirect_stdout(io.StringIO()) as printed:
        made, _ = notebook.figure()
        notebook.show(made, alt="An empty frame.")
        notebook.show_images(np.zeros((2, 2, 3)), alt="Two black pixels by two.")
    assert printed.getvalue() == "[figure: An empty frame.]\n[figure: Two black pixels by two.]\n"


def square(number: int) -> int:
    return number**2


def test_jobs_come_back_in_order() -> None:
    assert list(notebook.in_parallel(square, range(5))) == [0, 1, 4, 9, 16]


def test_a_job_that_fails_says_so() -> None:
    def bad(number: int) -> int:
        raise RuntimeError(f"job {number}")

    with pytest.raises((RuntimeError, AttributeError)):
        list(notebook.in_parallel(bad, [1]))
