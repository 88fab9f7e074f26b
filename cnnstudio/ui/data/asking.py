"""What a source of pictures leaves open: a question each, with the answers there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.data.questions import Options, Question
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.choices import Combo
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

_WIDTH = 320
_SPACING = 16


class AskingForm(QWidget):
    """Questions below one another; the likeliest answers are chosen already.

    Args:
        context: Theme and language.
    """

    changed = Signal()
    """Another answer was chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.rows: dict[str, Combo] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)  # the ring of the one in focus
        self._column.setSpacing(_SPACING)

    def show_questions(self, questions: Sequence[Question], answers: Options) -> None:
        """Asks these, and shows what was answered before."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.rows = {}
        for question in questions:
            self._column.addWidget(self._row(question, answers.get(question.name)))

    @property
    def answers(self) -> Options:
        """What is chosen, by the question's name; what isn't chosen yet isn't there."""
        chosen = {name: combo.value for name, combo in self.rows.items()}
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def open_question(self) -> Combo | None:
        """The first one that has no answer; None if all have."""
        return next((combo for combo in self.rows.values() if combo.value is None), None)

    def focus_first(self) -> None:
        """Gives the focus to what has no answer, else to the first question."""
        wanted = self.open_question or next(iter(self.rows.values()), None)
        if wanted is not None:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, question: Question, answered: Any) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Label(self._context, question.text, "body", wrap=True))
        options = [(choice.value, choice.text) for choice in question.choices]
        combo = Combo(self._context, options, question.text)
        combo.setMinimumWidth(self._context.theme.scaled(_WIDTH))
        combo.set_value(question.guess if answered is None else answered)
        combo.chosen.connect(self._tell)
        column.addWidget(combo, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows[question.name] = combo
        return row

    def _tell(self, _value: object) -> None:
        self.changed.emit()
