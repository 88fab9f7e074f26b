"""Weights files come in verified, are called by their content and lie beside saved projects."""

from __future__ import annotations

import errno
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.network import LayerNode, Link, Network, StoredWeights
from cnnstudio.core.project import Project
from cnnstudio.core.storage.arrays import array_shapes, read_arrays, write_arrays
from cnnstudio.core.storage.content_store import sha_of
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.storage.project_weights import (
    check_weights,
    keep_weights,
    read_weights,
    save_with_weights,
    weights_beside,
)
from cnnstudio.core.storage.weights_store import WeightsStore
from tests.fakes.failing_os import FailingOs

KERNEL = np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1)
SHAPES = ((3, 3, 1, 1), (1,))


@pytest.fixture
def store(tmp_path: Path) -> WeightsStore:
    return WeightsStore(tmp_path / "weights")


def weights_file(folder: Path, bias: float = 0.5) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "imported.tmp"
    write_arrays(path, {"0/0": KERNEL, "0/1": np.array([bias], np.float32)})
    return path


def project(sha: str = "", name: str = "conv2d") -> Project:
    stored = StoredWeights(sha, 0, SHAPES) if sha else None
    return Project(
        network=Network(
            (
                LayerNode("n1", "input", "input", {"shape": [5, 5, 1]}),
                LayerNode("n2", "conv2d", name, {"filters": 1, "kernel_size": 3}, weights=stored),
            ),
            (Link("n1", "n2"),),
        )
    )


def test_what_comes_in_is_found_by_its_content(store: WeightsStore, tmp_path: Path) -> None:
    given = weights_file(tmp_path / "given")
    content = sha_of(given)
    sha = store.put(given)
    assert sha == content
    assert not given.exists()
    found = store.find(sha)
    assert found == store.folder / f"{sha}.npz"
    assert array_shapes(found) == {"0/0": (3, 3, 1, 1), "0/1": (1,)}
    assert set(read_arrays(found, ["0/1"])) == {"0/1"}
    assert store.put(weights_file(tmp_path / "again")) == sha
    assert [path.name for path in store.folder.iterdir()] == [f"{sha}.npz"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret",
        "/etc/passwd",
        "A" * 64,
        "a" * 63,
        "a" * 64 + "/",
        "０" * 64,
        "a" * 64 + "\n",
    ],
)
def test_a_name_that_is_no_hash_leads_nowhere(
    store: WeightsStore, tmp_path: Path, name: str
) -> None:
    store.put(weights_file(tmp_path / "given"))
    (tmp_path / "secret.npz").write_bytes(b"")
    assert store.find(name, tmp_path) is None
    assert not store.adopt(name, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="a symbolic link needs a right of its own")
def test_a_link_out_of_the_folder_is_not_followed(store: WeightsStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / f"{'a' * 64}.npz").symlink_to(secret)
    assert store.find("a" * 64, folder) is None


def damaged_zip(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def pickled(path: Path) -> None:
    np.savez(path.with_suffix(".npz"), x=np.array([{}], dtype=object))
    path.with_suffix(".npz").replace(path)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999,), }"
        header += b" " * (118 - len(header)) + b"\n"
        archive.writestr("0/0.npy", b"\x93NUMPY\x01\x00\x76\x00" + header[:118])


