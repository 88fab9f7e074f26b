"""Fills a pool with decoded pictures, and keeps what is known of each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnstudio.core.data.cache import NewPictures
from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import Text
from cnnstudio.decode.scanning.crew import Crew, Lost
from cnnstudio.decode.scanning.fingerprints import cells_of_all, digest_of, looks_of
from cnnstudio.decode.scanning.frames import Done, Job, Task
from cnnstudio.decode.sources.listing import Files, Members

Count = Callable[[int], None]
"""Gets how many pictures are done."""

CHUNK = 256
"""Pictures in a task: some 40 ms of work where they are small."""

_HEAVY = 2**23  # bytes that the pictures of a task decode to
_SAMPLE = 256  # pictures whose headers are looked at before the size is chosen
_WINDOW = 2**14  # pictures
_UNKNOWN = np.zeros((0, 2), np.uint32)
_PENDING, _KEPT, _REFUSED = range(3)


@dataclass(slots=True, eq=False)
class Found:
    """What is known of each picture; the arrays are as in ``core.data.catalogue``.

    Attributes:
        sizes, digests, looks, flags: One row for each picture of the source.
        state: Whether it is pending, kept or refused.
        reasons: Why, for the refused ones.
        modes: How many pictures have which mode.
        seen: How many pictures aren't pending.
    """

    sizes: NDArray[np.uint32]
    digests: NDArray[np.uint64]
    looks: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    state: NDArray[np.uint8]
    reasons: dict[int, Text] = field(default_factory=dict)
    modes: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    @classmethod
    def of(cls, count: int) -> Found:
        """Of so many pictures nothing is known yet."""
        return cls(
            np.zeros((count, 2), np.uint32),
            np.zeros((count, 2), np.uint64),
            np.zeros(count, np.uint64),
            np.zeros(count, np.uint8),
            np.full(count, _PENDING, np.uint8),
        )

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which pictures are in the pool."""
        kept: NDArray[np.bool_] = self.state == _KEPT
        return kept

    def take(self, done: Done) -> None:
        """Takes what came of a task."""
        rows = slice(done.first, done.first + len(done.flags))
        self.sizes[rows] = np.frombuffer(done.sizes, "<u4").reshape(-1, 2)
        self.digests[rows] = np.frombuffer(done.digests, "<u8").reshape(-1, 2)
        self.looks[rows] = np.frombuffer(done.looks, "<u8")
        self.flags[rows] = np.frombuffer(done.flags, np.uint8)
        self.state[rows] = _KEPT
        self.seen += len(done.flags)
        for position, reason in done.refused:
            self.state[done.first + position] = _REFUSED
            self.reasons[done.first + position] = reason
        self.modes.update(done.modes)

    def lose(self, lost: Lost) -> None:
        """Leaves a picture out that a worker didn't survive."""
        self.state[lost.index] = _REFUSED
        self.reasons[lost.index] = lost.reason
        self.seen += 1


class Coloured(Exception):
    """A picture has colour, where there is room for grey ones only."""


