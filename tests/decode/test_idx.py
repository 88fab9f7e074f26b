from __future__ import annotations

import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.idx import check_pair, read_images, read_labels


def idx(values: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([7, 1], np.uint8)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "train-images-idx3-ubyte.gz"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_pictures_and_labels_come_back(file: Path, pack) -> None:
    file.write_bytes(pack(idx(IMAGES)))
    assert np.array_equal(read_images(file), IMAGES)
    file.write_bytes(pack(idx(LABELS)))
    assert np.array_equal(read_labels(file), LABELS)


def test_the_digest_is_of_the_decompressed_bytes(file: Path) -> None:
    file.write_bytes(gzip.compress(idx(IMAGES)))
    read_images(file, hashlib.sha256(idx(IMAGES)).hexdigest())
    with pytest.raises(BadInput, match="isn't the file that was shipped"):
        read_images(file, "0" * 64)


GOOD = idx(IMAGES)


def packed(content: bytes) -> bytes:
    """The same bytes whenever it is asked: every process of a test run has the same tests."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "begins with 89 50 4e 47, expected 00 00 08 03"),
        (b"\x00", "begins with 00, expected"),
        (b"\x00\x00\x0d\x03" + GOOD[4:], "begins with 00 00 0d 03"),
        (
            idx(LABELS),
            "labels where pictures belong (it begins with 00 00 08 01, expected 00 00 08 03)",
        ),
        (GOOD[:10], "asks for 16 bytes, it has 10"),
        (GOOD[:-1], "asks for 40 bytes, it has 39"),
        (GOOD + b"12", "asks for 40, it has 42"),
        (GOOD[:4] + b"\xff" * 12 + GOOD[16:], "4294967295×4294967295×4294967295"),
        (GOOD[:4] + struct.pack(">3I", 2**30, 1, 2) + GOOD[16:], "asks for 2,147,483,664 bytes"),
        (GOOD[:4] + bytes(12), "holds no pictures"),
        (packed(GOOD)[:-9], "damaged or incomplete gzip"),
        (packed(GOOD)[:20] + b"\x00" * 20, "damaged or incomplete gzip"),
        (b"\x1f\x8b\x08", "damaged or incomplete gzip"),
        (packed(GOOD + b"1"), "asks for 40, it has 41"),
        (b"", "is empty"),
    ],
)
def test_every_fault_has_a_sentence_that_names_the_file(
    file: Path, content: bytes, sentence: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_images(file)
    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)


def test_pictures_in_place_of_labels_are_named(file: Path) -> None:
    file.write_bytes(GOOD)
    with pytest.raises(BadInput, match="holds pictures where labels belong"):
        read_labels(file)


def test_counts_that_differ_are_both_named(file: Path) -> None:
    with pytest.raises(BadInput, match=r"holds 2 pictures, but .* holds 3 labels"):
        check_pair(IMAGES, np.zeros(3, np.uint8), file, file)


def test_missing_folders_and_pipes_are_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        read_images(file)
    with pytest.raises(BadInput, match="is a folder"):
        read_images(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(BadInput, match="pipe or a device"):
            read_images(tmp_path / "pipe")


@given(cut=st.integers(0, len(GOOD) - 1), flip=st.integers(0, 15), bit=st.integers(0, 7))
def test_a_damaged_header_is_refused_never_misread(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int, bit: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(GOOD[:cut])
    with pytest.raises(BadInput):
        read_images(file)
    damaged = bytearray(GOOD)
    damaged[flip] ^= 1 << bit
    file.write_bytes(damaged)
    with pytest.raises(BadInput):
        read_images(file)
