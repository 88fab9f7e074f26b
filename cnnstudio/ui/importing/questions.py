"""What the code leaves open, each with the value that was assumed, to be changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.code.reading.result import Question
from cnnstudio.core.text import T, Text
from cnnstudio.ui.importing.sources import Answers
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.code_field import CodeField
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SizesField
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase

LONGEST = 1000
"""Characters of a value that is typed."""
MOST_AXES = 4
_NAME_WIDTH = 168


class NoAnswer(Exception):
    """A value that can't be taken.

    Attributes:
        text: Why not.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


class Editor(Protocol):
    """What a row needs of the widget that edits its value."""

    changed: SignalInstance

    def set_value(self, value: Any) -> None:
        """Shows a value without a signal."""

    def set_error(self, error: bool) -> None:
        """Marks it as not accepted."""


class ValueField(CodeField):
    """A constant as Python writes it: a number, a text in quotes, or several in brackets.

    Args:
        context: Theme and language.
        name: What the constant is called, read aloud.
    """

    changed = Signal(object)
    """What was typed, once the person has finished: the text."""

    def __init__(self, context: Context, name: str) -> None:
        super().__init__(context)
        self._typed = ""
        self.setMaxLength(LONGEST)
        self.setAccessibleName(name)
        self.editingFinished.connect(self._finish)

    def set_value(self, value: Any) -> None:
        """Shows a value without a signal."""
        self._typed = repr(value)
        self.setText(self._typed)

    def _finish(self) -> None:
        if self.text() != self._typed:
            self._typed = self.text()
            self.changed.emit(self._typed)


def read_value(typed: str) -> Any:
    """A typed constant.

    Raises:
        NoAnswer: If it is none.
    """
    try:
        return ast.literal_eval(typed.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise NoAnswer(
            T("Write a number, a text in quotes, or several of them in brackets.")
        ) from error


def read_shape(typed: Any) -> tuple[int, ...]:
    """A typed shape, without the batch axis.

    Raises:
        NoAnswer: If it is none.
    """
    sizes = typed if isinstance(typed, list | tuple) else ()
    if not 1 <= len(sizes) <= MOST_AXES or not all(type(n) is int and n > 0 for n in sizes):
        raise NoAnswer(T("Write rows, columns and channels, such as 28×28×1."))
    return tuple(sizes)


class _Row:
    """A question: its name, its field, where the code uses it, and what is wrong with the value."""

    def __init__(self, context: Context, question: Question) -> None:
        self.question = question
        self.answer: Any = question.guess
        self.answered = False
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.problem.hide()
        self.line = Label(context, T("line {line}", line=question.line), "small", "muted")
        self.editor: SizesField | ValueField
        if question.is_input:
            name = T("Input shape")
            self.name: QWidget = Label(context, name, "body")
            self.editor = SizesField(context, name)
        else:
            self.name = ElidedLabel(
                context, question.name, "code", mode=Qt.TextElideMode.ElideMiddle
            )
            self.editor = ValueField(context, question.name)
        for part in (self.name, self.editor):
            Phrase(context.language, part, QWidget.setToolTip, question.text)
        self.editor.set_value(question.guess)

    def take(self, typed: Any) -> bool:
        """Takes what was typed, or says why it can't be taken. Returns whether it was taken."""
        try:
            answer = read_shape(typed) if self.question.is_input else read_value(typed)
        except NoAnswer as no:
            self.problem.say(no.text)
            self.problem.show()
            self.editor.set_error(True)
            return False
        self.answer, self.answered = answer, True
        self.problem.hide()
        self.editor.set_error(False)
        return True


class Questions(QWidget):
    """The questions of a source; one that was answered stays, so that it can be changed again.

    Args:
        context: Theme and language.
    """

    answered = Signal(object)
    """All that was answered so far: `Answers`."""
    judged = Signal()
    """A value was taken, or is refused with the reason below it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.rows: dict[str, _Row] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)  # the ring of the field in focus
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        context.theme.changed.connect(self._dress)
        self._dress()

    @property
    def answers(self) -> Answers:
        """What the person has changed."""
        told = [row for row in self.rows.values() if row.answered]
        shape = next((row.answer for row in told if row.question.is_input), None)
        given = {row.question.name: row.answer for row in told if not row.question.is_input}
        return Answers(given, shape)

    @property
    def refused(self) -> QWidget | None:
        """The first field with a value that can't be taken; None if all can."""
        rows = self.rows.values()
        return next((row.editor for row in rows if not row.problem.isHidden()), None)

    def add(self, questions: Iterable[Question]) -> None:
        """Adds the questions that weren't asked yet; all inputs have one shape."""
        for question in questions:
            key = "" if question.is_input else question.name
            if key not in self.rows:
                self.rows[key] = self._row(question)

    def _row(self, question: Question) -> _Row:
        row, at = _Row(self._context, question), self._grid.rowCount()
        self._grid.addWidget(row.name, at, 0)
        self._grid.addWidget(row.editor, at, 1)
        self._grid.addWidget(row.line, at, 2)
        self._grid.addWidget(row.problem, at + 1, 1, 1, 2)
        row.editor.changed.connect(lambda typed: self._take(row, typed))
        return row

    def _take(self, row: _Row, typed: Any) -> None:
        taken = row.take(typed)
        self.judged.emit()
        if taken:
            self.answered.emit(self.answers)

    def _dress(self) -> None:
        self._grid.setColumnMinimumWidth(0, self._context.theme.scaled(_NAME_WIDTH))
