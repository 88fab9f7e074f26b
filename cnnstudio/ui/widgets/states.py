"""What stands where content isn't: an invitation, or what went wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import GAP, ICON, RADIUS
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import Label


@dataclass(frozen=True, slots=True)
class Remedy:
    """A button that mends something.

    Attributes:
        text: What it does.
        run: Does it.
        kind: The kind of its button (see `Button`).
    """

    text: Text
    run: Callable[[], object]
    kind: str = ""


class EmptyState(QWidget):
    """One sentence about what will be here, and the button that makes it so.

    Args:
        context: Theme and language.
        sentence: What will be here.
        remedy: The button; None where nothing can be done from here.
    """

    def __init__(
        self,
        context: Context,
        sentence: Text,
        remedy: Remedy | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        self.sentence = Label(context, sentence, "body", "muted", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.sentence)
        self.button: Button | None = None
        if remedy is not None:
            self.button = Button(context, remedy.text, kind="primary")
            self.button.clicked.connect(lambda _=False: remedy.run())
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class Notice(QWidget):
    """What happened, why, and the buttons that mend it; the likeliest comes first.

    Args:
        context: Theme and language.
        what: What happened, with names and numbers.
        why: Why, or what it means; "" for nothing.
        remedies: What would help.
        tone: "danger", "warning" or "success".
        details: A log or trace, shown on request; "" for none.
        bare: Whether it has no ground of its own.
        role: The type role of what happened.
    """

    def __init__(
        self,
        context: Context,
        what: Text,
        why: Text | str = "",
        remedies: Sequence[Remedy] = (),
        *,
        tone: str = "danger",
        details: str = "",
        bare: bool = False,
        role: str = "title",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        self._tone, self._inset = tone, 0 if bare else 12
        column = QVBoxLayout(self)
        inset, above = self._inset, 0 if bare else 10
        column.setContentsMargins(inset + ICON + GAP, above, inset, above or 4)
        column.setSpacing(4)
        self.what = Label(context, what, role, wrap=True)
        column.addWidget(self.what)
        self.why = Label(context, why, "small", "text", wrap=True)
        column.addWidget(self.why)
        self.why.setVisible(bool(why))  # once it has a parent: it would be a window of its own
        self.buttons: list[Button] = []
        self.log: QPlainTextEdit | None = None
        row = Flow(GAP)
        row.setContentsMargins(0, 6, 0, 0)
        for remedy in remedies:
            button = Button(context, remedy.text, kind=remedy.kind)
            button.clicked.connect(lambda _=False, remedy=remedy: remedy.run())
            row.addWidget(button)
            self.buttons.append(button)
        if details:
            self.log = QPlainTextEdit(details)
            self.log.setReadOnly(True)
            self.log.setFont(self._theme.font("code-small"))
            self.log.setVisible(False)
            show = Button(context, T("Show log"), kind="quiet")
            show.setCheckable(True)
            show.toggled.connect(self.log.setVisible)
            row.addWidget(show)
            self.buttons.append(show)
        if self.buttons:
            column.addLayout(row)
        if self.log is not None:
            column.addWidget(self.log)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, side = self._theme, self._theme.scaled(ICON)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._inset:
            painter.setBrush(theme.colour(f"{self._tone}_ground"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        icons = {"danger": "circle-alert", "warning": "triangle-alert", "success": "circle-check"}
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(
            self._inset,
            11 if self._inset else 1,
            theme.pixmap(icons[self._tone], self._tone, side, ratio),
        )
