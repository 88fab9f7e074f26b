"""What stands on the start page: rows that begin something, sample cards, included pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.text import TN, Text
from cnnstudio.ui.widgets.card import paint_card
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.window.header import paint_keys
from cnnstudio.ui.window.run_history import RunHistory
from cnnstudio.ui.window.sketch import boxes_of, paint_sketch

_ICON = 18
_VCENTER = int(Qt.AlignmentFlag.AlignVCenter)


class _Row(QAbstractButton):
    """A row of a list on a card; it paints its own focus, inside."""

    def __init__(self, context: Context, height: int) -> None:
        super().__init__()
        self.context = context
        self._height = height
        self.setProperty(NO_RING, True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        theme = self.context.theme
        return QSize(theme.scaled(240), theme.scaled(self._height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paint_ground(self, painter: QPainter) -> None:
        """Paints hover and focus."""
        theme = self.context.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.fillRect(self.rect().adjusted(1, 0, -1, 0), theme.colour("hover"))
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 5, 5)


class StartRow(_Row):
    """Something to begin with: icon, words, shortcut.

    Args:
        context: Theme and language.
        icon: The icon's name.
        text: What it does.
        keys: Its shortcut as people write it here.
    """

    def __init__(self, context: Context, icon: str, text: Text, keys: str) -> None:
        super().__init__(context, 44)
        self._icon = icon
        self._keys = keys
        Phrase(context.language, self, StartRow._set_words, text)

    def show_keys(self, keys: str) -> None:
        """Shows another shortcut."""
        self._keys = keys
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, side = self.context.theme, self.context.theme.scaled(_ICON)
        painter = QPainter(self)
        self.paint_ground(painter)
        pixmap = theme.pixmap(self._icon, "muted", side, self.devicePixelRatioF())
        painter.drawPixmap(15, (self.height() - side) // 2, pixmap)
        if self._keys:
            paint_keys(painter, self.context, self.width() - 14, self.height() / 2, self._keys)
        painter.setFont(theme.font("button"))
        painter.setPen(theme.colour("text"))
        painter.drawText(self.rect().adjusted(side + 27, 0, 0, 0), _VCENTER, self.text())

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.update()


class RecentRow(_Row):
    """A project opened lately: its drawing, its name and size, and when it was saved.

    Args:
        context: Theme and language.
        name: The project's name.
        analysis: Its network.
        when: When its file was written.
    """

    def __init__(self, context: Context, name: str, analysis: Analysis, when: Text) -> None:
        super().__init__(context, 60)
        self._boxes = boxes_of(analysis)
        self._when = when
        self._about = size_text(analysis)
        self.setText(name)
        self.setAccessibleName(name)

    @property
    def about(self) -> str:
        """The words under its name."""
        return self.context.language.show(self._about)

    def show_history(self, history: RunHistory) -> None:
        """Shows what came of it so far, in place of its size."""
        self._about = history.text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self.context.theme, self.context.language.show
        painter = QPainter(self)
        self.paint_ground(painter)
        height = self.height()
        paint_sketch(painter, QRectF(16, 14, 72, height - 28), self._boxes, theme, "raised")
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("muted"))
        right = self.rect().adjusted(0, 0, -14, 0)
        when = show(self._when)
        painter.drawText(right, _VCENTER | int(Qt.AlignmentFlag.AlignRight), when)
        words = QRect(100, 0, self.width() - 130 - painter.fontMetrics().horizontalAdvance(when), 0)
        line = theme.line_height("body")
        words.setTop(height // 2 - line)
        words.setHeight(line)
        second = words.translated(0, line)
        _elided(painter, second, self.about)
        painter.setFont(theme.font("button"))
        painter.setPen(theme.colour("text"))
        _elided(painter, words, self.text())


class SampleCard(QAbstractButton):
    """A network that ships with the studio, ready to train.

    Args:
        context: Theme and language.
        title: What it is called.
        about: What is special about it, in one short sentence.
        analysis: Its network.
    """

    def __init__(self, context: Context, title: Text, about: Text, analysis: Analysis) -> None:
        super().__init__()
        self._context = context
        self._about = about
        self._boxes = boxes_of(analysis)
        self._size = size_text(analysis)
        self.setProperty(NO_RING, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Phrase(context.language, self, SampleCard._set_words, title)
        Phrase(context.language, self, QWidget.setAccessibleDescription, about)
        context.theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        theme = self._context.theme
        lines = theme.line_height("body") + 2 * theme.line_height("small")
        return QSize(260, 14 + theme.scaled(38) + 10 + lines + 8 + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self._context.theme, self._context.language.show
        painter = QPainter(self)
        focused = self.hasFocus()
        line = "accent" if focused else "control" if self.underMouse() else "line"
        paint_card(painter, QRectF(self.rect()), theme, line, 2 if focused else 1)
        sketch = QRectF(16, 14, self.width() - 32, theme.scaled(38))
        paint_sketch(painter, sketch, self._boxes, theme, "raised")
        row = QRect(16, int(sketch.bottom()) + 10, self.width() - 32, theme.line_height("body"))
        painter.setFont(theme.font("title"))
        painter.setPen(theme.colour("text"))
        _elided(painter, row, self.text())
        row = QRect(16, row.bottom() + 4, row.width(), theme.line_height("small"))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("muted"))
        _elided(painter, row, show(self._about))
        painter.setFont(theme.font("small"))
        _elided(painter, row.translated(0, row.height() + 4), show(self._size))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.update()


class PictureStrip(QWidget):
    """Pictures in a row, each with its class below.

    Args:
        context: Theme and language.
        pictures: The pictures.
        captions: Their classes.
    """

    def __init__(
        self, context: Context, pictures: Sequence[QImage], captions: Sequence[Text | str]
    ) -> None:
        super().__init__()
        self._context = context
        self._pictures = tuple(pictures)
        self._captions = tuple(captions)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.theme.changed.connect(self.updateGeometry)
        context.language.changed.connect(self._name)
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(480, 12 + 44 + 4 + self._context.theme.line_height("tick") + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, show = self._context.theme, self._context.language.show
        painter = QPainter(self)
        paint_card(painter, QRectF(self.rect()), theme)
        step = (self.width() - 8) / len(self._pictures)
        painter.setFont(theme.font("tick"))
        painter.setPen(theme.colour("muted"))
        for number, (picture, caption) in enumerate(
            zip(self._pictures, self._captions, strict=True)
        ):
            middle = 4 + step * (number + 0.5)
            painter.drawImage(QRect(round(middle - 22), 12, 44, 44), picture)
            below = QRectF(middle - step / 2, 59, step, theme.line_height("tick"))
            words = painter.fontMetrics().elidedText(
                show(caption), Qt.TextElideMode.ElideRight, int(step)
            )
            painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), words)

    def _name(self) -> None:
        show = self._context.language.show
        self.setAccessibleName(", ".join(show(caption) for caption in self._captions))
        self.update()


def size_text(analysis: Analysis) -> Text:
    """How large a network is, for a line with little room."""
    return TN(
        "{count} layer · {parameters} parameters",
        "{count} layers · {parameters} parameters",
        count=len(analysis.network.layers),
        parameters=analysis.total_params,
    )


def _elided(painter: QPainter, room: QRect, words: str) -> None:
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, _VCENTER, shown)
