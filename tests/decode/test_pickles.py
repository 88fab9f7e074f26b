"""Pickles of plain values and arrays, read without running anything."""

from __future__ import annotations

import contextlib
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import BadInput
from cnnstudio.decode import pickles
from cnnstudio.decode.pickles import read_pickle
from tests.fakes.source_files import python2_pickle

ROWS = np.random.default_rng(5).integers(0, 256, (3, 7), np.uint8)
CONTENT = {
    "data": ROWS,
    "labels": [3, 260, 70_000, -2],
    "names": ["고양이", "a'b\\\n", ""],
    "raw": b"\x00\xff",
    "flag": True,
    "none": None,
    "number": 2**40,
    "real": 0.1,
    "wide": np.arange(6, dtype=">f8").reshape(2, 3),
    "across": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "flags": np.array([True, False]),
    7: "seven",
}


def refusal(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_pickle(data, "data_batch_1")
    assert str(caught.value).startswith("data_batch_1 can't be used: ")
    return str(caught.value)


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_gives_what_was_put_in(protocol: int) -> None:
    found = read_pickle(pickle.dumps(CONTENT, protocol), "file")
    assert found.keys() == CONTENT.keys()
    for key, value in CONTENT.items():
        if isinstance(value, np.ndarray):
            assert found[key].dtype == value.dtype
            assert np.array_equal(found[key], value)
        else:
            assert found[key] == value
            assert type(found[key]) is type(value)


def test_what_python_2_wrote_is_read() -> None:
    content = {"data": ROWS, "labels": [3, 260], "label_names": ["cat", "dog"], "num_vis": 3072}
    data = python2_pickle(content)
    assert pickle.loads(data, encoding="bytes")[b"labels"] == [3, 260]  # it is one
    found = read_pickle(data, "file")
    assert np.array_equal(found["data"], ROWS)
    assert found["labels"] == [3, 260]
    assert found["label_names"] == [b"cat", b"dog"]


def test_strings_of_python_2_in_quotes_are_read() -> None:
    data = b"(dp0\nS'data'\np1\nS'\\x00\\xff\\'q'\np2\nsS\"n\"\nI01\nsS'k'\nL12L\ns."
    assert read_pickle(data, "file") == {"data": b"\x00\xff'q", "n": True, "k": 12}


def test_arrays_look_at_the_bytes_of_the_file() -> None:
    data = np.frombuffer(pickle.dumps({"data": ROWS}, 4), np.uint8)
    assert np.shares_memory(read_pickle(memoryview(data), "file")["data"], data)


# ------------------------------------------------------------------------------------ hostile ones


class _Canary:
    def __init__(self, path: Path, call: Any = os.system) -> None:
        self._path, self._call = path, call

    def __reduce__(self) -> tuple[Any, ...]:
        return self._call, (f"touch '{self._path}'",)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("place", ["top", "value", "list", "key"])
def test_a_call_is_named_and_never_made(tmp_path: Path, protocol: int, place: str) -> None:
    canary = tmp_path / "canary"
    evil = _Canary(canary)
    content: Any = {
        "top": evil,
        "value": {"data": evil},
        "list": {"labels": [1, evil]},
        "key": {("a", evil): 1},
    }[place]
    text = refusal(pickle.dumps(content, protocol))
    assert f"it asks for {os.system.__module__}.system" in text
    assert "Nothing of it was run" in text
    assert not canary.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "eval"),
        ("os", "system"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy", "ndarray.tofile"),
        ("numpy.ndarray", "tofile"),
        ("_codecs", "lookup"),
        ("subprocess", "Popen"),
        ("cnnstudio.decode.pickles", "_Known"),
    ],
)
def test_only_five_names_have_an_answer(module: str, name: str) -> None:
    for data in (
        f"c{module}\n{name}\n.".encode(),
        b"\x80\x04\x8c" + bytes((len(module),)) + module.encode() + b"\x8c" + bytes((len(name),))
        + name.encode() + b"\x93.",
    ):  # fmt: skip
        assert f"it asks for {module}.{name}" in refusal(data)


