"""HDF5 files, checked before anything in them is followed or read.

HDF5 has links and datasets that lead to other files, datasets that declare far more than they
store, and filters from other libraries. Weights need none of that.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import IO, Any

import h5py
import numpy as np

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.arrays import Array
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text

MOST_LINKS = 200_000
MOST_EXPANSION = 100
_SMALL = 2**20  # bytes that can't hurt, however little is stored of them
_LARGEST_ATTRIBUTE = 16_000_000
_FILTERS = frozenset({h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32})
_LEADS_ELSEWHERE = {
    h5py.h5l.TYPE_SOFT: T("a soft link"),
    h5py.h5l.TYPE_EXTERNAL: T("a link to another file"),
}
_BFLOAT16 = "bfloat16"


@contextmanager
def opened_hdf5(file: Path | IO[bytes] | RawIOBase, name: str) -> Iterator[h5py.File]:
    """Opens an HDF5 file and checks all its links.

    Args:
        file: Its path, or the file itself.
        name: What to call it in texts.

    Raises:
        BadInput: For a file that is cut, or has links that lead elsewhere.
    """
    try:
        opened = h5py.File(file, "r")
    except OSError as error:
        raise BadInput(
            T(
                "{file} is incomplete or damaged ({reason}); perhaps a download stopped. Save or "
                "download the model again.",
                file=name,
                reason=str(error)[:200],
            )
        ) from error
    with opened:
        _check_links(opened, name)
        yield opened


def _check_links(file: h5py.File, name: str) -> None:
    count = 0

    def fault(link: bytes, info: Any) -> Text | None:
        """What is wrong with a link; anything but None ends the visit, where nothing can raise."""
        nonlocal count
        count += 1
        if count > MOST_LINKS:
            return T("it has more than the {limit} parts a model may have", limit=MOST_LINKS)
        if info.type == h5py.h5l.TYPE_HARD:
            return None
        what = _LEADS_ELSEWHERE.get(info.type, T("a link of an unknown kind"))
        return T("{part} in it is {what}", part=_shown(link), what=what)

    found: Text | None = file.id.links.visit(fault, info=True)
    if found is not None:
        raise refused(name, found)


def check_dataset(dataset: h5py.Dataset, name: str) -> None:
    """Refuses a dataset whose numbers don't simply lie in the file.

    Raises:
        BadInput: Naming the dataset and what it is.
    """
    part = _shown(dataset.name)
    if dataset.external:
        raise refused(name, T("{part} in it takes its numbers from another file", part=part))
    if dataset.is_virtual:
        raise refused(name, T("{part} in it is put together from other files", part=part))
    created = dataset.id.get_create_plist()
    for index in range(created.get_nfilters()):
        if created.get_filter(index)[0] not in _FILTERS:
            raise refused(name, T("{part} in it is compressed in an unusual way", part=part))
    declared = math.prod(dataset.shape or ()) * dataset.id.get_type().get_size()
    stored = dataset.id.get_storage_size()
    if declared > _SMALL and declared > MOST_EXPANSION * stored:
        raise refused(
            name,
            T(
                "{part} in it claims to have {size}, of which {stored} are there",
                part=part,
                size=show_bytes(declared),
                stored=show_bytes(stored),
            ),
        )


def kind_of_numbers(dataset: h5py.Dataset) -> str:
    """What the numbers of a dataset are, as NumPy calls it; "" for what are no numbers.

    Numbers of the format bfloat16, which NumPy doesn't have, are called so.
    """
    if dataset.shape is None:
        return ""
    try:
        dtype = dataset.dtype
    except TypeError:  # NumPy has no such type
        return ""
    if dtype.kind in "iuf":
        return str(dtype.newbyteorder("="))
    if dtype.kind == "V" and dtype.names is None and dtype.itemsize == 2:
        return _BFLOAT16
    return ""


def read_array(dataset: h5py.Dataset) -> Array:
    """The numbers of a checked dataset: as float32 if they have fractions, else as int64."""
    kind = kind_of_numbers(dataset)
    numbers = np.asarray(dataset[()])
    if kind == _BFLOAT16:  # the upper half of a float32
        upper = np.frombuffer(numbers.tobytes(), "<u2").astype(np.uint32) << 16
        return upper.view(np.float32).reshape(numbers.shape)
    return numbers.astype(np.float32 if kind.startswith("float") else np.int64, copy=False)


def text_attribute(node: h5py.Group, key: str, name: str) -> str | bytes | None:
    """An attribute that is one text; None if there is none.

    Raises:
        BadInput: For one that is too large, or no text.
    """
    if key not in node.attrs:
        return None
    _check_attribute(node, key, name)
    value = node.attrs[key]
    if isinstance(value, str | bytes):
        return value
    raise refused(name, T("its {part} isn't text", part=key))


def text_list(node: h5py.Group, key: str, name: str) -> Sequence[str]:
    """An attribute that is a list of texts; Keras parts long ones into ``key0``, ``key1``, …

    Raises:
        BadInput: For one that is too large, or holds something else.
    """
    parts = (f"{key}{number}" for number in itertools.count())
    keys = [key] if key in node.attrs else itertools.takewhile(lambda one: one in node.attrs, parts)
    found: list[str] = []
    for one in keys:
        _check_attribute(node, one, name)
        for value in np.asarray(node.attrs[one]).ravel():
            if not isinstance(value, str | bytes):
                raise refused(name, T("its {part} isn't text", part=key))
            found.append(value.decode(errors="replace") if isinstance(value, bytes) else value)
    return found


def _check_attribute(node: h5py.Group, key: str, name: str) -> None:
    held = node.attrs.get_id(key)
    size = math.prod(held.shape or ()) * held.get_type().get_size()
    if size > _LARGEST_ATTRIBUTE:
        raise refused(name, T("its {part} has {size}", part=key, size=show_bytes(size)))


def refused(name: str, why: Text) -> BadInput:
    """The error for a file that has what no saved model has."""
    return BadInput(
        T(
            "{file} is refused: {why}. No model that Keras saves is like that; get it from "
            "somewhere you trust.",
            file=name,
            why=why,
        )
    )


def _shown(part: bytes | str) -> str:
    text = part.decode(errors="replace") if isinstance(part, bytes) else part
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= 60 else text[:57] + "…"
