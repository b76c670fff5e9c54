"""cv7.check: right solutions pass however they are written, and each mistake gets its answer."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cv7 import check as package
from cv7.check import EXERCISES, Report, check, start
from cv7.check.__main__ import main
from cv7.check.process import RUNS

from ..conftest import ROOT
from . import answers
from .mistakes import MISTAKES, SNIPPETS, SOLUTIONS, Mistake, source

RIGHT = [
    (name, path)
    for name in EXERCISES
    for path in [SNIPPETS / f"{name}.py", *sorted((SOLUTIONS / name).glob("*.py"))]
]
WRONG = [(name, mistake) for name, mistakes in MISTAKES.items() for mistake in mistakes]


@pytest.mark.parametrize(
    ("name", "path"), RIGHT, ids=lambda p: p.stem if isinstance(p, Path) else p
)
def test_right_solutions_pass(name: str, path: Path) -> None:
    report = check(name, path)
    assert report.passed, report.text()


@pytest.mark.parametrize(
    ("name", "mistake"), WRONG, ids=lambda m: m.name if isinstance(m, Mistake) else m
)
def test_each_mistake_gets_its_own_answer(name: str, mistake: Mistake) -> None:
    report = answers.answer(name, source(name, mistake))
    last = report.outcomes[-1]
    assert not last.passed, f"passes all {report.total} checks"
    assert mistake.answer in last.message, report.text()
    others = [
        other.name for other in MISTAKES[name] if other != mistake and other.answer in last.message
    ]
    assert not others, f"{mistake.name} is answered as {others}: {last.message}"
    assert "The check itself failed" not in last.message


def test_there_are_solutions_and_mistakes_enough() -> None:
    for name in EXERCISES:
        assert len(list((SOLUTIONS / name).glob("*.py"))) >= 3
        assert len(MISTAKES[name]) >= 6


@pytest.mark.parametrize("name", EXERCISES)
def test_where_to_read_is_there(name: str) -> None:
    """Each link of a check leads to a heading of a page."""
    for one in import_module(f"cv7.check.{name.replace('-', '_')}").CHECKS:
        page, _, anchor = one.read.partition("/#")
        path = ROOT / "docs" / f"{page}.md"
        path = path if path.exists() else ROOT / "docs" / page / "index.md"
        anchors = set()
        for heading in re.findall(r"^##+ (.*)$", path.read_text(encoding="utf-8"), re.M):
            heading, _, attributes = heading.partition(" {")
            given = re.search(r"#([\w-]+)", attributes)
            plain = re.sub(r"[^\w\s-]", "", heading.lower()).strip()
            anchors.add(given[1] if given else re.sub(r"[\s-]+", "-", plain))
        assert anchor in anchors, f"{one.title}: {one.read}"


@pytest.mark.parametrize("name", EXERCISES)
def test_the_starter_as_it_came(name: str, tmp_path: Path) -> None:
    written = start(name, tmp_path)
    assert written == tmp_path / f"{name}.py"
    with pytest.raises(FileExistsError):
        start(name, written)
    assert "Nothing is filled in here yet" in said_of(check(name, written))


# ---- Files that do not run ---------------------------------------------------------------------

BROKEN = {
    "x = (1,\ny = 2\n": ("Python cannot read line 1: '(' was never closed", "x = (1,"),
    "def f():\nreturn 1\n": ("line 2: expected an indented block",),
    "x = 'a\0b'\n": ("null bytes",),
    "import torch\nx = torch.zeros(2) + torch.zeros(3)\n": (
        "line 2",
        "different shape (2 against 3)",
    ),
    "import torch\n\n\ndef f(x):\n    return torch.nn.Conv2d(3, 4, 1)(x)\n\n\n"
    "f(torch.zeros(1, 5, 8, 8))\n": ("In line 5", "made for 3 channels was given 5"),
    "import torch\ntorch.nn.Linear(3, 4)(torch.zeros(2, 7))\n": (
        "made for 3 numbers an image was given 7",
    ),
    "x = nn.ReLU()\n": ("NameError", "An import is missing"),
    "layers = 1\nprint(layer)\n": ("In line 2", "Did you mean layers?"),
    "import torch\ntorch.relux\n": ("AttributeError", "Did you mean relu"),
    "import no_such_package\n": ("no_such_package is not installed here, or misspelt",),
    "import torch\nx = torch.zeros(2, requires_grad=True).exp()\nx += 1\nx.sum().backward()\n": (
        "in place",
    ),
    "name = input('Your name? ')\n": ("asks for input()",),
    "print(1)\nexit()\n": ("In line 2", "The file ends the program here"),
    "import sys\nsys.exit('so')\n": ("The file ends the program here",),
    "def f():\n    f()\n\n\nf()\n": ("calls itself without end",),
    "import torch\nx = torch.empty(10**15)\n": ("not memory enough",),
    "import torch\n\n\nclass A(torch.nn.Module):\n    pass\n\n\nA()(1)\n": ("no method forward",),
    "import torch\n\n\nclass A(torch.nn.Module):\n    def __init__(self):\n"
    "        self.a = torch.nn.ReLU()\n\n\nA()\n": ("super().__init__()",),
}


ENDED = {
    "import os\nos._exit(3)\n": ("exit status 3",),
    "import os, signal\nprint('last', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n": (
        "SIGKILL",
        "memory ran out",
        "last",
    ),
    "while True:\n    print('all of it', flush=True)\n": ("more than 5 megabytes", "all of it"),
}


def said_of(report: Report) -> str:
    """What is said of a file that does not run, and of nothing else."""
    (outcome,) = report.outcomes
    assert outcome.title == RUNS
    assert not outcome.passed
    return outcome.message


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: BROKEN[text][0][:40])
def test_what_is_said_of_an_error(text: str) -> None:
    message = said_of(answers.answer("exercise-2", text))
    assert [part for part in BROKEN[text] if part not in message] == []


@pytest.mark.parametrize("text", ENDED, ids=lambda text: ENDED[text][0][:40])
def test_what_is_said_of_a_process_that_ends(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text, encoding="utf-8")
    message = said_of(check("2", file))
    assert [part for part in ENDED[text] if part not in message] == []


def test_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_bytes("größe = 1\n".encode("latin-1"))
    assert "not text in UTF-8" in check("2", file).outcomes[0].message


def test_an_endless_loop_is_found_and_what_it_started_ends_with_it(tmp_path: Path) -> None:
    file, alive = tmp_path / "mine.py", tmp_path / "alive"
    sleeper = f"import time\nwhile True: open({str(alive)!r}, 'a').write('.'); time.sleep(0.05)"
    file.write_text(
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {sleeper!r}])\n"
        "while True:\n    pass\n"
    )
    begun = time.monotonic()
    (outcome,) = check("2", file, seconds=2).outcomes
    assert time.monotonic() - begun < 60
    assert "after 2 seconds" in outcome.message
    assert re.search(r"in line [34]:\n    (while True:|pass)", outcome.message)
    size = alive.stat().st_size
    time.sleep(0.5)
    assert alive.stat().st_size == size


def test_a_check_that_hangs_is_named(tmp_path: Path) -> None:
    text = (SNIPPETS / "exercise-2.py").read_text(encoding="utf-8")
    file = tmp_path / "mine.py"
    file.write_text(
        text + "\nResidualBlock.forward = lambda self, x: [None for _ in iter(int, 1)]\n"
    )
    runs, first = check("2", file, seconds=3).outcomes
    assert runs.passed
    assert first.title.startswith("ResidualBlock(32, 32)")
    assert "still at work after 3 seconds" in first.message


def test_a_file_cannot_pass_by_what_it_prints_or_replaces(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import builtins\nimport sys\nimport torch\nprint('{\"done\": true}')\n"
        "sys.stdout = sys.stderr = None\nbuiltins.isinstance = lambda *a: True\n"
        "builtins.len = builtins.sum = lambda *a: 0\n"
        "torch.equal = torch.allclose = lambda *a: True\n"
    )
    report = check("2", file)
    assert not report.passed
    assert "no class ResidualBlock" in report.outcomes[-1].message


def test_a_file_that_forks_is_checked_once(tmp_path: Path) -> None:
    text = (SNIPPETS / "exercise-4.py").read_text(encoding="utf-8")
    file = tmp_path / "mine.py"
    file.write_text(f"{text}\nimport os\n\nos.fork()\n", encoding="utf-8")
    assert check("4", file).passed


def test_a_seed_of_the_readers_own_changes_nothing(tmp_path: Path) -> None:
    text = (SNIPPETS / "exercise-4.py").read_text(encoding="utf-8")
    file = tmp_path / "mine.py"
    file.write_text(f"import torch\ntorch.manual_seed(1)\ntorch.set_grad_enabled(False)\n{text}")
    assert check("4", file).passed


# ---- The command -------------------------------------------------------------------------------

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    def given(*arguments: Any) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(str(ended.code))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return given


@pytest.fixture(scope="module")
def wrong_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mistake = next(m for m in MISTAKES["exercise-2"] if m.name == "a projection always")
    file = tmp_path_factory.mktemp("folder") / "exercise-2.py"
    file.write_text(source("exercise-2", mistake), encoding="utf-8")
    return file


def test_the_answer_to_a_wrong_solution(command: Command, wrong_file: Path) -> None:
    status, out, _ = command("exercise-2", wrong_file)
    assert status == 1
    assert "✓ Channels alone may change, and stride alone\n" in out
    assert "✗ The shortcut is the identity where it can be\n" in out
    assert "Read: chapters/skip-connections/#implementation\n" in out
    assert out.endswith("4 of 18 checks passed; the rest waits until this one is right.\n")
    assert "\033" not in out
    status, out, _ = command("2", wrong_file, "--plain")
    assert status == 1
    assert "✓" not in out
    assert "WRONG The shortcut is" in out


def test_json(command: Command, wrong_file: Path) -> None:
    status, out, _ = command("2", wrong_file, "--json")
    told = json.loads(out)
    assert status == 1
    assert set(told) == {"exercise", "file", "passed", "checks", "total", "seconds", "versions"}
    assert (told["exercise"], told["passed"], told["total"]) == ("exercise-2", False, 18)
    assert [one["passed"] for one in told["checks"]] == [True] * 4 + [False]
    assert set(told["versions"]) == {"python", "torch", "torchvision"}


def test_all_of_a_folder(command: Command, wrong_file: Path) -> None:
    right = wrong_file.with_name("exercise-4.py")
    right.write_text((SNIPPETS / "exercise-4.py").read_text(encoding="utf-8"), encoding="utf-8")
    status, out, _ = command("--all", wrong_file.parent)
    assert status == 1
    assert re.findall(r"^(exercise-\d)  (\S+)", out, re.M) == [
        ("exercise-2", "WRONG"),
        ("exercise-4", "right"),
        ("exercise-6", "--"),
        ("exercise-8", "--"),
    ]
    status, out, _ = command("--all", wrong_file.parent, "--json")
    assert [report["passed"] for report in json.loads(out)] == [False, True]


def test_list_and_start(command: Command, tmp_path: Path) -> None:
    status, out, _ = command("--list")
    assert status == 0
    assert out.splitlines() == [f"{name}  {EXERCISES[name].title}" for name in EXERCISES]
    status, out, _ = command("--start", "2", tmp_path / "mine.py")
    assert status == 0
    assert "class ResidualBlock" in (tmp_path / "mine.py").read_text(encoding="utf-8")
    status, _, err = command("--start", "2", tmp_path / "mine.py")
    assert status == 2
    assert "is there already, and is not overwritten" in err


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["exercise-22", "x.py"], "did you mean exercise-2?"),
        (["exercise-3", "x.py"], "done on paper"),
        (["something", "x.py"], "choose from exercise-2"),
        (["2", "snippets/exercise-22.py"], "did you mean snippets/exercise-2.py?"),
        (["2", "snippets"], "snippets is a folder"),
        (["2", "snippets/exercise-2.py", "--seconds", "0"], "must lie in 0 to 86400 seconds"),
        (["2"], "name an exercise and your file"),
        (["--all", "cv7"], "cv7 has none of exercise-2.py"),
        (["--all", "README.md"], "README.md is not a folder"),
    ],
)
def test_wrong_use(
    command: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str], answer: str
) -> None:
    monkeypatch.chdir(ROOT)
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert answer in err


def test_colours_on_a_terminal_only(
    command: Command, wrong_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report("exercise-2", "x.py", (package.Outcome("A", True),), 1, 0)
    monkeypatch.setattr("cv7.check.__main__.check", lambda *_, **__: report)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m✓" in command("2", wrong_file)[1]
    assert "\033" not in command("2", wrong_file, "--plain")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in command("2", wrong_file)[1]


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    report = check("2", SNIPPETS / "exercise-2.py")
    assert not report.passed
    assert 'pip install "cv7[torch]"' in report.text()


def test_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> Path:
        raise RuntimeError("the ImageNet weights of MobileNetV2 could not be had")

    monkeypatch.setattr("cv7.weights.ensure", unreachable)
    assert "could not be had" in check("6", SNIPPETS / "exercise-6.py").text()


def test_the_command_itself_as_a_reader_calls_it(tmp_path: Path) -> None:
    """In a folder with files that are called like modules, with colours from no terminal."""
    for name in ("torch", "random", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemError\n")
    file = tmp_path / "mine.py"
    file.write_bytes((SNIPPETS / "exercise-2.py").read_bytes())
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cv7.check", "exercise-2", "mine.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"All 18 checks passed. Well done!" in done.stdout


def test_a_notebook_shows_the_report() -> None:
    outcome = package.Outcome("A", False, "It is\n    code\nwrong.", "exercises/#exercise-2")
    report = Report("exercise-2", "x.py", (outcome,), 3, 0)
    assert repr(report) == report.text()
    assert report.text().splitlines()[2:] == [
        "  ✗ A",
        "",
        "    It is",
        "        code",
        "    wrong.",
        "",
        "    Read: exercises/#exercise-2",
        "",
        "0 of 3 checks passed; the rest waits until this one is right.",
    ]
