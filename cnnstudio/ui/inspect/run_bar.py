"""Which run is looked into, and which of its epochs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from cnnstudio.core.text import T
from cnnstudio.ui.inspect.examination import Examination
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Combo
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import ground
from cnnstudio.ui.widgets.section import Icon

HEIGHT = 56
_MEASURES = {
    "val_accuracy": T("validation accuracy"),
    "accuracy": T("training accuracy"),
}


class RunBar(QWidget):
    """The bar at the foot of the Inspect workspace.

    Args:
        context: Theme and language.
        examination: What is looked at.
    """

    save_wanted = Signal()
    """The network of this epoch shall become a file of Keras."""

    def __init__(self, context: Context, examination: Examination) -> None:
        super().__init__()
        ground(self)
        self._examination = examination
        self._theme = context.theme
        self.runs = Combo(context, (), T("Training run"))
        self.runs.setMinimumWidth(240)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setTickPosition(QSlider.TickPosition.NoTicks)
        self.slider.setPageStep(1)
        Phrase(context.language, self.slider, QSlider.setAccessibleName, T("Epoch"))
        self._epoch = Label(context, "", "code")
        self._measure = Label(context, "", "small", "muted")
        self._value = Label(context, "", "code-small")
        self.best = Button(context, T("Best"))
        self.last = Button(context, T("Last"))
        self.save = Button(context, T("Save network…"))
        row = QHBoxLayout(self)
        row.setContentsMargins(PANEL_PADDING, 0, PANEL_PADDING, 0)
        row.setSpacing(12)
        row.addWidget(Icon(context, "history"))
        for text, widget in ((T("Training run"), self.runs), (T("Epoch"), self._epoch)):
            row.addWidget(Label(context, text, "title"))
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self._measure)
        row.addWidget(self._value)
        row.addWidget(self.best)
        row.addWidget(self.last)
        row.addWidget(self.save)
        examination.runs_changed.connect(self.sync)
        examination.checkpoint_changed.connect(self.sync)
        self.runs.chosen.connect(examination.choose_run)
        self.slider.valueChanged.connect(self._slide)
        self.best.clicked.connect(self._to_best)
        self.last.clicked.connect(self._to_last)
        self.save.clicked.connect(self.save_wanted)
        self._theme.changed.connect(self._resize)
        self._resize()
        self.sync()

    def sync(self) -> None:
        """Shows the runs and the epochs of the chosen one."""
        seen = self._examination
        self.setVisible(bool(seen.runs))
        self.runs.set_options([(run.path, run.title) for run in seen.runs or ()])
        run = seen.run
        if run is None:
            return
        self.runs.set_value(run.path)
        several = len(run.epochs) > 1
        for widget in (self.slider, self.best, self.last):
            widget.setVisible(several)
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(run.epochs) - 1)
        self.slider.setValue(run.epochs.index(seen.epoch))
        self.slider.blockSignals(False)
        self._epoch.say(f"{seen.epoch} / {run.epochs[-1]}")
        self.best.set_possible(
            seen.epoch != run.best, T("This is the epoch with the lowest validation loss.")
        )
        self.last.set_possible(seen.epoch != run.epochs[-1], T("This is the last epoch."))
        measured = run.accuracy(seen.epoch)
        self._measure.say(_MEASURES[measured[0]] if measured else "")
        self._value.say(f"{measured[1]:.4f}" if measured else "")

    def step(self, by: int) -> None:
        """Goes to the snapshot after (1) or before (−1) this one."""
        self.slider.setValue(self.slider.value() + by)

    def _slide(self, index: int) -> None:
        if self._examination.run is not None:
            self._examination.choose_epoch(self._examination.run.epochs[index])

    def _to_best(self) -> None:
        if self._examination.run is not None:
            self._examination.choose_epoch(self._examination.run.best)

    def _to_last(self) -> None:
        if self._examination.run is not None:
            self._examination.choose_epoch(self._examination.run.epochs[-1])

    def _resize(self) -> None:
        self.setFixedHeight(self._theme.scaled(HEIGHT))
