"""The locks: exact versions with digests, within the declared ranges, and from no named host."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..conftest import ROOT, report

ENTRY = re.compile(r"^(?![ #])(.+?) \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)
EXTRAS = {
    "check": {"site", "check"},
    "test": {"site", "check", "test"},
    "cpu": {"site", "check", "test"},  # there once `make lock` was run where such builds are found
}
LOCKS = [path.stem for path in sorted((ROOT / ".ci").glob("*.lock"))]
NPM = ("", "lighthouse/")


def locked(name: str) -> dict[str, list[Requirement]]:
    """The entries of a lock by package; one package may differ between Pythons or systems."""
    text = (ROOT / f".ci/{name}.lock").read_text(encoding="utf-8")
    entries: dict[str, list[Requirement]] = {}
    for line, _ in ENTRY.findall(text):
        requirement = Requirement(line)
        entries.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return entries


def declared(extras: set[str]) -> list[Requirement]:
    """What pyproject.toml asks for, with the extras that an extra names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    for extra in extras:
        for requirement in map(Requirement, optional[extra]):
            own = requirement.name == project["name"]
            wanted += declared(set(requirement.extras)) if own else [requirement]
    return wanted


def version(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "==", requirement
    return pin.version


def test_the_locks_are_those_that_make_installs() -> None:
    assert {"check", "test"} <= set(LOCKS) <= set(EXTRAS)


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_exact_and_has_digests(name: str) -> None:
    text = (ROOT / f".ci/{name}.lock").read_text(encoding="utf-8")
    rest = re.sub(r"^ *#.*\n", "", ENTRY.sub("", text), flags=re.M).splitlines()
    report([f".ci/{name}.lock: neither an entry with its digests nor a comment: {s}" for s in rest])
    for requirements in locked(name).values():
        for requirement in requirements:
            assert version(requirement)


@pytest.mark.parametrize("name", LOCKS)
def test_pyproject_admits_what_is_locked_and_asks_for_nothing_else(name: str) -> None:
    entries, problems = locked(name), []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = [Requirement(line) for line in project["build-system"]["requires"]]
    for wanted in declared(EXTRAS[name]) + build:
        found = entries.get(canonicalize_name(wanted.name), [])
        if not found:
            problems.append(f".ci/{name}.lock lacks {wanted.name}, which pyproject.toml asks for")
        problems += [
            f".ci/{name}.lock has {entry.name} {version(entry)}, pyproject.toml asks for {wanted}"
            for entry in found
            if not wanted.specifier.contains(version(entry), prereleases=True)
        ]
    report(problems, "\nrun `make lock`, then `make test`")


@pytest.mark.parametrize("name", [name for name in LOCKS if name != "test"])
def test_the_locks_agree(name: str) -> None:
    every = {
        (package, version(entry).partition("+")[0])  # +cpu names a build, not a version
        for package, entries in locked("test").items()
        for entry in entries
    }
    here = {
        (package, version(entry).partition("+")[0])
        for package, entries in locked(name).items()
        for entry in entries
    }
    assert here <= every, f"in .ci/{name}.lock alone: run `make lock`"


@pytest.mark.parametrize("folder", NPM)
def test_npms_locks_fit_what_is_declared(folder: str) -> None:
    npm = shutil.which("npm")
    assert npm
    check = subprocess.run(
        [npm, "ls", "--all", "--package-lock-only", "--prefix", ROOT / ".ci" / folder],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert check.returncode == 0, f"{check.stderr}\nrun `make lock`, then `make test`"


@pytest.mark.parametrize("folder", NPM)
def test_npms_packages_have_digests_and_come_from_no_named_host(folder: str) -> None:
    lock = json.loads((ROOT / f".ci/{folder}package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 20
    for name, entry in packages.items():
        assert entry.get("integrity", "").startswith("sha512-"), name
        assert "resolved" not in entry, f"{name}: .ci/{folder}.npmrc should keep addresses out"


def test_no_file_says_where_packages_come_from() -> None:
    """Each machine is told that by its own settings; an address here would overrule them."""
    registry = re.compile(
        r"--(?:extra-)?index(?:-url)?[ =]|--find-links|^ *registry *=|_INDEX(?:_URL)?[:=] *\S"
        r"|pypi\.org/simple|registry\.npmjs|files\.pythonhosted|download\.pytorch\.org/whl",
        re.M,
    )
    settings = [ROOT / name for name in ("Makefile", "pyproject.toml", ".pre-commit-config.yaml")]
    for folder in (".ci", ".ci/lighthouse", ".devcontainer", ".github"):
        settings += [p for p in (ROOT / folder).rglob("*") if "node_modules" not in p.parts]
    problems = []
    for path in filter(Path.is_file, settings):
        if found := registry.search(path.read_text(encoding="utf-8")):
            problems.append(f"{path.relative_to(ROOT)} names a registry: {found[0].strip()}")
    report(problems)
