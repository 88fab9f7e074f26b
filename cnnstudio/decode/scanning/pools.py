"""A person's own pictures at another size, from the pool that is there or from their files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from cnnstudio.core.data.cache import NewPictures, open_cached, private_folder
from cnnstudio.core.data.catalogue import Catalogue, open_catalogue
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.keeping import keep
from cnnstudio.core.data.orders import DECODING, POOL, ScanOrder
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.data.whereabouts import Whereabouts, place_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.decode.resizing import fit_pictures
from cnnstudio.decode.scanning.coordinator import Teller, new_pool, scan_data
from cnnstudio.decode.scanning.crew import PATIENCE, Crew
from cnnstudio.decode.scanning.filling import Coloured, fill
from cnnstudio.decode.sources.archive import plain_tar
from cnnstudio.decode.sources.listing import Ask, Files, Members, Tell

_BLOCK = 2**24  # bytes of pictures resized at once


def make_pool(
    settings: DataSettings, tell: Tell = lambda *_: None, folder: Path | None = None
) -> None:
    """Puts a person's own pictures into the cache, with the size and fit of the settings.

    Args:
        settings: Whose pictures; ``settings.imported`` has to be there.
        tell: Gets how far it is.
        folder: A private folder, on the cache's disk; None to have one made.

    Raises:
        BadInput: When the data aren't there any more, or have changed.
        JobFailed: When the disk is full or the workers fail.
    """
    facts = settings.imported
    assert facts is not None
    size = settings.size or facts.shape[:2]
    try:
        with private_folder() if folder is None else nullcontext(folder) as place:
            _make(facts, size, settings.fit, place, Teller(tell))
            keep(place, facts, size, settings.fit)
    except OSError as error:
        raise write_fault(error, Path(facts.path)) from error


def _make(facts: Imported, size: tuple[int, int], fit: str, folder: Path, tell: Tell) -> None:
    own = open_cached(own_pool_name(facts)) if facts.uniform else None
    if own is not None and len(own) == facts.pictures:
        _refit(own, size, fit, folder, lambda done: tell(DECODING, done, len(own)))
        return
    catalogue = open_catalogue(facts.digest)
    place = place_of(Path(facts.path), facts.options, facts.digest)
    if catalogue is None or place is None or not (len(place.picks) or len(place.spans)):
        _scan_again(facts, fit, folder, tell)
        if size != facts.shape[:2]:
            _make(facts, size, fit, folder, tell)
        return
    _decode(catalogue, facts, place, size, fit, folder, tell)


def _refit(
    own: np.ndarray, size: tuple[int, int], fit: str, folder: Path, count: Callable[[int], None]
) -> None:
    """Gives pictures that have their own size another one."""
    step = max(1, _BLOCK // max(own[0].nbytes, size[0] * size[1] * own.shape[3]))
    with new_pool(folder, (len(own), *size, own.shape[3])) as pool:
        for first in range(0, len(own), step):
            block = fit_pictures(np.asarray(own[first : first + step]), size, fit)
            _put(pool, first, block)
            count(first + len(block))
        pool.finish()


def _put(pool: NewPictures, first: int, block: np.ndarray) -> None:
    try:
        pool.write(first, block.tobytes())
    except OSError as error:
        raise write_fault(error, pool.path, needed=block.nbytes) from error
    pool.settle(np.ones(len(block), bool))


def _scan_again(facts: Imported, fit: str, folder: Path, tell: Tell) -> None:
    """Makes again what the cache has lost."""
    order = ScanOrder(Path(facts.path), options=facts.options, fit=fit)
    try:
        found, _ = scan_data(order, folder, tell)
    except Ask as error:
        raise changed(facts) from error
    if found.digest != facts.digest:
        raise changed(facts)
    keep(folder, found, fit=fit)


def _decode(
    catalogue: Catalogue,
    facts: Imported,
    place: Whereabouts,
    size: tuple[int, int],
    fit: str,
    folder: Path,
    tell: Tell,
) -> None:
    total = len(catalogue)
    with Crew(folder, PATIENCE) as crew:
        where = located(place, folder, tell)
        with new_pool(folder, (total, *size, facts.shape[2])) as pool:
            shape = (*size, facts.shape[2])
            try:
                found = fill(
                    crew,
                    where,
                    pool,
                    shape,
                    fit,
                    lambda n: tell(DECODING, n, total),
                    catalogue.sizes,
                )
            except Coloured as error:
                raise changed(facts) from error
            pool.finish()
    same = found.kept & (found.digests == catalogue.digests).all(axis=1)
    if not same.all():
        (folder / POOL).unlink()
        raise changed(facts, catalogue.names[int(np.argmin(same))])


def located(place: Whereabouts, folder: Path, tell: Tell) -> Files | Members:
    """Where the pictures of a place are.

    Args:
        place: The place.
        folder: Where a plain tar may be made.
        tell: Gets how far that is.
    """
    if len(place.picks):
        return Files(place.root, [place.files[i] for i in place.picks.tolist()])
    archive = plain_tar(Path(place.path), folder, tell)
    return Members(str(archive), [""] * len(place.spans), place.spans)


def changed(facts: Imported, name: str = "") -> BadInput:
    """What is said of data that aren't any more what a project was made with."""
    if name:
        return BadInput(
            T(
                "{name} in {data} has changed or is gone since the pictures were read. Have them "
                "read again in the Data workspace.",
                name=name,
                data=facts.path,
            )
        )
    return BadInput(
        T(
            "The pictures in {data} aren't those that the project was made with: some have "
            "changed, or are gone or new. Have them read again in the Data workspace.",
            data=facts.path,
        )
    )
