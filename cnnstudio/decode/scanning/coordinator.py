"""A scan, from the first file that is found to the catalogue."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from cnnstudio.core.data.cache import NewPictures, cached_path
from cnnstudio.core.data.catalogue import Catalogue, Refused, open_catalogue, write_catalogue
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import (
    CATALOGUE,
    DECODING,
    KEEPING,
    LISTING,
    POOL,
    WHEREABOUTS,
    ScanOrder,
)
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.data.questions import Question
from cnnstudio.core.data.whereabouts import (
    Whereabouts,
    changes_of,
    place_of,
    stamps,
    write_whereabouts,
)
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.decode.scanning.crew import PATIENCE, Crew
from cnnstudio.decode.scanning.filling import Coloured, Found, fill, look_at, take_arrays
from cnnstudio.decode.sources.kinds import read_source
from cnnstudio.decode.sources.listing import Arrays, Files, Listing, Tell
from cnnstudio.decode.sources.tree import shown

LARGEST_OWN = 256
"""Up to these rows and columns pictures of one size keep it."""

_COMMON = 0.9  # the share of pictures of one size from which on it is the size of all
_SQUARES = (32, 48, 64, 96, 128)
_EVERY = 0.1  # seconds between two words about how far it is


class Teller:
    """Passes on how far it is, but not too often."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._last, self._phase = 0.0, ""

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if phase != self._phase or now - self._last >= _EVERY or done == total:
            self._last, self._phase = now, phase
            self._tell(phase, done, total)


def scan_data(
    order: ScanOrder, folder: Path, tell: Tell, patience: float = PATIENCE
) -> tuple[Imported, tuple[Question, ...]]:
    """Finds, checks and decodes a person's data; leaves what it made in a private folder.

    Where nothing has changed since an earlier scan, it leaves nothing.

    Args:
        order: What is wanted.
        folder: The private folder; what is made goes there as ``POOL``, ``CATALOGUE`` and
            ``WHEREABOUTS``.
        tell: Gets how far it is.
        patience: Seconds that reading one picture may take.

    Returns:
        The facts, and what was assumed and may be answered otherwise.

    Raises:
        BadInput: When the data can't be used.
        Ask: When a person has to decide something first.
        JobFailed: When the disk is full or the workers fail.
    """
    path, options = order.path, dict(order.options)
    if order.size is not None:
        options["size"] = list(order.size)
    teller = Teller(tell)
    known = place_of(path, options)
    if known is not None and (before := _unchanged(known, order.fit, teller)) is not None:
        return before
    with contextlib.ExitStack() as stack:
        crew = Crew(folder, patience)
        if known is None and path.is_dir():
            stack.enter_context(crew)  # they start while the files are found
        source = read_source(path, options, teller, folder)
        if isinstance(source, Arrays):
            found, shape = _copied(source, folder, teller)
        else:
            if not len(source.names):
                raise _nothing(path, source.refused)
            if not (known is None and path.is_dir()):
                stack.enter_context(crew)
            found, shape = _decoded(crew, source, order, folder, options, teller)
            _clean(source)
    if not found.kept.any():
        raise _nothing(path, _refused(source, found))
    teller(KEEPING, 0, 0)
    try:
        return _kept(order, folder, options, source, found, shape), source.questions
    except OSError as error:
        raise write_fault(error, folder / CATALOGUE) from error


def _unchanged(
    place: Whereabouts, fit: str, tell: Tell
) -> tuple[Imported, tuple[Question, ...]] | None:
    """The facts of an earlier scan, where the files and the pool are still as they were then."""
    catalogue = open_catalogue(place.digest)
    if catalogue is None or changes_of(place, lambda count: tell(LISTING, count, 0)):
        return None
    facts = replace(catalogue.facts, path=place.path, title=place.title)
    whole = cached_path(own_pool_name(facts, None, fit)).exists()
    return (facts, catalogue.questions) if whole else None


def _decoded(
    crew: Crew,
    source: Listing,
    order: ScanOrder,
    folder: Path,
    options: Mapping[str, Any],
    tell: Tell,
) -> tuple[Found, tuple[int, int, int]]:
    total = len(source.names)
    tell(DECODING, 0, total)
    sizes, coloured = look_at(crew, source.place)
    rows, columns = _asked(options) or chosen_size(sizes)
    for channels in (3,) if coloured else (1, 3):
        shape = (rows, columns, channels)
        try:
            with new_pool(folder, (total, *shape)) as pool:
                found = fill(
                    crew,
                    source.place,
                    pool,
                    shape,
                    order.fit,
                    lambda n: tell(DECODING, n, total),
                    sizes,
                )
                pool.finish()
        except Coloured:
            (folder / POOL).unlink()
            crew.renew()
        else:
            return found, shape
    raise AssertionError("three channels have room for every picture")


def _copied(source: Arrays, folder: Path, tell: Tell) -> tuple[Found, tuple[int, int, int]]:
    total = len(source.labels)
    with new_pool(folder, (total, *source.shape)) as pool:
        found = take_arrays(source.chunks(), total, pool, lambda n: tell(DECODING, n, total))
        pool.finish()
    return found, source.shape


def new_pool(folder: Path, shape: tuple[int, ...]) -> NewPictures:
    """A pool that is being made, in a private folder.

    Raises:
        BadInput, JobFailed: When it can't be.
    """
    path = folder / POOL
    try:
        return NewPictures(path, shape)
    except OSError as error:
        raise write_fault(error, path, needed=int(np.prod(shape, dtype=np.int64))) from error


