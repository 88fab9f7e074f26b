from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnnstudio.decode.scanning.fingerprints import cells_of, cells_of_all, digest_of, looks_of

RANDOM = np.random.RandomState(0)


def images(pictures: np.ndarray) -> list[Image.Image]:
    return [Image.fromarray(one[..., 0] if one.shape[2] == 1 else one) for one in pictures]


@pytest.mark.parametrize("rows", [1, 5, 8, 28, 33, 64, 70])
@pytest.mark.parametrize(("columns", "channels"), [(32, 3), (7, 1), (64, 3)])
def test_many_at_a_time_give_what_each_gives(rows: int, columns: int, channels: int) -> None:
    pictures = RANDOM.randint(0, 256, (300, rows, columns, channels), np.uint8)
    each = b"".join(cells_of(image) for image in images(pictures))
    assert cells_of_all(pictures.tobytes(), pictures.shape[1:]) == each


def test_a_difference_hash_says_where_a_picture_gets_brighter() -> None:
    brighter = np.repeat(np.arange(0, 90, 10, np.uint8)[None], 8, 0)
    looks = looks_of(
        b"".join(cells_of(Image.fromarray(one)) for one in (brighter, brighter[:, ::-1]))
    )
    assert looks == b"\xff" * 8 + bytes(8)
    large = Image.fromarray(brighter).resize((900, 500), Image.Resampling.NEAREST).convert("RGB")
    assert looks_of(cells_of(large)) == b"\xff" * 8


def test_equal_pictures_have_equal_digests_whatever_their_file() -> None:
    one, other = images(RANDOM.randint(0, 256, (2, 6, 4, 3), np.uint8))
    turned = one.transpose(Image.Transpose.ROTATE_90)
    flat = one.resize((24, 1))
    found = {digest_of(image, image.tobytes()) for image in (one, one.copy(), other, turned, flat)}
    assert len(found) == 4
    same = one.tobytes()
    assert digest_of(one, same) != digest_of(one.resize((8, 3)), same)
    assert len(digest_of(one, same)) == 16
