"""Reads the few pickles that hold plain values and numpy arrays; runs nothing of them.

A pickle is a program (``pickletools`` describes its instructions). This reader knows the ones that
build numbers, strings, tuples, lists, dictionaries and arrays, in protocols 0 to 5. It imports
nothing: a name in the file is compared with five that it has an answer for, and any other ends the
reading. So whatever a file asks for, the worst that happens is a refusal.
"""

from __future__ import annotations

import codecs
import math
import re
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.text import T, Text
from cnnstudio.decode.faults import unusable

_DTYPE = re.compile(r"[<>|=]?[biuf][1248]")
_LONGEST_LINE = 4096  # bytes of a number or a name that is written as text
_MOST_INSTRUCTIONS = 1_000_000  # CIFAR-100 has a few hundred thousand
_INTEGER = re.compile(rb"-?\d{1,19}")
_MOST_AXES = 32


class _Known(Enum):
    """What a pickle may ask for by name."""

    ARRAY = "numpy.ndarray"
    DTYPE = "numpy.dtype"
    EMPTY = "_reconstruct"
    FROM_BYTES = "_frombuffer"
    ENCODE = "_codecs.encode"


_NAMES = {
    ("numpy", "ndarray"): _Known.ARRAY,
    ("numpy", "dtype"): _Known.DTYPE,
    ("numpy.core.multiarray", "_reconstruct"): _Known.EMPTY,
    ("numpy._core.multiarray", "_reconstruct"): _Known.EMPTY,
    ("numpy.core.numeric", "_frombuffer"): _Known.FROM_BYTES,
    ("numpy._core.numeric", "_frombuffer"): _Known.FROM_BYTES,
    ("_codecs", "encode"): _Known.ENCODE,
}


class _Mark(Enum):
    MARK = 0


class Refused(Exception):
    """Why a pickle isn't read.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.id)
        self.reason = reason


@dataclass(slots=True)
class _Type:
    """A dtype while it is built."""

    code: str
    order: str = "|"


@dataclass(slots=True, eq=False)
class _Array:
    """An array, perhaps before it has its values."""

    values: NDArray[Any] | None = None


def read_pickle(data: bytes | memoryview, where: Text | str) -> dict[str | int, Any]:
    """The dictionary that a pickle holds.

    Arrays look at `data`: nothing large is copied but the escaped bytes of protocols 0 to 2.

    Args:
        data: All bytes of the file.
        where: What it is called, to begin a sentence with.

    Returns:
        Numbers, flags, text, bytes, arrays and lists of these, by keys that are text or numbers; a
        key of bytes, as Python 2 has them, becomes text.

    Raises:
        BadInput: For a damaged pickle, and for one that asks for anything else.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes
            return _finished(_Machine(memoryview(data)).run())
    except Refused as refused:
        raise unusable(where, refused.reason) from refused
    except (IndexError, KeyError, ValueError, TypeError, struct.error) as error:
        raise unusable(
            where, T("it is a damaged or incomplete pickle. Get the file again.")
        ) from error


