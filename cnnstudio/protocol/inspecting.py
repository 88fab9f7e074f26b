"""Foreign model files are parsed by a process of their own, one for each file, with limits.

The parsers of zip, JSON and HDF5 files have had holes, and will have. So the process, an inspector,
gets a copy in a folder of its own, an environment without secrets, and as far as the platform has
it no network and caps on memory, time and what it writes. Its answer is data only.
"""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.models.inputs import UnknownInputShape
from cnnstudio.core.storage.codec import LARGEST_FILE
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T
from cnnstudio.protocol.answers import ANSWER, COPY, LOG, WEIGHTS, Answer, Unsound, decode_answer
from cnnstudio.protocol.launch import inspector_command, inspector_environment

MEMORY = 4 * 2**30
"""Bytes an inspector may have; the largest array of the largest known CNN has 0.4 · 10⁹."""

_LOOK = 0.05  # seconds between two looks at the process
_SHORTEST, _SLOWEST = 60.0, 5e6  # seconds; bytes per second on a slow disk

logger = logging.getLogger(__name__)


class Stopped(JobFailed):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__(T("The import was stopped; nothing was changed."))


def patience(size: int) -> float:
    """Seconds that reading a file of `size` bytes may take."""
    return _SHORTEST + size / _SLOWEST


def inspect(
    folder: Path,
    name: str,
    *,
    input_shape: Sequence[int] | None = None,
    cancelled: Callable[[], bool],
    progress: Callable[[float], None],
) -> Answer:
    """Has the copy in `folder` read, and waits for it; no process is left afterwards.

    Args:
        folder: A private folder with the copy, called ``COPY``; the arrays go there as ``WEIGHTS``.
        name: What to call the file in texts.
        input_shape: The shape of one picture for a model that leaves it open.
        cancelled: Asked some twenty times a second; true ends the process.
        progress: Gets the share that is done.

    Raises:
        BadInput: When the file is refused, or the process died of it; ``UnknownInputShape`` for a
            model that leaves the shape of its pictures open.
        Stopped: When `cancelled` said so.
        JobFailed: When no process could be started.
    """
    size = (folder / COPY).stat().st_size
    process = _start(folder, inspector_command(folder, name, input_shape))
    try:
        _wait(process, folder, name, size, cancelled, progress)
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
    if process.returncode:
        logger.warning(
            "The inspector of %s ended with code %s: %s", name, process.returncode, _tail(folder)
        )
        raise unreadable(name)
    return _read_answer(folder, name)


def _start(folder: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    empty = folder / "empty"
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    try:
        empty.mkdir()
        with (folder / LOG).open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=empty,
                env=inspector_environment(folder),
                stdin=subprocess.PIPE,  # its end tells the inspector that this process is gone
                stdout=log,
                stderr=log,
                creationflags=flags,
                start_new_session=True,  # Ctrl-C in a terminal reaches only this process
            )
    except OSError as error:
        raise JobFailed(
            T(
                "The process that reads model files could not be started: {reason}.",
                reason=error.strerror or str(error),
            )
        ) from error


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    name: str,
    size: int,
    cancelled: Callable[[], bool],
    progress: Callable[[float], None],
) -> None:
    limit = patience(size)
    deadline = time.monotonic() + limit
    while True:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            pass
        else:
            return
        if cancelled():
            raise Stopped
        if time.monotonic() > deadline:
            raise BadInput(
                T(
                    "{file} could not be read in {limit} s; it may be damaged. Save or download "
                    "the model again.",
                    file=name,
                    limit=round(limit),
                )
            )
        if _memory(process.pid) > MEMORY:
            raise BadInput(
                T(
                    "{file} could not be read in {limit} of memory; it may be damaged. Save or "
                    "download the model again.",
                    file=name,
                    limit=show_bytes(MEMORY),
                )
            )
        progress(min(_written(folder) / max(size, 1), 1.0))


def _memory(pid: int) -> int:
    """Bytes the process holds; 0 once it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _written(folder: Path) -> int:
    try:
        return (folder / WEIGHTS).lstat().st_size
    except OSError:
        return 0


def _read_answer(folder: Path, name: str) -> Answer:
    try:
        answer = decode_answer(_content(folder / ANSWER))
    except (Unsound, BadInput, OSError) as error:
        logger.warning("The inspector of %s gave no sound answer: %s", name, error)
        raise unreadable(name) from error
    logger.info("The inspector of %s had these limits: %s", name, ", ".join(answer.limits))
    if answer.refused is not None:
        if answer.open_shape is not None:
            raise UnknownInputShape(answer.open_shape, answer.refused)
        raise BadInput(answer.refused)
    return answer


def _content(path: Path) -> bytes:
    """What a plain file holds; a link is none."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Unsound("the answer is no file")
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def unreadable(name: str) -> BadInput:
    """The error for a file that the inspector died of."""
    return BadInput(
        T(
            "{file} could not be read; it may be damaged. Save or download the model again.",
            file=name,
        )
    )


def _tail(folder: Path) -> str:
    """The last the process said, for the log."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(max((folder / LOG).stat().st_size - 4000, 0))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
