"""Tabs: words in a row, the chosen one underlined. Never animated, never moving."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

_SIDE = 12


class Tab(QAbstractButton):
    """One tab.

    Args:
        context: Theme and language.
        text: What it says.
        icon: Its icon's name, "" for none.
    """

    def __init__(self, context: Context, text: Text, icon: str = "") -> None:
        super().__init__()
        self._theme = context.theme
        self._icon = icon
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        Phrase(context.language, self, Tab._set_words, text)
        self._theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._theme.font("title")).horizontalAdvance(self.text())
        icon = self._theme.scaled(ICON) + 7 if self._icon else 0
        return QSize(words + icon + 2 * _SIDE, self._theme.scaled(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        inner = self.rect().adjusted(_SIDE, 0, -_SIDE, 0)
        lit = self.isChecked() or self.underMouse()
        if self._icon:
            side = theme.scaled(ICON)
            colour = "text" if lit else "muted"
            pixmap = theme.pixmap(self._icon, colour, side, self.devicePixelRatioF())
            painter.drawPixmap(inner.left(), (self.height() - side) // 2, pixmap)
            inner.setLeft(inner.left() + side + 7)
        painter.setFont(theme.font("title" if self.isChecked() else "button"))
        painter.setPen(theme.colour("text" if lit else "muted"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.isChecked():
            line = QRect(6, self.height() - 2, self.width() - 12, 2)
            painter.fillRect(line, theme.colour("accent"))

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()


class Tabs(QWidget):
    """A row of tabs; arrow keys move along it.

    Args:
        context: Theme and language.
        tabs: (id, text, icon) of each.
    """

    chosen = Signal(str)

    def __init__(
        self,
        context: Context,
        tabs: Sequence[tuple[str, Text, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._ids = [id for id, _, _ in tabs]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for number, (_, text, icon) in enumerate(tabs):
            tab = Tab(context, text, icon)
            self._group.addButton(tab, number)
            row.addWidget(tab)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._ids[number]))

    @property
    def current(self) -> str:
        """The id of the chosen tab; "" before any is chosen."""
        number = self._group.checkedId()
        return self._ids[number] if number >= 0 else ""

    def set_current(self, id: str) -> None:
        """Chooses a tab without a signal; an id that isn't there clears the choice."""
        if id in self._ids:
            self._group.button(self._ids.index(id)).setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def tab(self, id: str) -> QAbstractButton:
        """The tab with this id."""
        return self._group.button(self._ids.index(id))
