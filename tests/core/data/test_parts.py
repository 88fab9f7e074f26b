from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.data.parts import open_pool, pool_name, with_channels
from cnnstudio.core.project import DataSettings
from cnnstudio.decode.sets import load_pool, prepare_pool

RANDOM = np.random.RandomState(0)
GREY = RANDOM.randint(0, 256, (3, 8, 6, 1), np.uint8)
COLOUR = RANDOM.randint(0, 256, (3, 64, 64, 3), np.uint8)


def test_grey_is_repeated_without_memory() -> None:
    colour = with_channels(GREY, 3)
    assert np.array_equal(colour, np.repeat(GREY, 3, axis=3))
    assert np.shares_memory(colour, GREY)
    assert with_channels(GREY, 1) is GREY


def test_colour_becomes_grey_in_pillows_integers() -> None:
    grey = with_channels(COLOUR, 1)
    for picture, result in zip(COLOUR, grey, strict=True):
        assert np.array_equal(result[..., 0], np.asarray(Image.fromarray(picture).convert("L")))


def test_what_was_decoded_is_opened_by_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path))
    settings = DataSettings(size=(10, 12), fit="pad")
    assert open_pool(FASHION_MNIST, "test") is None
    own = load_pool(FASHION_MNIST, "test")
    found = open_pool(FASHION_MNIST, "test")
    assert found is not None
    assert np.array_equal(found.pictures, own.pictures)
    assert np.array_equal(found.labels, own.labels)
    assert open_pool(FASHION_MNIST, "test", settings) is None
    prepared = prepare_pool(FASHION_MNIST, "test", settings)
    found = open_pool(FASHION_MNIST, "test", settings)
    assert found is not None
    assert np.array_equal(found.pictures, prepared.pictures)


@pytest.mark.parametrize("size", [None, (28, 28)])
def test_the_own_size_has_the_own_name(size: tuple[int, int] | None) -> None:
    name = pool_name(FASHION_MNIST, "train", size, "stretch")
    assert name == pool_name(FASHION_MNIST, "train")
    assert name != pool_name(FASHION_MNIST, "train", (32, 32), "stretch")
