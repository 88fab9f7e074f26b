"""Pictures and labels in ``.npz`` files: every shape, range and kind of label, and every fault."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import BadInput
from cnnstudio.decode import npz_file, spill
from cnnstudio.decode.sources import npz
from cnnstudio.decode.sources.listing import Arrays, Ask
from tests.fakes.source_files import npy, pictures, said, silent, zipped

RNG = np.random.default_rng(7)
GREY = RNG.integers(0, 256, (12, 5, 4), np.uint8)
RGB = RNG.integers(0, 256, (12, 5, 4, 3), np.uint8)
LABELS = np.arange(12) % 3
HEADER = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pictures.npz"


def read(file: Path, /, options: dict[str, Any] | None = None, **arrays: Any) -> Arrays:
    """Reads a file, written anew with these arrays if there are any."""
    if arrays:
        np.savez(file, **arrays)
    return npz.read(file, options or {}, silent)


def refusal(file: Path, /, options: dict[str, Any] | None = None, **arrays: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read(file, options, **arrays)
    assert str(file) in str(caught.value) or options
    return str(caught.value)


def asked(file: Path, /, **arrays: Any) -> dict[str, list[Any]]:
    """The questions by name, with the values their choices have."""
    with pytest.raises(Ask) as caught:
        read(file, **arrays)
    for question in caught.value.questions:
        assert question.guess in [choice.value for choice in question.choices]
    return {one.name: [choice.value for choice in one.choices] for one in caught.value.questions}


# ---------------------------------------------------------------------------------- which is which


@pytest.mark.parametrize(
    "names", ["x y", "X Y", "images labels", "data target", "pixels class_ids"]
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_one_pair_is_free_to_be_divided(file: Path, names: str, save: Any) -> None:
    x, y = names.split()
    save(file, **{x: RGB, y: LABELS})
    found = read(file)
    assert np.array_equal(pictures(found), RGB)
    assert found.labels.tolist() == LABELS.tolist()
    assert found.classes == ("0", "1", "2")
    assert set(found.given.tolist()) == {0}
    assert (found.kind, found.shape, found.notes) == ("npz", (5, 4, 3), ())
    assert found.files == (str(file),)
    assert list(found.names[:2]) == ["pictures/0", "pictures/1"]


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("X_train", "Y_train", "X_test", "Y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("xTrain", "yTrain", "xTest", "yTest"),
    ],
)
def test_training_and_test_pairs_are_what_they_say(file: Path, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, (RGB[:8], LABELS[:8], RGB[8:], LABELS[8:]), strict=True))
    found = read(file, **arrays)
    assert np.array_equal(pictures(found), RGB)
    assert found.given.tolist() == [1] * 8 + [3] * 4
    assert found.names[7] == "train/7"
    assert found.names[8] == "test/0"
    assert list(found.names) == [found.names[i] for i in range(12)]


def test_validation_pairs_too(file: Path) -> None:
    found = read(file, train_images=RGB[:6], train_labels=LABELS[:6, None], val_images=RGB[6:9],
                 val_labels=LABELS[6:9, None], test_images=RGB[9:],
                 test_labels=LABELS[9:, None])  # fmt: skip
    assert found.given.tolist() == [1] * 6 + [2] * 3 + [3] * 3
    assert pictures(found).shape == RGB.shape
    assert found.names[6] == "validation/0"


def test_other_names_are_asked_for(file: Path) -> None:
    arrays = {"a": LABELS, "b": RGB, "c": np.arange(5.0), "d": RGB[:4], "e": LABELS[:4]}
    questions = asked(file, **arrays)
    assert [*questions] == ["x", "y", "x_test", "y_test"]
    assert questions["x"] == ["b", "d"]
    assert questions["y"] == ["a", "c", "e"]
    found = read(file, {"x": "b", "y": "a", "x_test": "", "y_test": ""})
    assert np.array_equal(pictures(found), RGB)
    assert "Arrays that weren't used: c, d, e." in said(found)
    assert found.options["x"] == "b"
    found = read(file, {"x": "b", "y": "a", "x_test": "d", "y_test": "e"})
    assert found.given.tolist() == [1] * 12 + [3] * 4
    assert "x can't be 'zz'" in refusal(file, {"x": "zz", "y": "a"})
    assert "has the arrays a, b" in refusal(file, {"x": "b"})
    assert "y_test can't be ''" in refusal(file, {"x": "b", "y": "a", "x_test": "d"})


def test_two_plain_names_ask_for_two_arrays_only(file: Path) -> None:
    assert [*asked(file, first=RGB, second=LABELS)] == ["x", "y"]


def test_what_lacks_labels_or_pictures_is_refused(file: Path) -> None:
    assert "has only x (12×5×4×3 uint8)" in refusal(file, x=RGB)
    assert "has only a (12 int64), b (12 int64)" in refusal(file, a=LABELS, b=LABELS)
    zipped(file, {"readme.txt": b"hello"})
    assert "holds no arrays" in refusal(file)


def test_lengths_that_differ_are_both_named(file: Path) -> None:
    text = refusal(file, x=RGB, y=LABELS[:7])
    assert "has 12 pictures" in text
    assert "has 7 labels" in text
    assert "has 0 labels" in refusal(file, x=RGB, y=np.array(3))


def test_class_names_in_the_file_are_used(file: Path) -> None:
    found = read(file, x=RGB, y=LABELS, class_names=np.array(["고양이", "dog", "ship", "unseen"]))
    assert found.classes == ("고양이", "dog", "ship", "unseen")
    found = read(file, x=RGB, y=LABELS + 1, classes=np.array([b"a", b"b", b"c"]))
    assert found.classes == ("a", "b", "c")
    found = read(file, x=RGB, y=LABELS + 7, classes=np.array(["a", "b", "c"]))
    assert found.classes == ("7", "8", "9")
    assert "3 class names, but labels from 7 to 9" in said(found)


# ------------------------------------------------------------------------------ shapes and values


def test_grey_pictures_get_a_channel(file: Path) -> None:
    found = read(file, x=GREY, y=LABELS)
    assert np.array_equal(pictures(found), GREY[..., None])
    assert found.notes == ()


@pytest.mark.parametrize("side", [5, 2])
def test_rows_of_values_become_squares(file: Path, side: int) -> None:
    flat = RNG.integers(0, 256, (12, side * side), np.uint8)
    found = read(file, x=flat, y=LABELS)
    assert np.array_equal(pictures(found), flat.reshape(12, side, side, 1))
    assert f"was taken as a grey picture of {side}×{side}" in said(found)


def test_rows_of_rgb_values_are_asked_for(file: Path) -> None:
    flat = RGB[:, :4].reshape(12, 48)
    assert asked(file, x=flat, y=LABELS) == {"layout": ["channels last", "channels first"]}
    last = read(file, {"layout": "channels last"})
    assert np.array_equal(pictures(last), RGB[:, :4])
    first = read(file, {"layout": "channels first"})
    assert np.array_equal(pictures(first), np.moveaxis(flat.reshape(12, 3, 4, 4), 1, 3))
    assert "layout can't be 'sideways'" in refusal(file, {"layout": "sideways"})
    assert "make no square picture" in refusal(file, x=RGB[:, 0, :2].reshape(12, 6), y=LABELS)


def test_channels_first_is_seen_and_told(file: Path) -> None:
    wide = np.repeat(RGB, 2, axis=2)
    found = read(file, x=np.moveaxis(wide, 3, 1), y=LABELS)
    assert np.array_equal(pictures(found), wide)
    assert "The shape 12×3×5×8 has the channels first" in said(found)


def test_channels_that_may_be_either_are_asked_for(file: Path) -> None:
    odd = RNG.integers(0, 256, (12, 3, 9, 3), np.uint8)
    assert asked(file, x=odd, y=LABELS) == {"layout": ["channels last", "channels first"]}
    assert read(file, {"layout": "channels first"}).shape == (9, 3, 3)


def test_opacity_makes_black(file: Path) -> None:
    alpha = np.concatenate([RGB, np.full((12, 5, 4, 1), 255, np.uint8)], axis=3)
    alpha[:, 0, 0, 3], alpha[:, 0, 1, 3] = 0, 128
    found = read(file, x=alpha, y=LABELS)
    expected = RGB.copy()
    expected[:, 0, 0] = 0
    expected[:, 0, 1] = np.rint(RGB[:, 0, 1] * (128 / 255))
    assert np.array_equal(pictures(found), expected)
    assert "what is transparent is black" in said(found)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((12,), "an array of pictures has 3 or 4 axes"),
        ((12, 2, 5, 4, 3), "5 axes are a film or a volume"),
        ((12, 5, 4, 2), "neither the second nor the last axis has 1, 3 or 4 channels"),
        ((0, 5, 4, 3), "empty"),
        ((12, 0, 4), "empty"),
    ],
)
def test_shapes_of_no_pictures_are_refused(file: Path, shape: tuple[int, ...], said: str) -> None:
    assert said in refusal(file, x=np.zeros(shape, np.uint8), y=np.zeros(shape[0], np.uint8))


EXACT = RGB / 255


@pytest.mark.parametrize(
    ("values", "expected", "range_", "doubt"),
    [
        (EXACT.astype(np.float32), RGB, "float32, 0 to 1", False),
        (EXACT, RGB, "float64, 0 to 1", False),
        (EXACT.astype(np.float16), None, "float16, 0 to 1", False),
        ((EXACT * 2 - 1).astype(np.float32), RGB, "-1 is black, 1 is white", False),
        (RGB.astype(np.float32), RGB, "0 is black, 255 is white", False),
        (RGB.astype(np.int64), RGB, "0 is black, 255 is white", False),
        (RGB.astype(np.uint16) * 257, RGB, "65,535 is white", False),
        (RGB.astype(np.uint16) * 16, None, "4,095 is white", True),
        (RGB.astype(">u2") * 257, RGB, "65,535 is white", False),
        (RGB.astype(">f4"), RGB, "255 is white", False),
        (RGB > 127, np.where(RGB > 127, 255, 0), "bool", False),
        ((RGB > 127).astype(np.uint8), np.where(RGB > 127, 255, 0), "1 is white", False),
        ((RGB.astype(np.int16) - 128).astype(np.int8), RGB, "-128 is black", False),
        (RGB // 16, None, "15 is white", True),
        (EXACT - 0.5, RGB, "-0.5 is black", True),
        ((EXACT - 0.47) / 0.25, None, "is white", True),
        (EXACT * 1.008 - 0.004, RGB, "0 is black, 1 is white", False),
    ],
)
def test_every_range_is_seen_told_and_scaled(
    file: Path, values: np.ndarray, expected: np.ndarray | None, range_: str, doubt: bool
) -> None:
    found = read(file, x=values, y=LABELS)
    result = pictures(found)
    assert result.min() == 0
    assert result.max() >= 254
    if expected is not None:
        assert np.abs(result.astype(int) - expected).max() <= 1
    assert range_.replace("-", "−") in said(found)
    assert [question.name for question in found.questions] == (["range"] if doubt else [])


def test_exact_ranges_are_exact(file: Path) -> None:
    for values in (EXACT.astype(np.float32), EXACT, RGB.astype(np.uint16) * 257, RGB.astype("f2")):
        assert np.array_equal(pictures(read(file, x=values, y=LABELS)), RGB)


def test_a_range_can_be_answered(file: Path) -> None:
    np.savez(file, x=RGB // 16, y=LABELS)
    assert np.array_equal(pictures(read(file, {"range": "0..255"})), RGB // 16)
    assert pictures(read(file, {"range": "-15..15"})).min() == 128
    assert "range can't be 'bright'" in refusal(file, {"range": "bright"})
    assert "range can't be '3..3'" in refusal(file, {"range": "3..3"})


def test_pictures_with_nan_are_left_out_and_named(file: Path) -> None:
    values = EXACT.astype(np.float32)
    values[3, 2, 1, 0], values[5, 0, 0, 2] = np.nan, np.inf
    found = read(file, x=values, y=LABELS)
    keep = [n for n in range(12) if n not in (3, 5)]
    assert np.array_equal(pictures(found), RGB[keep])
    assert found.labels.tolist() == LABELS[keep].tolist()
    assert [one.name for one in found.refused] == ["pictures/3", "pictures/5"]
    assert "NaN or infinite" in str(found.refused[0].reason)
    assert found.names[3] == "pictures/4"
    assert "every picture has values that are NaN" in refusal(file, x=values * np.nan, y=LABELS)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_fortran_order_is_read_as_it_is_meant(file: Path, save: Any) -> None:
    save(file, x=np.asfortranarray(RGB), y=LABELS)
    assert np.array_equal(pictures(read(file)), RGB)


def test_what_is_no_picture_is_refused(file: Path) -> None:
    assert "'<c8'" in refusal(file, x=RGB.astype(np.complex64), y=LABELS)
    assert "text where pictures belong" in refusal(file, x=RGB.astype("S3"), y=LABELS)
    text = refusal(file, x_train=RGB, y_train=LABELS, x_test=GREY, y_test=LABELS)
    assert "12×5×4×3 uint8" in text
    assert "12×5×4 uint8" in text
    text = refusal(file, x_train=RGB, y_train=LABELS, x_test=EXACT, y_test=LABELS)
    assert "must be alike" in text


# ------------------------------------------------------------------------------------------ labels


@pytest.mark.parametrize(
    ("labels", "classes", "codes", "note"),
    [
        (LABELS.astype(np.uint8), "0 1 2", LABELS, ""),
        (LABELS.astype(">i4"), "0 1 2", LABELS, ""),
        (LABELS[:, None], "0 1 2", LABELS, ""),
        (LABELS.astype(np.float32), "0 1 2", LABELS, "floats; they are whole"),
        (LABELS + 1, "1 2 3", LABELS, "The labels are 1, 2, 3; they became 0 to 2"),
        (np.array([0, 1, 7])[LABELS], "0 1 7", LABELS, "The labels are 0, 1, 7"),
        (np.array([-1, 1])[LABELS % 2], "-1 1", LABELS % 2, "The labels are −1, 1"),
        (np.array(["cat", "dog", "ant"])[LABELS], "ant cat dog", (LABELS + 1) % 3, "words"),
        (np.array([b"cat", b"dog", b"ant"])[LABELS], "ant cat dog", (LABELS + 1) % 3, "words"),
        (np.eye(4)[LABELS], "0 1 2 3", LABELS, "one-hot with 4 columns"),
        (np.eye(3, dtype=np.uint8)[LABELS], "0 1 2", LABELS, "one-hot with 3 columns"),
        (np.eye(3, dtype=bool)[LABELS], "0 1 2", LABELS, "one-hot with 3 columns"),
        (LABELS == 1, "0 1", (LABELS == 1).astype(int), ""),
    ],
)
def test_labels_of_every_kind_become_classes(
    file: Path, labels: np.ndarray, classes: str, codes: np.ndarray, note: str
) -> None:
    found = read(file, x=RGB, y=labels)
    assert pictures(found).shape == RGB.shape
    assert found.classes == tuple(classes.split())
    assert found.labels.tolist() == codes.tolist()
    assert (note.replace("-1", "−1") in said(found)) if note else not found.notes


def test_minus_one_means_no_label_unless_answered(file: Path) -> None:
    labels = np.where(np.arange(12) == 4, -1, LABELS)
    found = read(file, x=RGB, y=labels)
    assert len(pictures(found)) == 11
    assert [one.name for one in found.refused] == ["pictures/4"]
    assert [(one.name, one.guess) for one in found.questions] == [("negative", "leave out")]
    found = read(file, {"negative": "class"})
    assert found.classes == ("-1", "0", "1", "2")
    assert "negative can't be 'maybe'" in refusal(file, {"negative": "maybe"})


def test_pictures_with_empty_words_have_no_label(file: Path) -> None:
    words = np.array(["cat", "dog", ""])[LABELS]
    found = read(file, x=RGB, y=words)
    assert found.classes == ("cat", "dog")
    assert len(found.refused) == 4


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.where(LABELS == 1, np.nan, LABELS), "4 of 12 labels are NaN or infinite, the first at"),
        (LABELS + 0.5, "the label at position 0 is 0.5, no whole number"),
        (np.eye(3)[LABELS] * 0.9, "row 0 isn't one-hot"),
        (np.ones((12, 3), int), "row 0 isn't one-hot"),
        (np.full((12, 2), "a"), "several words for each picture"),
        (np.zeros((12, 2, 2), int), "its shape is 12×2×2; labels have one axis"),
        (np.full(12, b"\xff\xfe"), "aren't UTF-8 text"),
        (np.full(12, 2**64 - 1, np.uint64), "is no label of a class"),
        (np.full(12, 1e30), "no whole number"),
        (LABELS.astype(complex), "its values are of the type"),
    ],
)
def test_labels_that_are_none_are_refused(file: Path, labels: np.ndarray, said: str) -> None:
    assert said in refusal(file, x=RGB, y=labels)


def test_numbers_of_pictures_are_no_classes(file: Path) -> None:
    many = np.zeros((3000, 2, 2), np.uint8)
    with pytest.raises(BadInput, match="3,000 different values for 3,000 pictures"):
        read(file, x=many, y=np.arange(3000))


# ------------------------------------------------------------------------------------------ faults


class _Canary:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.path}'",)


def test_objects_are_refused_and_nothing_of_them_runs(file: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    objects = np.array([_Canary(canary)] * 12, object)
    assert "never done" in refusal(file, x=RGB, y=objects)
    assert "never done" in refusal(file, x=objects, y=LABELS)
    found = read(file, x=RGB, y=LABELS, others=objects)  # nobody asks for them
    assert pictures(found).shape == RGB.shape
    assert not canary.exists()


BODY = RGB.tobytes()
GOOD = npy(HEADER.format("|u1", RGB.shape), BODY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PNG", "begins with 50 4e 47, expected 93 4e 55 4d 50 59"),
        (b"", "begins with —"),
        (npy(HEADER.format("|u1", "(1000000000000000,)"), BODY),
         "declares 1000000000000000 values, 1,000,000,000,000,000 bytes, but there are 720"),
        (npy(HEADER.format("|u1", f"({10**30}, 10)"), BODY), "but there are 720"),
        (npy(HEADER.format("|u1", "(12, 5, 4, 3)"), BODY[:-1]), "720 bytes, but there are 719"),
        (npy(HEADER.format("|u1", "(12, 5, 4, 3)"), BODY + b"1"), "720 bytes, but there are 721"),
        (npy(HEADER.format("|u1", "(-12, 5)"), BODY), "its header is damaged"),
        (npy(HEADER.format("|u1", "(True, 5)"), BODY), "its header is damaged"),
        (npy(HEADER.format("|u1", "12"), BODY), "its header is damaged"),
        (npy(HEADER.format("|u1", "(12,) + (5,)"), BODY), "its header is damaged"),
        (npy("__import__('os').system('true')", BODY), "its header is damaged"),
        (npy("(" * 9000, BODY), "its header is damaged"),
        (npy(b"\xff" * 40, BODY), "its header is damaged"),
        (npy("{'descr': '|u1'}", BODY), "its header is damaged"),
        (npy(" " * 10_001, BODY, version=2), "its header has 10,001 bytes, more than the 10,000"),
        (npy("", BODY, version=9), "version 9 of the npy format"),
        (npy(HEADER.format("|u1", "(12,)"), b"", version=1)[:20], "its header is damaged"),
        (npy(HEADER.format("<c16", "(45,)"), BODY), "its values are of the type '<c16'"),
        (npy(HEADER.format("<M8[s]", "(90,)"), BODY), "its values are of the type"),
        (npy(HEADER.format("|O", "(90,)"), BODY), "Python objects"),
        (npy(HEADER.format("<f16", "(45,)"), BODY), "its values are of the type"),
    ],
)  # fmt: skip
def test_every_fault_of_an_array_has_a_sentence(file: Path, content: bytes, said: str) -> None:
    zipped(file, {"x.npy": content, "y.npy": npy(HEADER.format("|u1", "(12,)"), bytes(12))})
    text = refusal(file)
    assert said in text
    assert "The array x of" in text


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_of_the_format_is_read(file: Path, version: int) -> None:
    content = npy(HEADER.format("|u1", RGB.shape), BODY, version)
    zipped(file, {"x.npy": content, "y.npy": npy(HEADER.format("|u1", "(12,)"), bytes(12))})
    assert np.array_equal(pictures(read(file)), RGB)


def test_every_fault_of_the_archive_has_a_sentence(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "begins with 89 50 4e 47, expected 50 4b 03 04" in refusal(file)
    file.write_bytes(b"")
    assert "is empty" in refusal(file)
    np.savez(file, x=RGB, y=LABELS)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert "incomplete or damaged" in refusal(file)
    at = whole.index(BODY[:50]) + 60
    file.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
    assert "incomplete or damaged (Bad CRC-32" in refusal(file)
    twice = zipped(file, {"x.npy": GOOD, "z.npy": GOOD}).read_bytes().replace(b"z.npy", b"x.npy")
    file.write_bytes(twice)
    assert "two arrays called x" in refusal(file)
    encrypted = bytearray(zipped(file, {"x.npy": GOOD, "y.npy": GOOD}).read_bytes())
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(encrypted)
    assert "encrypted" in refusal(file)


def test_a_bomb_is_refused_before_it_is_unpacked(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz_file, "_MUCH", 2**20)
    np.savez_compressed(file, x=np.zeros((2, 1024, 1024), np.uint8), y=LABELS[:2])
    assert "would become 2.1 MB, as no pictures do" in refusal(file)


def test_a_table_of_contents_without_end_is_refused(file: Path) -> None:
    zipped(file, {f"{'n' * 200}{n}.npy": b"" for n in range(5000)})
    assert "its table of contents has" in refusal(file)


def test_what_is_an_npz_is_seen_by_its_content(file: Path, tmp_path: Path) -> None:
    np.savez(file, x=RGB, y=LABELS)
    other = file.rename(tmp_path / "pictures.data")
    assert npz.recognises(other)
    assert not npz.recognises(zipped(tmp_path / "pictures.zip", {"cats/1.png": b"x"}))
    assert not npz.recognises(tmp_path)
    assert not npz.recognises(tmp_path / "missing.npz")


def test_more_than_memory_holds_stays_on_the_disk(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "LITTLE", 2**20)
    values = np.zeros((512, 128, 128), np.float32)
    values[:, ::2] = 0.5
    values[0, 0, 0] = 1
    for save in (np.savez, np.savez_compressed):
        save(file, x=values, y=np.zeros(512, int))
        tracemalloc.start()
        found = read(file)
        count = sum(len(chunk) for chunk in found.chunks())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 512
        assert peak < values.nbytes / 2


_CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (250 * 2**20,) * 2)
from pathlib import Path
from cnnstudio.core.errors import BadInput
from cnnstudio.decode.sources import cifar, idx_pair, npz
for word in sys.argv[1:]:
    kind, _, path = word.partition(":")
    try:
        {"npz": npz, "idx": idx_pair, "cifar": cifar}[kind].read(Path(path), {}, lambda *_: None)
        print("read", path)
    except BadInput as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_lies_about_sizes_take_no_memory(tmp_path: Path) -> None:
    huge = npy(HEADER.format("<f8", "(1000000, 1000, 1000)"), BODY)
    labels = npy(HEADER.format("|u1", "(12,)"), bytes(12))
    words = [f"npz:{zipped(tmp_path / 'a.npz', {'x.npy': huge, 'y.npy': labels}, packed=True)}"]
    (tmp_path / "images.idx").write_bytes(b"\0\0\x08\x03" + b"\xff" * 12 + BODY)
    (tmp_path / "labels.idx").write_bytes(b"\0\0\x08\x01\0\0\0\x0c" + bytes(12))
    words.append(f"idx:{tmp_path / 'images.idx'}")
    batch = b"\x80\x02}X\x04\x00\x00\x00dataB\xff\xff\xff\xff" + BODY
    (tmp_path / "data_batch_1").write_bytes(batch)
    for name in ("data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        (tmp_path / name).write_bytes(batch)
    words.append(f"cifar:{tmp_path}")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    sentences = child.stdout.splitlines()
    assert "8,000,000,000,000 bytes, but there are 720" in sentences[0]
    assert "4294967295×4294967295×4294967295" in sentences[1]
    assert "damaged or incomplete pickle" in sentences[2]


@settings(deadline=None)
@given(at=st.integers(0, 300), value=st.integers(0, 255), cut=st.integers(0, 2000))
def test_damage_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, cut: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.npz"
    zipped(file, {"x.npy": GOOD, "y.npy": npy(HEADER.format("|u1", "(12,)"), bytes(12))})
    content = bytearray(file.read_bytes())
    content[min(at, len(content) - 1)] = value
    file.write_bytes(content[: len(content) - cut if cut < 50 else None])
    with contextlib.suppress(BadInput, Ask):
        pictures(read(file))
