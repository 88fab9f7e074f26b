"""That the training pictures are changed, and the way to stop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.augmentation.checks import FIELD
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.augmentation.words import in_a_line
from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

_LOCKED = T("Can't be changed while a training goes on: stop it, or wait for its end.")


class AugmentationLine(QWidget):
    """What augmentation does, in a line, with a button that removes it; hidden without one.

    Args:
        context: Theme and language.
        width: Logical pixels that its label takes, as those of the rows above do.
        remove: Takes the project's augmentation away.
    """

    def __init__(self, context: Context, width: int, remove: Callable[[], None]) -> None:
        super().__init__()
        self._context = context
        self._width = width
        self._label = Label(context, T("Augmentation"), "body", "muted", wrap=True)
        self.summary = Label(context, "", wrap=True)
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.remove = Button(context, T("Remove"))
        self.remove.clicked.connect(remove)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, GAP, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(2)
        self._grid.addWidget(self._label, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.summary, 0, 1)
        self._grid.addWidget(self.problem, 1, 1)
        self._grid.addWidget(self.remove, 2, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(1, 1)
        context.theme.changed.connect(self._resize)
        self._resize()

    def show_of(
        self, augmentation: Augmentation, wrong: Mapping[str, Text], *, locked: bool
    ) -> None:
        """Shows an augmentation, the problems of its fields, and whether it can be removed."""
        told = [text for field, text in wrong.items() if field.startswith(FIELD)]
        self.setVisible(bool(augmentation.acting or told))
        self.summary.say(in_a_line(augmentation))
        self.problem.say(told[0] if told else "")
        self.problem.setVisible(bool(told))
        self.remove.set_possible(not locked, _LOCKED)

    def _resize(self) -> None:
        width = self._context.theme.scaled(self._width)
        self._label.setFixedWidth(width)
        self._grid.setColumnMinimumWidth(0, width)
