"""The strip of digits is scikit-learn’s, pixel by pixel."""

import base64
import io
import re

import digits
import numpy
from PIL import Image
from sklearn.datasets import load_digits

from ..conftest import Generated

SHOWN = 10


def test_the_strip_is_drawn_from_scikit_learns_digits(generated: Generated) -> None:
    data = load_digits()
    assert data.target[:SHOWN].tolist() == list(range(10))  # as its text alternative says
    generated(digits.FIGURE, digits.svg(data.images[:SHOWN].tolist()))


def test_each_pixel_read_back_is_the_data() -> None:
    text = digits.FIGURE.read_text(encoding="utf-8")
    found = re.search(r"data:image/png;base64,([^\"]+)", text)
    assert found
    pixels = numpy.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))))
    images = load_digits().images
    for number in range(SHOWN):
        left = number * (digits.SIDE + digits.GAP)
        shown = pixels[:, left : left + digits.SIDE] / 255 * digits.WHITE
        assert abs(shown - images[number]).max() < 0.05
