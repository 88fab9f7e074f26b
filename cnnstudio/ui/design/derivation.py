"""Where a layer's numbers come from: formula, the same with its numbers, and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.derivations import derive
from cnnstudio.core.layers.spec import Reason
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.steps import StepsView
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.numbers import expression

LABELS: dict[str, Text] = {
    "rows": T("Rows"),
    "columns": T("Columns"),
    "channels": T("Channels"),
    "values": T("Values"),
    "parameters": T("Parameters"),
    "macs": T("Multiply-adds"),
    "memory": T("Memory"),
    "receptive_field_rows": T("Receptive field, rows"),
    "receptive_field_columns": T("Receptive field, columns"),
    "jump_rows": T("Total stride, rows"),
    "jump_columns": T("Total stride, columns"),
}
_AXES = ("rows", "columns", "channels", "values", *(f"axis_{n}" for n in range(1, 9)))
_LABEL_WIDTH, _PAD = 104, 6
_CHEVRON = 12


class Derivation(QWidget):
    """One row for each number of a layer; the steps to it open below.

    Args:
        context: Theme and language.
    """

    layer_asked = Signal(str)
    """A line about another layer was chosen: its id."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._facts: NodeAnalysis | None = None
        self._nodes: Mapping[str, NodeAnalysis] = {}
        self.rows: list[ReasonRow] = []
        self.steps: dict[str, StepsView] = {}

    def show_facts(
        self, facts: NodeAnalysis | None, nodes: Mapping[str, NodeAnalysis] | None = None
    ) -> None:
        """Shows a layer's reasons; nothing while its shape isn't known.

        Args:
            facts: The layer.
            nodes: All layers whose shape is known.
        """
        shown = self._facts.node.id if self._facts is not None else ""
        opened = list(self.steps) if facts is not None and facts.node.id == shown else []
        self._facts, self._nodes = facts, nodes or {}
        reasons = merged(facts.reasons) if facts is not None else ()
        if [row.reason for row in self.rows] != list(reasons):
            focused = next((row.reason[0] for row in self.rows if row.hasFocus()), "")
            self._take_away()
            self.rows = [ReasonRow(self._context, reason) for reason in reasons]
            for row in self.rows:
                row.toggled.connect(self._toggle)
                self._column.addWidget(row)
                if row.reason[0] == focused:
                    row.setFocus()
        else:
            for quantity in list(self.steps):
                self._close(quantity)
        for quantity in opened:
            self._open(quantity)

    def ask(self, quantity: str) -> ReasonRow | None:
        """Marks the rows of "shape", "parameters" or another quantity and opens the first.

        Returns:
            That row; None if there is none.
        """
        wanted = _AXES if quantity == "shape" else (quantity,)
        first = None
        for row in self.rows:
            asked = any(q in wanted for q in row.quantities)
            row.mark(asked)
            first = first or (row if asked else None)
        if first is not None:
            self._open(first.reason[0])
        return first

    def _take_away(self) -> None:
        for widget in (*self.rows, *self.steps.values()):
            widget.hide()
            widget.deleteLater()
        self.rows, self.steps = [], {}

    def _toggle(self, quantity: str) -> None:
        if quantity in self.steps:
            self._close(quantity)
        else:
            self._open(quantity)

    def _open(self, quantity: str) -> None:
        row = next((row for row in self.rows if row.reason[0] == quantity), None)
        if row is None or quantity in self.steps or self._facts is None:
            return
        reason = row.reason[1]
        steps = StepsView(self._context, derive(self._facts, reason, self._nodes))
        steps.layer_asked.connect(self.layer_asked)
        self._column.insertWidget(self._column.indexOf(row) + 1, steps)
        self.steps[quantity] = steps
        row.show_open(is_open=True)

    def _close(self, quantity: str) -> None:
        steps = self.steps.pop(quantity)
        steps.hide()
        steps.deleteLater()
        for row in self.rows:
            if row.reason[0] == quantity:
                row.show_open(is_open=False)


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
    "receptive_field_rows+receptive_field_columns": T("Receptive field"),
    "jump_rows+jump_columns": T("Total stride"),
}


