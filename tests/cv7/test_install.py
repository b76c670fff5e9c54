"""cv7 as a reader has it: the published wheel, in an environment with nothing else."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from docs._site import notebooks

from ..conftest import ROOT

pytestmark = pytest.mark.xdist_group("install")  # they share what takes long to make
SITE = "https://example.org/course/"
PROGRAM = """
import sys
from cv7 import cost, gradient_flow, measured
assert measured.load("network-depth")["plain"]  # the recorded results travel with the package
print(cost.residual_block(64, 128, stride=2).parameters, gradient_flow.depth_below(0.9, 0.01))
assert "torch" not in sys.modules
"""
TYPED = """
from cv7 import cost, linear_head, measured, networks

parameters: int = networks.resnet(18).parameters
reveal_type(cost.residual_block(64, 128).output_size(32, 32))
head: linear_head.LinearHead = linear_head.load("head.json")
cost.residual_block("64", 128)
measured.load(3)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a site at SITE offers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "CACHE", tmp_path_factory.mktemp("cache"))
        return notebooks.wheel(SITE)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which nothing but the wheel is installed."""
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    interpreter = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # Dependencies are not switched off: there must be none to fetch.
    install: list[str | Path] = [
        "-m",
        "pip",
        "--python",
        interpreter,
        "install",
        "--quiet",
        "--no-index",
        wheel,
    ]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    return interpreter


def said(python: Path, *arguments: str | Path, folder: Path, status: int = 0) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    run = subprocess.run(
        [python, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == status, run.stderr
    return run.stdout + run.stderr


def test_formulas_work_without_any_other_package(python: Path, tmp_path: Path) -> None:
    assert said(python, "-c", PROGRAM, folder=tmp_path).split() == ["230144", "45"]


def test_the_checker_lists_and_starts(python: Path, tmp_path: Path) -> None:
    for arguments, answer in ((["--list"], "exercise-8  A pipeline"), (["--start", "8"], "yours")):
        assert answer in said(python, "-m", "cv7.check", *arguments, folder=tmp_path)
    shipped, written = ROOT / "docs/exercises/starters/exercise-8.py", tmp_path / "exercise-8.py"
    assert written.read_bytes() == shipped.read_bytes()


def test_what_needs_more_says_how_to_get_it(python: Path, tmp_path: Path) -> None:
    for module, extra in (
        ("residual_block", "torch"),
        ("depthwise_separable", "torch"),
        ("defects", "torch"),
        ("notebook", "notebooks"),
    ):
        told = said(python, "-c", f"import cv7.{module}", folder=tmp_path, status=1)
        assert told.endswith(f'not installed here, and needed:\n    pip install "cv7[{extra}]"\n')


def test_the_command_says_what_there_is(python: Path, tmp_path: Path) -> None:
    told = said(python, "-m", "cv7", folder=tmp_path)
    version = re.findall(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert told.startswith(f"cv7 {version[0]}: ")
    assert f"\nDocumentation: {SITE}\n" in told
    for path in (ROOT / "cv7").iterdir():
        public = path.stem[0] != "_" and (path.suffix == ".py" or (path / "__init__.py").exists())
        assert (f"\n  cv7.{path.stem} " in told) is public
    assert "\n  cv7.cost                 Parameters and multiply-adds of layers" in told
    # Without torch, each module that cannot be imported says so, and no other.
    cures = re.findall(r'cv7\.(\w+) .*\n +-> .*: pip install "cv7\[(\w+)\]"\n', told)
    assert cures == [
        ("defects", "torch"),
        ("depthwise_separable", "torch"),
        ("notebook", "notebooks"),
        ("residual_block", "torch"),
    ]
    commands = re.findall(r"^  python -m (cv7\.\w+)$", told, re.M)
    assert commands == ["cv7.check", "cv7.weights"]
    assert "->" not in said(Path(sys.executable), "-m", "cv7", folder=ROOT), "all is there"


def test_the_wheel_is_typed(python: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TYPED)
    check: list[str | Path] = ["-m", "mypy", "--strict", "--python-executable", python, "mine.py"]
    told = said(Path(sys.executable), *check, folder=tmp_path, status=1)
    assert 'Revealed type is "tuple[int, int]"' in told.replace("builtins.", "")
    assert re.findall(r"mine\.py:(\d+): error: .*\[([\w-]+)\]", told) == [
        ("7", "arg-type"),
        ("8", "arg-type"),
    ]


def test_the_wheel_holds_the_package_and_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        (about,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        metadata = Parser().parsestr(archive.read(about).decode())
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert names == {
        *(p.relative_to(ROOT).as_posix() for p in (ROOT / "cv7").rglob("*.py")),
        "cv7/py.typed",
        *(f"cv7/data/{p.name}" for p in (ROOT / "docs/data").glob("*.json")),
        *(f"cv7/starters/{p.name}" for p in (ROOT / "docs/exercises/starters").glob("*.py")),
    }
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11.5"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata.get_all("Project-URL") == [f"Documentation, {SITE}"]
    needed = metadata.get_all("Requires-Dist", [])
    assert not [line for line in needed if "extra ==" not in line], "cv7 alone needs nothing"
    assert sorted(line for line in needed if line.endswith('extra == "torch"')) == [
        'torch>=2.11; extra == "torch"',
        'torchvision>=0.26; extra == "torch"',
    ]


def test_a_wheel_from_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    """Data and starters lie elsewhere in the tree; the archive must have them."""
    source = tmp_path / "source"
    for part in ("cv7", "docs/data", "docs/exercises/starters"):  # a build leaves its own folders
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "import setuptools.build_meta as b, sys; b.build_sdist(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, tmp_path], cwd=source, check=True, capture_output=True
    )
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        assert not [name for name in files.getnames() if "/tests/" in name]
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", tmp_path, archive], check=True, capture_output=True)
    (second,) = tmp_path.glob("*.whl")

    def contents(path: Path) -> dict[str, str]:
        with zipfile.ZipFile(path) as files:
            return {
                name: hashlib.sha256(files.read(name)).hexdigest()
                for name in files.namelist()
                if not name.endswith(("METADATA", "RECORD"))  # the published one names its site
            }

    assert contents(second) == contents(wheel)
