"""CIFAR-10 and CIFAR-100 in their own forms, whole, incomplete and hostile."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.core.data.known_classes import CIFAR10, CIFAR100_COARSE, CIFAR100_FINE
from cnnstudio.core.errors import BadInput
from cnnstudio.decode.sources import cifar
from cnnstudio.decode.sources.listing import Arrays
from tests.fakes.source_files import (
    cifar10,
    cifar100,
    dumped,
    pictures,
    python2_pickle,
    rows,
    silent,
    tarred,
    written,
)

BATCHES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


def as_pictures(batch: np.ndarray) -> np.ndarray:
    return batch.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def read(path: Path, options: dict[str, Any] | None = None) -> Arrays:
    assert cifar.recognises(path)
    return cifar.read(path, options or {}, silent)


def refusal(path: Path, options: dict[str, Any] | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        cifar.read(path, options or {}, silent)
    return str(caught.value)


def check10(found: Arrays, each: int = 4) -> None:
    expected = np.concatenate([as_pictures(rows(each, seed)) for seed in range(6)])
    assert np.array_equal(pictures(found), expected)
    assert found.labels.tolist() == [(n + k) % 10 for n in range(6) for k in range(each)]
    assert found.given.tolist() == [1] * 5 * each + [3] * each
    assert (found.kind, found.shape, found.classes) == ("cifar10", (32, 32, 3), CIFAR10)
    assert (found.names[5 * each - 1], found.names[5 * each]) == (f"train/{5 * each - 1}", "test/0")
    assert (found.notes, found.questions) == ((), ())


@pytest.mark.parametrize("dump", [python2_pickle, *map(dumped, range(6))])
def test_cifar_10_is_read_from_every_pickle(tmp_path: Path, dump: Any) -> None:
    folder = written(tmp_path / "cifar-10-batches-py", cifar10(dump=dump))
    for path in (folder, tmp_path, folder / "data_batch_3", folder / "batches.meta"):
        check10(read(path))
    assert [Path(file).name for file in read(folder).files] == BATCHES


@pytest.mark.parametrize("mode", ["w:gz", "w", "w:bz2", "w:xz"])
def test_the_archive_is_read_as_it_is(tmp_path: Path, mode: str) -> None:
    archive = tarred(tmp_path / "cifar-10-python.tar.gz", cifar10(), mode=mode)
    found = read(archive)
    check10(found)
    assert found.files == (str(archive),)
    assert [file.name for file in tmp_path.iterdir()] == [archive.name]


def binary10(each: int = 4) -> dict[str, bytes]:
    files = {}
    for seed, name in enumerate(BATCHES):
        labels = np.array([[(seed + k) % 10] for k in range(each)], np.uint8)
        files[f"{name}.bin"] = np.hstack([labels, rows(each, seed)]).tobytes()
    return files


def test_the_binary_form_is_the_same(tmp_path: Path) -> None:
    check10(read(written(tmp_path / "without names", binary10())))
    named = binary10() | {"batches.meta.txt": "\n".join(f"own {n}" for n in range(10)).encode()}
    found = read(tarred(tmp_path / "named.tar.gz", named))
    assert found.classes == tuple(f"own {n}" for n in range(10))


def test_known_names_stand_in_for_a_missing_meta(tmp_path: Path) -> None:
    files = cifar10()
    del files["batches.meta"]
    check10(read(written(tmp_path / "cifar", files)))
    files = cifar100()
    del files["meta"]
    folder = written(tmp_path / "100", files)
    assert read(folder).classes == CIFAR100_FINE
    assert read(folder, {"labels": "coarse"}).classes == CIFAR100_COARSE


@pytest.mark.parametrize("dump", [python2_pickle, *map(dumped, range(6))])
def test_cifar_100_has_two_labels(tmp_path: Path, dump: Any) -> None:
    folder = written(tmp_path / "cifar-100-python", cifar100(dump=dump))
    found = read(folder)
    assert np.array_equal(
        pictures(found), np.concatenate([as_pictures(rows(6, s)) for s in (0, 1)])
    )
    assert found.labels.tolist() == [(17 * k) % 100 for k in range(6)] * 2
    assert (found.kind, found.classes[99]) == ("cifar100", "fine 99")
    assert found.given.tolist() == [1] * 6 + [3] * 6
    (question,) = found.questions
    assert (question.name, question.guess) == ("labels", "fine")
    coarse = read(folder, {"labels": "coarse"})
    assert coarse.labels.tolist() == [(3 * k) % 20 for k in range(6)] * 2
    assert coarse.classes[19] == "coarse 19"
    assert coarse.options == {"labels": "coarse"}
    assert "labels can't be 'medium'" in refusal(folder, {"labels": "medium"})


def test_cifar_100_in_its_binary_form(tmp_path: Path) -> None:
    files = {}
    for seed, name in enumerate(("train.bin", "test.bin")):
        labels = np.array([[k % 20, 9 * k] for k in range(5)], np.uint8)
        files[name] = np.hstack([labels, rows(5, seed)]).tobytes()
    files["fine_label_names.txt"] = "\n".join(f"f{n}" for n in range(100)).encode()
    files["coarse_label_names.txt"] = "\n".join(f"c{n}" for n in range(20)).encode()
    folder = written(tmp_path / "cifar-100-binary", files)
    found = read(folder)
    assert np.array_equal(pictures(found)[:5], as_pictures(rows(5, 0)))
    assert (found.labels.tolist()[:5], found.classes[1]) == ([0, 9, 18, 27, 36], "f1")
    found = read(folder, {"labels": "coarse"})
    assert (found.labels.tolist()[:5], found.classes[1]) == ([0, 1, 2, 3, 4], "c1")


def test_missing_batches_are_named(tmp_path: Path) -> None:
    files = cifar10()
    del files["data_batch_3"], files["test_batch"]
    for path in (written(tmp_path / "cifar", files), tarred(tmp_path / "cifar.tar.gz", files)):
        assert cifar.recognises(path)
        text = refusal(path)
        assert "lacks data_batch_3, test_batch of CIFAR-10" in text
        assert str(path) in text
    files = cifar100()
    del files["test"]
    assert "lacks test of CIFAR-100" in refusal(written(tmp_path / "100", files))


class _Canary:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self._path}'",)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["data_batch_2", "batches.meta"])
def test_a_batch_that_asks_for_a_call_is_refused(tmp_path: Path, protocol: int, name: str) -> None:
    canary = tmp_path / "canary"
    files = cifar10()
    files[name] = pickle.dumps({"data": _Canary(canary), "labels": []}, protocol)
    for path in (written(tmp_path / "cifar", files), tarred(tmp_path / "cifar.tar.gz", files)):
        text = refusal(path)
        assert f"{name} in {path} can't be used: it asks for" in text
        assert not canary.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps({"labels": [1]}), "its data is no array of n×3072 bytes"),
        (pickle.dumps({"data": rows(2).astype(np.int16), "labels": [1, 2]}), "no array of n×3072"),
        (pickle.dumps({"data": rows(2)[:, 1:], "labels": [1, 2]}), "no array of n×3072 bytes"),
        (pickle.dumps({"data": rows(2)}), "no whole numbers called labels"),
        (pickle.dumps({"data": rows(2), "labels": ["a", "b"]}), "no whole numbers called labels"),
        (pickle.dumps({"data": rows(2), "labels": [1, 2**40]}), "no whole numbers called labels"),
        (pickle.dumps({"data": rows(2), "labels": [1, 2, 3]}), "has 2 pictures"),
        (pickle.dumps({"data": rows(2), "labels": [1, 2]})[:-9], "damaged or incomplete pickle"),
        (pickle.dumps([rows(2)]), "damaged or incomplete pickle"),
        (b"PNG", "the pickle instruction 50"),
        (b"", "is empty"),
    ],
)
def test_every_fault_of_a_batch_has_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    folder = written(tmp_path / "cifar", cifar10() | {"data_batch_4": content})
    text = refusal(folder)
    assert said in text
    assert "data_batch_4" in text


def test_every_fault_of_a_binary_batch_has_a_sentence(tmp_path: Path) -> None:
    files = binary10()
    files["data_batch_2.bin"] = files["data_batch_2.bin"][:-10]
    text = refusal(written(tmp_path / "cifar", files))
    assert "it has 12,282 bytes; pictures of 3,073 bytes each would be 12,292" in text


def test_an_archive_that_is_cut_or_lies_is_refused(tmp_path: Path) -> None:
    whole = tarred(tmp_path / "whole.tar.gz", cifar10()).read_bytes()
    archive = tmp_path / "cifar.tar.gz"
    archive.write_bytes(whole[: len(whole) * 2 // 3])
    assert "damaged or incomplete archive" in refusal(archive)
    plain = bytearray(gzip.decompress(whole))
    at = plain.index(b"cifar/data_batch_1\0")
    plain[at + 124 : at + 136] = b"77777777777\0"  # 8 GB
    total = sum(plain[at : at + 512]) - sum(plain[at + 148 : at + 156]) + 8 * 32
    plain[at + 148 : at + 156] = b"%06o\0 " % total
    archive.write_bytes(gzip.compress(plain))
    assert "damaged or incomplete archive" in refusal(archive)
    twice = tarred(tmp_path / "twice.tar.gz", {"test_batch": b"x", "old/test_batch": b"y"})
    assert "two files called test_batch" in refusal(twice)


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    archive = tarred(folder / "cifar.tar.gz", cifar10(), folder="../../evil")
    check10(read(archive))
    archive = tarred(folder / "cifar.tar.gz", cifar10(), folder=str(tmp_path / "evil"))
    check10(read(archive))
    assert not (tmp_path / "evil").exists()


def test_other_things_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "test").mkdir()
    assert not cifar.recognises(tmp_path)
    (tmp_path / "pictures.tar.gz").write_bytes(gzip.compress(b"no tar at all" * 100))
    assert not cifar.recognises(tmp_path / "pictures.tar.gz")
    assert not cifar.recognises(tarred(tmp_path / "a.tar", {"cats/1.png": b"x"}, mode="w"))
    (tmp_path / "test_batch").write_bytes(b"x")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "data_batch_1")
    assert "data_batch_1" in refusal(tmp_path)
