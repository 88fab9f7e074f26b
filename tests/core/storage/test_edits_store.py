"""Label edits are called by their content, lie beside a saved project, and never get lost."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.data.edits import NO_EDITS, LabelEdits, excluded, relabelled
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import Project
from cnnstudio.core.storage import edits_store
from cnnstudio.core.storage.edits_store import (
    EditsStore,
    decode_edits,
    encode_edits,
    labels_beside,
)
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.storage.project_weights import keep_edits, save_with_weights, weights_beside
from cnnstudio.core.storage.weights_store import WeightsStore
from tests.fakes.failing_os import FailingOs

EDITS = relabelled(excluded(NO_EDITS, ["개/1.jpg", 'a"b\\{0}.png']), ["cats/2.jpg"], "dogs {1}")


@pytest.fixture
def store(tmp_path: Path) -> EditsStore:
    return EditsStore(tmp_path / "labels")


@pytest.fixture
def weights(tmp_path: Path) -> WeightsStore:
    return WeightsStore(tmp_path / "weights")


def project(sha: str) -> Project:
    return Project(data=replace(Project().data, edits=sha))


def test_what_is_put_is_read_again(store: EditsStore) -> None:
    sha = store.put(EDITS)
    assert len(sha) == 64
    assert store.put(EDITS) == sha
    assert store.read(sha) == EDITS
    assert store.read("") == NO_EDITS
    assert store.put(NO_EDITS) == ""
    assert [path.name for path in store.folder.iterdir()] == [f"{sha}.json"]


_names = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@given(st.frozensets(_names), st.dictionaries(_names, _names))
def test_any_edits_come_back_and_equal_ones_are_one_file(
    out: frozenset[str], moved: dict[str, str]
) -> None:
    edits = LabelEdits(excluded=out, relabelled=moved)
    data = encode_edits(edits)
    assert decode_edits(data, Path("x")) == edits
    turned = LabelEdits(excluded=frozenset(sorted(out)), relabelled=dict(reversed(moved.items())))
    assert encode_edits(turned) == data


def test_missing_and_damaged_edits_are_sentences(store: EditsStore) -> None:
    sha = store.put(EDITS)
    file = store.folder / f"{sha}.json"
    file.write_bytes(file.read_bytes().replace(b"cats", b"dogs"))
    with pytest.raises(BadInput, match=r"is damaged.*Data workspace"):
        store.read(sha)
    file.unlink()
    for name in (sha, "../../etc/passwd", "not a hash"):
        with pytest.raises(BadInput, match=r"aren't known on this computer.*\.cnnstudio\.files"):
            store.read(name)
    with pytest.raises(BadInput, match="is damaged"):
        decode_edits(b'{"format":"cnnstudio labels","version":1,"excluded":"all"}', file)


def test_more_than_a_file_takes_is_refused(
    store: EditsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits_store, "LARGEST_FILE", 100)
    with pytest.raises(BadInput, match=r"3 pictures are left out or relabelled, more than"):
        store.put(EDITS)


def test_a_full_disk_keeps_nothing_half_written(tmp_path: Path) -> None:
    refused = 0
    for fail_at in range(1, 100):
        store = EditsStore(tmp_path / str(fail_at))
        with pytest.MonkeyPatch.context() as patch:
            system = FailingOs(patch, errno.ENOSPC, fail_at)
            try:
                store.put(EDITS)
            except (BadInput, JobFailed):
                refused += 1
        for file in store.folder.glob("*"):
            assert store.read(file.stem) == EDITS
        if system.calls < fail_at:
            break
    assert refused > 3


def test_they_lie_beside_the_saved_project_as_long_as_it_or_its_backup_names_them(
    store: EditsStore, weights: WeightsStore, tmp_path: Path
) -> None:
    path = tmp_path / "saved" / "p.cnnstudio"
    path.parent.mkdir()
    first, second = store.put(EDITS), store.put(excluded(EDITS, ["cats/9.jpg"]))
    beside = labels_beside(weights_beside(path))
    save_with_weights(project(first), path, weights)
    assert [each.stem for each in beside.iterdir()] == [first]
    save_with_weights(project(second), path, weights)
    assert {each.stem for each in beside.iterdir()} == {first, second}
    save_with_weights(project(""), path, weights)
    assert [each.stem for each in beside.iterdir()] == [second]
    assert store.find(first) is not None, "undo finds it again"


def test_a_project_from_another_computer_brings_them(
    store: EditsStore, weights: WeightsStore, tmp_path: Path
) -> None:
    path = tmp_path / "p.cnnstudio"
    sha = store.put(EDITS)
    save_with_weights(project(sha), path, weights)
    here = WeightsStore(tmp_path / "other" / "weights")
    opened = load_project(path)
    keep_edits(opened.data, here, weights_beside(path))
    assert EditsStore(labels_beside(here.folder)).read(sha) == EDITS
    keep_edits(Project().data, here, weights_beside(path))
