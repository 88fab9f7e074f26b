"""Whether a person's own pictures are still where and as they were when they were read."""

from __future__ import annotations

from pathlib import Path

from cnnstudio.core.data.catalogue import changes, open_catalogue
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.data.whereabouts import Changes
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text


def changes_since(own: Imported) -> Changes:
    """What happened to the pictures since they were read.

    Looks at every file's entry, so it takes about a second for 100,000 files.
    """
    catalogue, path = open_catalogue(own.digest), Path(own.path)
    if catalogue is not None:
        return changes(catalogue, path)
    there = _exists(path)
    return Changes(vanished=not there, unknown=there)


def change_of(own: Imported) -> Text | None:
    """The same as a sentence; None where nothing happened, or nobody knows."""
    found = changes_since(own)
    if found.vanished:
        return T(
            "The pictures of {data} aren't where they were: {path} is gone, or can't be read.",
            data=own.title or Path(own.path).name,
            path=own.path,
        )
    if found.added or found.removed or found.changed:
        return changed_text(own, found)
    return None


def changed_text(own: Imported, found: Changes) -> Text:
    """How many files of the data came, went and changed."""
    return T(
        "The pictures of {data} in {path} have changed since they were read (new files: {added}, "
        "gone: {removed}, changed: {changed}).",
        data=own.title or Path(own.path).name,
        path=own.path,
        added=len(found.added),
        removed=len(found.removed),
        changed=len(found.changed),
    )


def check_present(dataset: Dataset) -> None:
    """Raises BadInput where a person's own pictures have moved, changed or vanished."""
    if dataset.own is not None and (change := change_of(dataset.own)) is not None:
        raise BadInput(with_remedy(change))


def with_remedy(change: Text) -> Text:
    """The sentence of ``change_of``, with what can be done about it."""
    return T(
        "{change} In the Data workspace you can say where they are now, or read them again.",
        change=change,
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no permission; a NUL in the name
        return False
