"""What is selected on the canvas: layers, one of them current, or one link."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.blocks.folding import Folded
from cnnstudio.core.network import Link


class Selection(QObject):
    """The selected layers and blocks in the order they were chosen; the last one is current."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()
        self._link: Link | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected layers' ids."""
        return self._ids

    @property
    def current(self) -> str:
        """The layer that forms and keys are about; "" if none is selected."""
        return self._ids[-1] if self._ids else ""

    @property
    def link(self) -> Link | None:
        """The selected link; never together with layers."""
        return self._link

    def choose(self, ids: Iterable[str]) -> None:
        """Selects exactly these layers."""
        self._set(tuple(dict.fromkeys(ids)), None)

    def choose_link(self, link: Link) -> None:
        """Selects one link and nothing else."""
        self._set((), link)

    def add(self, id: str) -> None:
        """Selects one more layer and makes it current."""
        self._set((*(i for i in self._ids if i != id), id), None)

    def toggle(self, id: str) -> None:
        """Takes a layer in, or out if it was selected."""
        if id in self._ids:
            self._set(tuple(i for i in self._ids if i != id), None)
        else:
            self.add(id)

    def clear(self) -> None:
        """Selects nothing."""
        self._set((), None)

    def keep(self, view: Folded) -> None:
        """Forgets the cards, layers and links that are no more."""
        link = self._link if self._link in view.network.links else None
        there = view.whole.by_id.keys() | view.network.by_id.keys()
        self._set(tuple(id for id in self._ids if id in there), link)

    def _set(self, ids: tuple[str, ...], link: Link | None) -> None:
        if (ids, link) != (self._ids, self._link):
            self._ids, self._link = ids, link
            self.changed.emit()
