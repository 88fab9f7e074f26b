"""A derivation on the screen: what the symbols are, where padding goes, and line after line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.derivations import Derivation, Line, Padding
from cnnstudio.core.text import TN, T
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.formula import Box, typeset
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.numbers import expression

FORMULA_SIZE = 14
_SMALLEST = 9
_TITLE = 64
_INDENT = 14  # as far in as the words of the row above


class StepsView(QWidget):
    """Everything a number comes from.

    Args:
        context: Theme and language.
        derivation: What to show.
    """

    layer_asked = Signal(str)
    """A line about another layer was chosen: its id."""

    def __init__(self, context: Context, derivation: Derivation) -> None:
        super().__init__()
        self.derivation = derivation
        self._context = context
        column = QVBoxLayout(self)
        column.setContentsMargins(_INDENT, 2, 0, 10)
        column.setSpacing(6)
        if derivation.symbols:
            column.addLayout(self._symbols(derivation))
        if derivation.padding is not None:
            column.addWidget(PaddingStrip(context, derivation.padding))
        if derivation.left_out:
            text = TN(
                "{count} layer above them changes it too.",
                "{count} layers above them change it too.",
                derivation.left_out,
            )
            column.addWidget(Label(context, text, "small", "muted", wrap=True))
        self.layers: list[LayerLine] = []
        for line in derivation.lines:
            column.addWidget(self._line(line))

    def _symbols(self, derivation: Derivation) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, symbol in enumerate(derivation.symbols):
            if symbol.name != symbol.value:
                grid.addWidget(FormulaLabel(self._context, symbol.name, 13), row, 0, top)
            value = Label(self._context, expression(symbol.value), "code-small")
            grid.addWidget(value, row, 1, top | Qt.AlignmentFlag.AlignRight)
            meaning = symbol.meaning or ""
            grid.addWidget(Label(self._context, meaning, "small", "muted", wrap=True), row, 2)
        return grid

    def _line(self, line: Line) -> QWidget:
        if line.node:
            layer = LayerLine(self._context, line)
            layer.chosen.connect(self.layer_asked)
            self.layers.append(layer)
            return layer
        return StepLine(self._context, line)


class FormulaLabel(QWidget):
    """One typeset formula; smaller where it has no room.

    Args:
        context: Theme and language.
        text: The formula.
        size: The size of its letters at 100 % text size.
    """

    def __init__(self, context: Context, text: str, size: int = FORMULA_SIZE) -> None:
        super().__init__()
        self._theme, self._text, self._size = context.theme, text, size
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self._boxes: dict[float, Box] = {}
        self._theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        box = self._box(self._theme.scaled(self._size))
        return QSize(round(box.width) + 2, round(box.height) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 24), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        size = float(self._theme.scaled(self._size))
        box = self._box(size)
        while box.width > self.width() and size > _SMALLEST:
            size -= 1
            box = self._box(size)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("text"), 1))
        box.draw(painter, QPointF(0, 1 + box.ascent))

    def _box(self, size: float) -> Box:
        if size not in self._boxes:
            self._boxes[size] = typeset(self._text, size)
        return self._boxes[size]


class StepLine(QWidget):
    """What a line finds, its formula, and each step below the one before."""

    def __init__(self, context: Context, line: Line) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        row = 0
        if line.formula:
            grid.addWidget(FormulaLabel(context, line.formula), row, 1)
            if line.left:
                grid.addWidget(FormulaLabel(context, f"{line.left} ="), row, 0)
            row += 1
        elif line.title:
            title = Label(context, line.title, "small", "muted")
            grid.setColumnMinimumWidth(0, context.theme.scaled(_TITLE))
            grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        words = "\n= ".join(map(expression, line.steps))
        self.steps = Label(
            context, f"= {words}" if line.formula else words, "code-small", wrap=True
        )
        grid.addWidget(self.steps, row, 1)
        if line.note is not None:
            grid.addWidget(Label(context, line.note, "small", "muted", wrap=True), row + 1, 1)
        self.setAccessibleName(f"{line.left or line.title} {words}".strip())


class LayerLine(QWidget):
    """A layer on the way, what the number is there, and the way to it by click or Enter."""

    chosen = Signal(str)

    def __init__(self, context: Context, line: Line) -> None:
        super().__init__()
        self._context, self.line = context, line
        self._hover = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._numbers = " = ".join(map(expression, line.steps))
        text = T("Go to {layer}: {numbers}", layer=line.title, numbers=self._numbers)
        Phrase(context.language, self, QWidget.setAccessibleName, text)
        Phrase(context.language, self, QWidget.setToolTip, T("Go to {layer}", layer=line.title))

    def sizeHint(self) -> QSize:
        return QSize(200, max(24, self._context.theme.line_height("small") + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        if self._hover:
            painter.fillRect(self.rect(), theme.colour("hover"))
        inside = self.rect().adjusted(0, 0, -4, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("code-small"))
        painter.setPen(theme.colour("text"))
        room = painter.fontMetrics().horizontalAdvance(self._numbers)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, self._numbers)
        font = theme.font("small")
        painter.setFont(font)
        painter.setPen(theme.colour("accent"))
        name = QFontMetrics(font).elidedText(
            self.line.title, Qt.TextElideMode.ElideMiddle, max(inside.width() - room - 12, 0)
        )
        painter.drawText(inside, middle, name)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit(self.line.node)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # else the row below takes the release

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.line.node)
        else:
            super().keyPressEvent(event)


class PaddingStrip(QWidget):
    """One axis as cells: zeros hatched, the first and the last window framed."""

    def __init__(self, context: Context, padding: Padding) -> None:
        super().__init__()
        self._theme, self.padding = context.theme, padding
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        text = T(
            "{before} cells of zeros, then the {size} of the input, then {after} cells of zeros",
            before=padding.before,
            size=padding.size,
            after=padding.after,
        )
        Phrase(context.language, self, PaddingStrip._name, text)

    def _name(self, words: str) -> None:
        self.setAccessibleName(words)
        self.setToolTip(words)

    def sizeHint(self) -> QSize:
        return QSize(200, 26)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, p = self._theme, self.padding
        painter = QPainter(self)
        total = p.before + p.size + p.after
        cell = min(16.0, (self.width() - 4) / total)
        top, height, left = 6.0, 14.0, 2.0
        zeros = QBrush(theme.colour("warning"), Qt.BrushStyle.BDiagPattern)
        painter.setPen(Qt.PenStyle.NoPen)
        for at in range(total):
            inside = p.before <= at < p.before + p.size
            rect = QRectF(left + at * cell, top, max(cell - (1 if cell > 4 else 0), 0.5), height)
            painter.fillRect(rect, theme.colour("sunken"))
            if not inside:
                painter.fillRect(rect, zeros)
        painter.setPen(QPen(theme.colour("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        last = (total - p.window) // p.stride * p.stride
        for start in {0, last}:
            painter.drawRect(
                QRectF(left + start * cell - 1, top - 2, p.window * cell + 1, height + 4)
            )
