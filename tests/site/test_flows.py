"""What linters of workflows do not ask: who reaches a GPU, what is proposed, and who is told."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*-*.yml"))


def read(path: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = workflow[True]  # YAML 1.1 takes the word “on” for a truth value
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_a_strangers_change_reads_and_nothing_else(path: Path) -> None:
    workflow, text = read(path), path.read_text(encoding="utf-8")
    assert not {"pull_request_target", "workflow_run"} & set(triggers(workflow))
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        if "pull_request" in triggers(workflow):
            assert "permissions" not in job
            assert "github.token" not in str(job)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_only_one_job_asks_for_a_gpu(path: Path) -> None:
    hosted = {"ubuntu-24.04", "${{ matrix.system }}"}
    others = {name for name, job in read(path)["jobs"].items() if job["runs-on"] not in hosted}
    assert others == ({"gpu"} if path.stem == "gpu" else set())


def test_a_pull_request_reaches_a_gpu_when_it_is_labelled_and_approved() -> None:
    workflow = read(ROOT / ".github/workflows/gpu.yml")
    assert triggers(workflow)["pull_request"] == {"types": ["labeled"]}
    job = workflow["jobs"]["gpu"]
    asked = "github.event_name == 'pull_request' && github.event.label.name == 'gpu' ||"
    assert job["if"].startswith(asked)
    assert job["environment"] == "${{ github.event_name == 'pull_request' && 'gpu' || 'gpu-main' }}"
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/gpu"]


def test_checks_run_on_every_python_that_is_declared_and_on_three_systems() -> None:
    matrix = read(ROOT / ".github/workflows/pull-request.yml")["jobs"]["check"]["strategy"][
        "matrix"
    ]
    systems = [*matrix["system"], *(extra["system"] for extra in matrix["include"])]
    assert [s.partition("-")[0] for s in systems] == ["ubuntu", "macos", "windows"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"].startswith(f">={matrix['python'][0]}")
    newest = read(ROOT / ".github/workflows/nightly.yml")["jobs"]["newest"]["steps"]
    assert {"python-version": matrix["python"][-1]} in [step.get("with") for step in newest]


def test_locks_are_proposed_on_a_day_that_comes() -> None:
    workflow = read(ROOT / ".github/workflows/nightly.yml")
    crons = {entry["cron"] for entry in triggers(workflow)["schedule"]}
    (monday,) = re.findall(r"schedule == '([^']+)'", workflow["jobs"]["propose"]["if"])
    assert monday in crons
    assert monday.endswith(" 1")


@pytest.mark.skipif(shutil.which("sh") is None, reason="the script is for sh")
@pytest.mark.parametrize(
    ("open_issues", "asked"),
    [
        ([], "issue create --title Links are broken --body-file -"),
        ([{"number": 7, "title": "Links are broken"}], "issue edit 7 --body-file -"),
        ([{"number": 7, "title": "Links"}], "issue create --title Links are broken --body-file -"),
    ],
)
def test_an_open_issue_is_brought_up_to_date(
    tmp_path: Path, open_issues: list[dict[str, Any]], asked: str
) -> None:
    """With a stand-in for GitHub's command, which filters as `--jq` does and notes the rest."""
    (tmp_path / "issues").write_text(json.dumps(open_issues), encoding="utf-8")
    stand_in = tmp_path / "gh"
    stand_in.write_text(
        "#!/usr/bin/env python3\n"
        "import json, pathlib, re, sys\n"
        "here = pathlib.Path(__file__).parent\n"
        "if sys.argv[2] == 'list':\n"
        "    (title,) = re.findall(r'\\.title == \"(.*)\"', sys.argv[-1])\n"
        "    for issue in json.loads((here / 'issues').read_text(encoding='utf-8')):\n"
        "        if issue['title'] == title:\n"
        "            print(issue['number'])\n"
        "else:\n"
        "    said = ' '.join(sys.argv[1:]) + '\\n' + sys.stdin.read()\n"
        "    (here / 'asked').write_text(said, encoding='utf-8')\n",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    subprocess.run(
        ["sh", ROOT / ".ci/issue", "Links are broken"],
        input="Two of them",
        encoding="utf-8",
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    assert (tmp_path / "asked").read_text(encoding="utf-8") == f"{asked}\nTwo of them"


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.stem)
def test_forms_ask_where_first(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "title", "body"} == set(form)
    fields = [field["id"] for field in form["body"]]
    assert fields[:3] == ["page", "heading", "version"]
    assert len(set(fields)) == len(fields) > 3
    for field in form["body"]:
        assert field["type"] in ("input", "textarea")
        assert field["attributes"]["label"]


def test_every_form_is_linked_from_the_pages() -> None:
    theme = (ROOT / "docs/_site/theme/main.html").read_text(encoding="utf-8")
    assert sorted(re.findall(r'report\("([\w-]+)"', theme)) == [path.stem for path in FORMS]


def test_the_pull_request_template_has_four_boxes() -> None:
    text = (ROOT / ".github/pull_request_template.md").read_text(encoding="utf-8")
    assert text.count("- [ ] ") == 4


def test_the_citation_has_what_it_needs_and_names_this_version() -> None:
    citation = read(ROOT / "CITATION.cff")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["version"] == project["version"]
    assert citation["title"] in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    holder = citation["authors"][0]["name"]
    assert holder in (ROOT / "LICENSE").read_text(encoding="utf-8")
