"""Fetches a file from the network: with progress, cancellable at once, and never half."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http
import http.client
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.storage.atomic import rename, replacing, sync_folder
from cnnstudio.core.storage.faults import show_bytes, write_fault
from cnnstudio.core.storage.locks import OsLock
from cnnstudio.core.text import T, Text

ADVICE = T("Check the network connection and try again.")

_SILENCE = 20.0  # seconds in which nothing comes until the connection counts as lost
_CHUNK = 1 << 18
_AHEAD = 8  # chunks that wait to be written
_EVERY = 0.1  # seconds between two reports, and between two looks whether to stop
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}  # by how many hexadecimal digits they have
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


def has_checksum(path: Path, checksum: str, *, unpacked: bool = False) -> bool:
    """Whether a file is there and has this MD5, SHA-1 or SHA-256; "" is every file's.

    Args:
        path: The file.
        checksum: In hexadecimal digits.
        unpacked: Whether it is the checksum of what the file, a gzip archive, unpacks to.

    Raises:
        OSError: When it can't be read.
    """
    if not path.is_file():
        return False
    if not checksum:
        return True
    digest = hashlib.new(_HASHES[len(checksum)], usedforsecurity=False)
    with path.open("rb") as raw:
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if unpacked else raw
        try:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            return False
    return digest.hexdigest() == checksum


def fetch(
    url: str,
    target: Path,
    checksum: str,
    *,
    unpacked: bool = False,
    resume: bool = False,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    advice: Text = ADVICE,
) -> None:
    """Fetches `url` to `target`, which gets its name only once the checksum is right.

    Args:
        url: Where it lies.
        target: The file; its folder is made if it isn't there.
        checksum: Its MD5, SHA-1 or SHA-256 in hexadecimal digits; "" if nobody knows it.
        unpacked: As for ``has_checksum``.
        resume: Whether what came before a fault or a stop is kept beside it, as ``.part``, and the
            next download goes on from there.
        check: Called ten times a second and more; what it raises ends the download.
        progress: Gets the bytes that are there and those in all (0 while unknown).
        advice: What helps when the network fails.

    Raises:
        JobFailed: When the network, the server or the disk fails, or what came is something else.
    """
    size = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _partial(target) if resume else replacing(target) as part:
            if not (resume and checksum and has_checksum(part, checksum, unpacked=unpacked)):
                _receive(_Wanted(url, target.name, part, advice), check, progress)
            size = part.stat().st_size
            if not has_checksum(part, checksum, unpacked=unpacked):
                part.unlink()
                raise _other(url, target.name)
            progress(size, size)
    except OSError as error:
        raise write_fault(error, target, size) from error


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is fetched: the address, what the file is called, where it grows, and the advice."""

    url: str
    file: str
    part: Path
    advice: Text


@dataclass(frozen=True, slots=True)
class _Head:
    """What a server says before it sends: where its bytes begin, and how many there are in all."""

    start: int
    total: int


@contextlib.contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """As ``replacing``, but what was written stays beside `target` for the next time."""
    part = target.with_name(target.name + ".part")
    lock = OsLock.take(target.with_name(target.name + ".lock"))
    if lock is None:
        raise JobFailed(
            T("{file} is being downloaded by another window. Wait for it.", file=target.name)
        )
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        rename(part, target)
        sync_folder(target.parent)
    finally:
        lock.release()


def _receive(
    wanted: _Wanted, check: Callable[[], None], progress: Callable[[int, int], None]
) -> None:
    start = wanted.part.stat().st_size if wanted.part.exists() else 0
    with _Answer(wanted, start) as answer:
        head = answer.head(check)
        if head is None or head.start not in (0, start):  # the server has other bytes than we have
            wanted.part.unlink()
            _receive(wanted, check, progress)
            return
        done, due = head.start, 0.0
        with wanted.part.open("ab" if head.start else "wb") as file:
            for chunk in answer.chunks(check):
                file.write(chunk)
                done += len(chunk)
                if time.monotonic() >= due:
                    progress(done, head.total)
                    due = time.monotonic() + _EVERY
    if head.total and done != head.total:
        raise _lost(
            wanted,
            T(
                "it was cut off after {done} of {total}",
                done=show_bytes(done),
                total=show_bytes(head.total),
            ),
        )


class _Answer:
    """An answer, read by a thread of its own: whoever waits for it can stop at any moment.

    Args:
        wanted: What is asked for.
        start: From which byte on.
    """

    def __init__(self, wanted: _Wanted, start: int) -> None:
        self._wanted = wanted
        self._start = start
        self._came: queue.Queue[_Head | bytes | Exception | None] = queue.Queue(_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="download", daemon=True)

    def __enter__(self) -> _Answer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()  # a thread that waits for the network ends when that is silent too long

    def head(self, check: Callable[[], None]) -> _Head | None:
        """What comes first; None if the server hasn't got the bytes that were asked for."""
        came = self._next(check)
        return came if isinstance(came, _Head) else None

    def chunks(self, check: Callable[[], None]) -> Iterator[bytes]:
        """What comes next, to the end."""
        while isinstance(chunk := self._next(check), bytes):
            yield chunk

    def _next(self, check: Callable[[], None]) -> _Head | bytes | None:
        while True:
            check()
            try:
                came = self._came.get(timeout=_EVERY)
            except queue.Empty:
                continue
            if isinstance(came, Exception):
                raise _lost(self._wanted, _words(came)) from came
            return came

    def _read(self) -> None:
        """The thread: puts a head, chunks and None; or what went wrong."""
        ranged = {"Range": f"bytes={self._start}-"} if self._start else {}
        request = urllib.request.Request(self._wanted.url, headers=ranged)
        try:
            with urllib.request.urlopen(request, timeout=_SILENCE) as answer:
                self._put(_head(answer))
                while (chunk := answer.read1(_CHUNK)) and not self._stopped.is_set():
                    self._put(chunk)
                self._put(None)
        except urllib.error.HTTPError as error:
            with error:
                beyond = error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
                self._put(None if beyond and self._start else error)
        except (http.client.HTTPException, OSError) as error:
            self._put(error)

    def _put(self, item: _Head | bytes | Exception | None) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                self._came.put(item, timeout=_EVERY)
                return


def _head(answer: http.client.HTTPResponse) -> _Head:
    told = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status == http.HTTPStatus.PARTIAL_CONTENT and told:
        return _Head(int(told[1]), int(told[2]))
    length = answer.headers.get("Content-Length", "")
    return _Head(0, int(length) if length.isdigit() else 0)


def _other(url: str, file: str) -> JobFailed:
    return JobFailed(
        T(
            "What came from {host} is not {file}: its checksum is another. The download may have "
            "been cut off, or something on the way answers in its place. Nothing was kept; try "
            "again.",
            host=_host(url),
            file=file,
        )
    )


def _lost(wanted: _Wanted, reason: Text | str) -> JobFailed:
    return JobFailed(
        T(
            "{file} could not be downloaded from {host}: {reason}. {advice}",
            file=wanted.file,
            host=_host(wanted.url),
            reason=reason,
            advice=wanted.advice,
        )
    )


def _words(error: BaseException | str) -> Text | str:
    if isinstance(error, urllib.error.HTTPError):
        return T("the server answers {code}", code=f"{error.code} {error.reason}")
    if isinstance(error, urllib.error.URLError):
        return _words(error.reason)
    if isinstance(error, TimeoutError):
        return T("nothing came for {seconds} seconds", seconds=int(_SILENCE))
    strerror = getattr(error, "strerror", None)
    return strerror or str(error) or type(error).__name__


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc or url
