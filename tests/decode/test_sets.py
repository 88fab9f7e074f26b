from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.data.cache import cached_path
from cnnstudio.core.data.datasets import EMOJI, FASHION_MNIST
from cnnstudio.core.data.parts import open_pool, pool_name
from cnnstudio.core.project import DataSettings
from cnnstudio.decode import sets
from cnnstudio.decode.sets import load_pool, prepare_pool


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path))
    return tmp_path


def test_fashion_mnist_is_what_was_published() -> None:
    train, test = load_pool(FASHION_MNIST, "train"), load_pool(FASHION_MNIST, "test")
    assert train.pictures.shape == (60_000, 28, 28, 1)
    assert test.pictures.shape == (10_000, 28, 28, 1)
    assert np.bincount(train.labels).tolist() == [6000] * 10
    assert np.bincount(test.labels).tolist() == [1000] * 10
    assert train.labels[:5].tolist() == [9, 0, 0, 3, 0]
    assert isinstance(load_pool(FASHION_MNIST, "test").pictures.base, np.memmap)


def test_padded_as_the_vgg_sample_takes_it(cache: Path) -> None:
    settings = DataSettings(size=(32, 32), fit="pad", colour="rgb")
    own, wide = load_pool(FASHION_MNIST, "test"), prepare_pool(FASHION_MNIST, "test", settings)
    assert wide.pictures.shape == (10_000, 32, 32, 1)
    assert np.array_equal(wide.pictures[:, 2:30, 2:30], own.pictures)
    border = wide.pictures.copy()
    border[:, 2:30, 2:30] = 0
    assert not border.any()
    assert not wide.pictures.flags.writeable
    assert len(list((cache / "pictures").iterdir())) == 3, "pictures, labels, resized pictures"


def test_emoji_are_what_was_made_with_their_groups() -> None:
    train, test = load_pool(EMOJI, "train"), load_pool(EMOJI, "test")
    assert train.pictures.shape == (EMOJI.pools["train"].pictures, 32, 32, 3)
    assert test.pictures.shape == (EMOJI.pools["test"].pictures, 32, 32, 3)
    assert np.bincount(train.labels).tolist() == [214, 397, 206, 40, 224, 122, 120, 80, 391, 451]
    assert train.groups is not None
    assert test.groups is not None
    assert train.groups.max() > 255
    assert not set(train.groups.tolist()) & set(test.groups.tolist())
    again = open_pool(EMOJI, "train")
    assert again is not None
    assert again.groups is not None
    assert np.array_equal(again.groups, train.groups)
    assert np.array_equal(again.pictures, train.pictures)


def test_what_is_large_is_written_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = DataSettings(source="emoji", size=(40, 20), fit="crop")
    at_once = np.array(prepare_pool(EMOJI, "test", settings).pictures)
    cached_path(pool_name(EMOJI, "test", (40, 20), "crop")).unlink()
    monkeypatch.setattr(sets, "_IN_MEMORY", 100_000)
    made = prepare_pool(EMOJI, "test", settings).pictures
    assert isinstance(made.base, np.memmap)
    assert np.array_equal(made, at_once)
