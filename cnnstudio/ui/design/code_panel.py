"""The network as Keras code, to read; its line follows the selection, and the other way round."""

from __future__ import annotations

import keyword
import re

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import Network
from cnnstudio.core.text import T
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.plain_text import show_text

_TOKENS = re.compile(
    r"(?P<comment>#.*)|(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>\b\d+(?:\.\d+)?(?:e-?\d+)?\b)"
    r"|(?P<call>\b[A-Z]\w*(?=\())|(?P<word>\b[a-z]+\b)"
)
_NUMBERS_WIDTH = 36


class PythonColours(QSyntaxHighlighter):
    """Colours Python by what is told apart at a glance: layers, numbers, strings, comments."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def highlightBlock(self, text: str) -> None:
        for found in _TOKENS.finditer(text):
            group = found.lastgroup or ""
            if group == "word":
                group = "keyword" if keyword.iskeyword(found.group()) else ""
            if group in self._formats:
                start, end = found.span()
                self.setFormat(start, end - start, self._formats[group])

    def _dress(self) -> None:
        theme = self._theme
        self._formats = {
            "call": _coloured(theme.family(Family.CONVOLUTION)),
            "number": _coloured(theme.family(Family.POOLING)),
            "string": _coloured(theme.family(Family.CORE)),
            "keyword": _coloured(theme.family(Family.NORMALISATION)),
            "comment": _coloured(theme.colour("muted")),
        }
        self.rehighlight()


def _coloured(colour: QColor) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(colour)
    return style


class _LineNumbers(QWidget):
    """The numbers of the lines in view."""

    def __init__(self, code: CodeView) -> None:
        super().__init__(code)
        self._code = code

    def paintEvent(self, event: QPaintEvent) -> None:
        code = self._code
        painter = QPainter(self)
        painter.setPen(code.theme.colour("muted"))
        painter.setFont(code.font())
        block = code.firstVisibleBlock()
        while block.isValid():
            top = code.blockBoundingGeometry(block).translated(code.contentOffset()).top()
            if top > self.height():
                break
            height = code.fontMetrics().height()
            painter.drawText(
                0, round(top), self.width() - 8, height,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                str(block.blockNumber() + 1),
            )  # fmt: skip
            block = block.next()


class CodeView(QPlainTextEdit):
    """Source code to read, with line numbers."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.theme = context.theme
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setStyleSheet("QPlainTextEdit { border: none; }")
        self._numbers = _LineNumbers(self)
        self.setViewportMargins(_NUMBERS_WIDTH, 0, 0, 0)
        self._colours = PythonColours(self.document(), context.theme)
        self.updateRequest.connect(lambda _rect, _dy: self._numbers.update())
        Phrase(context.language, self, QWidget.setAccessibleName, T("Code"))
        context.theme.changed.connect(self._dress)
        self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(area.left(), area.top(), _NUMBERS_WIDTH, area.height())

    def mark_line(self, line: int) -> None:
        """Gives a line the selection's ground and brings it in view; −1 for none."""
        marks = []
        if line >= 0:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(self.theme.colour("selection"))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line))
            marks = [mark]
            block = self.document().findBlockByNumber(line)
            geometry = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if geometry.top() < 0 or geometry.bottom() > self.viewport().height():
                self.verticalScrollBar().setValue(max(line - 3, 0))
        self.setExtraSelections(marks)

    def _dress(self) -> None:
        self.setFont(self.theme.font("code-small"))


class CodePanel(Panel):
    """The code of the network.

    Args:
        context: Theme and language.
        selection: What is selected on the canvas.
    """

    def __init__(self, context: Context, selection: Selection) -> None:
        super().__init__(context, T("Code"))
        self._selection = selection
        self._network = Network()
        self._lines: dict[str, int] = {}
        self._following = False
        self.view = CodeView(context)
        self.problem = Label(context, "", "small", "muted", wrap=True)
        self.problem.setContentsMargins(12, 12, 12, 0)
        self.problem.hide()
        copy = IconButton(context, "copy", T("Copy the code"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.view.toPlainText()))
        if self.header is not None:
            self.header.add(copy)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.view, 1)
        selection.changed.connect(self._follow)
        context.theme.changed.connect(self._follow)
        self.view.cursorPositionChanged.connect(self._select)

    def sync(self, network: Network) -> None:
        """Follows the network; written only while it can be seen."""
        self._network = network
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write()

    def _write(self) -> None:
        network = self._network
        try:
            code = write_model_code(network)
        except BadInput as error:
            self._lines = {}
            self.problem.say(error.text)
            code = ""
        else:
            self._lines = lines_of(code, network)
            code = code.rstrip("\n")
        self.problem.setVisible(not code)
        self.view.setVisible(bool(code))
        self._following = True
        show_text(self.view, code)
        self._following = False
        self._follow()

    def _follow(self) -> None:
        self.view.mark_line(self._lines.get(self._selection.current, -1))

    def _select(self) -> None:
        """The layer on the line the cursor was put on."""
        if not self._following:
            line = self.view.textCursor().blockNumber()
            for id, at in self._lines.items():
                if at == line:
                    self._selection.choose([id])


def lines_of(code: str, network: Network) -> dict[str, int]:
    """The line of each layer, counted from 0: one each, in order, after the first empty line."""
    first = code.split("\n").index("") + 1
    return {id: first + place for place, id in enumerate(network.order)}