def look_at(crew: Crew, place: Files | Members) -> tuple[NDArray[np.uint32], bool]:
    """Looks at the headers of some pictures, evenly chosen.

    Returns:
        Their rows and columns, uint32, shape (m, 2), and whether one may have colour.
    """
    count = _count(place)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
    some = _chosen(place, chosen)
    sizes, coloured = [np.zeros((0, 2), np.uint32)], False
    for one in crew.run(_job(place), _tasks(some, max(1, -(-len(chosen) // 8))), _nobody):
        if isinstance(one, Done):
            rows = np.frombuffer(one.sizes, "<u4").reshape(-1, 2)
            sizes.append(rows[rows.all(axis=1)])
            coloured |= one.coloured
    return np.concatenate(sizes), coloured


def fill(
    crew: Crew, place: Files | Members, pool: NewPictures, shape: tuple[int, int, int], fit: str,
    count: Count, sizes: NDArray[np.uint32] = _UNKNOWN,
) -> Found:  # fmt: skip
    """Decodes all pictures of a place into a pool, refused ones left out.

    Args:
        crew: Who does it.
        place: Where the files are.
        pool: The pool, with room for all of them.
        shape: (rows, columns, channels) that they get there.
        fit: How they are given it.
        count: Gets, often, how many are done.
        sizes: Rows and columns of some of them, uint32, shape (m, 2): a worker gets the fewer at a
            time the larger they are, so that none is at work long after the other.

    Raises:
        Coloured: When `shape` has one channel and a picture has colour.
        JobFailed: When the disk is full or workers can't be started.
        BadInput: When the pool can't be written.
    """
    total = _count(place)
    found, settled = Found.of(total), 0
    pixels = float(sizes.prod(axis=1, dtype=np.int64).mean()) if len(sizes) else 0.0
    chunk = max(1, min(CHUNK, int(_HEAVY // max(pool.step, 3 * pixels))))
    job = _job(place, pool, shape, fit)
    for one in crew.run(job, _tasks(place, chunk), lambda more: count(found.seen + more)):
        if isinstance(one, Lost):
            found.lose(one)
        else:
            if one.coloured and shape[2] == 1:
                raise Coloured
            if one.failed:
                raise unwritten(OSError(one.failed, os.strerror(one.failed)), pool)
            found.take(one)
        while settled < total and (end := _complete(found.state, settled)) > settled:
            pool.settle(found.kept[settled:end])
            settled = end
        count(found.seen)
    return found


def take_arrays(
    chunks: Iterator[NDArray[np.uint8]], total: int, pool: NewPictures, count: Count
) -> Found:
    """Takes pictures that are arrays already into a pool.

    Raises:
        JobFailed, BadInput: As `fill`, and what the source raises.
    """
    found = Found.of(total)
    for pictures in chunks:
        channels = pictures.shape[3]
        images = [Image.fromarray(one[..., 0] if channels == 1 else one) for one in pictures]
        content = np.ascontiguousarray(pictures).tobytes()
        try:
            pool.write(found.seen, content)
        except OSError as error:
            raise unwritten(error, pool) from error
        found.take(
            Done(
                first=found.seen,
                sizes=np.full((len(images), 2), pictures.shape[1:3], "<u4").tobytes(),
                digests=b"".join(digest_of(one, one.tobytes()) for one in images),
                looks=looks_of(cells_of_all(content, pictures.shape[1:])),
                flags=bytes(len(images)),
                modes={"L" if channels == 1 else "RGB": len(images)},
                refused=[],
                coloured=channels == 3,
            )
        )
        pool.settle(np.ones(len(images), bool))
        count(found.seen)
    return found


def unwritten(error: OSError, pool: NewPictures) -> StudioError:
    """Why a pool can't be written."""
    return write_fault(error, pool.path, needed=pool.step)


def _complete(state: NDArray[np.uint8], start: int) -> int:
    """Up to where no picture is pending, or a good part of the way there."""
    pending = np.flatnonzero(state[start : start + _WINDOW] == _PENDING)
    return start + int(pending[0]) if len(pending) else min(start + _WINDOW, len(state))


def _count(place: Files | Members) -> int:
    return len(place.paths)


def _chosen(place: Files | Members, chosen: NDArray[np.int64]) -> Files | Members:
    paths = [place.paths[i] for i in chosen]
    if isinstance(place, Files):
        return Files(place.root, paths)
    return Members(place.file, paths, place.spans[chosen], place.temporary)


def _job(
    place: Files | Members,
    pool: NewPictures | None = None,
    shape: tuple[int, ...] = (),
    fit: str = "stretch",
) -> Job:
    is_archive = isinstance(place, Members)
    return Job(
        root=os.fsencode(place.file if isinstance(place, Members) else place.root),
        is_archive=is_archive,
        pool=os.fsencode(pool.path) if pool is not None else b"",
        start=pool.start if pool is not None else 0,
        shape=shape,
        fit=fit,
    )


def _tasks(place: Files | Members, chunk: int) -> Iterator[Task]:
    paths = place.paths
    encode = os.fsencode if isinstance(place, Files) else _utf8
    for first in range(0, len(paths), chunk):
        some = b"\0".join(map(encode, paths[first : first + chunk]))
        spans = b""
        if isinstance(place, Members):
            spans = place.spans[first : first + chunk].astype("<i8").tobytes()
        yield Task(first, some, spans)


def _utf8(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _nobody(_count: int) -> None: ...