def chosen_size(sizes: NDArray[np.uint32]) -> tuple[int, int]:
    """The size that pictures are decoded to where nobody asks for one.

    That of nearly all of them if they have one and it is small, else a square that their shorter
    sides fill, of 128 rows at most.

    Args:
        sizes: Rows and columns of some of them, uint32, shape (m, 2).
    """
    if not len(sizes):
        return _SQUARES[0], _SQUARES[0]
    table, counts = np.unique(sizes, axis=0, return_counts=True)
    rows, columns = table[counts.argmax()].tolist()
    if counts.max() >= _COMMON * len(sizes) and max(rows, columns) <= LARGEST_OWN:
        return rows, columns
    shorter = float(np.median(sizes.min(axis=1)))
    side = max((side for side in _SQUARES if side <= shorter), default=_SQUARES[0])
    return side, side


def _asked(options: Mapping[str, Any]) -> tuple[int, int] | None:
    match options.get("size"):
        case [int(rows), int(columns)] if rows > 0 and columns > 0:
            return rows, columns
    return None


def _kept(
    order: ScanOrder,
    folder: Path,
    options: dict[str, Any],
    source: Listing | Arrays,
    found: Found,
    shape: tuple[int, int, int],
) -> Imported:
    """Writes the catalogue and the whereabouts, of what is in the pool."""
    kept = found.kept
    chosen = np.flatnonzero(kept)
    labels, classes, without = _used_classes(source, kept)
    sizes, given = found.sizes[kept], source.given[kept]
    counts = np.bincount(given, minlength=4)
    facts = Imported(
        path=str(order.path.absolute()),
        kind=source.kind,
        title=shown(order.path.absolute().name),
        classes=classes,
        shape=shape,
        uniform=bool((sizes == shape[:2]).all()),
        counts=(int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])),
        options=options,
    )
    catalogue = Catalogue(
        facts=facts,
        names=[source.names[i] for i in chosen.tolist()],
        labels=labels,
        given=given,
        sizes=sizes,
        digests=found.digests[kept],
        looks=found.looks[kept],
        flags=found.flags[kept],
        modes=dict(found.modes),
        refused=(*_refused(source, found), *without),
        ignored=source.ignored if isinstance(source, Listing) else 0,
        notes=source.notes,
        questions=source.questions,
    )
    digest = write_catalogue(folder / CATALOGUE, catalogue)
    write_whereabouts(folder / WHEREABOUTS, _whereabouts(digest, facts, source, chosen))
    return replace(facts, digest=digest)


def _refused(source: Listing | Arrays, found: Found) -> tuple[Refused, ...]:
    later = (Refused(source.names[i], why) for i, why in sorted(found.reasons.items()))
    return (*source.refused, *later)


def _used_classes(
    source: Listing | Arrays, kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], tuple[str, ...], list[Refused]]:
    """Labels and classes without the classes that a folder has no picture for that can be used."""
    labels = source.labels[kept]
    if isinstance(source, Arrays):
        return labels, source.classes, []
    used = np.bincount(labels, minlength=len(source.classes)) > 0
    renumbered = np.cumsum(used, dtype=np.int32) - np.int32(1)
    reason = T("None of the pictures of this class can be used.")
    classes = tuple(name for name, one in zip(source.classes, used, strict=True) if one)
    without = [
        Refused(name, reason) for name, one in zip(source.classes, used, strict=True) if not one
    ]
    return renumbered[labels], classes, without


def _whereabouts(
    digest: str, facts: Imported, source: Listing | Arrays, chosen: NDArray[np.int64]
) -> Whereabouts:
    files: list[str]
    picks, spans = np.zeros(0, np.int64), np.zeros((0, 5), np.int64)
    root, walked = "", False
    if isinstance(source, Listing) and source.walked is not None:
        assert isinstance(source.place, Files)
        root, walked, walk = source.place.root, True, source.walked
        files, sizes, times = walk.paths, walk.sizes, walk.times
        picks = _positions(files, [source.place.paths[i] for i in chosen.tolist()])
    elif isinstance(source, Listing) and isinstance(source.place, Files):
        root = source.place.root
        mine = [source.place.paths[i] for i in chosen.tolist()]
        files, sizes, times = stamps(
            root, list(dict.fromkeys((facts.path, *source.sources, *mine)))
        )
        picks = _positions(files, mine)
    else:
        own = source.sources if isinstance(source, Listing) else source.files
        files, sizes, times = stamps(root, own)
        if isinstance(source, Listing) and not isinstance(source.place, Files):
            spans = source.place.spans[chosen]
    return Whereabouts(
        digest=digest,
        path=facts.path,
        options=facts.options,
        root=root,
        files=files,
        sizes=sizes,
        times=times,
        walked=walked,
        picks=picks,
        spans=spans,
    )


def _positions(files: list[str], wanted: list[str]) -> NDArray[np.int64]:
    where = {file: number for number, file in enumerate(files)}
    return np.array([where.get(file, -1) for file in wanted], np.int64)


def _clean(source: Listing) -> None:
    if not isinstance(source.place, Files) and source.place.temporary:
        Path(source.place.file).unlink(missing_ok=True)


def _nothing(path: Path, refused: tuple[Refused, ...]) -> BadInput:
    if not refused:
        return BadInput(T("{folder} has no pictures in it.", folder=str(path)))
    return BadInput(
        T(
            "Nothing in {folder} can be used. {name}, for one: {reason}",
            folder=str(path),
            name=refused[0].name,
            reason=refused[0].reason,
        )
    )
