"""Splitters that remember where they were put and go home on a double-click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget


class _Handle(QSplitterHandle):
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        splitter = self.splitter()
        if isinstance(splitter, Splitter):
            splitter.restore_default()
        event.accept()


class Splitter(QSplitter):
    """Regions side by side that share one line.

    Args:
        settings: Where the position is remembered.
        key: The name it is remembered by, such as "design/columns".
        parts: The regions in order.
        sizes: Their default sizes in pixels; 0 for the one that takes what is left.
        vertical: Whether the regions stand one above the other.
    """

    def __init__(
        self,
        settings: QSettings,
        key: str,
        parts: Sequence[QWidget],
        sizes: Sequence[int],
        *,
        vertical: bool = False,
    ) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self._settings = settings
        self._key = f"splitters/{key}"
        self._default = list(sizes)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for index, (part, size) in enumerate(zip(parts, sizes, strict=True)):
            self.addWidget(part)
            self.setStretchFactor(index, 0 if size else 1)
        saved = settings.value(self._key)
        if saved is None or not self.restoreState(saved):
            self.restore_default(remember=False)
        self.splitterMoved.connect(self._remember)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)

    def restore_default(self, *, remember: bool = True) -> None:
        """Puts every region back to its default size."""
        whole = self.width() if self.orientation() == Qt.Orientation.Horizontal else self.height()
        rest = max(whole - sum(self._default), 100)
        self.setSizes([size or rest for size in self._default])
        if remember:
            self._remember()

    def _remember(self) -> None:
        self._settings.setValue(self._key, self.saveState())
