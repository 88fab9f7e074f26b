"""Which kind of data a path is: every reader is asked in turn, and the content decides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import read_fault
from cnnstudio.core.text import T
from cnnstudio.decode.sources import archive, cifar, csv_table, folder, idx_pair, npz
from cnnstudio.decode.sources.listing import Arrays, Listing, Tell

_READERS = (cifar, idx_pair, npz, csv_table)
"""In the order they are asked; before an archive and a folder, which may be any of them."""


def read_source(
    path: Path, options: Mapping[str, Any], tell: Tell, private: Path
) -> Listing | Arrays:
    """Reads what a path is.

    Args:
        path: A folder or file.
        options: Answers to questions.
        tell: Gets how far it is.
        private: A folder for what has to be unpacked.

    Raises:
        BadInput: When it can't be used.
        Ask: When a person has to decide something first.
        JobFailed: When the disk is full.
    """
    try:
        path.stat()
    except (OSError, ValueError) as error:
        fault = error if isinstance(error, OSError) else OSError(0, str(error))
        raise read_fault(fault, path) from error
    for reader in _READERS:
        if reader.recognises(path):
            found: Listing | Arrays = reader.read(path, options, tell)
            return found
    if folder.recognises(path):
        return folder.read(path, options, tell)
    if archive.recognises(path):
        return archive.read(path, options, tell, private)
    raise BadInput(
        T(
            "{file} isn't data the studio reads. It reads folders with one folder for each class, "
            "a zip or tar of one, CSV tables of paths and labels, .npz, IDX, and CIFAR files.",
            file=str(path),
        )
    )
