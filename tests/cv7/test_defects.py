"""cv7.defects: what is drawn is there, repeats with its seed, and never leaks into the test set."""

import numpy as np
import pytest
from skimage import data

from cv7 import defects

SURFACES = [getattr(data, name)() / 255 for name in ("brick", "gravel", "grass")]


def test_images_have_their_form_and_classes_are_balanced() -> None:
    images, labels = defects.dataset(SURFACES, 23, seed=1, test=False)
    assert images.shape == (23, 3, 96, 96)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    assert np.bincount(labels).tolist() == [5, 5, 5, 4, 4]


def test_a_seed_repeats_and_a_longer_set_begins_like_a_shorter_one() -> None:
    long, _ = defects.dataset(SURFACES, 12, seed=3, test=False)
    short, _ = defects.dataset(SURFACES, 5, seed=3, test=False)
    other, _ = defects.dataset(SURFACES, 5, seed=4, test=False)
    np.testing.assert_array_equal(long[:5], short)
    assert not np.array_equal(short, other)


def test_training_and_test_crops_share_no_pixel() -> None:
    # A surface whose values name their column.
    columns = np.tile(np.linspace(0, 1, 512), (512, 1))
    rng = np.random.default_rng(0)
    seen: dict[bool, set[float]] = {False: set(), True: set()}
    taken: list[np.ndarray] = []

    class Spy(np.ndarray):
        def __getitem__(self, key):  # type: ignore[no-untyped-def]
            part = super().__getitem__(key)
            taken.append(np.asarray(part))
            return part

    for test in (False, True):
        for _ in range(200):
            taken.clear()
            defects.crop(columns.view(Spy), rng, test=test)
            seen[test].update(np.unique(taken[0]).tolist())
    gap = (min(seen[True]) - max(seen[False])) * 511
    assert gap >= defects.GAP


@pytest.mark.parametrize("kind", list(defects.DRAW))
def test_each_defect_changes_a_part_of_the_image(kind: str) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        image = np.full((96, 96, 3), 0.5)
        changed = np.abs(defects.DRAW[kind](image, rng) - image).max(axis=2) > 0.05
        assert 0.002 < changed.mean() < 0.5


def test_lines_have_their_width() -> None:
    mask = defects.line_mask(np.array([[48.0, 20.0], [48.0, 70.0]]), width=3)
    assert mask[48, 45] == 1
    assert mask[47, 45] == 1
    assert mask[45, 45] == 0
    assert mask.sum() == pytest.approx(3 * 51, rel=0.1)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="count must be at least 1"):
        defects.dataset(SURFACES, 0, seed=0, test=False)
    with pytest.raises(ValueError, match="values in 0 to 1"):
        defects.dataset([data.brick().astype(float)], 3, seed=0, test=False)
    with pytest.raises(ValueError, match=r"\(H, W\) arrays"):
        defects.dataset([np.zeros((200, 220, 3))], 3, seed=0, test=False)
    with pytest.raises(ValueError, match="two halves of 96 pixels, got 100x150"):
        defects.dataset([np.zeros((100, 150))], 3, seed=0, test=False)
