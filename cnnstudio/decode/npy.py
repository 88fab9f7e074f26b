"""The header of a ``.npy`` file, read by itself and with limits; no pickle is ever looked at.

The format is numpy's (``numpy/lib/format.py``): a magic, two bytes of version, the header's length,
and a literal dictionary that says the values' type, their order and the shape.
"""

from __future__ import annotations

import ast
import math
import re
import struct
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable

MAGIC = b"\x93NUMPY"
_LENGTHS = {1: "<H", 2: "<I", 3: "<I"}
_LONGEST = 10_000  # bytes of a header; numpy.load has the same limit
_MOST_AXES = 32
_DTYPE = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248]|[SU][1-9]\d{0,4})")
_OBJECT = re.compile(r"[<>|=]?O\d*")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header declares.

    Attributes:
        dtype: Flags, whole numbers, floats of 2 to 8 bytes, or strings.
        shape: The lengths of the axes.
        fortran: Whether the first axis varies fastest.
        length: Bytes before the values.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    length: int

    @property
    def size(self) -> int:
        """Bytes that the values take."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes], where: Text) -> Header:
    """Reads a header; the values come next in the stream.

    Args:
        stream: The file, at its beginning.
        where: What the array is called and in which file, for a sentence.

    Raises:
        BadInput: For what isn't the header of an array of numbers or strings.
    """
    start = stream.read(8)
    if start[:6] != MAGIC or len(start) < 8:
        raise unusable(
            where,
            T(
                "it begins with {found}, expected {expected}, so it is no array of numpy.",
                found=start[:6].hex(" ") or "—",
                expected=MAGIC.hex(" "),
            ),
        )
    form = _LENGTHS.get(start[6])
    if form is None:
        raise unusable(
            where,
            T(
                "it has version {version} of the npy format; 1 to 3 are known. Save it again with "
                "numpy.savez.",
                version=start[6],
            ),
        )
    told = stream.read(struct.calcsize(form))
    if len(told) < struct.calcsize(form):
        raise _damaged(where)
    (length,) = struct.unpack(form, told)
    if length > _LONGEST:
        raise unusable(
            where,
            T(
                "its header has {length} bytes, more than the {limit} that any array of numbers "
                "needs.",
                length=length,
                limit=_LONGEST,
            ),
        )
    text = stream.read(length)
    if len(text) < length:
        raise _damaged(where)
    dtype, fortran, shape = _parse(text, where)
    return Header(dtype, shape, fortran, len(start) + len(told) + length)


def _parse(text: bytes, where: Text) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    try:
        declared = ast.literal_eval(text.decode("utf-8", "strict").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise _damaged(where) from error
    match declared:
        case {"descr": descr, "fortran_order": bool(fortran), "shape": tuple(shape)} if (
            len(declared) == 3
        ):
            pass
        case _:
            raise _damaged(where)
    if len(shape) > _MOST_AXES or not all(type(n) is int and n >= 0 for n in shape):
        raise _damaged(where)
    return _dtype(descr, where), fortran, shape


def _dtype(descr: object, where: Text) -> np.dtype[Any]:
    if isinstance(descr, str) and _DTYPE.fullmatch(descr):
        return np.dtype(descr)
    if isinstance(descr, str) and _OBJECT.fullmatch(descr):
        raise unusable(
            where,
            T(
                "it holds Python objects, which only running code from the file would bring back; "
                "that is never done. Save it as plain numbers or strings, as with "
                "x.astype('float32')."
            ),
        )
    raise unusable(
        where,
        T(
            "its values are of the type {type}; pictures are whole numbers or floats of up to 64 "
            "bits, labels those or strings.",
            type=repr(descr)[:60],
        ),
    )


def _damaged(where: Text) -> Exception:
    return unusable(where, T("its header is damaged. Save the array again with numpy.savez."))
