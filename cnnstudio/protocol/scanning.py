"""Scanning a person's data outside this process; the answer is data only.

``cnnstudio decode`` finds the files, and processes of its own decode them, each within limits. They
write into one private folder of the cache. What they made is moved to where it belongs when all is
done, so that a scan that is stopped leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnstudio.core.data.cache import cache_folder, private_folder
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.keeping import keep
from cnnstudio.core.data.orders import Progress, ScanOrder
from cnnstudio.core.data.questions import Question
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.text import T
from cnnstudio.protocol.decoding import Stopped as Stopped
from cnnstudio.protocol.decoding import Worker

_NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan gives: data, or questions that have to be answered first.

    Attributes:
        imported: The facts of the data, for ``DataSettings.imported``; None where something has to
            be answered first. The cache then has the catalogue and the pool "all" at
            `imported.shape`.
        questions: What the source doesn't say. With data: what was assumed, and may be answered
            otherwise in the options of another scan.
    """

    imported: Imported | None = None
    questions: tuple[Question, ...] = ()


def scan(
    path: Path,
    *,
    options: Mapping[str, Any] = _NOTHING,
    size: tuple[int, int] | None = None,
    fit: str = "stretch",
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> Scanned:
    """Finds, checks and decodes a person's pictures; blocks until the cache has them.

    Data that were scanned before and haven't changed are only opened. No process and no temporary
    file is left, however it ends.

    Args:
        path: A folder of class folders, an archive of one, or a file of pictures.
        options: Answers to questions, by their names.
        size: (rows, columns) to decode to; None for their own common size, or a square where they
            have none.
        fit: How they are given it: "stretch", "pad" or "crop".
        cancelled: Asked some twenty times a second; true ends it within a fifth of a second.
        progress: Gets how far it is, at least five times a second while there is progress.

    Raises:
        BadInput: When the data can't be used, naming the place, the reason and the remedy.
        Stopped: When `cancelled` said so.
        JobFailed: When the disk is full, or a process could not be started or died.
    """
    path = path.expanduser().absolute()
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            T(
                "The name of {folder} has bytes that are no text, so that a project can't keep "
                "it. Rename that folder or file.",
                folder=str(path).encode(errors="replace").decode(),
            )
        ) from error
    order = ScanOrder(path, options=dict(options), size=size, fit=fit)
    try:
        with private_folder() as folder:
            outcome, _ = Worker(order, progress).run_in(folder, cancelled)
            if outcome.refused is not None:
                raise (JobFailed if outcome.failed else BadInput)(outcome.refused)
            if outcome.imported is not None:
                keep(folder, outcome.imported, fit=fit)
    except OSError as error:
        raise write_fault(error, cache_folder()) from error
    return Scanned(outcome.imported, outcome.questions)
