"""Ctrl-C in the terminal, and the system's request to end, close the window like its button."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QWidget


class SignalsClose(QObject):
    """Closes a window on SIGINT and SIGTERM.

    Python runs its signal handlers between two of its own instructions, and Qt's loop has none
    while it waits. The byte that Python writes for a signal wakes it.

    Args:
        window: What is closed; it owns this object.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._heard, self._said = socket.socketpair()
        for end in (self._heard, self._said):
            end.setblocking(False)
        signal.set_wakeup_fd(self._said.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._close)

    def _close(self) -> None:
        self._heard.recv(64)
        self._window.close()
