"""What is being looked at: a checkpoint, a picture and a layer, and what the engine answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QImage

from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.data.parts import with_channels
from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import picture_fit
from cnnstudio.protocol.messages import Event, FeatureMaps, LayerOutput
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.reading import Apart, Reader
from cnnstudio.ui.inspect.runs import Run, Weights, read_runs

_ORIGINS = {
    "test": T("test #{number}"),
    "validation": T("validation #{number}"),
    "train": T("training #{number}"),
}


class Bench(Protocol):
    """The engine that answers questions; ``ui.engines.Engines`` is one."""

    def ask(
        self,
        request: FeatureMaps,
        blob: bytes = b"",
        *,
        on_answer: Callable[[Event, bytes], object],
        on_refused: Callable[[Text], object],
        newest: str = "",
    ) -> int:
        """Asks, and calls one of the two later in this thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture as the network takes it.

    Attributes:
        values: uint8, shape (rows, columns, channels).
        origin: Where it comes from.
        number: Its number in its pool; −1 for a picture that isn't from the data.
        label: Its true class; −1 where nobody knows.
    """

    values: NDArray[np.uint8]
    origin: Text | str
    number: int = -1
    label: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the engine said about one picture.

    Attributes:
        layer: The layer's id.
        output: The layer's output, float32, as it came.
        not_finite: How many of its values are NaN or infinite.
        probabilities: The network's answer, one number per class; None where not finite.
    """

    layer: str
    output: NDArray[np.float32]
    not_finite: int
    probabilities: tuple[float | None, ...]