@pytest.mark.parametrize("spoil", [damaged_zip, pickled, bomb, Path.unlink])
def test_what_is_damaged_stays_out(
    store: WeightsStore, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = weights_file(tmp_path / "given")
    spoil(path)
    with pytest.raises(BadInput):
        store.put(path)
    assert not store.folder.exists()


def test_a_file_that_lies_about_its_content_stays_out(store: WeightsStore, tmp_path: Path) -> None:
    honest = weights_file(tmp_path / "honest", 1.0)
    sha = sha_of(honest)
    folder = tmp_path / "beside"
    folder.mkdir()
    weights_file(tmp_path / "other", 2.0).replace(folder / f"{sha}.npz")
    assert not store.adopt(sha, folder)
    save_with_weights(project(sha), tmp_path / "net.cnnstudio", store, folder)
    assert not weights_beside(tmp_path / "net.cnnstudio").exists()
    with pytest.raises(BadInput, match="content has changed"):
        read_weights(analyse(project(sha).network), store, folder)


def test_a_saved_project_has_its_weights_beside_it(store: WeightsStore, tmp_path: Path) -> None:
    sha = store.put(weights_file(tmp_path / "given"))
    path = tmp_path / "net.cnnstudio"
    save_with_weights(project(sha), path, store)
    there = weights_beside(path) / f"{sha}.npz"
    assert there.stat().st_ino == (store.folder / there.name).stat().st_ino, "linked, not copied"

    # On another machine the store is another one.
    other = WeightsStore(tmp_path / "elsewhere")
    opened = load_project(path)
    weights = read_weights(analyse(opened.network), other, weights_beside(path))
    assert [a.tolist() for a in weights["n2"]] == [KERNEL.tolist(), [0.5]]
    copy = tmp_path / "copy.cnnstudio"
    save_with_weights(opened, copy, other, weights_beside(path))
    check_weights(analyse(load_project(copy).network), other, weights_beside(copy))
    keep_weights(opened.network, other, weights_beside(path))
    assert other.find(sha) is not None


def test_it_is_copied_where_it_cannot_be_linked(
    store: WeightsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", no_link)
    sha = store.put(weights_file(tmp_path / "given"))
    path = tmp_path / "net.cnnstudio"
    save_with_weights(project(sha), path, store)
    assert sha_of(weights_beside(path) / f"{sha}.npz") == sha


def test_a_save_takes_away_what_neither_it_nor_its_backup_names(
    store: WeightsStore, tmp_path: Path
) -> None:
    path = tmp_path / "net.cnnstudio"
    sha = store.put(weights_file(tmp_path / "given"))
    save_with_weights(project(sha), path, store)
    there = weights_beside(path) / f"{sha}.npz"
    (store.folder / there.name).unlink()  # as on another machine
    save_with_weights(project(), path, store)
    assert there.exists(), "the version before names it"
    save_with_weights(project(name="other"), path, store)
    assert not there.exists()
    assert store.find(sha) is not None, "undo can still bring its layer back"
    save_with_weights(project(sha), path, store)
    assert there.exists()


def test_weights_that_are_nowhere_keep_nothing_from_being_saved(
    store: WeightsStore, tmp_path: Path
) -> None:
    path, network = tmp_path / "net.cnnstudio", project("b" * 64).network
    save_with_weights(Project(network=network), path, store)
    assert load_project(path).network == network
    with pytest.raises(BadInput, match=r"that conv2d came with aren't on this computer"):
        check_weights(analyse(network), store, weights_beside(path))
    many = replace(
        network,
        layers=tuple(
            replace(network.layers[min(n, 1)], id=f"n{n + 1}", name=f"layer{n}") for n in range(6)
        ),
        links=tuple(Link(f"n{n}", f"n{n + 1}") for n in range(1, 6)),
    )
    shapes = {"kernel_size": 1}
    fitting = tuple(
        replace(
            one, params=one.params | shapes, weights=StoredWeights("b" * 64, 0, ((1,) * 4, (1,)))
        )
        if one.kind == "conv2d"
        else one
        for one in many.layers
    )
    with pytest.raises(BadInput, match="layer1, layer2, layer3 and 2 more"):
        check_weights(analyse(replace(many, layers=fitting)), store)


def test_a_layer_that_does_not_fit_needs_no_weights(store: WeightsStore) -> None:
    network = project("b" * 64).network
    conv = replace(network.layers[1], params={"filters": 2, "kernel_size": 3})
    changed = analyse(replace(network, layers=(network.layers[0], conv)))
    assert not changed.nodes["n2"].keeps_weights
    assert read_weights(changed, store) == {}


def test_arrays_are_what_the_project_says(store: WeightsStore, tmp_path: Path) -> None:
    path = tmp_path / "other"
    write_arrays(path, {"0/0": KERNEL, "0/1": np.zeros(2, np.float32), "1/0": KERNEL})
    sha = store.put(path)
    with pytest.raises(BadInput, match="conv2d has other shapes in it"):
        read_weights(analyse(project(sha).network), store)
    missing = replace(project(sha).network.layers[1], weights=StoredWeights(sha, 1, SHAPES))
    network = replace(project().network, layers=(project().network.layers[0], missing))
    with pytest.raises(BadInput, match="1/1 isn't in it"):
        read_weights(analyse(network), store)


def test_the_store_is_pruned_of_what_nothing_has_asked_for(
    store: WeightsStore, tmp_path: Path
) -> None:
    kept, unsaved, gone = (
        store.put(weights_file(tmp_path / "given", bias)) for bias in (1.0, 2.0, 3.0)
    )
    for sha in (kept, unsaved, gone):
        os.utime(store.folder / f"{sha}.npz", (1e9, 1e9))
    litter = store.folder / ".0123.tmp"
    litter.write_bytes(b"")
    os.utime(litter, (1e9, 1e9))
    store.find(kept)
    snapshot = tmp_path / "recovery" / "session" / "1.cnnstudio"
    snapshot.parent.mkdir(parents=True)
    snapshot.write_text(f'{{"file": "{unsaved}"}}')
    store.prune(recovery=tmp_path / "recovery")
    assert {path.stem for path in store.folder.iterdir()} == {kept, unsaved}
    assert time.time() - (store.folder / f"{kept}.npz").stat().st_mtime < 60
    WeightsStore(tmp_path / "nowhere").prune()


def test_a_failing_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    sha = sha_of(weights_file(tmp_path / "given"))
    path = tmp_path / "net.cnnstudio"
    before = project(name="before")
    save_with_weights(before, path, WeightsStore(tmp_path / "none"))
    refused = 0
    for fail_at in range(1, 200):
        store = WeightsStore(tmp_path / f"store{fail_at}")
        given = weights_file(tmp_path / "given")
        with pytest.MonkeyPatch.context() as patch:
            system = FailingOs(patch, errno.ENOSPC, fail_at)
            try:
                save_with_weights(project(store.put(given)), path, store)
                error = None
            except (BadInput, JobFailed) as raised:
                error, refused = raised, refused + 1
        assert not list(tmp_path.rglob(f"{sha}*.tmp")) + list(store.folder.glob("*.tmp"))
        if error is not None:
            assert re.search(r"[Ff]ree some space|can't be read|could not be written", str(error))
            assert load_project(path).network in (before.network, project(sha).network)
        if system.calls < fail_at:
            break
        if error is None:
            save_with_weights(before, path, WeightsStore(tmp_path / "none"))
    assert refused > 3
    assert load_project(path).network.layers[1].weights is not None
