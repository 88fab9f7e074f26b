"""Where the pictures of a catalogue lie, and what their files looked like when they were scanned.

A catalogue says what the pictures are; the same pictures may lie in several places. Each place that
was scanned has one small file in the cache, called by the catalogue's digest and by the place.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.data.cache import cache_folder
from cnnstudio.core.data.packed import Names, Packed, joined, open_packed, write_packed
from cnnstudio.core.data.walking import walk


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Whereabouts:
    """Where the pictures of a catalogue are.

    Attributes:
        digest: The catalogue's.
        path: The folder or file that was scanned, absolute.
        options: The answers it was read with.
        root: The folder `files` are in.
        files: The path of every file that was looked at, from there, as the system spells it.
        sizes: int64, shape (files,): bytes.
        times: int64, shape (files,): nanoseconds since 1970 when it was last written.
        walked: Whether `files` is all there was in `root`, so that a new file is a change.
        picks: int64, shape (n,): the number of each picture's file; empty where pictures are no
            files of their own.
        spans: int64, shape (n, 5): each picture's place in the archive, as in ``Members.spans``;
            empty where it is none.
    """

    digest: str
    path: str
    options: dict[str, Any]
    root: str
    files: Sequence[str]
    sizes: NDArray[np.int64]
    times: NDArray[np.int64]
    walked: bool
    picks: NDArray[np.int64]
    spans: NDArray[np.int64]

    @property
    def title(self) -> str:
        """What the place is called."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the files of a place since it was scanned.

    Attributes:
        added: New files.
        removed: Files that are gone.
        changed: Files of another size, or written since.
        vanished: Whether the place itself is gone or can't be read.
        unknown: Whether the cache doesn't know any more what the files looked like.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    vanished: bool = False
    unknown: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.vanished or self.unknown)


def write_whereabouts(path: Path, place: Whereabouts) -> None:
    """Writes a place to a new file."""
    files, ends = joined(map(os.fsencode, place.files))
    header = _Header(
        place.digest,
        os.fsencode(place.path),
        place.options,
        os.fsencode(place.root),
        place.walked,
    )
    write_packed(
        path,
        msgspec.json.encode(header),
        {
            "files": files,
            "ends": ends,
            "sizes": place.sizes,
            "times": place.times,
            "picks": place.picks,
            "spans": place.spans,
        },
    )


def whereabouts_path(digest: str, path: Path, options: Mapping[str, Any]) -> Path:
    """Where the cache keeps the place `path` of the catalogue of this digest."""
    return _folder() / f"{digest[:32]}-{_key(path, options)}.place"


def place_of(path: Path, options: Mapping[str, Any], digest: str = "") -> Whereabouts | None:
    """What the newest scan of `path` found; None if the cache has none.

    Args:
        path: The folder or file.
        options: The answers it was read with.
        digest: The catalogue it must have given; "" for any.
    """
    pattern = f"{digest[:32] or '*'}-{_key(path, options)}.place"
    return _newest(pattern)


def newest_place(digest: str) -> Whereabouts | None:
    """The place where the pictures of a catalogue were seen last; None if the cache has none."""
    return _newest(f"{digest[:32]}-*.place")


def changes_at(path: Path, digest: str, options: Mapping[str, Any]) -> Changes:
    """What happened to the files at `path` since the catalogue `digest` was made of them."""
    place = place_of(path, options, digest)
    if place is None:
        return Changes(unknown=path.exists(), vanished=not path.exists())
    return changes_of(place)


def changes_of(place: Whereabouts, tell: Callable[[int], None] = lambda _count: None) -> Changes:
    """What happened to the files of a place since it was scanned.

    Args:
        place: The place.
        tell: Gets the number of files looked at so far, now and then.
    """
    try:
        Path(place.path).stat()
        if place.walked:
            found = walk(place.root, tell)
            paths, sizes, times = found.paths, found.sizes, found.times
        else:
            paths, sizes, times = stamps(place.root, place.files)
    except OSError:
        return Changes(vanished=True)
    before = list(place.files)
    if paths == before:
        moved = (sizes != place.sizes) | (times != place.times)
        return Changes(changed=tuple(before[i] for i in np.flatnonzero(moved)))
    old = dict(
        zip(before, zip(place.sizes.tolist(), place.times.tolist(), strict=True), strict=True)
    )
    new = dict(zip(paths, zip(sizes.tolist(), times.tolist(), strict=True), strict=True))
    return Changes(
        added=tuple(one for one in paths if one not in old),
        removed=tuple(one for one in before if one not in new),
        changed=tuple(one for one in paths if one in old and old[one] != new[one]),
    )


def stamps(
    root: str, files: Sequence[str]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Of the files that are there: their paths, sizes and times."""
    found, sizes, times = [], [], []
    for file in files:
        with contextlib.suppress(OSError):
            status = os.stat(os.path.join(root, file))  # noqa: PTH116, PTH118 (many times)
            if stat.S_ISREG(status.st_mode):
                found.append(file)
                sizes.append(status.st_size)
                times.append(status.st_mtime_ns)
    return found, np.array(sizes, np.int64), np.array(times, np.int64)


class _Header(msgspec.Struct, frozen=True):
    digest: str
    path: bytes
    options: dict[str, Any]
    root: bytes
    walked: bool


def _newest(pattern: str) -> Whereabouts | None:
    found = []
    for path in _folder().glob(pattern):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(found, reverse=True):
        if (packed := open_packed(path)) is not None:
            return _unpacked(packed)
    return None


def _unpacked(packed: Packed) -> Whereabouts:
    header = msgspec.json.decode(packed.header, type=_Header)
    arrays = packed.arrays
    return Whereabouts(
        digest=header.digest,
        path=os.fsdecode(header.path),
        options=header.options,
        root=os.fsdecode(header.root),
        files=Names(arrays["files"], arrays["ends"], os.fsdecode),
        sizes=arrays["sizes"],
        times=arrays["times"],
        walked=header.walked,
        picks=arrays["picks"],
        spans=arrays["spans"],
    )


def _key(path: Path, options: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(os.fsencode(path.absolute()) + b"\0")
    digest.update(msgspec.json.encode(dict(options), order="deterministic"))
    return digest.hexdigest()[:32]


def _folder() -> Path:
    return cache_folder() / "catalogues"
