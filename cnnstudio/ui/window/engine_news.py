"""What the window says of its engines: their state, their devices, the run that goes on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import Ready
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.window.dialogs import Dialogs
from cnnstudio.ui.window.main_window import MainWindow

_IN_THE_BAR: dict[str, Text | str] = {
    "Ready": T("Ready to train"),
    "No engine is running": "",
}
"""What stands in the status bar for a state that says too little, or nothing new, there."""


class EngineNews(QObject):
    """Keeps the window's facts true to its engines, and the engines true to the preferences.

    Args:
        window: Where it is shown; it owns this object.
        engines: What it is about.
        dialogs: Asks before a run is left.
    """

    def __init__(self, window: MainWindow, engines: Engines, dialogs: Dialogs) -> None:
        super().__init__(window)
        self._window = window
        self._engines = engines
        self._dialogs = dialogs
        self._ready: Ready | None = None
        engines.state_changed.connect(self._show)
        window.preferences.changed.connect(self._configure)
        window.before_close.append(self._may_close)

    def _show(self) -> None:
        window, engines = self._window, self._engines
        go = partial(window.show_workspace, "train")
        state = engines.describe()
        window.status.show_fact("run", _IN_THE_BAR.get(state.id, state), go, "activity")
        if engines.ready is not self._ready:
            self._ready = engines.ready
            window.show_engine(self._ready)

    def _configure(self, name: str) -> None:
        if name in ("backend", "device"):
            preferences = self._window.preferences
            self._engines.configure(preferences.backend, preferences.device)

    def _may_close(self) -> bool:
        return not self._engines.running or self._dialogs.leave_run(self._window.session.name)