class ReasonRow(QWidget):
    """A number, its formula with indices set low, and the formula with this layer's numbers.

    A click, Enter or Space opens the steps to it.

    Args:
        context: Theme and language.
        reason: What `merged` gave.
    """

    toggled = Signal(str)
    """Its steps are wanted, or wanted no more: its quantities as `merged` joins them."""

    def __init__(self, context: Context, reason: tuple[str, Reason]) -> None:
        super().__init__()
        self._context = context
        self.reason = reason
        self.quantities = reason[0].split("+")
        self._marked = self._is_open = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
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

    def show_open(self, *, is_open: bool) -> None:
        """Shows whether the steps stand below."""
        self._is_open = is_open
        self._name()

    @property
    def value(self) -> str:
        """The number with its unit."""
        unit = "\u2009B" if self.reason[0] == "memory" else ""
        return f"{self.reason[1].value:,}{unit}"

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
        lines = max(len(self._lines()), 1) * theme.line_height("code-small")
        words = QFontMetricsF(theme.font("small")).boundingRect(
            QRectF(0, 0, self._label_room(), 200), Qt.TextFlag.TextWordWrap, self.label
        )
        return QSize(200, max(lines, round(words.height())) + 2 * _PAD)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()  # the formula may need another line

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        if self._marked:
            painter.fillRect(self.rect(), theme.colour("selection"))
        line = theme.line_height("code-small")
        left = theme.scaled(_LABEL_WIDTH)
        painter.setPen(theme.colour("muted"))
        painter.setFont(theme.font("small"))
        room = self._label_room()
        inside = QRectF(left - 4 - room, _PAD, room, self.height() - 2 * _PAD)
        painter.drawText(inside, Qt.TextFlag.TextWordWrap, self.label)
        icon = "chevron-down" if self._is_open else "chevron-right"
        side, ratio = theme.scaled(_CHEVRON), self.devicePixelRatioF()
        pixmap = theme.pixmap(icon, "muted", side, ratio)
        painter.drawPixmap(QPointF(0, _PAD + (line - side) / 2), pixmap)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("code-title"))
        value = QRectF(left, _PAD, self.width() - left - 4, line)
        painter.drawText(value, Qt.AlignmentFlag.AlignRight, self.value)
        for index, (text, colour) in enumerate(self._lines(self.width())):
            painter.setPen(theme.colour(colour))
            _draw_formula(painter, theme.font("code-small"), left, _PAD + index * line, text)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggled.emit(self.reason[0])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.toggled.emit(self.reason[0])

    def _label_room(self) -> int:
        """How wide the words before the formula may be."""
        scaled = self._context.theme.scaled
        return scaled(_LABEL_WIDTH) - scaled(_CHEVRON) - 6

    def _lines(self, width: int = 0) -> list[tuple[str, str]]:
        """The formula and its numbers, broken where they don't fit beside the value."""
        _, reason = self.reason
        theme = self._context.theme
        font = theme.font("code-small")
        room = (width or self.width()) - theme.scaled(_LABEL_WIDTH) - 8
        taken = QFontMetricsF(theme.font("code-title")).horizontalAdvance(self.value) + 12
        lines: list[tuple[str, str]] = []
        formula, numbers = expression(reason.formula), expression(reason.numbers)
        known = {formula, self.value}  # "0" needs no second and third 0 beside it
        written = [(formula, "text")] if formula != self.value else []
        written += [(numbers, "muted")] if numbers not in known else []
        for text, colour in written:
            for part in _broken(text, font, room - taken if not lines else room, room):
                lines.append((part, colour))
        return lines

    def _name(self) -> None:
        _, reason = self.reason
        number = f"{self.label}: {self.value}"
        state = (
            T("{number}, steps open", number=number)
            if self._is_open
            else T("{number}, steps closed", number=number)
        )
        self.setAccessibleName(self._context.language.show(state))
        self.setAccessibleDescription(
            " = ".join((expression(reason.formula), expression(reason.numbers), self.value))
        )
        self.update()


def _broken(text: str, font: QFont, first: float, others: float) -> list[str]:
    """Breaks a formula at its spaces and behind its multiplication dots."""
    lines = [""]
    for piece in re.split(r"(?<=[ ·])", text):
        longer = lines[-1] + piece
        room = first if len(lines) == 1 else others
        if lines[-1] and _width(longer.rstrip(), font) > room:
            lines.append(piece)
        else:
            lines[-1] = longer
    return [line.rstrip() for line in lines]


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
