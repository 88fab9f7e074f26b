"""What the preferences are made of: a row for each setting, on one card a group."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import FORM_ROW, PAGE_PADDING
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.window.matching import NO_MATCH, Matcher
from cnnstudio.ui.window.regions import REGION


class Setting(QWidget):
    """A row: what it is, what it means, and the control on the right.

    Args:
        context: Theme and language.
        title: What it is.
        note: What it means, "" for nothing.
        control: What changes it.
        height: The least height at 100 % text size.
    """

    def __init__(
        self,
        context: Context,
        title: Text,
        note: Text | str,
        control: QWidget,
        height: int = FORM_ROW + 10,
    ) -> None:
        super().__init__()
        self.names = (title, note)
        self._note = Label(context, note, "small", "muted", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(context, title, "body"))
        words.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(PAGE_PADDING)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._note.setVisible(bool(note))  # not before it is in here: it would be a window
        self._theme, self._height = context.theme, height
        self._theme.changed.connect(self._dress)
        self._dress()

    def say(self, note: Text | str, colour: str = "muted") -> None:
        """Shows another note, "" for none."""
        self._note.say(note)
        self._note.set_colour(colour)
        self._note.setVisible(bool(note))

    def _dress(self) -> None:
        self.setMinimumHeight(self._theme.scaled(self._height))


class Group(QWidget):
    """Settings that belong together, on one card.

    Args:
        context: Theme and language.
        title: What they have in common.
        settings: The rows.
        control: What changes all of them, beside the title.
    """

    def __init__(
        self,
        context: Context,
        title: Text,
        settings: Sequence[Setting],
        control: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.setProperty(REGION, True)
        self.title = title
        self.settings = tuple(settings)
        self._lines: list[Line] = []
        card = Card(context, 1)
        for setting in settings:
            line = Line()
            card.body.addWidget(line)
            card.body.addWidget(setting)
            self._lines.append(line)
        head = QHBoxLayout()
        head.addWidget(Label(context, title, "section"), 1)
        if control is not None:
            head.addWidget(control)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(card)
        self._lines[0].hide()

    def filter(self, matcher: Matcher, typed: str) -> None:
        """Shows the settings that fit what was typed."""
        whole = matcher.rank(typed, [self.title]) < NO_MATCH
        first = True
        for line, setting in zip(self._lines, self.settings, strict=True):
            fits = whole or matcher.rank(typed, setting.names) < NO_MATCH
            setting.setVisible(fits)
            line.setVisible(fits and not first)
            first = first and not fits
        self.setVisible(not first)
