"""Saving the trained network as a file of Keras: which run, where to, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from cnnstudio.core.errors import BadInput
from cnnstudio.core.model_files import ModelFormat, model_format
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import Event, ModelSaved, SaveModel
from cnnstudio.ui.background import Background
from cnnstudio.ui.inspect.runs import read_runs
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.window.waiting_bar import WaitingBar

if TYPE_CHECKING:
    from cnnstudio.ui.window.main_window import MainWindow

KINDS = {
    ModelFormat.KERAS.suffix: T("Layers and weights, for Keras 3"),
    ModelFormat.H5.suffix: T("Layers and weights, for Keras 2 and 3"),
    ModelFormat.WEIGHTS.suffix: T("Weights only"),
}
"""The files a network is saved as."""


class Bench(Protocol):
    """The engine that answers questions; ``ui.engines.Engines`` is one."""

    def ask(
        self,
        request: SaveModel,
        blob: bytes = b"",
        *,
        on_answer: Callable[[Event, bytes], object],
        on_refused: Callable[[Text], object],
        newest: str = "",
    ) -> int:
        """Asks, and calls one of the two later in this thread."""

    def forget(self, ticket: int, *, stop: bool = False) -> None:
        """Drops a question."""


class ModelExport(QObject):
    """Saves an epoch of a run: the best of the one that Train shows, or any that is looked at.

    Args:
        window: Where it is asked and told; it owns this object.
        training: The runs there are.
        bench: Saves the file.
        background: Reads the run beside the window.
    """

    def __init__(
        self, window: MainWindow, training: Training, bench: Bench, background: Background
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._bench = window, training, bench
        self._background = background
        self._ticket = 0
        self.waiting = WaitingBar(window.context)
        self.waiting.cancelled.connect(self.cancel)
        window.add_bar(self.waiting)

    def ask(self) -> None:
        """Asks where to, and saves the run that Train shows, else the newest one."""
        run = run_to_save(self._training)
        if run is not None:
            self.ask_for(run)

    def ask_for(self, run: Path, epoch: int = 0) -> None:
        """Asks where to, and saves an epoch of a run, its best one for 0."""
        path = self._window.exports.ask_where(ModelFormat.KERAS.suffix, KINDS)
        if path is not None:
            self.save(run, path, epoch)

    def save(self, run: Path, path: Path, epoch: int = 0) -> None:
        """Saves an epoch of a run, its best one for 0; what was being saved is dropped."""
        self.cancel()
        try:
            model_format(path)
        except BadInput as error:
            self._window.notice.show_error(error.text)
            return
        self._window.notice.dismiss()
        self.waiting.begin(T("Saving {file}…", file=path.name), measured=False)
        self._background.do(
            "save model",
            lambda: epoch or best_epoch(run),
            lambda epoch: self._save(run, epoch, path),
            self._fail,
        )

    def cancel(self) -> None:
        """Drops what is being saved; the file that was there before still is."""
        self._background.forget("save model")
        self._bench.forget(self._ticket, stop=True)
        self.waiting.hide()

    def _save(self, run: Path, epoch: int, path: Path) -> None:
        self._ticket = self._bench.ask(
            SaveModel(run_dir=str(run.absolute()), epoch=epoch, path=str(path.absolute())),
            on_answer=lambda answer, _blob: self._tell(answer, epoch, path),
            on_refused=self._fail,
        )

    def _tell(self, answer: Event, epoch: int, path: Path) -> None:
        self.waiting.hide()
        assert isinstance(answer, ModelSaved)
        saved = T(
            "Saved as {file}: the network after epoch {epoch}, read back and compared.",
            file=path.name,
            epoch=epoch,
        )
        self._window.exports.tell(path, saved, _in_a_row(answer.warnings))

    def _fail(self, reason: Text) -> None:
        self.waiting.hide()
        self._window.notice.show_error(reason)


def run_to_save(training: Training) -> Path | None:
    """The run that Train shows if it has an epoch, else the newest one that has; None without."""
    trained = [run.path for run in training.runs if run.epochs_done]
    if training.shown_path in trained:
        return training.shown_path
    return next(iter(trained), None)


def best_epoch(folder: Path) -> int:
    """The epoch of a run that is saved: the one with the lowest validation loss.

    Raises:
        BadInput: If the run has no checkpoint.
    """
    for run in read_runs([folder]):
        return run.best
    raise BadInput(
        T("{folder} has no checkpoint that can be read. Train again.", folder=str(folder))
    )


def _in_a_row(texts: tuple[Text, ...]) -> Text | str:
    if not texts:
        return ""
    return reduce(lambda one, other: T("{one} {other}", one=one, other=other), texts)
