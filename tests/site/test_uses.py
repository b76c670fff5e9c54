"""Outputs and notebooks are stale when what they use has changed, and only then."""

from pathlib import Path

import pytest

from docs._site.uses import uses

from ..conftest import NOTEBOOKS, ROOT
from ..sections import SNIPPETS

PACKAGE = {
    "__init__": '"""Words."""\nfrom .shapes import area as surface\n',
    "shapes": '''"""Words."""
from math import pi

from .units import SCALE, metres

PRECISION = 3
FACES: dict[str, int] = {}
LEFT, RIGHT = 1, 2


def area(radius: float) -> float:
    """Words."""
    return round(half(radius), PRECISION)  # words


def half(radius: float) -> float:
    return metres(pi * radius**2)


def unused(radius: float) -> int:
    return LEFT


class Base:
    pass


class Square(Base):
    """Words."""

    side = RIGHT


def face(make: type) -> type:
    FACES[make.__name__] = len(FACES)
    return make


@face
class Cube:
    edges = 12
''',
    "units": """from .deep import constants

SCALE = 2


def metres(value: float) -> float:
    from .late import rounded

    return rounded(value) * constants.UNIT


SCALE += 1
""",
    "late": "def rounded(value: float) -> float:\n    return value\n",
    "deep.__init__": "",
    "deep.constants": "UNIT = 1\nOTHER = 2\n",
    "extra": "from .shapes import *\n\nNAMES = [name for name in globals()]\n",
}
AREA = "from cv7 import shapes\n\nprint(shapes.area(1))\n"
WHOLE = "from cv7 import shapes\n\nprint(getattr(shapes, 'ar' + 'ea')(1))\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        path = tmp_path / "cv7" / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("code", "module", "old", "new", "stale"),
    [
        # What it uses, however deep.
        (AREA, "shapes", "round(", "int(", True),
        (AREA, "shapes", "pi * radius", "3 * radius", True),
        (AREA, "shapes", "from math import pi", "from cmath import pi", True),
        (AREA, "shapes", "PRECISION = 3", "PRECISION = 4", True),
        (AREA, "units", "(value) *", "(value) +", True),
        (AREA, "late", "return value", "return -value", True),
        (AREA, "deep.constants", "UNIT = 1", "UNIT = 2", True),
        # What it does not use.
        (AREA, "shapes", "return LEFT", "return RIGHT", False),
        (AREA, "shapes", "LEFT, RIGHT = 1, 2", "LEFT, RIGHT = 3, 4", False),
        (AREA, "shapes", "class Base:", "def new() -> None:\n    pass\n\n\nclass Base:", False),
        (AREA, "deep.constants", "OTHER = 2", "OTHER = 3", False),
        (AREA, "extra", "NAMES", "OTHERS", False),
        (AREA, "shapes", "import SCALE, metres", "import metres", False),
        # Words.
        (AREA, "shapes", '"""Words."""', '"""Other\n\nwords."""', False),
        (AREA, "shapes", "# words", "# other words", False),
        # What runs with the import.
        (AREA, "shapes", "edges = 12", "edges = 13", True),
        (AREA, "shapes", "len(FACES)", "1", True),
        (AREA, "units", "SCALE += 1", "SCALE += 2", True),
        (AREA, "__init__", "from", "print(1)\nfrom", True),
        # Other ways to name it.
        ("from cv7.shapes import area\narea(1)\n", "deep.constants", "UNIT = 1", "UNIT = 2", True),
        ("import cv7.shapes\ncv7.shapes.area(1)\n", "shapes", "round(", "int(", True),
        ("import cv7.shapes as s\ns.area(1)\n", "shapes", "round(", "int(", True),
        ("from cv7 import surface\nsurface(1)\n", "shapes", "round(", "int(", True),
        ("from cv7 import surface\nsurface(1)\n", "shapes", "return LEFT", "return RIGHT", False),
        ("from cv7.shapes import Square\nSquare()\n", "shapes", "    pass", "    side = 1", True),
        ("from cv7.shapes import Square\nSquare()\n", "shapes", "round(", "int(", False),
        # All of it, where names are not said.
        (WHOLE, "shapes", "return LEFT", "return RIGHT", True),
        (WHOLE, "deep.constants", "UNIT = 1", "UNIT = 2", True),
        ("from cv7.shapes import *\narea(1)\n", "shapes", "round(", "int(", True),
        ("from cv7.extra import area\narea(1)\n", "shapes", "round(", "int(", True),
        ("from cv7 import shapes\nshapes.missing\n", "shapes", "round(", "int(", True),
        (
            "import importlib\nimportlib.import_module('cv7.shapes')\n",
            "shapes",
            "round(",
            "int(",
            True,
        ),
        ("from cv7.extra import NAMES\n", "late", "return value", "return -value", True),
        ("print(1)\n", "shapes", "round(", "int(", False),
    ],
)
def test_a_change_matters_to_what_uses_it(
    root: Path, code: str, module: str, old: str, new: str, stale: bool
) -> None:
    before = uses(code, root)
    path = root / "cv7" / f"{module.replace('.', '/')}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (uses(code, root) != before) is stale


@pytest.mark.parametrize("path", [*SNIPPETS, *NOTEBOOKS], ids=lambda p: p.name)
def test_every_module_that_is_imported_is_used(path: Path) -> None:
    """By its name alone, at least: a change of what it is imported for would be noticed."""
    source = path.read_text(encoding="utf-8")
    found = uses(source, ROOT)
    for file in (ROOT / "cv7").glob("[!_]*.py"):
        imported = f"cv7.{file.stem} import" in source or any(
            line.startswith("from cv7 import") and file.stem in line for line in source.splitlines()
        )
        if imported:
            assert found[f"cv7.{file.stem}"], f"{path.name} imports cv7.{file.stem}, and uses it"


def test_what_the_course_uses_is_found_where_it_lies() -> None:
    """Through fine_tuning and networks, down to a constant of the one and a class of cost."""
    for path in (
        ROOT / "snippets/several-processes.py",
        ROOT / "docs/notebooks/transfer-learning.py",
    ):
        found = uses(path.read_text(encoding="utf-8"), ROOT)
        assert any(text.startswith("CLASSES = ") for text in found["cv7.defects"])
        assert any("class Conv2d" in text for text in found["cv7.cost"])
        assert not any("def residual_block" in text for text in found["cv7.cost"])
