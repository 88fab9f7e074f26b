"""Code that can't be read: why, and the line with a mark where reading stopped."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.theme.tokens import GAP, RADIUS
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.states import Notice

_PADDING = 10
_TAB = "    "


class CodeLine(QWidget):
    """A line of code with its number; what can't be read is underlined, a caret is at its start.

    A line that is too long is shown from where the caret is in view.

    Args:
        context: Theme and language.
        error: Where reading stopped.
    """

    def __init__(self, context: Context, error: Unreadable) -> None:
        super().__init__()
        self._theme = context.theme
        before, rest = error.code[: error.column - 1], error.code[error.column - 1 :]
        marked = _shared_start(rest, error.construct)
        self.number = str(error.line)
        self.before, self.marked, self.after = (
            part.replace("\t", _TAB) for part in (before, marked, rest[len(marked) :])
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.before + self.marked + self.after)
        self._theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(200, 2 * self._theme.line_height("code-small") + 2 * _PADDING)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setFont(theme.font("code-small"))
        metrics = painter.fontMetrics()
        base, wide = _PADDING + metrics.ascent(), metrics.horizontalAdvance
        painter.setPen(theme.colour("muted"))
        painter.drawText(QPointF(_PADDING, base), self.number)
        left = _PADDING + wide(self.number) + 12
        room = self.width() - left - _PADDING
        painter.setClipRect(left, 0, room, self.height())
        caret, mark = wide(self.before), max(wide(self.marked), wide("^"))
        hidden = min(max(caret + mark + wide(_TAB) - room, 0), caret)
        painter.translate(left - hidden, 0)
        painter.setPen(theme.colour("text"))
        painter.drawText(QPointF(0, base), self.before + self.marked + self.after)
        painter.setPen(QPen(theme.colour("danger"), 1.5))
        under = base + metrics.descent()
        painter.drawLine(QPointF(caret, under), QPointF(caret + mark, under))
        painter.drawText(QPointF(caret, base + theme.line_height("code-small")), "^")


class Trouble(QWidget):
    """Why a source can't be read as it is.

    Args:
        context: Theme and language.
        reason: Why: an `Unreadable` with its place, or a text.
    """

    def __init__(self, context: Context, reason: Unreadable | Text) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        self.line: CodeLine | None = None
        if isinstance(reason, Text):
            self.notice = Notice(context, reason)
        else:
            self.notice = Notice(context, reason.text, _so_far(reason))
            if reason.code.strip():
                self.line = CodeLine(context, reason)
        column.addWidget(self.notice)
        if self.line is not None:
            column.addWidget(self.line)


def _shared_start(rest: str, construct: str) -> str:
    """How much of the rest of a line is the construct, which may have been shortened."""
    pairs = enumerate(zip(rest, construct, strict=False))
    shared = min(len(rest), len(construct))
    return rest[: next((n for n, (a, b) in pairs if a != b), shared)]


def _so_far(error: Unreadable) -> Text:
    count = len(error.reading.network.layers)
    if not count:
        return T("No layer was read before it.")
    return TN("The layer before it was read.", "The {count} layers before it were read.", count)
