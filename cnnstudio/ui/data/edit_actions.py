"""Leaving pictures out, taking them back, giving them other classes: steps of the document.

The files of the pictures are never touched.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from cnnstudio.core.data.datasets import class_key
from cnnstudio.core.data.edits import (
    NO_EDITS,
    LabelEdits,
    excluded,
    included,
    relabelled,
    restored,
)
from cnnstudio.core.data.split import Indices
from cnnstudio.core.document import Document
from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.collection import Collection
from cnnstudio.ui.data.library import Library

AT_ONCE = 120_000
"""Pictures that are edited while the window waits, some tenths of a second; more beside it."""


class PictureEdits(QObject):
    """Edits what a project says of its pictures, one step a gesture.

    Args:
        document: The project being edited.
        library: Knows where else edits may lie than in the person's store.
        parent: Its owner.
    """

    failed = Signal(Text)
    """Why nothing was changed."""

    def __init__(self, document: Document, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._library = library
        self._store = EditsStore.of_person()
        self._background = Background("edits", self)
        self._known: tuple[str, LabelEdits] = ("", NO_EDITS)

    def exclude(self, collection: Collection, numbers: Indices) -> None:
        """Leaves pictures out; those that are left out already count for nothing."""
        numbers = numbers[~collection.excluded[numbers]]
        text = TN("Exclude {count} picture", "Exclude {count} pictures", len(numbers))
        self._step(numbers, lambda edits: excluded(edits, collection.keys(numbers)), text)

    def include(self, collection: Collection, numbers: Indices) -> None:
        """Takes pictures back in."""
        numbers = numbers[collection.excluded[numbers]]
        text = TN("Include {count} picture again", "Include {count} pictures again", len(numbers))
        self._step(numbers, lambda edits: included(edits, collection.keys(numbers)), text)

    def relabel(self, collection: Collection, numbers: Indices, label: int) -> None:
        """Puts pictures into a class; in the one their source says they count as unchanged."""
        numbers = numbers[collection.labels[numbers] != label]
        name = collection.facts.classes[label]
        back = collection.original[numbers] == label
        text = TN(
            "Put {count} picture into {name}",
            "Put {count} pictures into {name}",
            len(numbers),
            name=name,
        )

        def edit(edits: LabelEdits) -> LabelEdits:
            edits = relabelled(edits, collection.keys(numbers[~back]), class_key(name))
            return restored(edits, collection.keys(numbers[back])) if back.any() else edits

        self._step(numbers, edit, text)

    def restore(self, collection: Collection, numbers: Indices) -> None:
        """Gives pictures the class back that their source says, and takes them back in."""
        numbers = numbers[collection.changed[numbers]]
        text = TN("Restore {count} picture", "Restore {count} pictures", len(numbers))

        def edit(edits: LabelEdits) -> LabelEdits:
            keys = collection.keys(numbers)
            return restored(included(edits, keys), keys)

        self._step(numbers, edit, text)

    def forget(self) -> None:
        """Drops all edits of the project, known or not."""
        self._apply("", NO_EDITS, T("Restore all pictures"))

    def close(self) -> None:
        """Drops what is edited beside the window and waits for it."""
        self._background.close()

    def _step(self, numbers: Indices, edit: Callable[[LabelEdits], LabelEdits], text: Text) -> None:
        if not len(numbers):
            return
        before = self._document.project.data.edits

        def work() -> tuple[str, LabelEdits]:
            edits = edit(now)
            return self._store.put(edits), edits

        def finish(done: tuple[str, LabelEdits]) -> None:
            if self._document.project.data.edits == before:
                self._apply(*done, text)
            else:  # another step was faster; this one follows it
                self._step(numbers, edit, text)

        try:
            now = self._now()
            if len(numbers) > AT_ONCE:
                self._background.do("edit", work, finish, self.failed.emit)
            else:
                finish(work())
        except StudioError as error:
            self.failed.emit(error.text)

    def _apply(self, sha: str, edits: LabelEdits, text: Text) -> None:
        self._known = (sha, edits)

        def change(project: Project) -> Project:
            return replace(project, data=replace(project.data, edits=sha))

        self._document.apply(change, text)

    def _now(self) -> LabelEdits:
        """The edits of the project as it is now: those made last, or what the store has."""
        sha = self._document.project.data.edits
        if not sha:
            return NO_EDITS
        if sha != self._known[0]:
            self._known = (sha, self._store.read(sha, *self._library.edits_folders()))
        return self._known[1]
