"""Which cell is looked through: the one pointed at, or else the middle of the selected layer."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.network import Network
from cnnstudio.core.volumes.parts import Drawing
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.volumes.sights import Sights, sights_of

Cell = tuple[int, int] | None


class Gaze(QObject):
    """Follows pointer and selection down to the picture.

    Args:
        selection: What is selected.
        view: Where it is shown; nothing is looked for while that can't be seen.

    Attributes:
        changed: Something else is looked at: its id, "" for nothing.
        sights: What is seen; None for nothing.
    """

    changed = Signal(str)

    def __init__(self, selection: Selection, view: QWidget) -> None:
        super().__init__(view)
        self._selection, self._view = selection, view
        self._analysis = analyse(Network())
        self._drawing = Drawing({}, (), (), {})
        self._hovered = ""
        self._cell: Cell = None
        self.sights: Sights | None = None
        selection.changed.connect(self.look)

    def follow(self, analysis: Analysis, drawing: Drawing) -> None:
        """Looks at another network, or at the same one drawn otherwise."""
        self._analysis, self._drawing = analysis, drawing
        if self._hovered not in drawing.volumes:
            self._hovered, self._cell = "", None
        self.look()

    def point(self, id: str, cell: Cell = None) -> None:
        """The pointer is on a volume ("" for none), on one of its cells or elsewhere on it."""
        if (id, cell) != (self._hovered, self._cell):
            self._hovered, self._cell = id, cell
            self.look()

    def look(self) -> None:
        """Looks again."""
        if not self._view.isVisible():
            return
        subject = self._hovered or self._selection.current
        self.sights = (
            sights_of(self._analysis, self._drawing, subject, self._cell) if subject else None
        )
        self.changed.emit(subject)
