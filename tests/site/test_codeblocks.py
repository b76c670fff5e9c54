"""A block that fails is reported by its own line, where that stands, and nothing else."""

from pathlib import Path

import pytest

from .. import codeblocks, failures
from ..codeblocks import Failure, code_blocks, run
from ..conftest import PAGES, ROOT
from ..failures import named

SNIPPET = """\
# --8<-- [start:define]
def half(value: int) -> float:
    return 1 / value


# --8<-- [end:define]
# --8<-- [start:use]
print(half(2))
# --8<-- [end:use]
"""
PAGE = """\
# A page

!!! note "In a note, with two sections joined"
    ```python
    --8<-- "snippets/topic.py:define"
    --8<-- "snippets/topic.py:use"
    ```

    <!--pytest-codeblocks:expected-output-->
    ```text
    --8<-- "snippets/topic.out:use"
    ```

```py title="On the page itself"
print(1)
print(2)
```

<!--pytest-codeblocks:expected-output-->
```text
1
2
```

```sh
echo "to be read" >&2; exit 3
```
"""
OUTPUT = "# head\n# --8<-- [start:use]\n0.5\n# --8<-- [end:use]\n"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "docs/page.md": PAGE,
        "snippets/topic.py": SNIPPET,
        "snippets/topic.out": OUTPUT,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for module in (codeblocks, failures):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path / "docs/page.md"


def test_blocks_that_are_right_say_nothing(page: Path) -> None:
    joined, own, _ = (block for block in code_blocks(page) if block.syntax != "text")
    run(joined)
    run(own)


@pytest.mark.parametrize(
    ("index", "name", "old", "new", "message"),
    [
        (
            0,
            "snippets/topic.py",
            "half(2)",
            "half(0)",
            "snippets/topic.py:3: ZeroDivisionError: division by zero\n"
            "    return 1 / value\n"
            "  in the block of docs/page.md:4",
        ),
        (
            0,
            "snippets/topic.py",
            "print(half(2))",
            "print(halves)",
            "snippets/topic.py:8: NameError: name 'halves' is not defined\n"
            "    print(halves)\n"
            "  in the block of docs/page.md:4",
        ),
        (
            0,
            "snippets/topic.py",
            "half(2)",
            "half(4)",
            "docs/page.md:4: prints other lines (+) than snippets/topic.out:3 has (-): if they "
            "are right, run `make regen`\n  -0.5\n  +0.25",
        ),
        (
            1,
            "docs/page.md",
            "print(2)",
            "print(2",
            "docs/page.md:16: SyntaxError: '(' was never closed\n"
            "    print(2\n"
            "  in the block of docs/page.md:14",
        ),
        (
            1,
            "docs/page.md",
            "print(1)",
            "print(3)",
            "docs/page.md:14: prints other lines (+) than docs/page.md:21 has (-): if they are "
            "right, write them there\n  -1\n  +3",
        ),
        (
            1,
            "docs/page.md",
            "print(1)",
            "raise SystemExit(2)",
            "docs/page.md:15: SystemExit: 2\n"
            "    raise SystemExit(2)\n"
            "  in the block of docs/page.md:14",
        ),
        (
            2,
            "docs/page.md",
            "exit 3",
            "exit 4",
            'docs/page.md:25: ends with exit status 4:\n  $ echo "to be read" >&2; exit 4\n'
            "    to be read",
        ),
    ],
)
def test_a_block_that_fails_is_named_with_file_and_line(
    page: Path, index: int, name: str, old: str, new: str, message: str
) -> None:
    path = page.parents[1] / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    block = [block for block in code_blocks(page) if block.syntax != "text"][index]
    with pytest.raises(Failure) as failure:
        run(block)
    assert str(failure.value) == message


def test_an_error_in_cv7_names_both_lines() -> None:
    (block,) = (b for b in code_blocks(ROOT / "docs/exercises/index.md") if "networks" in b.code)
    block.code = block.code.replace("(32, 32, 3)", "(32, 32, 0)")
    with pytest.raises(Failure) as failure:
        run(block)
    first, line, raised, inner, where = str(failure.value).splitlines()
    assert first.startswith("snippets/exercise-7.py:4: ValueError: kernel_size must be")
    assert line == "    V1 = cost.separable_parameters(32, 32, 3)"  # as the file has it
    assert raised.startswith("  raised in cv7/cost.py:")
    assert inner.startswith("    raise ValueError(")
    assert where.startswith("  in the block of docs/exercises/index.md:")


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT / "docs").as_posix())
def test_every_line_of_code_is_where_the_block_says(path: Path) -> None:
    for block in code_blocks(path):
        if block.syntax == "text":
            continue
        lines = block.code.splitlines()
        assert len(lines) == len(block.places)
        for line, (file, number) in zip(lines, block.places, strict=True):
            there = file.read_text(encoding="utf-8").splitlines()[number - 1]
            assert line.strip() == there.strip(), named((file, number))


def test_a_long_difference_is_cut() -> None:
    old, new = "".join(f"{n}\n" for n in range(30)), ""
    shown = failures.difference(old, new, 5).splitlines()
    assert shown[:2] == ["  -0", "  -1"]
    assert shown[5:] == ["  … and 25 lines more"]
    assert failures.difference(old, old) == ""
    line = "word " * 99
    shown = failures.difference(f"{line}7{line}", f"{line}8{line}").splitlines()
    assert [len(part) for part in shown] == [failures.WIDTH + 5] * 2
    assert "word 7word" in shown[0]
    assert "word 8word" in shown[1]
    assert failures.difference("1\n", "1") != ""
