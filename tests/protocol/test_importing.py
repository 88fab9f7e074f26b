"""The one way in for every source, up to the process that parses model files."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.models.inputs import UnknownInputShape
from cnnstudio.core.storage.arrays import read_arrays
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import Translator
from cnnstudio.protocol import importing
from cnnstudio.protocol.importing import copy_source, read_source
from cnnstudio.protocol.inspecting import Stopped
from tests.fakes.model_files import DENSE, FLATTEN, SMALL, layer, sequential, write_h5, write_keras


@pytest.fixture
def store(tmp_path: Path) -> WeightsStore:
    return WeightsStore(tmp_path / "store")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files; it is empty again after every import."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def refusal(path: Path, store: WeightsStore) -> str:
    with pytest.raises(BadInput) as error:
        read_source(path, store=store)
    return Translator("en").show(error.value.text)


def test_a_model_comes_in_with_its_weights(
    tmp_path: Path, store: WeightsStore, temporary: Path
) -> None:
    path = write_keras(tmp_path / "내 모델.keras")
    shares: list[float] = []
    imported = read_source(path, store=store, progress=shares.append)
    assert (imported.kind, imported.loaded, imported.missing) == ("model", 2, ())
    assert imported.project.name == "내 모델"
    assert (imported.project.data.size, imported.project.data.colour) == ((8, 8), "grey")
    assert imported.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    nodes = {node.node.name: node for node in analyse(imported.project.network).nodes.values()}
    assert nodes["conv"].keeps_weights
    assert nodes["dense"].keeps_weights
    stored = nodes["dense"].node.weights
    assert stored is not None
    file = store.find(stored.file)
    assert file is not None
    assert read_arrays(file)[f"{stored.layer}/0"].shape == (72, 3)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert not list(temporary.iterdir())
    same = read_source(write_h5(tmp_path / "b.h5"), store=store)
    assert same.project.network.layers == imported.project.network.layers


def test_a_config_comes_in_without(tmp_path: Path, store: WeightsStore) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(SMALL))
    imported = read_source(path, store=store)
    assert (imported.kind, imported.loaded, imported.missing) == ("model", 0, ())
    assert not (tmp_path / "store").exists()


def test_a_model_that_leaves_its_input_open_asks_for_it(
    tmp_path: Path, store: WeightsStore
) -> None:
    image = layer("InputLayer", "image", batch_shape=[None, None, None, 3])
    pool = layer("GlobalAveragePooling2D", "pool")
    path = write_keras(tmp_path / "a.keras", sequential(image, pool, DENSE), weights=None)
    with pytest.raises(UnknownInputShape) as error:
        read_source(path, store=store)
    assert error.value.shape == (None, None, 3)
    imported = read_source(path, store=store, input_shape=(32, 32, 3))
    assert imported.missing == ("dense",)


def test_a_refusal_of_the_inspector_arrives(
    tmp_path: Path, store: WeightsStore, temporary: Path
) -> None:
    evil = sequential(SMALL["config"]["layers"][0], FLATTEN, layer("Lambda", "evil"))
    assert "evil" in refusal(write_keras(tmp_path / "a.keras", evil), store)
    assert not list(temporary.iterdir())
    assert not (tmp_path / "store").exists()


def test_an_empty_file(tmp_path: Path, store: WeightsStore) -> None:
    for name in ("a.keras", "a.h5", "a.json"):
        (tmp_path / name).touch()
        assert "is empty" in refusal(tmp_path / name, store)


def test_what_is_no_file(tmp_path: Path, store: WeightsStore) -> None:
    folder = tmp_path / "saved_model"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"x")
    assert "is a folder. Choose a file" in refusal(folder, store)
    (tmp_path / "a.keras").mkdir()
    assert "is a folder. Choose a file" in refusal(tmp_path / "a.keras", store)
    assert "is an address" in refusal(Path("hf://somebody/model"), store)
    assert "is an address" in refusal(Path("https://example.com/a.keras"), store)
    assert "doesn't exist" in refusal(tmp_path / "no.keras", store)
    assert "doesn't exist" in refusal(Path("a\0.keras"), store)
    assert ".ipynb" in refusal(tmp_path / "net.onnx", store)
    (tmp_path / "net.onnx").write_bytes(b"\x08\x07")
    assert ".ipynb" in refusal(tmp_path / "net.onnx", store)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_pipes_sockets_and_devices_are_not_waited_for(tmp_path: Path, store: WeightsStore) -> None:
    os.mkfifo(tmp_path / "pipe.keras")
    assert "device or pipe" in refusal(tmp_path / "pipe.keras", store)
    (tmp_path / "null.h5").symlink_to("/dev/null")
    assert "device or pipe" in refusal(tmp_path / "null.h5", store)
    here = Path.cwd()
    os.chdir(tmp_path)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("s.keras")
            assert "device or pipe" in refusal(Path("s.keras"), store)
    finally:
        os.chdir(here)


def test_a_file_without_a_known_suffix_is_known_by_its_beginning(
    tmp_path: Path, store: WeightsStore
) -> None:
    path = write_keras(tmp_path / "a.keras").rename(tmp_path / "download")
    assert read_source(path, store=store).loaded == 2


def test_a_file_that_changes_while_it_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(bytes(3 * 2**20))

    def change(_share: float) -> None:
        with path.open("r+b") as file:
            file.truncate(2**20)

    with pytest.raises(BadInput, match="changed while"):
        copy_source(path, tmp_path / "copy", lambda: False, change)


def test_the_copy_is_what_is_read(
    tmp_path: Path, store: WeightsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_keras(tmp_path / "a.keras")
    inspect = importing.inspect

    def swapped(*args: object, **options: object) -> object:
        path.write_bytes(b"something else")
        return inspect(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "inspect", swapped)
    assert read_source(path, store=store).loaded == 2


def test_copying_can_be_stopped(tmp_path: Path, store: WeightsStore, temporary: Path) -> None:
    with pytest.raises(Stopped, match="nothing was changed"):
        read_source(write_keras(tmp_path / "a.keras"), store=store, cancelled=lambda: True)
    assert not list(temporary.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "a.keras")
    with pytest.raises(JobFailed, match="no room left"):
        copy_source(path, Full(tmp_path / "copy"), lambda: False, lambda _share: None)


class Full(type(Path())):  # type: ignore[misc]
    """A path that opens as the device that is always full."""

    def open(self, *args: object, **options: object) -> object:
        return open("/dev/full", "wb", buffering=0)  # noqa: PTH123
