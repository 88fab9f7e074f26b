from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.data.cache import cached_path
from cnnstudio.core.data.catalogue import (
    Catalogue,
    Refused,
    catalogue_of,
    catalogue_path,
    open_catalogue,
    write_catalogue,
)
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.keeping import keep
from cnnstudio.core.data.packed import Names, joined, open_packed, write_packed
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.data.questions import Choice, Question
from cnnstudio.core.data.whereabouts import (
    Whereabouts,
    changes_at,
    whereabouts_path,
    write_whereabouts,
)
from cnnstudio.core.text import T


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "catalogues").mkdir(parents=True)
    return tmp_path / "cache"


def small(path: str = "/data/set") -> Catalogue:
    damaged = T("It is damaged: {reason}", reason="cut")
    return Catalogue(
        facts=Imported(path=path, title="set", classes=("개", "b"), shape=(2, 3, 1)),
        names=["개/1.png", "b/{x}\n.png", "b/" + "n" * 300],
        labels=np.array([0, 1, 1], np.int32),
        given=np.array([1, 2, 3], np.uint8),
        sizes=np.array([[2, 3], [4, 5], [6, 7]], np.uint32),
        digests=np.arange(6, dtype=np.uint64).reshape(3, 2),
        looks=np.array([1, 2, 2**64 - 1], np.uint64),
        flags=np.array([0, 1, 2], np.uint8),
        modes={"RGB": 2, "L": 1},
        refused=(Refused("b/2", damaged), Refused("b/3", T("It is empty.")), Refused("c", damaged)),
        ignored=4,
        notes=(T("Something"),),
        questions=(Question("x", T("Which?"), (Choice("a", T("a")),), "a"),),
    )


def kept(catalogue: Catalogue, temporary: Path) -> str:
    digest = write_catalogue(temporary, catalogue)
    temporary.replace(catalogue_path(digest))
    return digest


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    before = small()
    digest = kept(before, tmp_path / "new")
    after = open_catalogue(digest)
    assert after is not None
    assert after.facts == replace(before.facts, digest=digest, path="", title="")
    assert list(after.names) == [after.names[i] for i in range(3)] == before.names
    assert after.names[-2:] == before.names[1:]
    assert list(after.refused) == list(before.refused)
    assert after.refused[1:] == list(before.refused[1:])
    for name in ("labels", "given", "sizes", "digests", "looks", "flags"):
        values = getattr(after, name)
        assert np.array_equal(values, getattr(before, name))
        assert values.dtype == getattr(before, name).dtype
        assert not values.flags.writeable
    assert (after.modes, after.ignored, len(after)) == (before.modes, 4, 3)
    assert (after.notes, after.questions) == (before.notes, before.questions)


def test_the_place_is_no_part_of_it(tmp_path: Path) -> None:
    digest = kept(small("/here"), tmp_path / "1")
    assert write_catalogue(tmp_path / "2", small("/somewhere else")) == digest
    other = small()
    other.labels[0] = 1
    assert write_catalogue(tmp_path / "3", other) != digest


def test_damage_is_noticed(tmp_path: Path) -> None:
    digest = kept(small(), tmp_path / "new")
    path = catalogue_path(digest)
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        content = bytearray(whole)
        content[at] ^= 1
        path.write_bytes(content)
        assert open_catalogue(digest) is None
        path.write_bytes(whole[:at])
        assert open_catalogue(digest) is None
    path.unlink()
    assert open_catalogue(digest) is None
    assert open_catalogue("0" * 64) is None


def place(root: Path, path: Path, digest: str, options: dict[str, object]) -> Whereabouts:
    return Whereabouts(
        digest=digest,
        path=str(path),
        options=options,
        root=str(root),
        files=["a.png", os.fsdecode(b"\xff.png")],
        sizes=np.array([1, 2]),
        times=np.array([10**9, 2 * 10**9]),
        walked=False,
        picks=np.array([0, 1]),
        spans=np.zeros((0, 5), np.int64),
    )


def test_the_newest_scan_of_a_place_is_found(tmp_path: Path) -> None:
    digest = kept(small(), tmp_path / "new")
    root = tmp_path / "root"
    root.mkdir()
    assert catalogue_of(root, {}) is None
    for number, (options, found) in enumerate((({}, digest), ({"x": 1}, "f" * 64))):
        path = whereabouts_path(found, root, options)
        write_whereabouts(path, place(root, root, found, options))
        os.utime(path, (number, number))
    assert catalogue_of(root, {}) == digest
    assert catalogue_of(root, {"x": 1}) is None  # its catalogue is gone
    catalogue = open_catalogue(digest)
    assert catalogue is not None
    assert (catalogue.facts.path, catalogue.facts.title) == (str(root), "root")

    assert changes_at(root, digest, {}).removed == ("a.png", os.fsdecode(b"\xff.png"))
    (root / "a.png").write_bytes(b"1")
    os.utime(root / "a.png", (1, 1))
    strange = Path(os.fsdecode(os.fsencode(root) + b"/\xff.png"))
    strange.write_bytes(b"22")
    os.utime(strange, (2, 2))
    assert not changes_at(root, digest, {})
    os.utime(strange, (3, 3))
    assert changes_at(root, digest, {}).changed == (os.fsdecode(b"\xff.png"),)
    assert changes_at(root, digest, {"y": 1}).unknown
    assert changes_at(tmp_path / "gone", digest, {}).vanished


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=9))
def test_names_are_a_sequence(names: list[str]) -> None:
    blob, ends = joined(name.encode() for name in names)
    found = Names(blob, ends)
    assert list(found) == names
    assert len(found) == len(names)
    assert found[::2] == names[::2]
    assert [found[i] for i in range(-len(names), len(names))] == names * 2
    with pytest.raises(IndexError):
        found[len(names)]


def test_arrays_of_every_kind_are_packed(tmp_path: Path) -> None:
    arrays = {
        "none": np.zeros((0, 3), np.int64),
        "big": np.arange(5, dtype=">u4"),
        "columns": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    }
    digest = write_packed(tmp_path / "x", b'{"a":1}', arrays)
    packed = open_packed(tmp_path / "x")
    assert packed is not None
    assert (packed.digest, packed.header) == (digest, b'{"a":1}')
    for name, array in arrays.items():
        assert np.array_equal(packed.arrays[name], array)
        assert packed.arrays[name].shape == array.shape
    with pytest.raises(FileExistsError):
        write_packed(tmp_path / "x", b"{}", {})


def test_what_nobody_opens_for_long_is_removed(tmp_path: Path, cache: Path) -> None:
    (cache / "pictures").mkdir()
    digests = []
    for number, label in enumerate((0, 1)):
        catalogue = small()
        catalogue.labels[:] = label
        digest = kept(catalogue, tmp_path / "new")
        digests.append(digest)
        facts = replace(catalogue.facts, digest=digest, path=str(tmp_path))
        write_whereabouts(
            whereabouts_path(digest, tmp_path, {}), place(tmp_path, tmp_path, digest, {})
        )
        cached_path(own_pool_name(facts)).touch()
        cached_path(own_pool_name(facts, (5, 5))).touch()
        age = time.time() - (80, 100)[number] * 86400
        os.utime(catalogue_path(digest), (age, age))
    keep(tmp_path, facts)
    left = {path.name[:20] for path in cache.rglob("*") if path.is_file()}
    assert left == {f"own-{digests[0][:16]}", digests[0][:20]}
    assert open_catalogue(digests[0]) is not None
    assert time.time() - catalogue_path(digests[0]).stat().st_mtime < 60
