"""Choosing one of a few, or on and off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import CONTROL, ICON, RADIUS
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

Option = tuple[Any, Text | str]


class _Segment(QPushButton):
    """One side of a segmented control; bold while chosen, and as wide as it is bold."""

    def __init__(self, context: Context, text: Text | str, icon: str) -> None:
        super().__init__()
        self._context = context
        self._icon = icon
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("kind", "segment")
        Phrase(context.language, self, _Segment._set_words, text)
        self.toggled.connect(self._dress)
        context.theme.changed.connect(self._dress)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self._dress()

    def _dress(self) -> None:
        theme = self._context.theme
        self.setFont(theme.font("title" if self.isChecked() else "body"))
        bold = QFontMetrics(theme.font("title"))
        extra = theme.scaled(ICON) + 6 if self._icon else 0
        self.setMinimumWidth(bold.horizontalAdvance(self.text()) + 24 + extra)
        if self._icon:
            self.setIcon(theme.icon(self._icon, "muted", "text"))
            self.setIconSize(QSize(theme.scaled(ICON) + 6, theme.scaled(ICON)))


class Segmented(QWidget):
    """A segmented control: one of two to five, all in sight. Arrow keys move the choice.

    Args:
        context: Theme and language.
        options: (value, text) pairs.
        name: What is being chosen, read aloud.
        icons: One icon per option, or none.
    """

    changed = Signal(object)

    def __init__(
        self,
        context: Context,
        options: Sequence[Option],
        name: Text | str = "",
        icons: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self._values = [value for value, _ in options]
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for index, (_, text) in enumerate(options):
            segment = _Segment(context, text, icons[index] if icons else "")
            place = "first" if index == 0 else "last" if index == len(options) - 1 else "middle"
            segment.setProperty("place", place)
            self._group.addButton(segment, index)
            row.addWidget(segment, 1)
        self._group.buttonToggled.connect(self._lead_focus)
        self.setFocusProxy(self._group.button(0))
        self._group.idClicked.connect(lambda index: self.changed.emit(self._values[index]))
        Phrase(context.language, self, QWidget.setAccessibleName, name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self._resize)
        self._resize()

    @property
    def value(self) -> Any:
        """The chosen value; None before any is chosen."""
        index = self._group.checkedId()
        return self._values[index] if index >= 0 else None

    def set_value(self, value: Any) -> None:
        """Chooses `value` without a signal; a value that isn't an option clears the choice."""
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("control"), 1))
        painter.setBrush(self._theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _lead_focus(self, segment: QAbstractButton, chosen: bool) -> None:
        """Focus that is given to the control goes to what is chosen."""
        if chosen:
            self.setFocusProxy(segment)

    def _resize(self) -> None:
        self.setFixedHeight(self._theme.scaled(CONTROL))


class Switch(QAbstractButton):
    """On or off, at once.

    Args:
        context: Theme and language.
        name: What it switches, read aloud.
    """

    def __init__(
        self, context: Context, name: Text | str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Phrase(context.language, self, QAbstractButton.setAccessibleName, name)
        self._theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.scaled(28), self._theme.scaled(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        height, width = theme.scaled(16), theme.scaled(28)
        track = QRectF(0, (self.height() - height) / 2, width, height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        on = self.isChecked() and self.isEnabled()
        painter.setBrush(theme.colour("accent" if on else "control"))
        painter.drawRoundedRect(track, height / 2, height / 2)
        left = track.right() - height + 2 if self.isChecked() else track.left() + 2
        painter.setBrush(theme.colour("on_accent" if on else "surface"))
        painter.drawEllipse(QRectF(left, track.top() + 2, height - 4, height - 4))


class Combo(QComboBox):
    """A drop-down list.

    Args:
        context: Theme and language.
        options: (value, text) pairs.
        name: What is being chosen, read aloud.
        mono: Whether the options are code.
    """

    chosen = Signal(object)

    def __init__(
        self,
        context: Context,
        options: Sequence[Option] = (),
        name: Text | str = "",
        *,
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._options: list[Option] = []
        self._mono = mono
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        Phrase(context.language, self, QComboBox.setAccessibleName, name)
        context.language.changed.connect(self._retranslate)
        context.theme.changed.connect(self._dress)
        self.activated.connect(lambda index: self.chosen.emit(self._options[index][0]))
        self._dress()
        self.set_options(options)

    @property
    def value(self) -> Any:
        """The chosen value; None if there is none."""
        index = self.currentIndex()
        return self._options[index][0] if index >= 0 else None

    def set_value(self, value: Any) -> None:
        """Chooses `value` without a signal."""
        values = [option for option, _ in self._options]
        self.setCurrentIndex(values.index(value) if value in values else -1)

    def set_options(self, options: Sequence[Option]) -> None:
        """Replaces the options; the choice stays if it is still among them."""
        kept = self.value if self._options else None
        self._options = list(options)
        self.clear()
        self.addItems([self._context.language.show(text) for _, text in self._options])
        if kept is not None:
            self.set_value(kept)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = self._context.theme.scaled(ICON)
        chevron = self._context.theme.pixmap(
            "chevron-down", "muted", side, self.devicePixelRatioF()
        )
        QPainter(self).drawPixmap(self.width() - side - 6, (self.height() - side) // 2, chevron)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a wheel over a form scrolls the form

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def _retranslate(self) -> None:
        for index, (_, text) in enumerate(self._options):
            self.setItemText(index, self._context.language.show(text))

    def _dress(self) -> None:
        self.setFont(self._context.theme.font("code" if self._mono else "body"))
