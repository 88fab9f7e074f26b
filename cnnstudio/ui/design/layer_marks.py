"""What the layer panel shows of a layer's own weights, and its note to be written."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.marks import LONGEST_NOTE, misfit, tidied
from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.design.marks_desk import annotate, drop_weights
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import IconLabel, Label
from cnnstudio.ui.widgets.language import Phrase

_PAUSE = 400  # milliseconds without a key, after which the note is on the card
_MOST_LINES = 8
_INSET = 5  # between the frame and the text


class NoteField(QPlainTextEdit):
    """A field of as many lines as its text has, up to a few.

    Args:
        context: Theme and language.
    """

    paused = Signal()
    """Nothing was typed for a moment."""
    entered = Signal()
    left = Signal()
    """The focus went elsewhere."""
    escaped = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self.paused)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(_INSET)
        Phrase(context.language, self, NoteField._set_name, T("Note"))
        self.textChanged.connect(self._typed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        context.theme.changed.connect(self._dress)
        self._dress()

    @property
    def pending(self) -> bool:
        """Whether something was typed since it was last taken."""
        return self._pause.isActive()

    def take(self) -> str:
        """The text, which isn't pending any more."""
        self._pause.stop()
        return self.toPlainText()[: 2 * LONGEST_NOTE]

    def show_note(self, note: str) -> None:
        """Shows another note; what was typed and says the same stays as it is."""
        if tidied(self.toPlainText()) != note:
            self.setPlainText(note)
        self._pause.stop()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _typed(self) -> None:
        self._pause.start()

    def _fit(self) -> None:
        more = self._lines() > _MOST_LINES
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if more else policy.ScrollBarAlwaysOff
        )
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def _lines(self) -> int:
        return max(round(self.document().size().height()), 1)

    def _height(self) -> int:
        lines = min(self._lines(), _MOST_LINES)
        return lines * self.fontMetrics().lineSpacing() + 2 * (_INSET + self.frameWidth()) + 2

    def _set_name(self, words: str) -> None:
        self.setPlaceholderText(words)
        self.setAccessibleName(words)

    def _dress(self) -> None:
        font = self._theme.font("body")
        if self.font() != font:
            self.setFont(font)
        self._fit()


class LayerMarks(QWidget):
    """The weights a layer brought along, and its note.

    Args:
        context: Theme and language.
        editor: What changes them.
    """

    left = Signal()
    """The note is written: the focus belongs to the canvas again."""

    def __init__(self, context: Context, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._id = ""
        self._visits = itertools.count(1)
        self._visit = 0
        self.weights = Label(context, "", "small", "muted", wrap=True)
        self.weights.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.drop = Button(context, T("Drop them"), kind="quiet", role="small")
        self.note = NoteField(context)
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(IconLabel(context, "weight"))
        row.addWidget(self.weights, 1)
        row.addWidget(self.drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._row)
        column.addWidget(self.note)
        self.drop.clicked.connect(self._drop)
        self.note.entered.connect(self._enter)
        self.note.paused.connect(self._keep)
        self.note.left.connect(self._keep)
        self.note.escaped.connect(self._leave)

    def show_layer(self, node: LayerNode, facts: NodeAnalysis | None) -> None:
        """Shows a layer; what was typed about the one before is kept first."""
        if node.id != self._id:
            if self.note.pending:
                self._keep_later(self._id, self.note.take())
            self._id = node.id
            self.note.show_note(node.note)
        elif not self.note.pending:
            self.note.show_note(node.note)
        reason = misfit(facts) if facts is not None else None
        self._row.setVisible(node.weights is not None)
        self.weights.say(reason or _kept(facts))
        self.weights.set_colour("warning" if reason else "muted")

    def edit_note(self) -> None:
        """Puts the cursor behind the note."""
        self.note.setFocus()
        self.note.moveCursor(QTextCursor.MoveOperation.End)

    def _enter(self) -> None:
        self._visit = next(self._visits)

    def _keep(self) -> None:
        self._write(self._id, self.note.take())

    def _keep_later(self, id: str, note: str) -> None:
        """The document may be telling of a change just now, and must not be edited then."""
        QTimer.singleShot(0, self, lambda: self._write(id, note))

    def _write(self, id: str, note: str) -> None:
        node = self._editor.whole.by_id.get(id)
        if node is not None and tidied(note) != node.note:
            annotate(self._editor, id, note, f"{id}.note.{self._visit}")

    def _leave(self) -> None:
        self._keep()
        self.left.emit()

    def _drop(self) -> None:
        drop_weights(self._editor, (self._id,))


def _kept(facts: NodeAnalysis | None) -> Text:
    if facts is None:
        return T("It came with weights of its own.")
    return T("It starts with the weights it came with: {count} numbers.", count=facts.params)
