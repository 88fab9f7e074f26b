"""Going on with the run that is shown: for how many epochs, and what that does."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from cnnstudio.core.text import TN, T
from cnnstudio.core.training.checks import MOST_EPOCHS
from cnnstudio.ui.train.resumption import Resumption
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField, read_number
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.section import Section

_FIELD_WIDTH = 92


class GoingOn(Section):
    """A number of epochs, a button, and a sentence that says what it does or why it can't.

    Args:
        context: Theme and language.
        training: Knows the run and goes on with it.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__(context)
        self._theme = context.theme
        self._training = training
        self._shown: Resumption | None = None
        self.epochs = NumberField(context, T("More epochs"))
        self.epochs.set_bounds(1, MOST_EPOCHS)
        self.button = Button(context, "", "play", action="train.resume")
        self.sentence = Label(context, "", "small", "muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.epochs)
        row.addWidget(self.button, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.sentence)
        self.epochs.textChanged.connect(self._say)
        self.button.clicked.connect(self.go_on)
        context.theme.changed.connect(self._resize)
        self._resize()
        self.sync()

    def sync(self) -> None:
        """Shows how the run that is shown can go on; nothing while it trains."""
        before, found = self._shown, self._training.resumption
        if found is not None and (before is None or not before.continues_like(found)):
            self.epochs.set_value(found.more)
        self._shown = found
        self.setVisible(found is not None)
        self._say()

    def go_on(self) -> None:
        """Goes on with the run for as many epochs as the field says."""
        more = self._asked()
        if more is not None and self.button.isEnabled():
            self._training.resume(more)

    def _asked(self) -> int | None:
        """The epochs in the field; None where no such number can be trained."""
        typed = read_number(self.epochs.text())
        most = MOST_EPOCHS - (self._shown.after if self._shown else 0)
        return typed if isinstance(typed, int) and 1 <= typed <= most else None

    def _say(self) -> None:
        found = self._shown
        if found is None:
            return
        asked = self._asked()
        count = asked or found.more
        self.epochs.setEnabled(found.refusal is None)
        self.epochs.set_error(asked is None)
        self.button.say(TN("Go on for {count} more epoch", "Go on for {count} more epochs", count))
        wrong = T("A whole number from 1 to {most}.", most=MOST_EPOCHS - found.after)
        refusal = found.refusal or (wrong if asked is None else None)
        self.button.set_possible(refusal is None, refusal or "")
        self.sentence.say(
            refusal
            or T(
                "From the full state of epoch {after} to epoch {total}, as if the run had never "
                "stopped: with its own network and settings, not with those edited since.",
                after=found.after,
                total=found.after + count,
            )
        )

    def _resize(self) -> None:
        self.epochs.setFixedWidth(self._theme.scaled(_FIELD_WIDTH))
