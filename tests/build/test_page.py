"""Adding a page as a newcomer does: it passes at once, and each mistake gets its own message."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .. import course, page, topics
from ..conftest import ROOT

pytestmark = pytest.mark.xdist_group("page")  # they share what takes long to make
PLAIN, WITH_WIDGET = "squeeze-excitation", "atrous"  # one name sorts after pytest, one before
PAGE, OTHER = f"docs/in-brief/{PLAIN}.md", f"docs/in-brief/{WITH_WIDGET}.md"
OTHER_NUMBERS = f"docs/in-brief/{WITH_WIDGET}.numbers"
CONTROLS = f"docs/widgets/{WITH_WIDGET}/controls.html"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
# Tests that look at all pages together, and would notice a page that does not fit in.
TOGETHER = "links_and_anchors or layout or alternatives or how_we_know or topics or test_its"
Edit = Callable[[str], str]


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        changed = re.sub(old, lambda match: new, text, flags=re.M)
        assert changed != text, f"the reference topic has no {old} any more"
        return changed

    return edit


# What newcomers get wrong: the file, the edit, and the message, in which {line} is the number of
# the line that `at` is found on after the edit.
MISTAKES: dict[str, tuple[str, Edit, str, str]] = {
    "stale output": (
        f"snippets/{PLAIN}.py",
        replaced("7, 8 ->", "seven, eight ->"),
        "",
        f"snippets/{PLAIN}.out:1: older than snippets/{PLAIN}.py or what that uses of cv7, "
        "or altered: run `make regen` (it installs torch first: three minutes and 6 GB, once), or "
        "ask for it in your pull request",
    ),
    "number without a source": (
        PAGE,
        replaced(r"Three minutes\.", "It takes 180 seconds."),
        "180 seconds",
        f"{PAGE}:{{line}}: 180 has no source in: How large is the map that a convolution makes? "
        "One formula says it, for pooling layers, too. It takes 180 seconds.",
    ),
    "number that is not what its expression says": (
        OTHER,
        replaced("- 7 = 223", "- 7 = 224"),
        "- 7 = 224",
        f"{OTHER}:{{line}}: 224 has no source in: 2. Room: $224 + 2 \\cdot 3 - 7 = 224$.\n",
    ),
    "expression that is not what its page says": (
        OTHER_NUMBERS,
        replaced("223 // 2", "223 // 3"),
        "223 // 3",
        "shows 111, but `223 // 3` is 74 (make refresh rewrites it)",
    ),
    "figure without a text alternative": (
        PAGE,
        replaced(r"!\[[^]]*\]", "![]"),
        "![]",
        f"{PAGE}:{{line}}: ../figures/{PLAIN}.svg has no text alternative: say between the "
        f"brackets what the figure shows, ![Eight columns, of which …](../figures/{PLAIN}.svg)",
    ),
    "figure in HTML without a text alternative": (
        OTHER,
        replaced('<img alt="[^"]*"', '<img alt=""'),
        "<img",
        f'{OTHER}:{{line}}: <img alt="" src="../figures/{WITH_WIDGET}.svg"> '
        'has no text alternative: say what it shows, alt="…", or hide an ornament with '
        'aria-hidden="true"',
    ),
    "widget that no test uses by keyboard": (
        CONTROLS,
        replaced('type="range"', 'type="number"'),
        "",
        f"docs/widgets/{WITH_WIDGET}/element.mjs:1: it has no slider, so no test presses a key in "
        f"it: reach its controls and change them in tests/browser/test_{WITH_WIDGET}.py, with "
        'page.keyboard.press("ArrowDown"), as tests/browser/test_fine_tuning.py does',
    ),
    "snippet shown by no page": (
        OTHER,
        replaced(f'^--8<-- "snippets/{WITH_WIDGET}.py:sizes"$', "pass"),
        "",
        f"snippets/{WITH_WIDGET}.py:1: no page shows section “sizes”: include it with "
        f'--8<-- "snippets/{WITH_WIDGET}.py:sizes", or delete it',
    ),
    "code outside every section": (
        f"snippets/{PLAIN}.py",
        lambda text: text + "print(sizes)\n",
        "print(sizes)",
        f"snippets/{PLAIN}.py:{{line}}: “print(sizes)” is outside every section, so no page shows "
        "it: move it into one",
    ),
    "broken link": (
        PAGE,
        replaced("chapters/skip-connections.md", "chapters/skip-conections.md"),
        "skip-conections",
        f"{PAGE}:{{line}}: Doc file 'in-brief/{PLAIN}.md' contains a link "
        "'../chapters/skip-conections.md#the-residual-mapping-fix', but the target "
        "'chapters/skip-conections.md' is not found among documentation files. "
        "Correct it, or remove it.",
    ),
    "link to a heading that is not there": (
        OTHER,
        replaced("#the-residual-mapping-fix", "#residual-mapping"),
        "#residual-mapping",
        f"{OTHER}:{{line}}: Doc file 'in-brief/{WITH_WIDGET}.md' contains a link "
        "'../chapters/skip-connections.md#residual-mapping', but the doc "
        "'chapters/skip-connections.md' does not contain an anchor '#residual-mapping'. "
        "Correct it, or remove it.",
    ),
}


def run(fork: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": str(fork), "NOTEBOOKS": "cached"}
    return subprocess.run(
        command, cwd=fork, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def at_once(fork: Path, *commands: Sequence[str]) -> "list[subprocess.CompletedProcess[str]]":
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda command: run(fork, *command), commands))


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course to which a newcomer has added two pages, as the Makefile does it."""
    fork = course.copy(tmp_path_factory.mktemp("page") / "fork")
    shutil.copytree(ROOT / "tests", fork / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    for arguments in ((PLAIN,), (WITH_WIDGET, "--title", "Holes in Kernels", "--widget")):
        made = run(fork, sys.executable, "-m", "tests.page", *arguments)
        assert made.returncode == 0, made.stderr
        assert f"docs/in-brief/{arguments[0]}.md\n" in made.stdout
    written = run(fork, *PYTEST, "--regen", "tests/site")
    assert written.returncode == 0, written.stdout
    for name in ("how-we-know", "topics"):
        assert f"docs/about/{name}.md is rewritten:\n  " in written.stdout
    return fork


def test_a_page_comes_with_its_files_and_only_with_the_widget_that_was_wanted(fork: Path) -> None:
    def made(slug: str) -> set[str]:
        names = (slug, slug.replace("-", "_"))
        found = (path.relative_to(fork).as_posix() for path in fork.rglob("*") if path.is_file())
        return {path for path in found if re.search(rf"\b(?:test_)?(?:{'|'.join(names)})\b", path)}

    def spelled(slug: str) -> set[str]:
        return {
            page.renamed(path.relative_to(ROOT).as_posix(), slug, "")
            for paths in topics.files(page.REFERENCE).values()
            for path in paths
        }

    assert made(WITH_WIDGET) == spelled(WITH_WIDGET)
    assert made(PLAIN) == {p for p in spelled(PLAIN) if not page.of_the_widget(Path(p))}
    text = (fork / PAGE).read_text(encoding="utf-8")
    assert "title: Squeeze Excitation\n" in text
    assert "cv7-" not in text
    nav = (fork / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"      - in-brief/{PLAIN}.md\n" in nav
    assert f"<cv7-{WITH_WIDGET}>" in (fork / OTHER).read_text(encoding="utf-8")


def test_it_builds_and_passes_at_once(fork: Path) -> None:
    own = f"{PLAIN} or {WITH_WIDGET} or {PLAIN.replace('-', '_')}"
    ruff, python = (sys.executable, "-m", "ruff"), ("snippets", "docs/questions", "tests")
    tested = (f"tests/cv7/test_{slug.replace('-', '_')}.py" for slug in (PLAIN, WITH_WIDGET))
    checks = at_once(
        fork,
        [*ruff, "check", *python],
        [*ruff, "format", "--check", *python],
        [*PYTEST, "tests/site", "-k", f"{own} or {TOGETHER}"],
        [*PYTEST, "tests/snippets/test_outputs.py", "docs/in-brief", *tested, "-k", own],
        [
            "node",
            "--test",
            f"tests/widgets/{WITH_WIDGET}.test.mjs",
            "tests/widgets/parity.test.mjs",
        ],
    )
    for check in checks:
        assert check.returncode == 0, check.stdout + check.stderr


@pytest.fixture(scope="module")
def complaints(fork: Path) -> str:
    """What the checks and the build say after all mistakes have been made."""
    for name, edit, _, _ in MISTAKES.values():
        path = fork / name
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    asked = "snippets or numbers or alternatives or layout or links_and_anchors"
    checks = run(fork, *PYTEST, "tests/site", "-k", asked)
    assert checks.returncode != 0
    return checks.stdout


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_line_and_cure(
    fork: Path, complaints: str, mistake: str
) -> None:
    name, _, at, message = MISTAKES[mistake]
    lines = (fork / name).read_text(encoding="utf-8").splitlines()
    number = next((n for n, line in enumerate(lines, start=1) if at in line), 0)
    assert message.format(line=number) in complaints


def test_the_cure_for_a_number_shows_what_to_write(complaints: str) -> None:
    file = f"docs/in-brief/{PLAIN}.numbers"
    assert f"computed: say in {file} what computes it, 8,768 = cost.…" in complaints


@pytest.mark.parametrize(
    ("slug", "title", "cure"),
    [
        ("Squeeze Excitation", "X", "use small letters, digits and single hyphens"),
        ("squeeze--excitation", "X", "use small letters, digits and single hyphens"),
        ("a" * 31, "X", "thirty characters at most"),
        ("", "X", "for example NAME=squeeze-excitation"),
        ("residual-block", "X", "is taken, by cv7/residual_block.py: choose another name"),
        ("stride-and-padding", "X", "is taken, by docs/in-brief/stride-and-padding.md"),
        ("parameter-counts", "X", "is taken, by docs/chapters/depthwise-separable.md"),
        ("random", "X", "choose a longer name, for example NAME=random-explained"),
        ("lambda", "X", "choose a longer name"),
        ("dropout", "a: b", "begin with a capital"),
    ],
)
def test_a_bad_name_is_refused_with_a_cure(slug: str, title: str, cure: str) -> None:
    with pytest.raises(ValueError, match=re.escape(cure)):
        page.check(slug, title)
