"""What a scan or a decoding made gets its name in the cache."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from cnnstudio.core.data.cache import cached_path
from cnnstudio.core.data.catalogue import catalogue_path
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.orders import CATALOGUE, POOL, WHEREABOUTS
from cnnstudio.core.data.parts import own_pool_name
from cnnstudio.core.data.whereabouts import whereabouts_path
from cnnstudio.core.storage.faults import write_fault

_KEPT = 90 * 86400.0  # seconds


def keep(
    folder: Path, facts: Imported, size: tuple[int, int] | None = None, fit: str = "stretch"
) -> None:
    """Moves what lies finished in a private folder to where it is looked for.

    The catalogue comes last, so that where it is the rest is too.

    Args:
        folder: The private folder, on the cache's disk; what isn't in it isn't moved.
        facts: What was scanned.
        size: (rows, columns) that the pool has; None for those of the facts.
        fit: How its pictures were given it.

    Raises:
        BadInput, JobFailed: When the cache can't be written.
    """
    targets = {
        POOL: cached_path(own_pool_name(facts, size, fit)),
        WHEREABOUTS: whereabouts_path(facts.digest, Path(facts.path), facts.options),
        CATALOGUE: catalogue_path(facts.digest),
    }
    for name, target in targets.items():
        if (folder / name).exists():
            _move(folder / name, target)
    _forget_unused()


def _forget_unused() -> None:
    """Removes catalogues that nobody has opened for long, with their places and pools."""
    for catalogue in catalogue_path("").parent.glob("*.catalogue"):
        with contextlib.suppress(OSError):
            if time.time() - catalogue.stat().st_mtime < _KEPT:
                continue
            for file in (
                *cached_path("").parent.glob(f"own-{catalogue.stem}*.npy"),
                *catalogue.parent.glob(f"{catalogue.stem[:32]}-*.place"),
                catalogue,
            ):
                file.unlink()


def _move(file: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    except OSError as error:
        if target.exists():  # Windows, where another process has the same content open
            return
        raise write_fault(error, target) from error
