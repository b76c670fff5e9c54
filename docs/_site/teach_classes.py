"""What “Teach it your own classes” loads: MobileNetV2 packed for the browser, and sample images.

The network is packed from the genuine weights where they are on this machine; with NOTEBOOKS=run
they are fetched. A preview without them has the widget, which then says that it cannot load. The
samples, made-up defects on a photograph of bricks, need what draws them: NumPy, Pillow and
scikit-image, whose photograph is in the public domain (CC0).
"""

import hashlib
import json
import logging
import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a hook is loaded by its path; this finds its neighbours

from cv7 import weights  # noqa: E402
from docs._site import packing  # noqa: E402
from docs._site.kept import kept  # noqa: E402

CACHE = ROOT / ".cache" / "teach-classes"
# "good" differs from a class only by what is missing, and a head on frozen features sees it late.
CLASSES = ("crack", "scratch", "discolour")
COUNT, SEED = 16, 3
CURE = "this is a preview, and `make build` brings it"

log = logging.getLogger("mkdocs.hooks.teach_classes")
samples = kept.setdefault("samples", {})


def checkpoint() -> bytes | None:
    """The genuine weights of torchvision, or None in a preview where they are not there."""
    if os.environ.get("NOTEBOOKS") == "run":
        try:
            return weights.ensure().read_bytes()
        except RuntimeError as error:
            raise PluginError(str(error)) from error
    target = weights.path()
    data = target.read_bytes() if target.is_file() else b""
    return data if weights.is_genuine(data) else None


def network(data: bytes) -> bytes:
    """The packed network, made anew only when the weights or the code that packs have changed."""
    code = Path(packing.__file__).read_bytes()
    digest = hashlib.sha256(hashlib.sha256(data).digest() + code).hexdigest()[:16]
    packed = CACHE / f"mobilenet-v2-{digest}.bin"
    if not packed.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = packed.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(packing.pack(data))
        for old in CACHE.glob("mobilenet-v2-*.bin"):
            old.unlink(missing_ok=True)
        part.replace(packed)  # never a half-written file at the final place
    return packed.read_bytes()


def write_samples(folder: Path) -> None:
    """samples.webp, a row of tiles for each class, and samples.json, which says what is where.

    Raises ImportError where something that draws them is missing.
    """
    import numpy as np
    from PIL import Image
    from skimage import data

    from cv7 import defects

    if "sheet" not in samples:
        surfaces = [data.brick() / 255]
        count = COUNT * len(defects.CLASSES)
        images, labels = defects.dataset(surfaces, count, seed=SEED, test=False)
        rows = []
        for name in CLASSES:
            tiles = images[labels == defects.CLASSES.index(name)].transpose(0, 2, 3, 1)
            rows.append(np.concatenate(list(tiles), axis=1))
        sheet = Image.fromarray(np.round(np.concatenate(rows) * 255).astype(np.uint8))
        sheet.save(written := BytesIO(), "webp", quality=90, method=6)
        samples["sheet"] = written.getvalue()
    (folder / "samples.webp").write_bytes(samples["sheet"])
    listed = {"image": "samples.webp", "size": defects.SIZE, "count": COUNT, "classes": CLASSES}
    (folder / "samples.json").write_text(json.dumps(listed) + "\n", encoding="utf-8")


def on_post_build(config: Any, **_: Any) -> None:
    folder = Path(config.site_dir, "widgets", "teach-classes")
    folder.mkdir(parents=True, exist_ok=True)
    found = checkpoint()
    if found is None:
        log.info("%s is not at %s: %s", weights.NAME, weights.path(), CURE)
    else:
        (folder / "mobilenet-v2.bin").write_bytes(network(found))
    try:
        write_samples(folder)
    except ImportError as error:
        log.info("No samples for “Teach it your own classes”, %s: %s", error, CURE)
