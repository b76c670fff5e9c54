"""Sources whose figures can change are cited at a revision, and a change is noticed."""

import copy
import sys
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from .. import pinned
from ..conftest import ROOT, report
from .test_references import SOURCES, unpinned

pytestmark = pytest.mark.claims
IN_REPOSITORIES = {key: s for key, s in SOURCES.items() if "repo" in s.get("pinned", {})}
NNUNET = """\
|                        | BTCV  | ACDC  | LiTS  | BraTS | KiTS  |
|------------------------|-------|-------|-------|-------|-------|
| nnU-Net (org.) [1]     | {BTCV original} | {ACDC original} | 8 | 9 | {KiTS original} |
| nnU-Net ResEnc M       | {BTCV ResEnc M} | {ACDC ResEnc M} | 8 | 9 | {KiTS ResEnc M} |
| nnU-Net ResEnc L       | {BTCV ResEnc L} | {ACDC ResEnc L} | 8 | 9 | {KiTS ResEnc L} |
| nnU-Net ResEnc XL      | {BTCV ResEnc XL} | {ACDC ResEnc XL} | 8 | 9 | {KiTS ResEnc XL} |
"""
NCNN = """\
### {chip}
num_threads = {threads}
      mobilenet_int8  min =    1.00  max =    3.00  avg =    2.00
           mobilenet  min =    1.00  max =    3.00  avg =   {MobileNet}
            resnet50  min =    1.00  max =    3.00  avg =  {ResNet-50}
"""
PI = """\
| Model              | FPS  | Total Time (ms/frame) |
+====================+======+=======================+
| mobilenet_v2       | {MobileNetV2} |         29.7 |
| resnet18           |  {ResNet-18} |         109.0 |
| resnet50           |  {ResNet-50} |         233.9 |

Jit gives us ~{with JIT}fps instead of ~{without JIT}fps without it.
"""
FFCV = """\
| Link | top_1 | top_5 | # Epochs | Time (mins) | Architecture | Setup |
| <a href='configs/rn50_88_epochs.yaml'>Link</a> | 0.7 | 0.9 | 88 | {minutes} | R-50 | {GPUs} x A |
| <a href='configs/rn50_56_epochs.yaml'>Link</a> | 0.7 | 0.9 | 56 | 1.0 | R-50 | 1 x A |
"""


def made_up(key: str) -> str:
    """A few lines in the form of a source, with the figures that we cite from it."""
    values = SOURCES[key]["values"]
    if key == "ncnn":
        blocks = [
            ("Qualcomm MSM8994 Snapdragon 810 (Cortex)", 8, "Snapdragon 810, eight threads"),
            ("", 4, "Snapdragon 810, four threads"),
            ("Kirin 970 (Cortex)", 4, "Kirin 970, four threads"),
        ]
        return "".join(NCNN.format(chip=c, threads=t, **values[place]) for c, t, place in blocks)
    form = {"nnunet": NNUNET, "pytorchpi": PI, "ffcv": FFCV}[key]
    return form.format(**{item: v for place in values.values() for item, v in place.items()})


@pytest.mark.parametrize("key", SOURCES)
def test_what_can_change_is_cited_at_a_revision(key: str) -> None:
    report([problem] if (problem := unpinned(key, SOURCES[key])) else [])


MANUAL = "https://docs.example.org/manual/"
PAGE: dict[str, Any] = {"published": "a manual, 2025", "url": MANUAL, "values": {"T": {"a": 1}}}
REPOSITORY: dict[str, Any] = {
    "published": "a repository",
    "url": f"https://github.com/some/one/blob/{'a' * 40}/README.md",
    "values": {"T": {"a": 1}},
    "pinned": {
        **{"repo": "some/one", "path": "README.md", "revision": "a" * 40, "date": "2026-01-31"},
        "figures": {"T": {"a": "| a"}},
    },
}


