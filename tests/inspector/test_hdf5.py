"""Broken and hostile HDF5 files, each made here, and weights that don't fit."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnnstudio.core.storage.arrays import read_arrays
from cnnstudio.protocol.answers import WEIGHTS, Answer
from tests.fakes.model_files import (
    CONV,
    DENSE,
    FLATTEN,
    INPUT,
    arrays_of_small,
    functional,
    layer,
    read,
    refusal,
    said,
    sequential,
    weights_file,
    write_h5,
    write_keras,
)

pytestmark = pytest.mark.usefixtures("harmless")
SECRET = b"only this person may know it" * 100


def changed(data: bytes, change: Callable[[h5py.File], None]) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def replace(file: h5py.File, key: str, make: Callable[[h5py.Group, str], Any]) -> None:
    group, _, name = key.rpartition("/")
    del file[key]
    make(file[group], name)


def both(tmp_path: Path, change: Callable[[h5py.File, str], None]) -> list[Path]:
    """A ``.keras`` and a ``.h5`` file with one dataset, which they call differently, changed."""
    inner = changed(weights_file(), lambda file: change(file, "layers/dense/vars/0"))
    archive = write_keras(tmp_path / "a.keras", weights=inner)
    legacy = write_h5(tmp_path / "a.h5")
    with h5py.File(legacy, "r+") as file:
        change(file, "model_weights/dense/dense/variable_0:0")
    return [archive, legacy]


# ---------------------------------------------------------------------------- what leads elsewhere


def test_links_and_datasets_that_lead_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(SECRET)
    (tmp_path / "other.h5").write_bytes(weights_file())
    os.utime(secret, ns=(10**18, 10**18))
    before = secret.stat().st_atime_ns

    def external_storage(group: h5py.Group, name: str) -> None:
        group.create_dataset(name, (72, 3), "f4", external=[(str(secret), 0, 864)])

    def virtual(group: h5py.Group, name: str) -> None:
        layout = h5py.VirtualLayout((72, 3), "f4")
        source = h5py.VirtualSource(str(tmp_path / "other.h5"), "layers/dense/vars/0", (72, 3))
        layout[:] = source
        group.create_virtual_dataset(name, layout)

    def external(group: h5py.Group, name: str) -> None:
        group[name] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/layers/dense/vars/0")

    def soft(group: h5py.Group, name: str) -> None:
        group[name] = h5py.SoftLink("/layers/conv2d/vars/0")

    for number, (make, words) in enumerate(
        [
            (external_storage, "takes its numbers from another file"),
            (virtual, "put together from other files"),
            (external, "a link to another file"),
            (soft, "a soft link"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        for path in both(folder, lambda file, key, make=make: replace(file, key, make)):
            message = refusal(path)
            assert words in message
            assert str(path) in message
    assert secret.stat().st_atime_ns == before, "it was never read"
    found = [path for path in tmp_path.rglob("*") if path.is_file() and path != secret]
    assert not [path for path in found if SECRET[:20] in path.read_bytes()]


def test_a_link_is_refused_wherever_it_is(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file.create_group("optimizer_weights/deep")["x"] = h5py.ExternalLink("o.h5", "/x")
    assert "optimizer_weights/deep/x in it is a link to another file" in refusal(path)


def test_a_shape_that_is_claimed_only(tmp_path: Path) -> None:
    huge = sequential(INPUT, FLATTEN, layer("Dense", "dense", units=10**6))

    def bomb(group: h5py.Group, name: str) -> None:
        group.create_dataset(name, (64, 10**6), "f4", chunks=(64, 1000), compression="gzip")

    for path in both(tmp_path, lambda file, key: replace(file, key, bomb)):
        if path.suffix == ".h5":
            with h5py.File(path, "r+") as file:
                import json

                file.attrs["model_config"] = json.dumps(huge).encode()
        else:
            with h5py.File(io.BytesIO(), "w"):
                pass
            inner = changed(weights_file(), lambda file: replace(file, "layers/dense/vars/0", bomb))
            write_keras(path, huge, inner)
        message = refusal(path)
        assert "claims to have 256 MB" in message
        assert not list(path.parent.rglob(WEIGHTS))


def test_a_filter_from_another_library(tmp_path: Path) -> None:
    def filtered(group: h5py.Group, name: str) -> None:
        group.create_dataset(
            name, (72, 3), "f4", chunks=True, compression="lzf", data=np.zeros((72, 3))
        )

    for path in both(tmp_path, lambda file, key: replace(file, key, filtered)):
        assert "compressed in an unusual way" in refusal(path)


def test_an_hdf5_file_cut_in_the_middle(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "a.h5")
    data = path.read_bytes()
    cut = tmp_path / "cut.h5"
    cut.write_bytes(data[: len(data) // 2])
    assert "incomplete or damaged" in refusal(cut)
    cut.write_bytes(data[:4])
    assert "neither a zip archive nor an HDF5 file" in refusal(cut)


def test_an_hdf5_file_without_a_model(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = np.zeros(3)
    assert "without a Keras model" in refusal(tmp_path / "data.h5")
    (tmp_path / "a.weights.h5").write_bytes(weights_file())
    assert "contains only weights" in refusal(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "keras2.h5", "w") as file:
        file.attrs["layer_names"] = [b"dense"]
        file.create_group("dense")
    assert "contains only weights" in refusal(tmp_path / "keras2.h5")


# --------------------------------------------------------------------------------- what is missing


def opened(tmp_path: Path, arrays: dict[str, list[Any]]) -> list[Answer]:
    return [
        read(write_keras(tmp_path / "a.keras", weights=weights_file(arrays))),
        read(write_h5(tmp_path / "a.h5", arrays=arrays)),
    ]


def test_missing_weights_are_named_and_the_rest_is_there(tmp_path: Path) -> None:
    arrays = arrays_of_small()
    del arrays["conv"]
    for answer in opened(tmp_path, arrays):
        assert (answer.loaded, answer.missing) == (1, ("conv",))
        assert "no weights for conv" in said(answer)
        assert len(answer.project["network"]["layers"]) == 4


def test_weights_of_another_shape_are_named(tmp_path: Path) -> None:
    arrays: dict[str, list[Any]] = arrays_of_small() | {"dense": [np.zeros((72, 4), "f4")]}
    for answer in opened(tmp_path, arrays):
        assert (answer.loaded, answer.missing) == (1, ("dense",))
        assert "the file has (72, 4), and the layer needs (72, 3), (3,)" in said(answer)


def test_nan_is_told_of_with_the_layer(tmp_path: Path) -> None:
    arrays = arrays_of_small()
    arrays["dense"][1][2] = np.inf
    arrays["conv"][0][0] = np.nan
    for answer in opened(tmp_path, arrays):
        assert (answer.loaded, answer.missing) == (2, ())
        assert "The weights of conv, dense hold NaN or infinity" in said(answer)


@pytest.mark.parametrize("dtype", ["f2", "f8", ">f4", ">f8"])
def test_other_floats_become_float32(tmp_path: Path, dtype: str) -> None:
    arrays = {name: [one.astype(dtype) for one in of] for name, of in arrays_of_small().items()}
    for answer, folder in zip(
        opened(tmp_path, arrays), ("a.keras inspected", "a.h5 inspected"), strict=True
    ):
        assert (answer.loaded, answer.missing) == (2, ())
        assert ("are float32 now" in said(answer)) is (dtype != ">f4")
        kept = read_arrays(tmp_path / folder / WEIGHTS)
        assert {array.dtype for array in kept.values()} == {np.dtype(np.float32)}
        np.testing.assert_array_equal(kept["1/0"], arrays["dense"][0].astype(np.float32))


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    exact = np.array([[1.0, -2.5, 3.0e38]] * 72, np.float32)
    upper = (exact.view(np.uint32) >> 16).astype(np.uint16)
    arrays: dict[str, list[Any]] = arrays_of_small() | {
        "dense": [upper.view("V2"), np.zeros(3, "f4")]
    }
    answer = opened(tmp_path, arrays)[0]
    assert "dense were bfloat16 numbers" in said(answer)
    kept = read_arrays(tmp_path / "a.keras inspected" / WEIGHTS)["1/0"]
    np.testing.assert_array_equal(kept, (upper.astype(np.uint32) << 16).view(np.float32))


@pytest.mark.parametrize("dtype", ["i1", "u1", "c8", "S4", bool])
def test_quantised_and_other_numbers_are_refused_by_name(tmp_path: Path, dtype: Any) -> None:
    arrays: dict[str, list[Any]] = arrays_of_small()
    arrays["dense"][0] = np.zeros((72, 3), dtype)
    for answer in opened(tmp_path, arrays):
        assert (answer.loaded, answer.missing) == (1, ("dense",))
        assert "dense are" in said(answer)
        assert dtype != "i1" or "int8" in said(answer)


# -------------------------------------------------------------------------------- models in models


def test_the_list_of_an_inner_model_has_what_is_trained_first(tmp_path: Path) -> None:
    """BatchNormalization's running values stand behind the kernel of the layer that follows it."""
    norm = layer("BatchNormalization", "norm")
    frozen = layer("Conv2D", "fixed", filters=2, kernel_size=[1, 1])
    frozen["config"]["trainable"] = False
    inner = functional(
        layer("InputLayer", "in", batch_shape=[None, 6, 6, 2]), norm, frozen, name="inner"
    )
    config = functional(INPUT, CONV, inner, FLATTEN, DENSE)
    four = [np.full(2, value, np.float32) for value in (1, 2, 3, 4)]
    fixed = [np.full((1, 1, 2, 2), 5, np.float32), np.full(2, 6, np.float32)]
    small = arrays_of_small()
    legacy = {**small, "inner": [*four[:2], *four[2:], *fixed]}
    keras = {"inner": "layers/functional/layers/batch_normalization"}
    del keras
    arrays = {**small, "norm": four, "fixed": fixed}
    groups = {
        "conv": "layers/conv2d",
        "dense": "layers/dense",
        "norm": "layers/functional/layers/batch_normalization",
        "fixed": "layers/functional/layers/conv2d",
    }
    write_keras(tmp_path / "a.keras", config, weights_file(arrays, groups))
    write_h5(tmp_path / "a.h5", config, legacy)
    for name in ("a.keras", "a.h5"):
        answer = read(tmp_path / name)
        assert (answer.loaded, answer.missing) == (4, ())
        kept = read_arrays(tmp_path / f"{name} inspected" / WEIGHTS)
        layers = answer.project["network"]["layers"]
        for node in layers:
            own = node["name"].rpartition("/")[2].rpartition(" ")[2]
            if "weights" in node:
                for number, array in enumerate(arrays[own]):
                    key = f"{node['weights']['layer']}/{number}"
                    np.testing.assert_array_equal(kept[key], array, err_msg=own)


