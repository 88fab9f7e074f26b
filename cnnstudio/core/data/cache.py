"""The cache of decoded pictures: immutable, memory-mapped, named by what it holds.

A cache file is a ``.npy`` file followed by a seal: the time it was finished, and the SHA-256 of its
values, its header and that time. It appears under its name complete or not at all, so any number of
processes may make and open it at once; one that was damaged later is noticed on opening and made
again. To notice, every byte is read; of a large file only where somebody wrote to it, for then it
hasn't the time any more that it is sealed with.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import mmap
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import platformdirs
import psutil
from numpy.typing import NDArray

_TIME, _DIGEST = 8, hashlib.sha256().digest_size
_SEAL = _TIME + _DIGEST
_LENGTH = slice(8, 10)  # where a .npy file of version 1.0 has the length of the rest of its header
_LARGE = 2**28  # bytes; of a larger file the time is compared
_ABANDONED = 3600.0  # seconds after which a temporary file belongs to a process that died
_BLOCK = 2**24  # bytes hashed at once


def cache_folder() -> Path:
    """The folder of this person's caches; ``CNNSTUDIO_CACHE`` names another one."""
    if given := os.environ.get("CNNSTUDIO_CACHE"):
        return Path(given)
    return platformdirs.user_cache_path("cnnstudio", appauthor=False)


def cached(name: str, build: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Opens the cached array `name`, built and stored first if it isn't there or is damaged.

    Where the cache can't be written (full disk, no permission) the array comes from memory.

    Args:
        name: Unique for the content: a digest of the source and what was done to it.
        build: Makes the array.

    Returns:
        A read-only array.
    """
    if (found := open_cached(name)) is not None:
        return found
    array = build()
    with contextlib.suppress(OSError):
        _store(name, array)
        if (found := open_cached(name)) is not None:
            return found
    array.flags.writeable = False
    return array


def open_cached(name: str) -> NDArray[np.uint8] | None:
    """Opens the cached array `name` memory-mapped; None if it isn't there or is damaged."""
    path = cached_path(name)
    try:
        if not _is_whole(path):
            return None
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    return np.asarray(array)


def let_go(array: NDArray[np.uint8]) -> None:
    """Gives the memory back that reading a memory-mapped array took; reading on takes it again.

    Where it isn't one, or the system has no way to say it (Windows), nothing happens.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(base, "madvise"):
        with contextlib.suppress(OSError):
            base.madvise(mmap.MADV_DONTNEED)


def cached_path(name: str) -> Path:
    """Where the cache keeps the array `name`."""
    return cache_folder() / "pictures" / f"{name}.npy"


class NewPictures:
    """A cache file that is being made: rows are written in any order, and settled in theirs.

    It is used in a ``with`` statement, which closes the file; whoever made it gives it its name in
    the cache when it is finished, or removes it.

    Args:
        path: The file, which must not be there yet.
        shape: How many pictures there are at most, and the shape of each.

    Raises:
        OSError: When there is no room for it.

    Attributes:
        path: The file.
        start: Where in it the first picture begins.
        step: The bytes of a picture.
        settled: How many pictures were kept.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self.path = path
        self.start = len(_header(shape))
        self.step = int(np.prod(shape[1:], dtype=np.int64))
        self.settled = 0
        self._seen = 0
        self._digest = hashlib.sha256()
        size = self.start + shape[0] * self.step + _SEAL
        if size > shutil.disk_usage(path.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        self._file: BinaryIO = path.open("x+b", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, first: int, pictures: bytes) -> None:
        """Writes pictures from row `first` on."""
        self._file.seek(self.start + first * self.step)
        _write(self._file, pictures)

    def settle(self, keep: NDArray[np.bool_]) -> None:
        """Takes the next rows: those that are kept move up to the ones kept before.

        Args:
            keep: Whether it is kept, for each of the rows; shape (rows,).
        """
        rows = max(1, _BLOCK // self.step)
        for some in (keep[first : first + rows] for first in range(0, len(keep), rows)):
            self._file.seek(self.start + self._seen * self.step)
            block = _read(self._file, len(some) * self.step)
            if not some.all():
                block = np.frombuffer(block, np.uint8).reshape(len(some), -1)[some].tobytes()
            if self.settled + int(some.sum()) != self._seen + len(some):
                self.write(self.settled, block)
            self._digest.update(block)
            self.settled += int(some.sum())
            self._seen += len(some)

    def finish(self) -> None:
        """Writes what belongs before and behind the pictures, and closes the file."""
        header = _header((self.settled, *self._shape[1:]))
        self._digest.update(header)
        seconds = _now()
        self._file.seek(0)
        _write(self._file, header)
        size = self.start + self.settled * self.step
        self._file.seek(size)
        _write(self._file, _seal(self._digest, seconds))
        self._file.truncate(size + _SEAL)
        if size > _LARGE:
            os.fsync(self._file.fileno())
        self._file.close()
        os.utime(self.path, (seconds, seconds))


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if status.st_size <= _SEAL + _LENGTH.stop:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            sealed = content[-_SEAL:-_DIGEST]
            written = int.from_bytes(sealed, "little") * 10**9
            if status.st_size > _LARGE and status.st_mtime_ns == written:
                return True
            start = _LENGTH.stop + int.from_bytes(content[_LENGTH], "little")
            with memoryview(content) as view, view[:start] as header, view[start:-_SEAL] as body:
                digest = hashlib.sha256(body)
                digest.update(header)
            digest.update(sealed)
            return digest.digest() == content[-_DIGEST:]


def _store(name: str, array: NDArray[np.uint8]) -> None:
    path = cached_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    header, seconds = _header(array.shape), _now()
    body = np.ascontiguousarray(array)
    digest = hashlib.sha256(body.data)
    digest.update(header)
    descriptor, name_of_temporary = tempfile.mkstemp(suffix=".tmp", dir=path.parent)
    temporary = Path(name_of_temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(header)
            file.write(body.data)
            file.write(_seal(digest, seconds))
            file.flush()
            os.fsync(file.fileno())
        os.utime(temporary, (seconds, seconds))
        temporary.replace(path)  # fails on Windows while another process has it open
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _header(shape: tuple[int, ...]) -> bytes:
    """The header of a ``.npy`` file; equally long for any number of pictures."""
    header = io.BytesIO()
    facts = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, facts)
    return header.getvalue()


def _seal(digest: hashlib._Hash, seconds: int) -> bytes:
    sealed = seconds.to_bytes(_TIME, "little")
    digest.update(sealed)
    return sealed + digest.digest()


def _now() -> int:
    """The time in whole, even seconds, which every file system can keep."""
    return int(time.time()) // 2 * 2


def _read(file: BinaryIO, size: int) -> bytes:
    body = b""
    while len(body) < size:
        if not (more := file.read(size - len(body))):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        body += more
    return body


def _write(file: BinaryIO, body: bytes) -> None:
    rest = memoryview(body)
    while rest:
        rest = rest[file.write(rest) :]


def _remove_abandoned(folder: Path) -> None:
    for temporary in folder.glob("*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - temporary.stat().st_mtime > _ABANDONED:
                temporary.unlink()


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder in the cache for what isn't finished yet; it is gone afterwards.

    Removes too what processes left that died.

    Raises:
        OSError: When it can't be made.
    """
    parent = cache_folder() / "unfinished"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