def test_a_pin_that_is_complete_passes() -> None:
    assert not unpinned("good", REPOSITORY)
    assert not unpinned("paper", {"published": "CVPR 2016", "url": "https://arxiv.org/abs/1"})
    assert not unpinned("book", {**PAGE, "values": {}})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (PAGE, "can change"),
        ({**PAGE, "url": "https://github.com/some/one"}, "can change"),
        ({**PAGE, "values": {}, "published": "a manual"}, "can change"),
        ({**PAGE, "url": "https://arxiv.org/abs/1", "published": "no year"}, "can change"),
        ({**PAGE, "url": "https://arxiv.org/abs/1", "published": "arXiv 2017"}, "can change"),
        ({**PAGE, "pinned": {"version": "1.2.3", "date": "2026-01-31"}}, "its version"),
        ({**REPOSITORY, "url": "https://github.com/some/one/blob/main/README.md"}, "its url"),
        ({**REPOSITORY, "values": {"T": {"b": 1}}}, "where in README.md"),
        ({**REPOSITORY, "pinned": {**REPOSITORY["pinned"], "revision": "a" * 7}}, "forty"),
        ({**REPOSITORY, "pinned": {**REPOSITORY["pinned"], "date": "31.1.2026"}}, "a date"),
    ],
)
def test_what_a_pin_lacks_is_said(source: dict[str, Any], said: str) -> None:
    problem = unpinned("some", source)
    assert problem.startswith("docs/data/sources.json: some")
    assert said in problem


def test_a_figure_is_the_number_behind_its_words() -> None:
    text = "### one\nfast = 1\n### two\nslow = 20.5 ms\nfast = about 3,\nnone =\n4\n"
    assert pinned.figure(text, "fast =") == 1
    assert pinned.figure(text, "### two…fast =") == 3
    assert pinned.figure(text, "slow =") == 20.5
    assert pinned.figure(text, "### two…### one") is None  # not in this order
    assert pinned.figure(text, "none =") is None  # not on this line


@pytest.mark.parametrize("key", [k for k, s in IN_REPOSITORIES.items() if s["values"]])
def test_a_figure_that_has_changed_is_noticed_and_no_other(key: str) -> None:
    text, source = made_up(key), SOURCES[key]
    assert pinned.changed(key, source, text) == []
    assert pinned.changed(key, source, f"A new revision.\n\n{text}And more.\n") == []
    for place, figures in source["values"].items():
        for item, cited in figures.items():
            other = copy.deepcopy(source)
            other["values"][place][item] = cited + 1
            (problem,) = pinned.changed(key, other, text)
            assert problem.startswith(f"{key}, {place}, {item}: we cite {cited + 1}")
            assert f"has {cited:g} now" in problem
    lost = pinned.changed(key, source, "All tables have moved.\n")
    assert len(lost) == sum(map(len, source["values"].values()))
    assert all("correct these words" in problem for problem in lost)


def test_the_command_reports_what_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {s["pinned"]["repo"]: made_up(k) for k, s in IN_REPOSITORIES.items() if s["values"]}
    written = tmp_path / "links.md"
    written.write_text("# What lychee found\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["pinned", str(written)])
    monkeypatch.setattr(pinned, "newest", lambda repo, path: texts[repo])
    assert pinned.main() == 0
    assert "still have the figures" in capsys.readouterr().out
    assert written.read_text(encoding="utf-8") == "# What lychee found\n"

    texts["libffcv/ffcv-imagenet"] = texts["libffcv/ffcv-imagenet"].replace("77.2", "70.1")
    assert pinned.main() == 1
    said = capsys.readouterr().out.strip()
    assert "ffcv, ResNet-50 table, minutes: we cite 77.2" in said
    assert written.read_text(encoding="utf-8").endswith(f"- {said}\n")


def test_a_file_that_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fails(url: str, timeout: float) -> None:
        asked.append(url)
        raise URLError("no network")

    monkeypatch.setattr("urllib.request.urlopen", fails)
    (problem,) = pinned.problems({"some": REPOSITORY, "page": PAGE})
    assert problem.startswith("some: https://raw.githubusercontent.com/some/one/HEAD/README.md")
    assert "no network" in problem
    assert len(asked) == pinned.TRIES


def test_torchvision_is_cited_at_the_version_that_is_installed() -> None:
    version = SOURCES["torchvision"]["pinned"]["version"]
    lock = (ROOT / ".ci/test.lock").read_text(encoding="utf-8")
    if f"\ntorchvision=={version} " not in lock:
        problem = (
            "docs/data/sources.json: torchvision is cited at another version than .ci/test.lock "
            "has: write that version there, today’s date and its page of the documentation; "
            "`make test` compares the accuracies"
        )
        report([problem])
