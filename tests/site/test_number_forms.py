"""How a value is written in the place of a number on a page."""

import pytest

from docs._site.claims import as_shown, claims
from docs._site.digits import NUMBER


@pytest.mark.parametrize(
    ("shown", "value", "expected"),
    [
        ("8,448", 8448, "8,448"),
        ("8,448", 12, "12"),
        ("999", 123456, "123,456"),
        ("18{,}432", 231211008, "231{,}211{,}008"),
        ("0.05", 0.045599, "0.05"),
        ("0.0456", 0.045599, "0.0456"),
        ("1.2", 1.25, "1.3"),
        ("-0.5", -0.5, "-0.5"),
        ("−0.5", -0.25, "−0.3"),
        ("0.5", -0.5, "-0.5"),
        ("-1", 0.2, "0"),
        (r"3.5\times10^{-4}", 3.4796e-4, r"3.5\times10^{-4}"),
        (r"1.0\times10^{-4}", 9.96e-6, r"1.0\times10^{-5}"),
        ("2.5 × 10^3", 123.0, "1.2 × 10^2"),
        (r"1\times10^{0}", 0.0, r"0\times10^{0}"),
    ],
)
def test_values_take_the_form_of_the_number_they_replace(
    shown: str, value: float, expected: str
) -> None:
    number = NUMBER.fullmatch(shown)
    assert number
    assert as_shown(value, number) == expected


def test_names_are_not_numbers() -> None:
    assert [m[0] for m in NUMBER.finditer("ResNet-50, conv3, top-5, v1.2, x2")] == []
    assert [m[0] for m in NUMBER.finditer("$L - 1 = 44$, 4–64, 3×3")] == [
        "1",
        "44",
        "4",
        "64",
        "3",
        "3",
    ]


def test_a_comment_speaks_of_the_last_numbers_before_it() -> None:
    line = "at 7 of 0.5<!--= 0.25 * 2 --> and $[1.0, 2.0]$<!--= [1.0, 3.0] -->"
    found = [(c.shown, c.expected) for c in claims(line, 1)]
    assert found == [("0.5", "0.5"), ("1.0", "1.0"), ("2.0", "3.0")]


def test_an_expression_that_fails_or_finds_no_number_is_reported() -> None:
    with pytest.raises(ValueError, match="`nothing` fails: NameError"):
        list(claims("7<!--= nothing -->", 1))
    with pytest.raises(ValueError, match="gives 2 values: no number to its left"):
        list(claims("7<!--= [1, 2] -->", 1))
