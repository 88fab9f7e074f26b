"""Broken and hostile ``.keras`` archives, each made here."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.storage.arrays import read_arrays
from cnnstudio.protocol.answers import WEIGHTS
from tests.fakes.model_files import SMALL, arrays_of_small, read, refusal, write_keras

pytestmark = pytest.mark.usefixtures("harmless")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "모델 {x}.keras"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_model_is_read_where_it_lies_and_unpacked(file: Path, compression: int) -> None:
    answer = read(write_keras(file, compression=compression), file.parent / "out")
    assert [node["name"] for node in answer.project["network"]["layers"]] == [
        "image", "conv", "flatten", "dense",
    ]  # fmt: skip
    assert (answer.loaded, answer.missing, answer.warnings) == (2, (), ())
    arrays = read_arrays(file.parent / "out" / WEIGHTS)
    wanted = arrays_of_small()
    for index, name in enumerate(("conv", "dense")):
        for number, array in enumerate(wanted[name]):
            np.testing.assert_array_equal(arrays[f"{index}/{number}"], array)
            assert arrays[f"{index}/{number}"].dtype == np.float32


@pytest.mark.parametrize("data", [b"hello", b"\xff\xd8\xff\xe0 JFIF", b"\x00" * 100])
def test_what_is_no_zip(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    message = refusal(file)
    assert str(file) in message
    assert "zip archive" in message


def test_a_file_cut_in_the_middle(file: Path) -> None:
    data = write_keras(file).read_bytes()
    for share in (0.02, 0.5, 0.98):
        part = file.with_name(f"{share}.keras")
        part.write_bytes(data[: int(len(data) * share)])
        assert "incomplete or damaged" in refusal(part)


def test_a_flipped_bit_is_noticed(file: Path) -> None:
    data = bytearray(write_keras(file).read_bytes())
    at = data.index(arrays_of_small()["dense"][0].tobytes()) + 7
    data[at] ^= 4
    file.write_bytes(data)
    assert "CRC" in refusal(file)


def test_an_archive_without_a_config(file: Path) -> None:
    assert "without config.json" in refusal(write_keras(file, None))
    with zipfile.ZipFile(file, "w"):
        pass
    assert "without config.json" in refusal(file)


def test_two_members_of_one_name(file: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        write_keras(file, members=[("config.json", json.dumps(SMALL).encode())])
    assert "ambiguous: config.json" in refusal(file)


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "C:\\evil", "c:evil", "a\\..\\evil"])
def test_names_that_lead_elsewhere(file: Path, name: str) -> None:
    assert "leads elsewhere" in refusal(write_keras(file, members=[(name, b"evil")]))
    assert not [path for path in file.parent.rglob("*") if "evil" in path.name]


def test_a_bomb_is_refused_before_it_is_unpacked(file: Path) -> None:
    zeros = bytes(32 * 2**20)
    write_keras(file, weights=zeros, compression=zipfile.ZIP_DEFLATED)
    message = refusal(file)
    assert "would grow from" in message
    assert "33.6 MB" in message
    assert not [one for one in file.parent.rglob("*") if one.stat().st_size > 10**6]
    # The sum counts too: members that share their data are small each.
    several = [(f"assets/{number}", bytes(15 * 2**20)) for number in range(4)]
    write_keras(file, members=several, compression=zipfile.ZIP_DEFLATED)
    assert "it would grow" in refusal(file)


def test_a_size_that_lies(file: Path) -> None:
    """Two gigabytes are claimed in the table of contents, with the packed size to match."""
    data = bytearray(write_keras(file).read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"model.weights.h5"))
    struct.pack_into("<II", data, at + 20, 2**31, 2**31)
    file.write_bytes(data)
    assert "it would grow from" in refusal(file)


def test_too_many_members(file: Path) -> None:
    write_keras(file, members=[(f"assets/{number}", b"") for number in range(2_500)])
    assert "more than the 2,000" in refusal(file)


def test_encrypted_members(file: Path) -> None:
    data = bytearray(write_keras(file).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    assert "encrypted" in refusal(file)


def test_a_symbolic_link(file: Path) -> None:
    link = zipfile.ZipInfo("assets/vocabulary.txt")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    message = refusal(write_keras(file, members=[(link, b"/etc/passwd")]))
    assert "assets/vocabulary.txt is a symbolic link" in message


def test_an_unusual_compression(file: Path) -> None:
    assert "unusual way" in refusal(write_keras(file, compression=zipfile.ZIP_BZIP2))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b'{"class_name": "Sequential",\n "config": }', "line 2, column 12"),
        (b'{"class_name": "Sequential"', "ends in the middle"),
        (b"[" * 100_000 + b"]" * 100_000, "deep"),
        (b'{"a": NaN}', "line 1, column 7"),
        (b'{"a": 1e999}', "finite"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "finite"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"\xff\xfe{\x00}\x00", "UTF-16"),
        (b"[]", "an object in braces"),
        (b"{}", "no layers"),
        (b" " * 17_000_000 + b"{}", "config.json has 17 MB"),
    ],
)
def test_bad_configs(file: Path, config: bytes, words: str) -> None:
    message = refusal(write_keras(file, config, compression=zipfile.ZIP_STORED))
    assert words in message


def test_a_model_without_weights_opens(file: Path) -> None:
    answer = read(write_keras(file, weights=None))
    assert (answer.loaded, answer.missing) == (0, ("conv", "dense"))


def test_the_name_decides_nothing(tmp_path: Path) -> None:
    assert read(write_keras(tmp_path / "model.h5")).loaded == 2
    config = tmp_path / "model.keras"
    config.write_text("\ufeff" + json.dumps(SMALL), encoding="utf-8")
    answer = read(config)
    assert (answer.loaded, answer.missing) == (0, ())
