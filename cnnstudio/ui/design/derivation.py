"""Where a layer's numbers come from: formula, the same with its numbers, and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.layers.spec import Reason
from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.context import Context

LABELS: dict[str, Text] = {
    "rows": T("Rows"),
    "columns": T("Columns"),
    "channels": T("Channels"),
    "values": T("Values"),
    "parameters": T("Parameters"),
    "macs": T("Multiply-adds"),
    "memory": T("Memory (bytes)"),
    "receptive_field_rows": T("Sees (rows)"),
    "receptive_field_columns": T("Sees (columns)"),
}
_AXES = ("rows", "columns", "channels", "values", *(f"axis_{n}" for n in range(1, 9)))
_LABEL_WIDTH, _PAD = 96, 8


class Derivation(QWidget):
    """One row for each number of a layer.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.rows: list[ReasonRow] = []

    def show_facts(self, facts: NodeAnalysis | None) -> None:
        """Shows a layer's reasons; nothing while its shape isn't known."""
        reasons = merged(facts.reasons) if facts is not None else ()
        if [row.reason for row in self.rows] == list(reasons):
            return
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [ReasonRow(self._context, reason) for reason in reasons]
        for row in self.rows:
            self._column.addWidget(row)

    def ask(self, quantity: str) -> ReasonRow | None:
        """Marks the rows of "shape", "parameters" or another quantity; returns the first."""
        wanted = _AXES if quantity == "shape" else (quantity,)
        first = None
        for row in self.rows:
            asked = any(q in wanted for q in row.quantities)
            row.mark(asked)
            first = first or (row if asked else None)
        return first


def merged(reasons: Iterable[Reason]) -> tuple[tuple[str, Reason], ...]:
    """The reasons with rows and columns as one where they read the same.

    Returns:
        Pairs of the quantities, joined by "+", and the reason that stands for them.
    """
    found: list[tuple[str, Reason]] = []
    for reason in reasons:
        last = found[-1] if found else None
        alike = last is not None and (last[1].formula, last[1].numbers, last[1].value) == (
            reason.formula,
            reason.numbers,
            reason.value,
        )
        pair = last is not None and f"{last[0]}+{reason.quantity}" in _PAIRS
        if last is not None and alike and pair:
            found[-1] = (f"{last[0]}+{reason.quantity}", last[1])
        else:
            found.append((reason.quantity, reason))
    return tuple(found)


_PAIRS = {
    "rows+columns": T("Rows, columns"),
    "receptive_field_rows+receptive_field_columns": T("Sees (rows, columns)"),
}


class ReasonRow(QWidget):
    """A number, its formula with indices set low, and the formula with this layer's numbers.

    Args:
        context: Theme and language.
        reason: What `merged` gave.
    """

    def __init__(self, context: Context, reason: tuple[str, Reason]) -> None:
        super().__init__()
        self._context = context
        self.reason = reason
        self.quantities = reason[0].split("+")
        self._marked = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        context.theme.changed.connect(self.updateGeometry)
        context.language.changed.connect(self._name)
        self._name()

    @property
    def marked(self) -> bool:
        """Whether it was asked about."""
        return self._marked

    def mark(self, marked: bool) -> None:
        """Marks it as what was asked about."""
        self._marked = marked
        self.update()

    @property
    def label(self) -> str:
        """What the number is, in words."""
        quantity = self.reason[0]
        text = _PAIRS.get(quantity) or LABELS.get(quantity)
        if text is None:
            text = T("Axis {number}", number=quantity.removeprefix("axis_"))
        return self._context.language.show(text)

    def sizeHint(self) -> QSize:
        theme = self._context.theme
        return QSize(200, len(self._lines()) * theme.line_height("code-small") + 2 * _PAD)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()  # the formula may need another line

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, (_, reason) = self._context.theme, self.reason
        painter = QPainter(self)
        if self._marked:
            painter.fillRect(self.rect(), theme.colour("selection"))
        line = theme.line_height("code-small")
        left = theme.scaled(_LABEL_WIDTH)
        painter.setPen(theme.colour("muted"))
        painter.setFont(theme.font("small"))
        inside = QRectF(4, _PAD, left - 8, self.height() - 2 * _PAD)
        painter.drawText(inside, Qt.TextFlag.TextWordWrap, self.label)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("code-title"))
        value = QRectF(left, _PAD, self.width() - left - 4, line)
        painter.drawText(value, Qt.AlignmentFlag.AlignRight, f"{reason.value:,}")
        for index, (text, colour) in enumerate(self._lines(self.width())):
            painter.setPen(theme.colour(colour))
            _draw_formula(painter, theme.font("code-small"), left, _PAD + index * line, text)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.mark(not self._marked)
        else:
            super().keyPressEvent(event)

    def _lines(self, width: int = 0) -> list[tuple[str, str]]:
        """The formula and its numbers, broken where they don't fit beside the value."""
        _, reason = self.reason
        theme = self._context.theme
        font = theme.font("code-small")
        room = (width or self.width()) - theme.scaled(_LABEL_WIDTH) - 8
        taken = QFontMetricsF(theme.font("code-title")).horizontalAdvance(f"{reason.value:,}") + 12
        lines: list[tuple[str, str]] = []
        for text, colour in ((reason.formula, "text"), (reason.numbers, "muted")):
            for part in _broken(text, font, room - taken if not lines else room, room):
                lines.append((part, colour))
        return lines

    def _name(self) -> None:
        _, reason = self.reason
        self.setAccessibleName(f"{self.label}: {reason.value:,}")
        self.setAccessibleDescription(f"{reason.formula} = {reason.numbers} = {reason.value:,}")
        self.update()


def _broken(text: str, font: QFont, first: float, others: float) -> list[str]:
    """Breaks a formula at its spaces."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, font) > (first if len(lines) == 1 else others):
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _runs(text: str) -> list[tuple[str, bool]]:
    """A formula in pieces; what follows an underscore is an index."""
    return [
        (piece[1:] if piece.startswith("_") else piece, piece.startswith("_"))
        for piece in re.findall(r"_\w+|[^_]+", text)
    ]


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(round(font.pixelSize() * 0.8), 9))
    return small


def _width(text: str, font: QFont) -> float:
    fonts = (QFontMetricsF(font), QFontMetricsF(_small(font)))
    return sum(fonts[is_index].horizontalAdvance(piece) for piece, is_index in _runs(text))


def _draw_formula(painter: QPainter, font: QFont, x: float, y: float, text: str) -> None:
    """Draws a formula with its indices set low."""
    baseline = y + QFontMetricsF(font).ascent()
    for piece, is_index in _runs(text):
        used = _small(font) if is_index else font
        painter.setFont(used)
        painter.drawText(QPointF(x, baseline + (3 if is_index else 0)), piece)
        x += QFontMetricsF(used).horizontalAdvance(piece)
