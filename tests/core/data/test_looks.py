from __future__ import annotations

import numpy as np
from PIL import Image

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.data.duplicates import NEAR, popcount
from cnnstudio.core.data.looks import catalogue_of_pools, difference_hashes
from cnnstudio.core.data.parts import Labelled, Numbered


def test_a_look_says_where_it_gets_brighter() -> None:
    ramp = np.broadcast_to(np.arange(0, 256, 8, np.uint8)[None, :, None], (24, 32, 1))
    pictures = np.stack([ramp, ramp[:, ::-1], np.full_like(ramp, 99)])
    assert difference_hashes(pictures).tolist() == [2**64 - 1, 0, 0]
    half = np.concatenate([ramp[:12], ramp[:12, ::-1]])
    assert difference_hashes(half[None]).tolist() == [0xFFFFFFFF_00000000]


def test_a_look_outlives_another_size_and_brightness() -> None:
    random = np.random.RandomState(2)
    grey = Image.fromarray(random.randint(0, 256, (6, 6)).astype(np.uint8))
    large = np.asarray(grey.resize((60, 45), Image.Resampling.BICUBIC).convert("RGB"))
    small = np.asarray(grey.resize((37, 30), Image.Resampling.BICUBIC).convert("RGB")) // 2
    looks = [int(difference_hashes(picture[None])[0]) for picture in (large, small)]
    assert popcount(np.array([looks[0] ^ looks[1]], np.uint64))[0] <= NEAR


def test_a_shipped_set_has_a_catalogue_too() -> None:
    random = np.random.RandomState(5)
    pools = {
        name: Labelled(
            random.randint(0, 256, (pool.pictures, 1, 1, 1)).astype(np.uint8),
            random.randint(0, 10, pool.pictures).astype(np.uint8),
            Numbered(name, pool.pictures),
        )
        for name, pool in FASHION_MNIST.pools.items()
    }
    found = catalogue_of_pools(FASHION_MNIST, pools)
    assert len(found) == 70_000
    assert found.facts.counts == (0, 60_000, 0, 10_000)
    assert (found.names[59_999], found.names[60_000]) == ("train/59999", "test/0")
    assert len(np.unique(found.digests, axis=0)) == 256