def test_a_known_name_is_no_value_and_takes_no_other_arguments() -> None:
    damaged = "damaged or incomplete pickle"
    array = b"cnumpy.core.multiarray\n_reconstruct\n"
    for data in (
        array + b".",
        b"}S'a'\n" + array + b"s.",
        b"}S'a'\n" + array + b"S'touch x'\n\x85Rs.",
        b"}S'a'\ncnumpy\ndtype\nS'u1'\nK\x00K\x01\x87Rs.",
        b"}S'a'\ncnumpy\nndarray\n)Rs.",
        b"}S'a'\nc_codecs\nencode\nVx\nVrot13\n\x86Rs.",
        b"}S'a'\n]K\x01bs.",
    ):
        assert damaged in refusal(data)


@pytest.mark.parametrize("code", [b"i", b"o", b"\x81", b"\x92", b"P", b"Q", b"\x82", b"\x97", b"2"])
def test_instructions_that_make_objects_are_not_carried_out(code: bytes) -> None:
    assert f"the pickle instruction {code.hex()}" in refusal(b"}" + code + b"os\nsystem\n.")


@pytest.mark.parametrize(
    ("kind", "shape", "said"),
    [
        ("O8", b"K\x03K\x07\x86", "an array of the type 'O8'"),
        ("V7", b"K\x03K\x07\x86", "an array of the type 'V7'"),
        ("u1", b"K\x03K\x08\x86", "declares an array of 3×8 values, 24 bytes, but has 21"),
        ("u8", b"\x8a\x08" + b"\xff" * 7 + b"\x7f\x85", "bytes, but has 21"),
        ("u1", b"K\x00K\x08\x86", "0 bytes, but has 21"),
        ("u1", b"J\xff\xff\xff\xff\x85", "damaged or incomplete"),
    ],
)
def test_arrays_of_other_things_are_refused(kind: str, shape: bytes, said: str) -> None:
    data = (
        b"}S'data'\ncnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01" + shape + b"cnumpy\ndtype\nU\x02" + kind.encode()
        + b"K\x00K\x01\x87R(K\x03U\x01|tb\x89U\x15" + ROWS.tobytes() + b"tbs."
    )  # fmt: skip
    assert said in refusal(data)


def test_what_would_take_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pickles, "_MOST_INSTRUCTIONS", 1000)
        assert "more than 1,000 pickle instructions" in refusal(b"]" * 1001)
    text = b"X\x00\x00\x01\x00" + b"a" * 65536
    again = b"c_codecs\nencode\nh\x00Vlatin1\n\x86R"
    assert "damaged" in refusal(b"](" + text + b"q\x00" + again * 500 + b"e.")
    many = b"}(" + b"".join(b"M" + n.to_bytes(2, "little") + b"h\x00" for n in range(5000)) + b"u."
    found = read_pickle(b"(" + text[:-1] + b"zq\x001" + many, "file")  # one value, 5,000 times
    assert len({id(value) for value in found.values()}) == 1
    nested = b"](" + b"K\x01" * 3000 + b"eq\x000"
    found = read_pickle(nested + many, "file")
    assert len({id(value) for value in found.values()}) == 1


GOOD = pickle.dumps({"data": ROWS, "labels": [1, 2, 3]}, 2)


@pytest.mark.parametrize("data", [b"", b".", b"N.", b"]q", b"\x80\x05\x95", b"(1.", GOOD[:-1]])
def test_what_is_cut_or_no_dictionary_is_refused(data: bytes) -> None:
    assert "damaged or incomplete pickle" in refusal(data)


OPCODES = [op.code.encode("latin-1") for op in pickletools.opcodes]
PIECES = st.one_of(
    st.sampled_from(OPCODES),
    st.sampled_from(
        [b"cos\nsystem\n", b"cnumpy\nndarray\n", b"cnumpy\ndtype\n", b"K\x01", b"}", b"("]
    ),
    st.binary(max_size=8),
)


@given(st.lists(PIECES, max_size=30).map(b"".join))
@example(b"(((((ttttt.")
@example(b"V\\uZZZZ\n.")
@example(b"S'\\x'\n.")
@example(b"F1e999\n.")
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        read_pickle(data, "data_batch_1")


@settings(deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255))
def test_any_damage_is_read_or_refused(at: int, value: int) -> None:
    damaged = bytearray(GOOD)
    damaged[at] = value
    with contextlib.suppress(BadInput):
        read_pickle(bytes(damaged), "data_batch_1")
