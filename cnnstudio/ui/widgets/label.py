"""Labels that keep their type role, colour role and language."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase


class Label(QLabel):
    """A text in one type role and one colour role.

    Args:
        context: Theme and language.
        text: What it says; a plain string is a name and is not translated.
        role: A type role of ``tokens.TYPE``.
        colour: A colour role of ``tokens.Colours``.
        wrap: Whether it breaks into lines, between words.
        parent: Its parent.
    """

    def __init__(
        self,
        context: Context,
        text: Text | str = "",
        role: str = "body",
        colour: str = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._role = role
        self._colour = colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.WindowText)  # else that of the ground it is on
        self.setWordWrap(wrap)
        if wrap:
            self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._phrase = Phrase(context.language, self, QLabel.setText, text)
        context.theme.changed.connect(self._dress)
        self._dress()

    def say(self, text: Text | str) -> None:
        """Shows another text."""
        self._phrase.set(text)

    def set_colour(self, colour: str) -> None:
        """Takes another colour role."""
        if colour != self._colour:
            self._colour = colour
            self._dress()

    def _dress(self) -> None:
        theme = self._context.theme
        self.setFont(theme.font(self._role))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.colour(self._colour))
        self.setPalette(palette)
        if not self.wordWrap():
            self.setMinimumHeight(theme.line_height(self._role))


class IconLabel(QLabel):
    """An icon beside a text.

    Args:
        context: Theme and language.
        icon: The icon's name.
        colour: A colour role of ``tokens.Colours``.
        size: Its side at 100 % text size.
    """

    def __init__(
        self, context: Context, icon: str, colour: str = "muted", size: int = ICON
    ) -> None:
        super().__init__()
        self._theme = context.theme
        self._drawing = (icon, colour, size)
        self._theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        icon, colour, size = self._drawing
        side = self._theme.scaled(size)
        self.setPixmap(self._theme.pixmap(icon, colour, side, self.devicePixelRatioF()))


class ElidedLabel(Label):
    """A label that shortens its text instead of asking for room; the tooltip has all of it."""

    def __init__(
        self,
        context: Context,
        text: Text | str = "",
        role: str = "body",
        colour: str = "text",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        self._mode = mode
        self._full = ""
        super().__init__(context, "", role, colour, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._full_phrase = Phrase(context.language, self, ElidedLabel._set_full, text)

    def say(self, text: Text | str) -> None:
        self._full_phrase.set(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _set_full(self, words: str) -> None:
        self._full = words
        self.setAccessibleName(words)
        self._elide()

    def _elide(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._full, self._mode, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")