class _Bytes:
    """The bytes of a pickle, taken one after the other.

    Args:
        data: All of them.
    """

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> memoryview:
        """The next bytes."""
        if count > len(self._data) - self._at:
            raise IndexError("the pickle ends early")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, form: str) -> int:
        """The next bytes as a number."""
        (number,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(number)

    def real(self) -> float:
        """The next eight bytes as a float."""
        (number,) = struct.unpack(">d", self.take(8))
        return float(number)

    def counted(self, form: str) -> memoryview:
        """Bytes with their count before them."""
        return self.take(self.number(form))

    def line(self, longest: int = _LONGEST_LINE) -> bytes:
        """What comes before the next line break."""
        end, step = self._at, 64
        while (found := bytes(self._data[end : end + step]).find(b"\n")) < 0:
            end, step = end + step, min(4 * step, 2**20)
            if end >= len(self._data) or end - self._at > longest:
                raise IndexError("a line has no end")
        line = bytes(self.take(end + found - self._at))
        self.take(1)
        return line

    def whole_line(self) -> bytes:
        """As ``line``, however long: the bytes of an array may be in one."""
        return self.line(len(self._data))

    def integer(self) -> int:
        """A line that is a number."""
        line = self.line().removesuffix(b"L")
        if not _INTEGER.fullmatch(line):
            raise ValueError("no number")
        return int(line)


class _Machine:
    """Carries out the instructions of one pickle.

    Args:
        data: Its bytes.
    """

    def __init__(self, data: memoryview) -> None:
        self.bytes = _Bytes(data)
        self._left = len(data)
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:
        """The value that is left when the pickle says stop."""
        for _ in range(_MOST_INSTRUCTIONS):
            code = bytes(self.bytes.take(1))
            if code == b".":
                (value,) = self._stack
                return value
            known = _INSTRUCTIONS.get(code)
            if known is None:
                raise Refused(
                    T(
                        "it has the pickle instruction {code}, which builds no numbers or arrays. "
                        "It wasn't carried out.",
                        code=code.hex(),
                    )
                )
            known(self)
        raise Refused(T("it has more than {limit} pickle instructions.", limit=_MOST_INSTRUCTIONS))

    def push(self, value: Any) -> None:
        """Puts a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Takes the value on top."""
        value = self._stack.pop()
        if value is _Mark.MARK:
            raise ValueError("a mark is no value")
        return value

    def marked(self) -> list[Any]:
        """Takes everything since the last mark."""
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _Mark.MARK:
                values = self._stack[place + 1 :]
                del self._stack[place:]
                return values
        raise IndexError("there is no mark")

    def integer(self) -> None:
        """INT: a number as text; 00 and 01 are flags."""
        line = self.bytes.line()
        if not _INTEGER.fullmatch(line):
            raise ValueError("no number")
        self.push(line == b"01" if line in (b"00", b"01") else int(line))

    def long(self) -> None:
        """LONG1: a number of up to eight bytes."""
        count = self.bytes.number("<B")
        if count > 8:
            raise ValueError("a number is too large")
        self.push(int.from_bytes(self.bytes.take(count), "little", signed=True))

    def quoted(self) -> None:
        """STRING: bytes of Python 2 in quotes, with escapes."""
        line = self.bytes.whole_line()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
            raise ValueError("a string has no quotes")
        unescaped: Any = codecs.escape_decode(line[1:-1])[0]  # bytes, whatever its stub says
        self.push(memoryview(unescaped))

    def text(self, form: str) -> None:
        """BINUNICODE and its kin: UTF-8 with its count before it."""
        self.push(str(self.bytes.counted(form), "utf-8", "surrogatepass"))

    def append(self, values: list[Any]) -> None:
        """APPEND and APPENDS."""
        target = self._stack[-1]
        if type(target) is not list:
            raise TypeError("what is appended to is no list")
        target.extend(values)

    def set_items(self, values: list[Any]) -> None:
        """SETITEM and SETITEMS: keys and values in turn."""
        target = self._stack[-1]
        if type(target) is not dict:
            raise TypeError("what has keys is a dictionary")
        target.update(_dictionary(values))

    def taken(self, count: int) -> list[Any]:
        """The values on top, in the order they came."""
        return [self.pop() for _ in range(count)][::-1]

    def put(self, number: int) -> None:
        """Remembers the value on top."""
        self._memo[number] = self._stack[-1]

    def memoize(self) -> None:
        """MEMOIZE: as the next number."""
        self.put(len(self._memo))

    def get(self, number: int) -> None:
        """Takes out what was remembered."""
        self.push(self._memo[number])

    def name(self) -> None:
        """GLOBAL: two lines."""
        module = self.bytes.line().decode("utf-8", "replace")
        self.push(_known(module, self.bytes.line().decode("utf-8", "replace")))

    def name_of_stack(self) -> None:
        """STACK_GLOBAL: two texts."""
        module, name = self.taken(2)
        if type(name) is not str or type(module) is not str:
            raise TypeError("a name is text")
        self.push(_known(module, name))

    def reduce(self) -> None:
        """REDUCE, which would call something; here it chooses one of four answers."""
        asked, given = self.taken(2)
        match asked, given:
            case _Known.EMPTY, (_Known.ARRAY, _, _):
                self.push(_Array())
            case _Known.DTYPE, (str() | memoryview() as code, _, _):
                self.push(_Type(_word(code)))
            case _Known.ENCODE, (str() as text, "latin1" | "latin-1"):
                self._left -= len(text)
                if self._left < 0:
                    raise ValueError("a text becomes bytes again and again")
                self.push(memoryview(text.encode("latin-1")))
            case _Known.FROM_BYTES, (
                memoryview() as data,
                _Type() as kind,
                tuple() as shape,
                "C" | "F" as order,
            ):
                self.push(_Array(_array(data, kind, shape, fortran=order == "F")))
            case _:
                raise TypeError("arrays aren't made like that")

    def build(self) -> None:
        """BUILD, which gives an array or a type what it needs."""
        state = self.pop()
        match self._stack[-1], state:
            case _Type() as kind, (int(), str() | memoryview() as order, *_):
                kind.order = _word(order)
            case _Array() as array, (
                int(),
                tuple() as shape,
                _Type() as kind,
                fortran,
                memoryview() as data,
            ):
                array.values = _array(data, kind, shape, fortran=bool(fortran))
            case _:
                raise TypeError("arrays aren't made like that")


_INSTRUCTIONS: dict[bytes, Callable[[_Machine], object]] = {
    b"\x80": lambda m: m.bytes.number("<B"),  # PROTO and FRAME say nothing of the value
    b"\x95": lambda m: m.bytes.number("<Q"),
    b"(": lambda m: m.push(_Mark.MARK),
    b"0": lambda m: m.pop(),
    b"1": lambda m: m.marked(),
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"I": _Machine.integer,
    b"J": lambda m: m.push(m.bytes.number("<i")),
    b"K": lambda m: m.push(m.bytes.number("<B")),
    b"M": lambda m: m.push(m.bytes.number("<H")),
    b"L": lambda m: m.push(m.bytes.integer()),
    b"\x8a": _Machine.long,
    b"F": lambda m: m.push(float(m.bytes.line())),
    b"G": lambda m: m.push(m.bytes.real()),
    b"S": _Machine.quoted,
    b"T": lambda m: m.push(m.bytes.counted("<I")),
    b"U": lambda m: m.push(m.bytes.counted("<B")),
    b"B": lambda m: m.push(m.bytes.counted("<I")),
    b"C": lambda m: m.push(m.bytes.counted("<B")),
    b"\x8e": lambda m: m.push(m.bytes.counted("<Q")),
    b"\x96": lambda m: m.push(m.bytes.counted("<Q")),
    b"V": lambda m: m.push(m.bytes.whole_line().decode("raw-unicode-escape")),
    b"X": lambda m: m.text("<I"),
    b"\x8c": lambda m: m.text("<B"),
    b"\x8d": lambda m: m.text("<Q"),
    b"]": lambda m: m.push([]),
    b"l": lambda m: m.push(m.marked()),
    b"a": lambda m: m.append(m.taken(1)),
    b"e": lambda m: m.append(m.marked()),
    b")": lambda m: m.push(()),
    b"t": lambda m: m.push(tuple(m.marked())),
    b"\x85": lambda m: m.push(tuple(m.taken(1))),
    b"\x86": lambda m: m.push(tuple(m.taken(2))),
    b"\x87": lambda m: m.push(tuple(m.taken(3))),
    b"}": lambda m: m.push({}),
    b"d": lambda m: m.push(_dictionary(m.marked())),
    b"s": lambda m: m.set_items(m.taken(2)),
    b"u": lambda m: m.set_items(m.marked()),
    b"p": lambda m: m.put(m.bytes.integer()),
    b"q": lambda m: m.put(m.bytes.number("<B")),
    b"r": lambda m: m.put(m.bytes.number("<I")),
    b"\x94": _Machine.memoize,
    b"g": lambda m: m.get(m.bytes.integer()),
    b"h": lambda m: m.get(m.bytes.number("<B")),
    b"j": lambda m: m.get(m.bytes.number("<I")),
    b"c": _Machine.name,
    b"\x93": _Machine.name_of_stack,
    b"R": _Machine.reduce,
    b"b": _Machine.build,
}


def _known(module: str, name: str) -> _Known:
    if known := _NAMES.get((module, name)):
        return known
    raise Refused(
        T(
            "it asks for {name}, which no pictures need and which could run a program. Nothing of "
            "it was run; don't open this file with other programs.",
            name=f"{module}.{name}"[:100],
        )
    )


def _word(value: str | memoryview) -> str:
    return value if isinstance(value, str) else str(value, "ascii")


def _dictionary(values: list[Any]) -> dict[str | int, Any]:
    if len(values) % 2:
        raise ValueError("a key has no value")
    return {_key(values[i]): values[i + 1] for i in range(0, len(values), 2)}


def _key(value: Any) -> str | int:
    if isinstance(value, memoryview):
        return str(value, "utf-8")
    if type(value) is str or type(value) is int:
        return value
    raise TypeError("a key is text or a number")


def _array(data: memoryview, kind: _Type, shape: tuple[Any, ...], *, fortran: bool) -> NDArray[Any]:
    if not all(type(n) is int and n >= 0 for n in shape) or len(shape) > _MOST_AXES:
        raise ValueError("no shape")
    code = ("" if kind.order in ("|", "=") else kind.order) + kind.code
    if not _DTYPE.fullmatch(code):
        raise Refused(
            T("it has an array of the type {type}; only numbers are read.", type=repr(code)[:40])
        )
    dtype = np.dtype(code)
    expected = math.prod(shape) * dtype.itemsize
    if expected != len(data) or not expected:
        raise Refused(
            T(
                "it declares an array of {sizes} values, {expected} bytes, but has {found}.",
                sizes="×".join(map(str, shape)) or "1",
                expected=expected,
                found=len(data),
            )
        )
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _finished(value: Any) -> dict[str | int, Any]:
    """What was built, without the reader's own types."""
    if type(value) is not dict:
        raise TypeError("a dictionary is expected")
    made: dict[int, Any] = {}
    return {key: _plain(one, made, lists=True) for key, one in value.items()}


def _plain(value: Any, made: dict[int, Any], *, lists: bool = False) -> Any:
    """A value as others know it; one that is there many times is made once."""
    if isinstance(value, _Array) and value.values is not None:
        return value.values
    if value is None or type(value) in (bool, int, float, str):
        return value
    if id(value) not in made:
        if isinstance(value, memoryview):
            made[id(value)] = bytes(value)
        elif lists and type(value) in (list, tuple):
            made[id(value)] = [_plain(one, made) for one in value]
        else:
            raise TypeError("a value that no pictures have")
    return made[id(value)]
