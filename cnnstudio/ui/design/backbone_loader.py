"""Has an engine of its own build a network of keras.applications, and ends it afterwards.

A download takes minutes and a large network a gigabyte: the engine that answers the window's other
questions isn't kept from them, and the memory comes back when this one ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal

from cnnstudio.core.backbones import BackboneChoice
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.storage.places import logs_folder, weights_folder
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Delivery, Ended
from cnnstudio.protocol.messages import (
    Answer,
    BackboneBuilt,
    BuildBackbone,
    Downloading,
    Event,
    Hello,
    Ready,
    Refused,
)
from cnnstudio.ui.engine_thread import EngineThread

Hire = Callable[[], EngineClient]
"""Makes an engine, not yet started, for one long job."""


class BackboneLoader(QObject):
    """Builds one backbone at a time.

    Args:
        hire: Makes the engine.
        parent: Its owner.
    """

    progressed = Signal(object, float)
    """(Text, share done from 0 to 1); below 0 while the share isn't known."""
    built = Signal(object, object)
    """(BackboneChoice, BackboneBuilt)."""
    refused = Signal(object)
    """A Text that says why there is none."""
    ended = Signal()
    """It has come to an end, whichever."""

    def __init__(self, hire: Hire, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hire = hire
        self._choice: BackboneChoice | None = None
        self._current = 0  # the generation of the engine that builds `_choice`
        self._engines: dict[int, tuple[EngineClient, EngineThread]] = {}
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    @property
    def running(self) -> bool:
        """Whether one is being built."""
        return self._choice is not None

    def start(self, choice: BackboneChoice) -> None:
        """Starts to build one; one that is being built is given up."""
        self.cancel()
        client = self._hire()
        try:
            client.start()
        except JobFailed as error:
            self.refused.emit(error.text)
            return
        self._choice, self._current = choice, client.generation
        reader = EngineThread(client, self)
        self._engines[client.generation] = client, reader
        reader.delivered.connect(self._receive)
        reader.start()
        client.send(BuildBackbone(choice=choice, store=str(weights_folder())))
        self.progressed.emit(client.describe(), -1.0)

    def cancel(self) -> None:
        """Gives it up; what was downloaded until now goes."""
        if self._choice is not None:
            self._engines[self._current][0].cancel()  # one that doesn't answer is ended
            self._end()

    def close(self) -> None:
        """Ends every engine and waits until nothing of them is left."""
        self._choice = None
        for client, reader in self._engines.values():
            client.close()
            reader.wait()
        self._engines.clear()

    def _receive(self, news: tuple[Delivery, ...]) -> None:
        for delivery in news:
            if isinstance(delivery.event, Ended):
                self._bury(delivery.generation)
            elif isinstance(delivery.event, Answer) and delivery.generation in self._engines:
                self._engines[delivery.generation][0].kill()  # it has done its only job
            if self._choice is not None and delivery.generation == self._current:
                self._tell(self._choice, delivery.event)

    def _tell(self, choice: BackboneChoice, event: Event | Ended) -> None:
        match event:
            case Hello():
                self.progressed.emit(self._engines[self._current][0].describe(), -1.0)
            case Ready():
                self.progressed.emit(T("Building {name}", name=choice.name), -1.0)
            case Downloading():
                self.progressed.emit(*_progress(choice.name, event))
            case BackboneBuilt():
                self._end()
                self.built.emit(choice, event)
            case Refused(text=text):
                self._end()
                self.refused.emit(text)
            case Ended(reason=reason):
                self._end()
                self.refused.emit(reason.text)

    def _end(self) -> None:
        self._choice = None
        self.ended.emit()

    def _bury(self, generation: int) -> None:
        if generation in self._engines:
            _client, reader = self._engines.pop(generation)
            reader.wait()  # it has said its last word
            reader.deleteLater()


def _progress(name: str, now: Downloading) -> tuple[Text, float]:
    done, total = show_bytes(now.done), show_bytes(now.total)
    if not now.total:
        return T("Downloading {name}: {done}", name=name, done=done), -1.0
    if now.done >= now.total:
        return T("Building {name}", name=name), -1.0
    text = T("Downloading {name}: {done} of {total}", name=name, done=done, total=total)
    return text, now.done / now.total


def bench_engine(
    backend: str = "tensorflow", make: Callable[..., EngineClient] = EngineClient
) -> EngineClient:
    """An engine on the CPU, not yet started, whose log is its own."""
    log = logs_folder() / f"engine-{os.getpid()}-backbone.log"
    return make("bench", backend, "cpu", log)
