"""Files of weights, called by their content: ``<sha256>.npz``, as ``write_arrays`` writes them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import ClassVar

from cnnstudio.core.storage.arrays import array_shapes
from cnnstudio.core.storage.content_store import ContentStore, move, sha_of
from cnnstudio.core.storage.places import weights_folder
from cnnstudio.core.text import T

DAMAGED = T(
    "The weights in {file} are damaged ({reason}). Bring back the file from a copy, or import the "
    "model again."
)
"""What is said of a weights file that can't be read."""


class WeightsStore(ContentStore):
    """A folder of weights files."""

    suffix: ClassVar[str] = ".npz"

    @classmethod
    def of_person(cls) -> WeightsStore:
        """The store that all projects of this person share."""
        return cls(weights_folder())

    def put(self, path: Path) -> str:
        """Moves a file into the store.

        Args:
            path: A file of ``write_arrays``; it isn't there afterwards.

        Returns:
            Its SHA-256, which is its name in the store.

        Raises:
            BadInput: When the file is missing, damaged or no file of arrays.
            JobFailed: When the disk is full or breaks.
        """
        array_shapes(path, damaged=DAMAGED)
        sha = sha_of(path)
        self.take(path, sha, move)
        with contextlib.suppress(OSError):  # the store had it already, or is on another disk
            path.unlink()
        return sha
