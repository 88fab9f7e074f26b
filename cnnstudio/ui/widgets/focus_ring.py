"""The ring around what the keyboard is on: 2 px of accent, 1 px outside."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QSplitter, QWidget
from shiboken6 import isValid

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.theme.tokens import RADIUS

_REACH = 3
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)
NO_RING = "own_focus_ring"
"""A widget with this property set paints its focus itself."""


class FocusRing(QWidget):
    """Follows the focus of one window. It lies beside the focused widget, so it scrolls with it.

    Args:
        theme: The theme in use.
        window: The window whose focus it shows.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    @property
    def target(self) -> QWidget | None:
        """The widget it surrounds; None while it is hidden."""
        return self._target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._target and event.type() in _MOVES:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), 2))
        radius = RADIUS + 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._lost()  # the old widget may be half deleted: it is not touched
        if new is None or new.window() is not self._window or new is self._window:
            return
        if new.focusPolicy() == Qt.FocusPolicy.NoFocus or new.property(NO_RING):
            return
        if isinstance(new, QAbstractScrollArea):
            return
        self._target = new
        new.installEventFilter(self)
        self._place()

    def _lost(self) -> None:
        self._target = None
        if isValid(self._window):  # it may be closing for good
            self.setParent(self._window)
            self.hide()

    def _place(self) -> None:
        target = self._target
        if target is None or not target.isVisible():
            self.hide()
            return
        parent = target.parentWidget() or self._window
        while isinstance(parent, QSplitter):  # a splitter would take the ring for a region
            parent = parent.parentWidget() or self._window
        if self.parentWidget() is not parent:
            self.setParent(parent)
        frame = QRect(target.mapTo(parent, QPoint(0, 0)), target.size())
        self.setGeometry(frame.adjusted(-_REACH, -_REACH, _REACH, _REACH))
        inner = self.rect().adjusted(_REACH + 1, _REACH + 1, -_REACH - 1, -_REACH - 1)
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.show()
        self.raise_()