class Examination(QObject):
    """Looks into checkpoints; nothing here waits, and only the newest question counts.

    Args:
        bench: Answers questions about checkpoints.
        folders: Gives the run folders, the newest first.
        parent: Its owner.
    """

    runs_changed = Signal()
    checkpoint_changed = Signal()
    """Another run or epoch, or the same with other weights."""
    pictures_changed = Signal()
    """The test pictures of the run's data have come, or can't."""
    picture_changed = Signal()
    layer_changed = Signal()
    answer_changed = Signal()
    """An answer has come, or `state` or `problem` says why there is none."""
    weights_changed = Signal()

    def __init__(
        self,
        bench: Bench,
        folders: Callable[[], Sequence[Path]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._folders = folders
        self._background = Background("inspect", self)
        self._reader = Reader(self)
        self._question = 0
        self._ever_answered = False
        self._closed = False
        self.runs: tuple[Run, ...] | None = None
        self.run: Run | None = None
        self.epoch = 0
        self.facts: Dataset | None = None
        self.test: Apart | None = None
        self.test_problem: Text | None = None
        self.picture: Picture | None = None
        self.picture_problem: Text | None = None
        self.layer = ""
        self.answer: Answer | None = None
        self.state: Text | None = None
        self.problem: Text | None = None
        self.weights: Weights | None = None
        self.weights_problem: Text | None = None
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def close(self) -> None:
        """Ends what is being read and waits for it."""
        self._closed = True
        self._reader.stop()
        self._background.close()

    # -------------------------------------------------------------------------- checkpoint

    def refresh(self) -> None:
        """Looks again which runs and checkpoints there are."""
        folders = tuple(self._folders())
        self._background.do("runs", lambda: read_runs(folders), self._take_runs, self._no_runs)

    def choose_run(self, path: Path, epoch: int = 0) -> None:
        """Looks into another run.

        Args:
            path: The run folder; unknown ones are ignored.
            epoch: One with a snapshot; its best unless given.
        """
        run = next((run for run in self.runs or () if run.path == path), None)
        if run is None:
            return
        before, self.run = self.run, run
        self.epoch = epoch if epoch in run.epochs else run.best
        if run.analysis.network.by_id.get(self.layer) is None or before is None:
            self.layer = _first_layer(run)
            self.layer_changed.emit()
        self.answer = None
        self._read_weights()
        self.checkpoint_changed.emit()
        if before is None or _data(before) != _data(run):
            self._read_test()
        if self.picture is not None and self.picture.values.shape != run.input_shape:
            self.picture = None
            self.picture_changed.emit()
        self._ask()

    def choose_epoch(self, epoch: int) -> None:
        """Looks at another snapshot of the same run."""
        if self.run is not None and epoch in self.run.epochs and epoch != self.epoch:
            self.epoch = epoch
            self._read_weights()
            self.checkpoint_changed.emit()
            self._ask()

    def choose_layer(self, layer: str) -> None:
        """Looks at another layer."""
        if layer != self.layer:
            self.layer = layer
            self.layer_changed.emit()
            self._ask()

    def _take_runs(self, runs: tuple[Run, ...]) -> None:
        self.runs = runs
        self.runs_changed.emit()
        current = next((r for r in runs if self.run and r.path == self.run.path), None)
        if current is None and runs:
            self.choose_run(runs[0].path)
        elif current is not None and self.run is not None and current.epochs != self.run.epochs:
            was_last = self.epoch == self.run.epochs[-1]
            self.run = current
            self.checkpoint_changed.emit()
            if was_last or self.epoch not in current.epochs:
                self.choose_epoch(current.epochs[-1])
        elif current is None and self.run is not None:
            self.run, self.answer, self.weights = None, None, None
            self.checkpoint_changed.emit()

    def _no_runs(self, text: Text) -> None:
        self.runs = ()
        self.problem = text
        self.runs_changed.emit()

    def _read_weights(self) -> None:
        run, epoch = self.run, self.epoch
        assert run is not None
        self.weights = self.weights_problem = None
        self._background.do(
            "weights",
            lambda: run.folder.checkpoints.read_weights(epoch),
            self._take_weights,
            self._fail_weights,
        )

    def _take_weights(self, weights: Weights) -> None:
        self.weights = weights
        self.weights_changed.emit()

    def _fail_weights(self, text: Text) -> None:
        self.weights_problem = text
        self.weights_changed.emit()

    # ---------------------------------------------------------------------------- pictures

    def choose_test_picture(self, number: int) -> None:
        """Looks at a picture of the pool that the test pictures are in."""
        if self.test is None or self.run is None:
            return
        pool = self.test.labelled
        if not 0 <= number < len(pool.labels):
            return
        values = with_channels(pool.pictures[number : number + 1], self.run.input_shape[2])[0]
        origin = Text(_ORIGINS[self.test.part].id, {"number": number})
        self._look_at(Picture(values, origin, number, int(pool.labels[number])))

    def open_file(self, path: Path) -> None:
        """Looks at a picture file, decoded outside this process."""
        if self.run is None:
            return
        rows, columns, channels = self.run.input_shape
        fit = picture_fit(self.run.folder.record.project.data)
        self._background.do(
            "picture",
            lambda: Picture(self._reader.picture(path, (rows, columns, channels), fit), path.name),
            self._look_at,
            self._fail_picture,
        )

    def paste(self, image: QImage) -> None:
        """Looks at a picture from the clipboard, read as a file of it would be."""
        if self.run is None:
            return
        rows, columns, channels = self.run.input_shape
        fit = picture_fit(self.run.folder.record.project.data)
        self._background.do(
            "picture",
            lambda: self._paste(image, (rows, columns, channels), fit),
            self._look_at,
            self._fail_picture,
        )

    def draw(self, values: NDArray[np.uint8]) -> None:
        """Looks at what was drawn: grey, shape (rows, columns)."""
        if self.run is not None and values.shape == self.run.input_shape[:2]:
            given = with_channels(values[np.newaxis, ..., np.newaxis], self.run.input_shape[2])[0]
            self._look_at(Picture(given, T("drawn")))

    def _paste(self, image: QImage, shape: tuple[int, int, int], fit: str) -> Picture:
        with TemporaryDirectory(prefix="cnnstudio-") as folder:
            path = Path(folder) / "clipboard.png"
            if not image.save(str(path)):
                raise BadInput(T("The picture on the clipboard can't be read."))
            return Picture(self._reader.picture(path, shape, fit), T("clipboard"))

    def _look_at(self, picture: Picture) -> None:
        self._background.forget("picture")
        self.picture = picture
        self.picture_problem = None
        self.picture_changed.emit()
        self._ask()

    def _fail_picture(self, text: Text) -> None:
        self.picture_problem = text
        self.picture_changed.emit()

    def _read_test(self) -> None:
        assert self.run is not None
        settings = self.run.folder.record.project.data
        self.test = self.facts = self.test_problem = None
        try:
            facts = dataset_of(settings)
        except BadInput as error:
            self._fail_test(error.text)
            return
        self.facts = facts
        self._background.do(
            "test",
            lambda: self._reader.kept_apart(facts, settings),
            self._take_test,
            self._fail_test,
        )
        self.pictures_changed.emit()

    def _take_test(self, test: Apart) -> None:
        self.test = test
        self.pictures_changed.emit()
        if self.picture is None and len(test.chosen):
            self.choose_test_picture(int(test.chosen[0]))

    def _fail_test(self, text: Text) -> None:
        self.test_problem = text
        self.pictures_changed.emit()

    # -------------------------------------------------------------------------- the engine

    def peek(self, layer: str, on_output: Callable[[NDArray[np.float32] | None], object]) -> None:
        """Asks what another layer gives for the picture that has been answered.

        Args:
            layer: The layer's id.
            on_output: Called with its output, or None where there is no answer; not at all if
                something else is being looked at by then.
        """
        request, question = self._request(layer), self._question
        if request is None:
            return

        def give(event: Event | None, blob: bytes = b"") -> None:
            if question == self._question and not self._closed:
                on_output(_output(event, blob) if isinstance(event, LayerOutput) else None)

        assert self.picture is not None
        values = self.picture.values.tobytes()
        self._bench.ask(request, values, on_answer=give, on_refused=lambda _: give(None))

    def _request(self, layer: str) -> FeatureMaps | None:
        run, picture = self.run, self.picture
        if run is None or picture is None or picture.values.shape != run.input_shape:
            return None
        rows, columns, channels = picture.values.shape
        return FeatureMaps(
            run_dir=str(run.path.absolute()),
            epoch=self.epoch,
            layer=layer,
            shape=(rows, columns, channels),
        )

    def _ask(self) -> None:
        self._question += 1
        question, layer = self._question, self.layer
        request, picture = self._request(layer), self.picture
        if request is None or picture is None:
            return
        self.problem = None
        self.state = (
            T("Asking the engine.")
            if self._ever_answered
            else T("Starting the engine that looks inside. The first time takes a few seconds.")
        )
        self.answer_changed.emit()
        self._bench.ask(
            request,
            picture.values.tobytes(),
            on_answer=lambda event, blob: self._take(question, layer, event, blob),
            on_refused=lambda text: self._refuse(question, text),
            newest="inspect",
        )

    def _take(self, question: int, layer: str, event: Event, blob: bytes) -> None:
        self._ever_answered = True
        if question != self._question or self._closed or not isinstance(event, LayerOutput):
            return
        self.answer = Answer(layer, _output(event, blob), event.not_finite, event.probabilities)
        self.state = None
        self.answer_changed.emit()

    def _refuse(self, question: int, text: Text) -> None:
        if question == self._question and not self._closed:
            self.answer = self.state = None
            self.problem = text
            self.answer_changed.emit()


def _output(event: LayerOutput, blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, np.float32).reshape(event.shape)


def _first_layer(run: Run) -> str:
    """The first convolution, or whatever comes after the Input."""
    nodes = run.analysis.nodes
    convolution = next((id for id, node in nodes.items() if node.kind.id == "conv2d"), None)
    return convolution or list(nodes)[min(1, len(nodes) - 1)]


def _data(run: Run) -> object:
    settings = run.folder.record.project.data
    return settings.source, settings.size, settings.fit, settings.colour
