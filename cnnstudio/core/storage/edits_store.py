"""Files of label edits, called by their content: ``<sha256>.json``.

A project names one by its hash, so that undo brings an earlier one back for nothing. A person has
one store for all projects; a saved project has its file in ``name.cnnstudio.files/labels/`` too,
and so has a run in its folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from cnnstudio.core.data.edits import NO_EDITS, LabelEdits
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.codec import LARGEST_FILE, check_header, lay_out, parse
from cnnstudio.core.storage.content_store import ContentStore
from cnnstudio.core.storage.faults import read_fault, write_fault
from cnnstudio.core.storage.places import labels_folder
from cnnstudio.core.text import T

FORMAT = "cnnstudio labels"
VERSION = 1
_LAYOUT: dict[str, Any] = {"excluded": {}, "relabelled": {}}


class EditsStore(ContentStore):
    """A folder of label edits."""

    suffix: ClassVar[str] = ".json"

    @classmethod
    def of_person(cls) -> EditsStore:
        """The store that all projects of this person share."""
        return cls(labels_folder())

    def put(self, edits: LabelEdits) -> str:
        """Writes edits into the store.

        Returns:
            Their hash, for ``DataSettings.edits``; "" for none.

        Raises:
            BadInput: For more than a file takes, or a folder that can't be written.
            JobFailed: When the disk is full or breaks.
        """
        if not edits:
            return ""
        data = encode_edits(edits)
        sha = hashlib.sha256(data).hexdigest()
        if self.find(sha) is None:
            path = self.folder / (sha + self.suffix)
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise write_fault(error, path, len(data)) from error
            write_atomically(path, data)
        return sha

    def read(self, sha: str, *folders: Path) -> LabelEdits:
        """The edits with this hash.

        Args:
            sha: Their hash; "" for none.
            folders: Where else they may lie than in the store.

        Raises:
            BadInput: When they are nowhere, or damaged.
        """
        if not sha:
            return NO_EDITS
        path = self.find(sha, *folders)
        if path is None:
            raise BadInput(
                T(
                    "The pictures that were left out or relabelled aren't known on this computer. "
                    "Copy the folder whose name ends in .cnnstudio.files along with the project, "
                    "or take these changes back in the Data workspace."
                )
            )
        try:
            data = path.read_bytes()
        except OSError as error:
            raise read_fault(error, path) from error
        if hashlib.sha256(data).hexdigest() != sha:
            raise _damaged(path)
        return decode_edits(data, path)


def labels_beside(weights: Path) -> Path:
    """The folder of label edits that belongs to a folder of weights."""
    return weights.with_name("labels")


def encode_edits(edits: LabelEdits) -> bytes:
    """The content of a file: the same for equal edits.

    Raises:
        BadInput: For more than a file takes.
    """
    body = {
        "format": FORMAT,
        "version": VERSION,
        "excluded": sorted(edits.excluded),
        "relabelled": dict(sorted(edits.relabelled.items())),
    }
    data = lay_out(body, _LAYOUT)
    if len(data) > LARGEST_FILE:
        raise BadInput(
            T(
                "{count} pictures are left out or relabelled, more than the studio keeps apart "
                "from their files. Move or remove files instead, and read the pictures again.",
                count=len(edits.excluded) + len(edits.relabelled),
            )
        )
    return data


def decode_edits(data: bytes, path: Path) -> LabelEdits:
    """Reads the content of a file.

    Raises:
        BadInput: For every fault, naming the place and the remedy.
    """
    raw = parse(data, str(path))
    check_header(raw, str(path), FORMAT, VERSION)
    try:
        return msgspec.convert(raw, LabelEdits)
    except msgspec.ValidationError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> BadInput:
    return BadInput(
        T(
            "{file} is damaged: it isn't what was left out and relabelled. Bring it back from a "
            "copy, or take these changes back in the Data workspace.",
            file=str(path),
        )
    )
