"""The reference of cv7: complete, with examples that answer as they say, and versioned."""

import ast
import re
from pathlib import Path

import pytest

from docs._site import reference

from ..conftest import ROOT, report
from ..examples import MODULES, PLAIN, failures, used

# Public, and in no example of its module: why.
WITHOUT_EXAMPLE = {
    "cv7.measured.code_sha256": "needs a script that measures",
    "cv7.measured.processor": "answers something else on every machine",
    "cv7.measured.save": "writes into the repository",
    "cv7.weights.ensure": "may fetch fourteen megabytes",
    "cv7.linear_head.LinearHead": "is made by load",
    "cv7.check.Outcome": "is made by check",
    "cv7.check.Report": "is made by check, from a solution",
}


def declared(path: Path) -> set[str]:
    """What `__all__` lists, read without what builds the page."""
    (listed,) = re.findall(r"^__all__ = \[([^]]*)\]", path.read_text(encoding="utf-8"), re.M)
    return set(re.findall(r'"(\w+)"', listed))


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_on_the_page(site: Path, name: str) -> None:
    page = (site / "about/api/index.html").read_text(encoding="utf-8")
    section = page.partition(f'<h2 id="{name}">')[2].partition("<h2 ")[0]
    words = re.sub(r"<[^>]+>", "", section)
    missing = []
    for public in declared(MODULES[name]):
        constant = public.isupper() or public == "Size"  # these share a block
        entry = re.search(rf"^(?:\w+, )*{public}\b.* = ", words, re.M) if constant else None
        if not entry and f' id="{name}.{public}">' not in section:
            missing.append(public)
    report([f"docs/about/api.md has no {name}.{public}" for public in missing])
    assert "no-copy" in section
    assert "&gt;&gt;&gt;" in section, f"{name} shows no example"


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_described_and_has_an_example(name: str) -> None:
    problems, shown = [], used(MODULES[name])
    for found in reference.public(MODULES[name]):
        full = f"{name}.{found.name}"
        if not isinstance(found.node, reference.Named):
            continue
        if not ast.get_docstring(found.node):
            problems.append(f"{full} has no docstring")
        if (found.name in shown) is (full in WITHOUT_EXAMPLE):
            problems.append(f"{full} needs an example, or a reason in WITHOUT_EXAMPLE, not both")
        if isinstance(found.node, ast.ClassDef):
            problems += [
                f"{full}.{member.name} has a docstring, but no example uses it"
                for member in found.node.body
                if isinstance(member, ast.FunctionDef)
                and ast.get_docstring(member)
                and member.name not in shown
                and full not in WITHOUT_EXAMPLE
            ]
    report(problems)


@pytest.mark.parametrize("name", PLAIN)
def test_examples_answer_as_they_say(name: str) -> None:
    report(failures(name))


def test_an_example_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("cv7.cost").cost
    monkeypatch.setattr(module.Linear, "__doc__", ">>> Linear(1280, 5).parameters\n6404\n")
    (told,) = failures("cv7.cost")
    assert "Expected:\n    6404\nGot:\n    6405\n" in told


def test_entries_lead_to_their_source_where_there_is_one() -> None:
    assert "Source of" not in reference.reference()
    text = reference.reference("https://example.org/blob/1/")
    links = re.findall(r"\[Source of ([\w.]+)\]\(https://example.org/blob/1/(.*)#L(\d+)\)", text)
    assert len(links) == len(re.findall(r"^###+ \w", text, re.M)) > 60
    for name, path, line in links:
        code = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert re.match(rf" *(?:class|def) {name.rpartition('.')[2]}\b", code)


def test_a_declaration_is_the_source_without_bodies() -> None:
    text = reference.reference()
    for shown in (
        "class Layer(Protocol):\n    @property\n    def parameters(self) -> int: ...\n",
        "    bias: bool = True\n    @property\n    def parameters(self) -> int: ...\n",
        "class ResidualBlock(nn.Module):\n    def __init__(\n        self, in_channels: int, ",
        "    def forward(self, x: torch.Tensor) -> torch.Tensor: ...\n",
        "# out_channels and stride of each separable convolution: Howard et al. 2017, Table 1\n",
        '\ndef train(\n    model: "nn.Module", *, keep_statistics: bool = False\n) -> ',
    ):
        assert shown in text
    for declaration in re.findall(r"\{ \.pyi .*?\n(.*?)\n```", text, re.S):
        assert "return " not in declaration
        assert "def _weights" not in declaration


def test_shown_code_fits_the_column() -> None:
    written = reference.reference()  # a declaration may scroll, as it is the source's own
    for code in re.findall(r"^``` \{ \.(?:pycon|text) .*?\n(.*?)\n```", written, re.S | re.M):
        report([f"cv7: {len(c)} characters, 80 fit: {c}" for c in code.splitlines() if len(c) > 80])


def test_the_newest_version_among_the_changes_is_the_packages() -> None:
    changes = (ROOT / "docs/about/changes.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## [\d-]+ · cv7 (\d+)\.(\d+)\.(\d+)\b", changes, re.M)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (now,) = re.findall(r'^version = "(\d+)\.(\d+)\.(\d+)"', project, re.M)
    if not versions or versions[0] != now:
        report(
            [
                f"pyproject.toml has version {'.'.join(now)}: say what is new in it, in an entry "
                "`## 2026-11-23 · cv7 1.2.3: …` of docs/about/changes.md"
            ]
        )
    ordered = [tuple(map(int, version)) for version in versions]
    assert ordered == sorted(ordered, reverse=True)
