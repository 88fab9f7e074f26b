"""Finding pictures while one types: at once in a hundred thousand, beside the window in more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.data.split import Indices
from cnnstudio.core.text import Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.collection import Collection
from cnnstudio.ui.data.finding_pictures import NameIndex, Wanted, find, words_of

AT_ONCE = 150_000
"""Pictures whose names are searched in the window; it takes some milliseconds."""


class Finder(QObject):
    """Answers what pictures are wanted; of several questions only the newest.

    Args:
        parent: Its owner.
    """

    found = Signal(object)
    """Numbers of pictures, ascending."""
    failed = Signal(Text)
    """Why nothing was found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("finder", self)
        self._names: Sequence[str] | None = None
        self._index: NameIndex | None = None

    def ask(self, collection: Collection, wanted: Wanted, classes: Sequence[str]) -> None:
        """Looks for pictures.

        Args:
            collection: All of them.
            wanted: Which of them.
            classes: What the classes are called on the screen.
        """
        names = collection.names
        if names is not self._names:
            self._names, self._index = names, None
        index = self._index
        self._background.forget("find")

        def search() -> tuple[NameIndex | None, Indices]:
            needed = names is not None and bool(words_of(wanted.words))
            known = index or (NameIndex(names) if needed and names is not None else None)
            return known, find(collection, wanted, known, classes)

        if wanted.words and len(collection) > AT_ONCE:
            self._background.do("find", search, self._take, self.failed.emit)
        else:
            self._take(search())

    def close(self) -> None:
        """Drops what is looked for."""
        self._background.close()

    def _take(self, answer: tuple[NameIndex | None, Indices]) -> None:
        self._index, numbers = answer
        self.found.emit(numbers)
