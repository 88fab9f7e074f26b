"""Pairs of IDX files, as MNIST has them: found by their names, and every fault."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.sources import idx_pair
from cnnstudio.decode.sources.listing import Arrays
from tests.fakes.source_files import idx, pictures, silent

IMAGES = np.random.default_rng(3).integers(0, 256, (9, 4, 5), np.uint8)
LABELS = (np.arange(9) % 3).astype(np.uint8)
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def write(folder: Path, names: tuple[str, str], count: int = 9) -> None:
    for name, values in zip(names, (IMAGES[:count], LABELS[:count]), strict=True):
        content = idx(values)
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def read(path: Path) -> Arrays:
    assert idx_pair.recognises(path)
    return idx_pair.read(path, {}, silent)


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        idx_pair.read(path, {}, silent)
    return str(caught.value)


@pytest.mark.parametrize(
    "names",
    [
        TRAIN,
        tuple(f"{name}.gz" for name in TRAIN),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("images.idx", "labels.idx"),
        ("my_images", "my_labels"),
        ("한글 images-idx3-ubyte", "한글 labels-idx1-ubyte"),
    ],
)
def test_a_pair_is_found_from_either_file_and_the_folder(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    write(tmp_path, names)
    (tmp_path / "readme.txt").write_text("images and labels")
    for path in (tmp_path, tmp_path / names[0], tmp_path / names[1]):
        found = read(path)
        assert np.array_equal(pictures(found), IMAGES[..., None])
        assert found.labels.tolist() == LABELS.tolist()
        assert set(found.given.tolist()) == {0}
        assert (found.kind, found.shape, found.classes) == ("idx", (4, 5, 1), ("0", "1", "2"))
        assert [Path(one).name for one in found.files] == list(names)
        assert found.notes == ()


@pytest.mark.parametrize("chosen", ["", TRAIN[0], TEST[1]])
def test_train_and_test_are_what_they_say(tmp_path: Path, chosen: str) -> None:
    write(tmp_path, TRAIN)
    write(tmp_path, TEST, 4)
    found = read(tmp_path / chosen)
    assert found.given.tolist() == [1] * 9 + [3] * 4
    assert np.array_equal(pictures(found), np.concatenate([IMAGES, IMAGES[:4]])[..., None])
    assert (found.names[8], found.names[9]) == ("train/8", "test/0")


def test_of_several_sets_in_a_folder_one_is_chosen_by_its_file(tmp_path: Path) -> None:
    for name in ("letters", "digits"):
        for part in ("train", "test"):
            write(tmp_path, (f"emnist-{name}-{part}-images-idx3-ubyte",
                             f"emnist-{name}-{part}-labels-idx1-ubyte"))  # fmt: skip
    assert "several pairs" in refusal(tmp_path)
    found = read(tmp_path / "emnist-digits-train-images-idx3-ubyte")
    assert found.given.tolist() == [1] * 9 + [3] * 9
    assert all("digits" in file for file in found.files)


def test_labels_from_one_are_told(tmp_path: Path) -> None:
    write(tmp_path, TRAIN)
    (tmp_path / TRAIN[1]).write_bytes(idx(LABELS + 1))
    found = read(tmp_path)
    assert found.classes == ("1", "2", "3")
    assert "The labels are 1, 2, 3; they became 0 to 2" in str(found.notes[0])


GOOD = idx(IMAGES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "begins with 89 50 4e 47, expected 00 00 08 03"),
        (
            idx(LABELS),
            "holds labels where pictures belong (it begins with 00 00 08 01, expected 00",
        ),
        (b"\0\0\x0d\x03" + GOOD[4:], "begins with 00 00 0d 03, expected 00 00 08 03"),
        (GOOD[:4] + b"\xff" * 12 + GOOD[16:], "4294967295×4294967295×4294967295"),
        (GOOD[:5] + b"\xff" * 3 + GOOD[8:], "asks for 335,544,316 bytes, it has 196"),
        (GOOD[:-7], "asks for 196 bytes, it has 189"),
        (GOOD + b"tail", "asks for 196, it has 200"),
        (gzip.compress(GOOD)[:-12], "damaged or incomplete gzip"),
        (gzip.compress(GOOD[:-7]), "asks for 196 bytes, it has 189"),
        (gzip.compress(GOOD + b"tail"), "asks for 196, it has 200"),
        (idx(IMAGES[:7]), "holds 7 pictures, but"),
        (GOOD[:4] + bytes(12), "holds no pictures"),
        (b"", "is empty"),
    ],
)
def test_every_fault_has_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, TRAIN)
    (tmp_path / TRAIN[0]).write_bytes(content)
    assert idx_pair.recognises(tmp_path)
    assert idx_pair.recognises(tmp_path / TRAIN[0])
    text = refusal(tmp_path)
    assert said in text
    assert TRAIN[0] in text


def test_swapped_files_are_named(tmp_path: Path) -> None:
    write(tmp_path, TRAIN[::-1])  # type: ignore[arg-type]
    assert "perhaps the two files were swapped" in refusal(tmp_path)
    (tmp_path / TRAIN[0]).write_bytes(GOOD)
    assert "holds pictures where labels belong (it begins with 00 00 08 03" in refusal(tmp_path)


def test_a_missing_half_is_named(tmp_path: Path) -> None:
    write(tmp_path, TRAIN)
    (tmp_path / TRAIN[1]).unlink()
    text = refusal(tmp_path / TRAIN[0])
    assert "their labels isn't beside it: train-labels-idx1-ubyte" in text
    (tmp_path / TRAIN[0]).rename(tmp_path / "pixels")
    assert "one half of a pair" in refusal(tmp_path / "pixels")


def test_other_folders_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels.csv").write_text("a,b")
    (tmp_path / "train-images.png").write_bytes(b"\x89PNG")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "test-images-idx3-ubyte")
    assert not idx_pair.recognises(tmp_path)
    assert not idx_pair.recognises(tmp_path / "missing")
