"""The thread that waits for an engine, so that the window never does."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QThread, Signal

from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended

DRAIN_SECONDS = 0.06
"""The least time between two signals: some 16 a second, however fast an engine talks."""


class EngineThread(QThread):
    """Reads one engine to its end and hands over what it says, a few deliveries at a time.

    It ends when the engine has ended; end the engine to end it.

    Args:
        client: The engine; nobody else reads it.
        parent: Its owner.
    """

    delivered = Signal(object)
    """A tuple of deliveries, in order; the engine's last one is `Ended`."""

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client

    def run(self) -> None:
        """Waits, collects, signals."""
        news: list[Delivery] = []
        due = 0.0
        ended = False
        while not ended:
            delivery = self._client.read(max(0.0, due - time.monotonic()) if news else None)
            if delivery is not None:
                news.append(delivery)
                ended = isinstance(delivery.event, Ended)
            elif not news:
                return
            if ended or time.monotonic() >= due:
                self.delivered.emit(tuple(news))
                news = []
                due = time.monotonic() + DRAIN_SECONDS
