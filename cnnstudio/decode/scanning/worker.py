"""A worker: reads picture files, decodes them once, and writes them into the pool.

It is one process of two, with limits; whatever a file does to it costs that file only, for it says
in a few bytes of shared memory which picture it is at.
"""

from __future__ import annotations

import gc
import io
import mmap
import os
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cnnstudio.core.data.catalogue import MISNAMED
from cnnstudio.core.data.walking import unreadable
from cnnstudio.core.text import Text
from cnnstudio.decode.files import Unusable, read_regular
from cnnstudio.decode.members import read_member
from cnnstudio.decode.pictures import (
    Picture,
    picture_facts,
    read_picture,
    strict,
    too_heavy,
)
from cnnstudio.decode.resizing import fit_image
from cnnstudio.decode.scanning.fingerprints import (
    CELLS,
    SMALL,
    cells_of,
    cells_of_all,
    digest_of,
    looks_of,
)
from cnnstudio.decode.scanning.frames import Done, Job, Task, received, send
from cnnstudio.decode.scanning.limits import limit_worker

_ENDINGS = {
    "JPEG": (b"jpg", b"jpeg", b"jpe", b"jfif"),
    "MPO": (b"jpg", b"jpeg", b"jpe", b"jfif", b"mpo"),
    "PNG": (b"png", b"apng"),
    "BMP": (b"bmp", b"dib"),
    "GIF": (b"gif",),
    "WEBP": (b"webp",),
    "TIFF": (b"tif", b"tiff"),
    "PPM": (b"ppm", b"pgm", b"pbm", b"pnm", b"pfm"),
}
_UNCOLLECTED = 20_000  # objects made between two looks for garbage; a picture makes some fifty


def main(gauge: Path, slot: int) -> int:
    """Does tasks until its input ends; returns the exit code.

    Args:
        gauge: A file of one int64 for each worker.
        slot: Which of them is this one's.
    """
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answers
    limit_worker()
    gc.set_threshold(_UNCOLLECTED)
    with gauge.open("r+b") as file, mmap.mmap(file.fileno(), 0) as shared, strict():
        view = memoryview(shared).cast("q")
        worker: _Worker | None = None
        for message in received(commands):
            if isinstance(message, Job):
                worker = _Worker(message, view, slot)
            elif isinstance(message, Task) and worker is not None:
                send(answers, worker.do(message))
        view.release()
    return 0


class _Worker:
    """Does the tasks of one job."""

    def __init__(self, job: Job, gauge: memoryview, slot: int) -> None:
        self._job = job
        self._gauge = gauge
        self._slot = slot
        self._archive: BinaryIO | None = None
        if job.is_archive:
            self._archive = Path(os.fsdecode(job.root)).open("rb")  # noqa: SIM115 (for good)
        self._step = int(np.prod(job.shape)) if job.shape else 0

    def do(self, task: Task) -> Done:
        """Reads the pictures of a task; those that can't be used are refused, each for itself."""
        names = task.names.split(b"\0")
        spans = np.frombuffer(task.spans, np.int64).reshape(-1, 5)
        records = _Records(len(names), self._job)
        for position, name in enumerate(names):
            self._gauge[self._slot] = task.first + position
            try:
                content = self._content(name, spans[position] if len(spans) else None)
                if self._job.shape:
                    picture = read_picture(io.BytesIO(content))
                    records.take(position, name, picture)
                else:
                    records.look(position, io.BytesIO(content))
            except Unusable as error:
                records.refused.append((position, error.reason))
            except OSError as error:
                records.refused.append((position, unreadable(error)))
            except MemoryError:
                records.refused.append((position, too_heavy()))
        return records.done(task.first, self._written(task.first, records.pool))

    def _content(self, name: bytes, span: np.ndarray | None) -> bytes:
        if self._archive is not None and span is not None:
            return read_member(self._archive, *span.tolist())
        path = os.path.join(self._job.root, name)  # noqa: PTH118 (a hundred thousand times)
        return read_regular(path.replace(b"/", b"\\") if sys.platform == "win32" else path)

    def _written(self, first: int, pool: bytearray) -> int:
        """Writes decoded pictures to their place; returns the system's error number, 0 for none."""
        if not self._job.shape:
            return 0
        try:
            with Path(os.fsdecode(self._job.pool)).open("r+b", buffering=0) as file:
                file.seek(self._job.start + first * self._step)
                rest = memoryview(pool)
                while rest:
                    rest = rest[file.write(rest) :]
        except OSError as error:
            return error.errno or -1
        return 0


class _Records:
    """What is known of the pictures of one task."""

    def __init__(self, count: int, job: Job) -> None:
        self._job = job
        self._step = int(np.prod(job.shape)) if job.shape else 0
        self.pool = bytearray(count * self._step)
        self.refused: list[tuple[int, Text]] = []
        self._sizes = [(0, 0)] * count
        self._digests = bytearray(16 * count)
        self._cells = bytearray(CELLS * count)
        self._cells_in_pool = np.zeros(count, bool)
        self._flags = bytearray(count)
        self._modes: dict[str, int] = {}
        self._coloured = False

    def take(self, position: int, name: bytes, picture: Picture) -> None:
        """Takes a decoded picture."""
        image, (rows, columns, channels) = picture.image, self._job.shape
        content = image.tobytes()
        self._digests[16 * position : 16 * position + 16] = digest_of(image, content)
        if image.size == (columns, rows) and rows * columns <= SMALL:
            self._cells_in_pool[position] = True
        else:
            self._cells[CELLS * position : CELLS * (position + 1)] = cells_of(image)
        self._sizes[position] = image.height, image.width
        fitted = fit_image(image, (rows, columns), self._job.fit)
        if fitted.mode == "L" and channels == 3:
            fitted = fitted.convert("RGB")
        if fitted is not image:
            content = fitted.tobytes()
        if len(content) == self._step:  # else it has colour, and its pool hasn't
            self.pool[position * self._step : (position + 1) * self._step] = content
        self._coloured |= image.mode == "RGB"
        wrong = _is_misnamed(name, picture.format)
        self._flags[position] = picture.flags | (MISNAMED if wrong else 0)
        self._modes[picture.mode] = self._modes.get(picture.mode, 0) + 1

    def look(self, position: int, file: io.BytesIO) -> None:
        """Takes what a file's header says of its picture."""
        rows, columns, coloured = picture_facts(file)
        self._sizes[position] = rows, columns
        self._coloured |= coloured

    def done(self, first: int, failed: int) -> Done:
        """The answer to the task."""
        return Done(
            first=first,
            sizes=np.array(self._sizes, "<u4").tobytes(),
            digests=bytes(self._digests),
            looks=looks_of(self._all_cells()),
            flags=bytes(self._flags),
            modes=self._modes,
            refused=self.refused,
            coloured=self._coloured,
            failed=failed,
        )

    def _all_cells(self) -> bytes | bytearray:
        """The cells of all pictures; those that have the pool's size get theirs at once."""
        if not self._cells_in_pool.any():
            return self._cells
        quick = np.frombuffer(cells_of_all(self.pool, self._job.shape), np.uint8)
        cells = np.frombuffer(self._cells, np.uint8).reshape(-1, CELLS)
        chosen = np.where(self._cells_in_pool[:, None], quick.reshape(-1, CELLS), cells)
        return chosen.tobytes()


def _is_misnamed(name: bytes, form: str) -> bool:
    _, dot, ending = name.rpartition(b"/")[2].rpartition(b".")
    return bool(dot and ending) and ending.lower() not in _ENDINGS.get(form, ())
