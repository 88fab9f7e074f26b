"""Files of arrays as others write them, and what reading them gives."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.core.data.known_classes import CIFAR10
from cnnstudio.decode.sources.listing import Arrays

PIXELS = 3072


def silent(_phase: str, _done: int, _total: int) -> None:
    """Takes progress and says nothing."""


def pictures(arrays: Arrays) -> np.ndarray:
    """All pictures of a source, checked against what it says of them."""
    chunks = list(arrays.chunks())
    assert all(chunk.dtype == np.uint8 and chunk.shape[1:] == arrays.shape for chunk in chunks)
    found = np.concatenate(chunks)
    assert len(found) == len(arrays.labels) == len(arrays.given) == len(arrays.names)
    assert len(set(arrays.names)) == len(found)
    assert arrays.labels.dtype == np.int32
    assert arrays.given.dtype == np.uint8
    assert arrays.labels.max() < len(arrays.classes)
    return found


def said(arrays: Arrays) -> str:
    """What a person is told."""
    return "\n".join(map(str, arrays.notes))


def npy(header: str | bytes, body: bytes = b"", version: int = 1) -> bytes:
    """A ``.npy`` file with any header."""
    text = header.encode() if isinstance(header, str) else header
    form = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes((version, 0)) + struct.pack(form, len(text)) + text + body


def zipped(path: Path, members: Mapping[str, bytes], packed: bool = False) -> Path:
    """A zip archive with any members."""
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def idx(values: np.ndarray) -> bytes:
    """An IDX file."""
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


# ------------------------------------------------------------------------------------------ CIFAR


def python2_pickle(content: Mapping[str, Any]) -> bytes:
    """A dictionary as Python 2's cPickle writes it with protocol 2: what CIFAR's authors used."""
    parts = [b"\x80\x02}q\x01("]
    for key, value in content.items():
        parts += [_string2(key.encode()), b"q\x02", _value2(value)]
    return b"".join([*parts, b"u."])


def _string2(text: bytes) -> bytes:
    if len(text) < 256:
        return b"U" + bytes((len(text),)) + text
    return b"T" + struct.pack("<i", len(text)) + text


def _value2(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        shape = b"".join(b"M" + struct.pack("<H", n) for n in value.shape)
        kind = (
            b"cnumpy\ndtype\nq\x03U\x02u1K\x00K\x01\x87R(K\x03U\x01|NNN" + 2 * b"J\xff\xff\xff\xff"
        )
        return (
            b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85U\x01b\x87R"
            b"(K\x01" + shape + b"\x86" + kind + b"K\x00tb\x89" + _string2(value.tobytes()) + b"tb"
        )
    if isinstance(value, list):
        return b"](" + b"".join(map(_value2, value)) + b"e"
    if isinstance(value, int):
        return b"K" + bytes((value,)) if value < 256 else b"M" + struct.pack("<H", value)
    return _string2(str(value).encode())


def rows(count: int, seed: int = 0) -> np.ndarray:
    """Rows of a batch, uint8, shape (count, 3072)."""
    return np.random.default_rng(seed).integers(0, 256, (count, PIXELS), np.uint8)


def cifar10(each: int = 4, dump: Callable[[dict], bytes] = python2_pickle) -> dict[str, bytes]:
    """The files of CIFAR-10 in its Python form, with few pictures."""
    names = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
    files = {}
    for number, name in enumerate(names):
        labels = [(number + k) % 10 for k in range(each)]
        files[name] = dump(
            {
                "batch_label": f"batch {number + 1} of 6",
                "labels": labels,
                "data": rows(each, number),
                "filenames": [f"{number}_{k}.png" for k in range(each)],
            }
        )
    files["batches.meta"] = dump(
        {"num_cases_per_batch": each, "label_names": list(CIFAR10), "num_vis": PIXELS}
    )
    return files


def cifar100(each: int = 6, dump: Callable[[dict], bytes] = python2_pickle) -> dict[str, bytes]:
    """The files of CIFAR-100 in its Python form, with few pictures and class names of our own."""
    files = {
        name: dump(
            {
                "filenames": [f"{name}_{k}.png" for k in range(each)],
                "batch_label": name,
                "fine_labels": [(17 * k) % 100 for k in range(each)],
                "coarse_labels": [(3 * k) % 20 for k in range(each)],
                "data": rows(each, seed),
            }
        )
        for seed, name in enumerate(("train", "test"))
    }
    files["meta"] = dump(
        {
            "fine_label_names": [f"fine {k}" for k in range(100)],
            "coarse_label_names": [f"coarse {k}" for k in range(20)],
        }
    )
    return files


def dumped(protocol: int) -> Callable[[dict], bytes]:
    """Pickles with one protocol of this Python, keys as text."""
    return lambda content: pickle.dumps(content, protocol)


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Writes files into a new folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def tarred(
    path: Path, files: Mapping[str, bytes], folder: str = "cifar", mode: str = "w:gz"
) -> Path:
    """A tar archive of a folder."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo(folder)
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path
