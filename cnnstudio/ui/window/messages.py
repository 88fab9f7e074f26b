"""News that came while the person did something else: the last line, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Line, Panel

_MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Message:
    """A piece of news and when it came."""

    text: Text
    at: datetime


class Messages(QObject):
    """Keeps the news of this session, the oldest first."""

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[Message] = []

    def add(self, text: Text) -> None:
        """Tells the person something, without disturbing them."""
        message = Message(text, datetime.now().astimezone())
        self.all = [*self.all, message][-_MOST_KEPT:]
        self.arrived.emit(message)


class MessagesPanel(QWidget):
    """All messages of this session.

    Args:
        context: Theme and language.
        messages: What it shows.
    """

    closed = Signal()

    def __init__(self, context: Context, messages: Messages) -> None:
        super().__init__()
        self._context = context
        self._messages = messages
        panel = Panel(context, T("Messages"))
        panel.body.setContentsMargins(9, 4, 0, 4)
        close = IconButton(context, "x", T("Close messages"), "Esc")
        close.clicked.connect(lambda _=False: self.closed.emit())
        assert panel.header is not None
        panel.header.add(close)
        self.list = QListWidget()
        panel.body.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        column.addWidget(panel)
        messages.arrived.connect(self._fill)
        context.language.changed.connect(self._fill)
        context.theme.changed.connect(self._fill)
        self.setFixedHeight(180)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        self.list.setFont(self._context.theme.font("small"))
        for message in self._messages.all:
            time = message.at.strftime("%H:%M:%S")
            self.list.addItem(f"{time}   {self._context.language.show(message.text)}")
        self.list.scrollToBottom()
