"""A run's progress for the window's header, wherever the person is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.text import Text
from cnnstudio.ui.train.progress import chip_text
from cnnstudio.ui.train.training import Training


class RunProgress(QObject):
    """Says how far the run is, when that has changed to be seen.

    Args:
        training: What goes on.
        parent: Its owner.
    """

    progressed = Signal(float, object)
    """The share of the way, 0 to 1, and percent and time left as a `Text`."""
    over = Signal()

    def __init__(self, training: Training, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._said: Text | None = None
        training.engines.run_event.connect(self._say)
        training.changed.connect(self._say)

    def _say(self, _event: object = None) -> None:
        live = self._training.live
        text = None if live is None else chip_text(live)
        if text == self._said:
            return
        self._said = text
        if live is None or text is None:
            self.over.emit()
        else:
            self.progressed.emit(live.progress, text)
