"""Fetches a file from the network: with progress, cancellable, and never half."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cnnstudio.core.errors import JobFailed
from cnnstudio.core.storage.atomic import replacing
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T, Text
from cnnstudio.engine.context import JobContext
from cnnstudio.protocol.messages import Downloading

_SILENCE = 20.0  # seconds in which nothing comes until the connection counts as lost
_CHUNK = 1 << 18
_EVERY = 0.1  # seconds between two reports
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}  # by how many hexadecimal digits they have


def has_checksum(path: Path, checksum: str) -> bool:
    """Whether a file is there and has this MD5 or SHA-256; "" is every file's.

    Raises:
        OSError: When it can't be read.
    """
    if not path.is_file():
        return False
    if not checksum:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, _HASHES[len(checksum)]).hexdigest() == checksum


def download(url: str, target: Path, checksum: str, context: JobContext) -> None:
    """Fetches `url` to `target`, which gets its name only once the checksum is right.

    Args:
        url: Where it lies.
        target: The file; its folder is made if it isn't there.
        checksum: Its MD5 or SHA-256 in hexadecimal digits; "" if nobody knows it.
        context: Is told how far it is, and asked whether to stop.

    Raises:
        JobFailed: When the network, the server or the disk fails, or what came is something else.
        Cancelled: Nothing is left then.
    """
    seen = hashlib.new(_HASHES[len(checksum)], usedforsecurity=False) if checksum else None
    done = total = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary, temporary.open("xb") as file:
            due = 0.0
            for chunk, total in _chunks(url, target.name):
                context.check_cancelled()
                file.write(chunk)
                done += len(chunk)
                if seen is not None:
                    seen.update(chunk)
                if time.monotonic() >= due:
                    context.emit(Downloading(file=target.name, done=done, total=total))
                    due = time.monotonic() + _EVERY
            context.emit(Downloading(file=target.name, done=done, total=done))
            if (total and done != total) or (seen is not None and seen.hexdigest() != checksum):
                raise JobFailed(
                    T(
                        "What came from {host} is not {file}: its checksum is another. The "
                        "download may have been cut off, or something on the way answers in its "
                        "place. Nothing was kept; try again.",
                        host=_host(url),
                        file=target.name,
                    )
                )
    except OSError as error:
        raise write_fault(error, target, total) from error


def _chunks(url: str, file: str) -> Iterator[tuple[bytes, int]]:
    """What comes from `url`, with the bytes in all (0 while unknown)."""
    try:
        with urllib.request.urlopen(url, timeout=_SILENCE) as answer:
            total = _length(answer)
            while chunk := answer.read(_CHUNK):
                yield chunk, total
    except urllib.error.HTTPError as error:
        reason: Text | str = T("the server answers {code}", code=f"{error.code} {error.reason}")
        raise _lost(url, file, reason) from error
    except urllib.error.URLError as error:
        raise _lost(url, file, _words(error.reason)) from error
    except (http.client.HTTPException, OSError) as error:
        raise _lost(url, file, _words(error)) from error


def _length(answer: BinaryIO) -> int:
    told = answer.headers.get("Content-Length", "")  # type: ignore[attr-defined]
    return int(told) if told.isdigit() else 0


def _lost(url: str, file: str, reason: Text | str) -> JobFailed:
    return JobFailed(
        T(
            "{file} could not be downloaded from {host}: {reason}. Check the network connection "
            "and try again, or take the network without weights.",
            file=file,
            host=_host(url),
            reason=reason,
        )
    )


def _words(error: BaseException | str) -> Text | str:
    if isinstance(error, TimeoutError):
        return T("nothing came for {seconds} seconds", seconds=int(_SILENCE))
    strerror = getattr(error, "strerror", None)
    return strerror or str(error) or type(error).__name__


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc or url
