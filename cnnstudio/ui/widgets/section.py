"""A titled part of a panel that scrolls: title, a muted note at its right end, content."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import GAP, ICON, PANEL_PADDING
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Line, Panel


class Section(QWidget):
    """One part of a panel.

    Args:
        context: Theme and language.
        title: What it is; "" for a part without a heading.
        note: Something short about its content, muted.
    """

    def __init__(self, context: Context, title: Text | str = "", note: Text | str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(*(PANEL_PADDING,) * 4)
        column.setSpacing(GAP)
        self.title = Label(context, title, "title")
        self.note = Label(context, note, "small", "muted")
        self.heading = QHBoxLayout()
        self.heading.setSpacing(GAP)
        self.heading.addWidget(self.title)
        self.heading.addStretch(1)
        self.heading.addWidget(self.note)
        if title:
            column.addLayout(self.heading)
        self.body: QBoxLayout = QVBoxLayout()
        self.body.setSpacing(GAP)
        column.addLayout(self.body)


def stack_sections(panel: Panel, *sections: Section) -> None:
    """Fills a panel with sections that lines divide."""
    panel.body.setContentsMargins(0, 0, 0, 0)
    panel.body.setSpacing(0)
    for index, section in enumerate(sections):
        if index:
            panel.body.addWidget(Line())
        panel.body.addWidget(section)
    panel.body.addStretch(1)


class Icon(QWidget):
    """An icon that stays as it is, in a colour role.

    Args:
        context: Theme and language.
        name: The icon's name.
        colour: A role of ``tokens.Colours``.
        side: Logical pixels.
    """

    def __init__(
        self, context: Context, name: str, colour: str = "muted", side: int = ICON
    ) -> None:
        super().__init__()
        self._theme = context.theme
        self._name = name
        self._colour = colour
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.updateGeometry)

    def change(self, name: str, colour: str) -> None:
        """Takes another drawing and colour."""
        self._name, self._colour = name, colour
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.scaled(self._side)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = self._theme.scaled(self._side)
        pixmap = self._theme.pixmap(self._name, self._colour, side, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, pixmap)


class Swatch(QWidget):
    """A small square in a colour role, as a legend has it."""

    def __init__(self, context: Context, colour: str) -> None:
        super().__init__()
        self._theme = context.theme
        self._colour = colour
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(self._colour))
        painter.drawRoundedRect(self.rect(), 2, 2)
