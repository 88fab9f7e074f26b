"""The Train workspace: one object that connects settings, controls, plots, log and runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.document import Document
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import FieldProblem
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.train.chip import RunProgress
from cnnstudio.ui.train.control_bar import (
    PAUSE_KEYS,
    RESUME_KEYS,
    STOP_KEYS,
    TRAIN_KEYS,
    ControlBar,
)
from cnnstudio.ui.train.log_panel import LogPanel
from cnnstudio.ui.train.runs_panel import RunsPanel
from cnnstudio.ui.train.settings_panel import SettingsPanel
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import CANVAS, Line, ground
from cnnstudio.ui.widgets.splitter import Splitter
from cnnstudio.ui.widgets.states import EmptyState, Notice, Remedy
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry

NARROW, WIDE = 1360, 1800
"""Below the first width the settings are a rail while a run goes on; above the second the log is
taller."""
RAIL = 44
_SETTINGS, _RUNS = 288, 328
_LOG = {"narrow": 66, "normal": 96, "wide": 160}
_PROGRESS_MS = 500


class TrainWorkspace(QObject):
    """Trains the project's network and shows how that goes.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        engines: Train.
        file: The project's file; None while it has none.
        parent: Its owner.

    Attributes:
        training: The run that goes on and the runs there are.
        progress: How far the run is, for the header.
    """

    id = "train"
    title = T("Train")
    icon = "activity"

    go_to = Signal(str, str)
    """(workspace, layer's id or "") where the person should go: to mend something, or to watch."""
    export_wanted = Signal()
    """The trained network should be saved as a file of Keras."""

    def __init__(
        self,
        document: Document,
        context: Context,
        settings: QSettings,
        engines: Engines,
        file: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._context, self._settings = document, context, settings
        self.training = Training(document, file, engines, self)
        self.progress = RunProgress(self.training, self)
        self._widget: TrainWidget | None = None

    def widget(self) -> QWidget:
        """The content; made at the first call."""
        if self._widget is None:
            self._widget = TrainWidget(self._document, self._context, self._settings, self.training)
            self._widget.go_to.connect(self.go_to)
        return self._widget

    def actions(self) -> Sequence[Action]:
        """What the menus and shortcuts of this workspace do."""
        training = self.training

        def live() -> bool:
            return training.running and not training.engines.stopping

        return (
            Action(
                id="train.start",
                text=T("Train"),
                keys=TRAIN_KEYS,
                menu="run/1",
                run=self._start,
                everywhere=True,
                enabled=lambda: not training.running and not training.problems(),
                why_not=T("A training is running, or something has to be mended first."),
            ),
            Action(
                id="train.resume",
                text=T("Go on from the last full state"),
                keys=RESUME_KEYS,
                menu="run/1",
                run=self._resume,
                everywhere=True,
                enabled=self._can_resume,
                why_not=T("Show a run in Train that has a full state and isn't training."),
            ),
            Action(
                id="train.pause",
                text=T("Pause, go on"),
                keys=PAUSE_KEYS,
                menu="run/1",
                run=training.pause_or_go_on,
                everywhere=True,
                enabled=live,
                why_not=T("No training is running."),
            ),
            Action(
                id="train.stop",
                text=T("Stop and keep"),
                keys=STOP_KEYS,
                menu="run/1",
                run=training.stop,
                everywhere=True,
                enabled=live,
                why_not=T("No training is running."),
            ),
            Action(
                id="train.export",
                text=T("Trained network…"),
                menu="file/22",
                submenu=T("Export"),
                run=self.export_wanted.emit,
                everywhere=True,
                enabled=lambda: any(run.epochs_done for run in training.runs),
                why_not=T("No run of this project has finished an epoch yet."),
            ),
        )

    def entries(self) -> Sequence[Entry]:
        """Nothing beyond the actions."""
        return ()

    def _start(self) -> None:
        self.training.start()
        self.go_to.emit(self.id, "")

    def _can_resume(self) -> bool:
        found = self.training.resumption
        return found is not None and found.refusal is None

    def _resume(self) -> None:
        self.go_to.emit(self.id, "")
        if self._widget is not None:
            self._widget.runs.going_on.go_on()


class TrainWidget(QWidget):
    """The regions of the Train workspace.

    Args:
        document: The project being edited.
        context: Theme and language.
        settings: Where positions are remembered.
        training: The run that goes on and the runs there are.
    """

    go_to = Signal(str, str)

    def __init__(
        self, document: Document, context: Context, settings: QSettings, training: Training
    ) -> None:
        super().__init__()
        # pyqtgraph takes a while to import: only once the plots are wanted
        from cnnstudio.ui.train.plots_panel import PlotsPanel

        self._context, self._training = context, training
        self._size = ""
        self.settings = SettingsPanel(context, document, training)
        self.controls = ControlBar(context, training)
        self.plots = PlotsPanel(context, training)
        self.log = LogPanel(context, training)
        self.runs = RunsPanel(context, training)
        self.middle = QStackedWidget()
        self._said: tuple[object, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(_PROGRESS_MS)
        self._timer.timeout.connect(self._tick)
        self._assemble(settings)
        training.changed.connect(self.sync)
        self.destroyed.connect(document.subscribe(lambda _before, _after: self.sync()))
        self.setFocusProxy(self.controls.train)
        self.sync()

    def _assemble(self, settings: QSettings) -> None:
        context = self._context
        self.notices = QVBoxLayout()
        self.notices.setContentsMargins(16, 0, 16, 0)
        above = QWidget()
        ground(above, CANVAS)
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(Line())
        column.addLayout(self.notices)
        self.empty = EmptyState(
            context,
            T("Loss and accuracy will be drawn here, batch by batch, while the network trains."),
            Remedy(T("Train"), self._training.start),
        )
        ground(self.empty, CANVAS)
        self.middle.addWidget(self.empty)
        self.middle.addWidget(self.plots)
        column.addWidget(self.middle, 1)
        self.centre = Splitter(
            settings, "train/log", [above, self.log], [0, _LOG["normal"]], vertical=True
        )
        self.columns = Splitter(
            settings,
            "train/columns",
            [self.settings, self.centre, self.runs],
            [_SETTINGS, 0, _RUNS],
        )
        self.rail = QWidget()
        ground(self.rail)
        rail = QVBoxLayout(self.rail)
        rail.setContentsMargins(8, 4, 8, 4)
        self.rail_button = IconButton(context, "sliders-horizontal", T("Settings"), checkable=True)
        self.rail_button.toggled.connect(self._open_settings)
        rail.addWidget(self.rail_button)
        rail.addStretch(1)
        self.rail.setFixedWidth(context.theme.scaled(RAIL))
        self.rail.hide()
        self._rail_line = Line(vertical=True)
        self._rail_line.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._rail_line)
        row.addWidget(self.columns, 1)

    # ------------------------------------------------------------------------------- state

    def sync(self) -> None:
        """Shows what the training is now."""
        training = self._training
        wrong = () if training.running else training.problems()
        shown = training.shown is not None
        self.middle.setCurrentWidget(self.plots if shown else self.empty)
        self.controls.setVisible(shown)
        self.log.setVisible(shown)
        assert self.empty.button is not None
        self.empty.button.set_possible(not wrong, wrong[0].text if wrong else "")
        self.controls.sync()
        self._show_notices(wrong[0] if wrong else None)
        self._fit_rail()
        if training.running and self.isVisible():
            self._timer.start()

    def _tick(self) -> None:
        self.controls.show_progress()
        self.runs.show_progress()
        if self._training.silent_for or not self._training.running:
            self.sync()
        if not self._training.running:
            self._timer.stop()

    def _show_notices(self, wrong: FieldProblem | None) -> None:
        training = self._training
        silent = int(training.silent_for // 5 * 5)
        said = (wrong, training.problem, training.details, silent)
        if said == self._said:
            return
        self._said = said
        while (item := self.notices.takeAt(0)) is not None:
            if (notice := item.widget()) is not None:
                notice.deleteLater()
        if training.problem is not None:
            self._notice(Notice(self._context, training.problem, details=training.details))
        if silent:
            text = T("The engine hasn't answered for {seconds} s.", seconds=silent)
            end = Remedy(T("End it"), training.end_silent)
            self._notice(Notice(self._context, text, remedies=(end,), tone="warning"))
        if wrong is not None:
            what = T("This can't be trained yet.")
            remedy = Remedy(_remedy_text(wrong), lambda: self._mend(wrong))
            self._notice(Notice(self._context, what, wrong.text, (remedy,), tone="warning"))
        margin = 12 if self.notices.count() else 0
        self.notices.setContentsMargins(16, margin, 16, 0)

    def _notice(self, notice: Notice) -> None:
        self.notices.addWidget(notice)

    def _mend(self, wrong: FieldProblem) -> None:
        if wrong.field.startswith("training."):
            self.settings.focus_field(wrong.field)
        else:
            self.go_to.emit("data" if wrong.field.startswith("data.") else "design", wrong.node)

    # ------------------------------------------------------------------------------- sizes

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._training.refresh()
        self.sync()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        size = "narrow" if width < NARROW else "wide" if width >= WIDE else "normal"
        if size != self._size:
            self._size = size
            self._fit_rail()
            self.centre.setSizes([max(self.height() - _LOG[size], 100), _LOG[size]])
        elif self.rail_button.isChecked():
            self._place_settings()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.rail_button.isChecked():
            self.rail_button.setChecked(False)
        else:
            super().keyPressEvent(event)

    def _fit_rail(self) -> None:
        """Makes the settings a rail where there is little room and nothing to change."""
        as_rail = self._size == "narrow" and self._training.running
        if as_rail == (not self.rail.isHidden()):
            return
        self.rail.setVisible(as_rail)
        self._rail_line.setVisible(as_rail)
        self.rail_button.setChecked(False)
        if as_rail:
            self.settings.setParent(self)
            self.settings.hide()
            self.columns.setSizes([self.width() - RAIL - _RUNS, _RUNS])
        else:
            self.columns.insertWidget(0, self.settings)
            self.settings.show()
            rest = max(self.width() - _SETTINGS - _RUNS, 100)
            self.columns.setSizes([_SETTINGS, rest, _RUNS])

    def _open_settings(self, is_open: bool) -> None:
        if self.rail.isHidden():
            return
        self.settings.setVisible(is_open)
        if is_open:
            self._place_settings()
            self.settings.raise_()

    def _place_settings(self) -> None:
        self.settings.setGeometry(self.rail.width() + 1, 0, _SETTINGS, self.height())


def _remedy_text(wrong: FieldProblem) -> Text:
    if wrong.field.startswith("training."):
        return T("Go to the setting")
    if wrong.field.startswith("data."):
        return T("Go to the data")
    return T("Show the layer") if wrong.node else T("Go to the network")