def test_what_is_behind_an_unknown_layer_keeps_what_there_is(tmp_path: Path) -> None:
    secret = layer("Secret", "secret", "my.code")
    config = sequential(INPUT, CONV, secret, FLATTEN, DENSE)
    answer = read(write_keras(tmp_path / "a.keras", config))
    assert (answer.loaded, answer.missing, answer.opaque) == (2, (), ("secret",))


def test_an_unknown_layer_keeps_its_own_for_when_its_code_is_given(tmp_path: Path) -> None:
    secret = layer("Secret", "secret", "my.code")
    config = sequential(INPUT, CONV, secret, FLATTEN, DENSE)
    arrays = arrays_of_small()
    arrays["secret"] = [np.arange(4, dtype=np.float32)]
    groups = {"conv": "layers/conv2d", "secret": "layers/secret", "dense": "layers/dense"}
    answer = read(write_keras(tmp_path / "a.keras", config, weights_file(arrays, groups)))
    assert (answer.loaded, answer.missing, answer.opaque) == (3, (), ("secret",))
    [node] = (one for one in answer.project["network"]["layers"] if one["name"] == "secret")
    kept = read_arrays(tmp_path / "a.keras inspected" / WEIGHTS)
    np.testing.assert_array_equal(kept[f"{node['weights']['layer']}/0"], arrays["secret"][0])


def test_weights_of_a_layer_with_another_name_are_not_taken(tmp_path: Path) -> None:
    def rename(file: h5py.File) -> None:
        file["layers/dense/vars"].attrs["name"] = "another"

    inner = changed(weights_file(), rename)
    answer = read(write_keras(tmp_path / "a.keras", weights=inner))
    assert answer.missing == ("dense",)


@pytest.mark.parametrize("name", ["dense_1", "층 1", "e\u0301", "..", "🙂", "n" * 10_000])
def test_names_of_every_kind(tmp_path: Path, name: str) -> None:
    config = sequential(INPUT, CONV, FLATTEN, layer("Dense", name, units=3))
    arrays = arrays_of_small()
    arrays[name] = arrays.pop("dense")
    groups = {"conv": "layers/conv2d", name: "layers/dense"}
    for answer in (
        read(write_keras(tmp_path / "a.keras", config, weights_file(arrays, groups))),
        read(write_h5(tmp_path / "a.h5", config, arrays)),
    ):
        assert (answer.loaded, answer.missing) == (2, ())
        shown = answer.project["network"]["layers"][-1]["name"]
        assert shown == unicodedata.normalize("NFC", name)
