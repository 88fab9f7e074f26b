"""Train, pause, stop, and how far the run is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.core.training.run_state import RunState
from cnnstudio.ui.train.progress import SegmentedProgress, time_left
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.panel import ground

HEIGHT = 56
TRAIN_KEYS, PAUSE_KEYS, STOP_KEYS = "Ctrl+Return", "Ctrl+Shift+Return", "Ctrl+."
RESUME_KEYS = "Ctrl+Shift+R"


class ControlBar(QWidget):
    """The bar over the plots.

    Args:
        context: Theme and language.
        training: What it steers.
    """

    def __init__(self, context: Context, training: Training) -> None:
        super().__init__()
        ground(self)
        self._training = training
        self._theme = context.theme
        self.train = Button(context, T("Train"), "play", "primary", action="train.start")
        self.pause = Button(context, T("Pause"), "pause", action="train.pause")
        self.stop = Button(context, T("Stop and keep"), "square", "danger", action="train.stop")
        self.train.clicked.connect(training.start)
        self.pause.clicked.connect(training.pause_or_go_on)
        self.stop.clicked.connect(training.stop)
        self.epoch = Label(context, "", "title")
        self.batch = Label(context, "", "small", "muted")
        self.speed = Label(context, "", "small", "muted")
        self.state = ElidedLabel(context, "", "small", "muted")
        self.left = Label(context, "", "small")
        self.bar = SegmentedProgress(context)
        words = QHBoxLayout()
        words.setSpacing(14)
        for label in (self.epoch, self.batch, self.speed):
            words.addWidget(label)
        words.addWidget(self.state, 1)
        words.addWidget(self.left)
        progress = QVBoxLayout()
        progress.setSpacing(6)
        progress.addStretch(1)
        progress.addLayout(words)
        progress.addWidget(self.bar)
        progress.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for button in (self.train, self.pause, self.stop):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(4)
        row.addLayout(progress, 1)
        self._theme.changed.connect(self._resize)
        self._resize()
        training.changed.connect(self.sync)
        training.engine_changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows which buttons do something now, and the run's progress."""
        training = self._training
        running, stopping = training.running, training.engines.stopping
        self.train.setVisible(not running)
        wrong = training.problems()
        self.train.set_possible(not wrong, wrong[0].text if wrong else "")
        for button in (self.pause, self.stop):
            button.setVisible(running)
            button.set_possible(not stopping, T("The training is being stopped."))
        paused = training.engines.paused
        self.pause.say(T("Go on") if paused else T("Pause"))
        self.pause.set_icon("play" if paused else "pause")
        begun = training.live is not None and training.live.running
        if running and not stopping and not begun:
            self.pause.set_possible(False, T("The training hasn't begun yet."))
        self.show_progress()

    def show_progress(self) -> None:
        """Shows how far the run that is shown has come."""
        run = self._training.shown
        if run is None:
            return
        live = self._training.is_live
        self.epoch.say(T("Epoch {epoch} / {epochs}", epoch=run.epoch, epochs=run.epochs))
        self.batch.say(_batch(run))
        self.speed.say(
            T("{speed} pictures a second", speed=round(run.images_per_second))
            if run.images_per_second
            else ""
        )
        self.state.say(self._training.engines.describe() if live and not _flows(run) else "")
        self.left.say(time_left(run) if live else "")
        self.bar.show_progress(run.progress, run.epochs)

    def _resize(self) -> None:
        self.setFixedHeight(self._theme.scaled(HEIGHT))


def _flows(run: RunState) -> bool:
    return run.running and run.batches_done > 0 and not run.paused


def _batch(run: RunState) -> Text | str:
    if not run.steps or not run.running:
        return ""
    return T("Batch {batch} / {steps}", batch=run.batch, steps=run.steps)
