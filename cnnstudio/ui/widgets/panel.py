"""Regions of a workspace: panels with a header, and the lines between them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import GAP, PANEL_HEADER, PANEL_PADDING
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label

SURFACE = QPalette.ColorRole.Base
CANVAS = QPalette.ColorRole.Window


def ground(widget: QWidget, role: QPalette.ColorRole = SURFACE) -> None:
    """Fills a widget with the surface (or the canvas) colour of the theme."""
    widget.setBackgroundRole(role)
    widget.setAutoFillBackground(True)


class Line(QWidget):
    """A 1 px separator."""

    def __init__(self, *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        ground(self, QPalette.ColorRole.Mid)
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if vertical:
            self.setFixedWidth(1)
            self.setSizePolicy(fixed, free)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(free, fixed)


class PanelHeader(QWidget):
    """The 36 px row of a panel: title, a muted note beside it, buttons on the right.

    Args:
        context: Theme and language.
        title: What the panel is.
        note: Something short about its content, muted.
    """

    def __init__(
        self,
        context: Context,
        title: Text | str,
        note: Text | str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self.title = Label(context, title, "title")
        self.note = ElidedLabel(context, note, "small", "muted")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(PANEL_PADDING, 0, 4, 0)
        self._row.setSpacing(GAP)
        self._row.addWidget(self.title)
        self._row.addWidget(self.note, 1)
        self._theme.changed.connect(self._resize)
        self._resize()

    def add(self, widget: QWidget) -> None:
        """Adds a button at the right end."""
        self._row.addWidget(widget)

    def _resize(self) -> None:
        self.setFixedHeight(self._theme.scaled(PANEL_HEADER))


class Panel(QFrame):
    """A region on the surface: a header, a line, and a body with the panel's padding.

    Args:
        context: Theme and language.
        title: What it is; None for a panel without a header.
        note: Something short about its content.
        scrolls: Whether the body scrolls (never sideways).
    """

    def __init__(
        self,
        context: Context,
        title: Text | str | None = None,
        note: Text | str = "",
        *,
        scrolls: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("region", True)
        ground(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header: PanelHeader | None = None
        if title is not None:
            self.header = PanelHeader(context, title, note)
            column.addWidget(self.header)
            column.addWidget(Line())
        inside = QWidget()
        self.body: QBoxLayout = QVBoxLayout(inside)
        self.body.setContentsMargins(*(PANEL_PADDING,) * 4)
        self.body.setSpacing(GAP)
        column.addWidget(vertical_scroll(inside) if scrolls else inside, 1)


class _VerticalScroll(QScrollArea):
    """Keeps its content as wide as itself and at least as wide as the content needs."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for part in (self.viewport(), content):
            part.setAutoFillBackground(False)


def vertical_scroll(content: QWidget) -> QScrollArea:
    """Returns a scroll area around `content` that never scrolls sideways."""
    return _VerticalScroll(content)
