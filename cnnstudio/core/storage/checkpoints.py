"""The checkpoints of a run: a folder for each, there whole or not at all.

``epoch-0003/`` holds ``weights.npz`` (a snapshot) and, where the run can be resumed exactly,
``state.npz`` and ``state.json`` (a full state). A stop inside an epoch leaves
``epoch-0004-batch-00120/``. Epochs are counted from 1; epoch 0 is the untrained network.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.arrays import Array, read_arrays, write_arrays
from cnnstudio.core.storage.atomic import rename, sync_folder
from cnnstudio.core.storage.codec import parse
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.text import T

LIMIT = 2_000_000_000  # bytes of snapshots a run keeps unless told otherwise
_NAME = re.compile(r"epoch-(\d{4,9})(?:-batch-(\d{5,9}))?")
_WEIGHTS, _STATE, _META = "weights.npz", "state.npz", "state.json"


class Checkpoints:
    """The folder ``checkpoints`` of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def epochs(self) -> tuple[int, ...]:
        """The epochs with a snapshot, in order."""
        return tuple(sorted(epoch for epoch, batch in self._found() if not batch))

    def state_epochs(self) -> tuple[int, ...]:
        """The epochs with a full state, in order."""
        return tuple(
            epoch
            for epoch in self.epochs()
            if (self.path(epoch) / _META).is_file() and (self.path(epoch) / _STATE).is_file()
        )

    def partial(self) -> tuple[int, int] | None:
        """(epoch, batches done in it) of a snapshot from inside an epoch; None without one."""
        return max((found for found in self._found() if found[1]), default=None)

    def path(self, epoch: int, batch: int = 0) -> Path:
        """Where a checkpoint lies."""
        inside = f"-batch-{batch:05}" if batch else ""
        return self.folder / f"epoch-{epoch:04}{inside}"

    def write(
        self,
        epoch: int,
        weights: Mapping[str, Array],
        *,
        batch: int = 0,
        state: Mapping[str, Array] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes a checkpoint: a snapshot, or a full state where `state` is given.

        It is written to a temporary folder, read back, put on the disk and renamed.

        Args:
            epoch: Epochs done.
            weights: The model's weights by name.
            batch: Batches done of the next epoch, for a stop inside it.
            state: Everything else an exact resume needs, as arrays.
            meta: And what isn't an array; must fit JSON.

        Raises:
            BadInput: When the folder can't be written.
            JobFailed: When the disk is full or breaks. Older checkpoints are unharmed.
        """
        target = self.path(epoch, batch)
        temporary = target.with_name(target.name + ".tmp")
        try:
            _remove(temporary)
            temporary.mkdir()
            _write_checked(temporary / _WEIGHTS, weights)
            if state is not None:
                _write_checked(temporary / _STATE, state)
                _write_json(temporary / _META, meta or {})
            sync_folder(temporary)
            self._remove_whole(target)
            rename(temporary, target)
            sync_folder(self.folder)
        except OSError as error:
            needed = sum(array.nbytes for array in (*weights.values(), *(state or {}).values()))
            raise write_fault(error, target, needed) from error
        finally:
            with contextlib.suppress(OSError):
                _remove(temporary)

    def read_weights(self, epoch: int, batch: int = 0) -> dict[str, Array]:
        """The weights of a checkpoint by name.

        Raises:
            BadInput: When there is no such checkpoint or it is damaged.
        """
        path = self.path(epoch, batch) / _WEIGHTS
        if not path.is_file():
            raise BadInput(
                T(
                    "{folder} has no checkpoint of epoch {epoch}. There are: {epochs}.",
                    folder=str(self.folder.parent),
                    epoch=epoch,
                    epochs=", ".join(map(str, self.epochs())) or "–",
                )
            )
        return read_arrays(path)

    def read_state(self, epoch: int) -> tuple[dict[str, Array], dict[str, Any]]:
        """What an exact resume needs beside the weights: arrays, and what isn't an array.

        Raises:
            BadInput: When there is no full state of that epoch or it is damaged.
        """
        if epoch not in self.state_epochs():
            raise BadInput(
                T(
                    "{folder} has no full state of epoch {epoch}, so training can't go on from "
                    "there. Full states: {epochs}.",
                    folder=str(self.folder.parent),
                    epoch=epoch,
                    epochs=", ".join(map(str, self.state_epochs())) or "–",
                )
            )
        path = self.path(epoch) / _META
        try:
            meta = path.read_bytes()
        except OSError as error:
            raise read_fault(error, path) from error
        return read_arrays(self.path(epoch) / _STATE), parse(meta, str(path))

    def tidy(self, best: int | None, *, limit: int = LIMIT) -> None:
        """Keeps full states for the last two epochs and the best, and snapshots within `limit`.

        Args:
            best: The best epoch so far.
            limit: Bytes of snapshots to keep; the first, the last, the best and those with a full
                state are kept beyond it.

        Raises:
            BadInput: When nothing can be removed for lack of permission.
            JobFailed: When the disk breaks or another program has a file open.
        """
        try:
            self._thin(best, limit)
        except OSError as error:
            raise write_fault(error, self.folder) from error

    def drop_after(self, epoch: int) -> None:
        """Removes what a resume after `epoch` does again, snapshots from inside epochs included."""
        try:
            for found in self._found():
                if found > (epoch, 0):
                    self._remove_whole(self.path(*found))
        except OSError as error:
            raise write_fault(error, self.folder) from error

    def remove_leftovers(self) -> None:
        """Removes what a crash has left half written."""
        for leftover in self.folder.glob("epoch-*.tmp"):
            _remove(leftover)

    def _thin(self, best: int | None, limit: int) -> None:
        states = self.state_epochs()
        for epoch in states[:-2]:
            if epoch != best:
                _unlink(self.path(epoch) / _META)  # without it the rest counts for nothing
                _unlink(self.path(epoch) / _STATE)
        sizes = {epoch: (self.path(epoch) / _WEIGHTS).stat().st_size for epoch in self.epochs()}
        needed = {*self.state_epochs(), *((best,) if best is not None else ())}
        for epoch in thinned(sizes, needed, limit):
            self._remove_whole(self.path(epoch))

    def _found(self) -> list[tuple[int, int]]:
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 — names alone, and often
        except FileNotFoundError:
            return []
        except OSError as error:
            raise read_fault(error, self.folder) from error
        matches = [found for name in names if (found := _NAME.fullmatch(name))]
        return [
            (int(found[1]), int(found[2] or 0))
            for found in matches
            if (self.folder / found[0] / _WEIGHTS).is_file()
        ]

    def _remove_whole(self, path: Path) -> None:
        """Removes a checkpoint so that a crash leaves it whole or gone."""
        if path.exists():
            grave = path.with_name(path.name + ".old.tmp")
            _remove(grave)
            rename(path, grave)
            _remove(grave)


def thinned(sizes: Mapping[int, int], needed: set[int], limit: int) -> tuple[int, ...]:
    """Which snapshots to remove so that the rest fits `limit` and stays evenly spread.

    Args:
        sizes: Bytes by epoch.
        needed: Epochs to keep whatever they take; the first and the last are kept as well.
        limit: Bytes.

    Returns:
        The epochs to remove, in the order of removal: each time the one whose neighbours are
        closest together, the earliest of equals.
    """
    kept = sorted(sizes)
    total = sum(sizes.values())
    removed: list[int] = []
    while total > limit:
        inner = [
            (after - before, epoch)
            for before, epoch, after in zip(kept, kept[1:], kept[2:], strict=False)
            if epoch not in needed
        ]
        if not inner:
            break
        epoch = min(inner)[1]
        kept.remove(epoch)
        removed.append(epoch)
        total -= sizes[epoch]
    return tuple(removed)


def _write_checked(path: Path, arrays: Mapping[str, Array]) -> None:
    write_arrays(path, arrays)
    back = read_arrays(path)  # compares every checksum
    if _outline(back) != _outline(arrays):
        raise OSError(f"{path.name} reads back otherwise than it was written")


def _outline(arrays: Mapping[str, Array]) -> Sequence[tuple[str, tuple[int, ...], str]]:
    return [(name, array.shape, array.dtype.str) for name, array in arrays.items()]


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    with path.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _remove(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
