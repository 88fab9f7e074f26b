"""Every request and event that crosses a pipe.

A request goes to an engine, an event comes back. Each is a tagged struct in a JSON header; large
arrays follow it as raw bytes (see ``wire``). An unknown type is logged and ignored, broken JSON
ends the engine. Numbers that aren't finite travel as null.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from cnnstudio.core.backbones import BackboneChoice
from cnnstudio.core.layers.custom import CustomLayer, Measured
from cnnstudio.core.text import Text


class Phase(StrEnum):
    """What an engine is doing; the heartbeat names it."""

    STARTING = "starting"  # the process runs, Keras isn't imported yet
    IMPORTING = "importing"  # Keras and its backend are being imported
    IDLE = "idle"  # ready for a request
    PREPARING = "preparing"  # reads the data and builds the model
    TRACING = "tracing"  # before the run's first batch: the backend compiles the training step
    BATCH = "batch"  # training
    PAUSED = "paused"  # waits between two batches
    VALIDATING = "validating"  # runs over the validation pictures
    SAVING = "saving"  # writes a checkpoint
    ANSWERING = "answering"  # evaluates, predicts, shows feature maps


# Phases in which ending a run's process loses nothing: cancel kills at once instead of asking.
# TRACING is therefore only what comes before a run's first batch; a later compilation belongs to
# the phase it happens in.
KILLABLE = frozenset({Phase.STARTING, Phase.IMPORTING, Phase.IDLE, Phase.PREPARING, Phase.TRACING})


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every message has.

    Attributes:
        request: The request an event answers, or a request's own number; 0 for news.
    """

    request: int = 0


class Job(Message, frozen=True, kw_only=True):
    """A request for work: done in the engine's main thread, one after another, each answered."""


class Answer(Message, frozen=True, kw_only=True):
    """An event that closes a job: exactly one for each, with the job's number."""


# ---------------------------------------------------------------------------------- requests


class StartRun(Job, frozen=True, kw_only=True, tag="start_run"):
    """Train a project in a new run folder, or go on with one.

    Attributes:
        run_dir: The run folder's absolute path: new or empty, or a run with a full state when
            `resume` is set.
        project: The project file's text; "" when resuming (the run folder has its own).
        epochs: Epochs in total, instead of the project's; 0 for the project's.
        seed: Instead of the project's; −1 for the project's.
        resume: Whether to go on from the last full state.
        weights: Absolute paths of folders where weights that layers brought along may lie besides
            the person's store; a run that goes on from a checkpoint needs none.
    """

    run_dir: str
    project: str = ""
    epochs: int = 0
    seed: int = -1
    resume: bool = False
    weights: tuple[str, ...] = ()


class Pause(Message, frozen=True, kw_only=True, tag="pause"):
    """Wait after the running batch."""


class GoOn(Message, frozen=True, kw_only=True, tag="go_on"):
    """Go on after a pause."""


class Cancel(Message, frozen=True, kw_only=True, tag="cancel"):
    """Stop a job after the running batch; a run keeps a checkpoint.

    Attributes:
        job: The job's number; 0 for all, running or waiting. A job that has ended meanwhile is
            no error.
    """

    job: int = 0


class Evaluate(Job, frozen=True, kw_only=True, tag="evaluate"):
    """Measure a run's checkpoint.

    Attributes:
        run_dir: The run folder.
        epoch: The epoch of the checkpoint.
        on: "test", "validation" or "train".
    """

    run_dir: str
    epoch: int
    on: str = "test"


class Predict(Job, frozen=True, kw_only=True, tag="predict"):
    """Ask a run's checkpoint about pictures.

    Attributes:
        run_dir: The run folder.
        epoch: The epoch of the checkpoint.
        shape: (pictures, rows, columns, channels) of the blob: uint8 pictures that already have
            the network's size and channels, not yet scaled.
    """

    run_dir: str
    epoch: int
    shape: tuple[int, int, int, int]


class FeatureMaps(Job, frozen=True, kw_only=True, tag="feature_maps"):
    """What a layer of a run's checkpoint gives for one picture.

    Attributes:
        run_dir: The run folder.
        epoch: The epoch of the checkpoint.
        layer: The layer's id in the run's network.
        shape: (rows, columns, channels) of the blob: a uint8 picture that already has the
            network's size and channels, not yet scaled.
    """

    run_dir: str
    epoch: int
    layer: str
    shape: tuple[int, int, int]


class SaveModel(Job, frozen=True, kw_only=True, tag="save_model"):
    """Save a run's checkpoint as a file of Keras.

    Attributes:
        run_dir: The run folder.
        epoch: The epoch of the checkpoint.
        path: The file's absolute path; its ending says the format: ``.keras``, ``.h5`` or, for
            weights alone, ``.weights.h5``.
    """

    run_dir: str
    epoch: int
    path: str


class BuildBackbone(Job, frozen=True, kw_only=True, tag="build_backbone"):
    """Build a network of ``keras.applications``; download its weights where they aren't cached.

    Attributes:
        choice: Which one, and what is wanted of it.
        store: The folder of the weights store that takes its weights.
    """

    choice: BackboneChoice
    store: str


class MeasureLayer(Job, frozen=True, kw_only=True, tag="measure_layer"):
    """Find out what a layer of a person's own class makes of an input; this runs its code.

    It is done only for code the person trusts.

    Attributes:
        layer: What the layer is called, for errors.
        code: The code of its class.
        params: Its stated parameters.
        inputs: The shapes it is given, by slot.
        seconds: How long its code may take.
    """

    layer: str
    code: CustomLayer
    params: dict[str, Any]
    inputs: tuple[tuple[int, ...], ...]
    seconds: float = 30.0


class Shutdown(Message, frozen=True, kw_only=True, tag="shutdown"):
    """End the process."""


Request = (
    StartRun
    | Pause
    | GoOn
    | Cancel
    | Evaluate
    | Predict
    | FeatureMaps
    | SaveModel
    | BuildBackbone
    | MeasureLayer
    | Shutdown
)


# ------------------------------------------------------------------------------------ events


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """The first event: who is there. Sent before anything heavy is imported.

    Attributes:
        protocol: ``version.PROTOCOL`` of the engine.
        version: ``cnnstudio.__version__`` of the engine.
        pid: Its process id.
        started: The process' start time (seconds since the epoch), which with the pid names it.
        python: Python's version.
        role: "run" or "bench".
    """

    protocol: int
    version: str
    pid: int
    started: float
    python: str
    role: str


class Device(msgspec.Struct, frozen=True):
    """A device the backend can compute on.

    Attributes:
        id: "cpu", "gpu:0", …
        name: What the system calls it.
        memory: Bytes of its own memory, 0 if unknown.
    """

    id: str
    name: str = ""
    memory: int = 0


class Ready(Message, frozen=True, kw_only=True, tag="ready"):
    """Keras is imported; requests are taken.

    Attributes:
        backend: "tensorflow", "torch" or "jax".
        versions: Package name to version.
        devices: What the backend can compute on.
        device: The one it will use.
    """

    backend: str
    versions: dict[str, str]
    devices: tuple[Device, ...]
    device: str


class Heartbeat(Message, frozen=True, kw_only=True, tag="heartbeat"):
    """Every second, and at once when the phase changes.

    Attributes:
        phase: What the engine is doing.
        step: Batches done in the job, −1 without one.
        rss: Resident memory in bytes.
        monotonic: The engine's monotonic clock in seconds.
    """

    phase: Phase
    step: int
    rss: int
    monotonic: float


class RunStarted(Message, frozen=True, kw_only=True, tag="run_started"):
    """The data is read, the model is built, training begins.

    Attributes:
        train: Training pictures.
        validation: Validation pictures.
        steps: Batches per epoch, K.
        epochs: Epochs in total.
        initial_epoch: Epochs already done (a resumed run).
    """

    train: int
    validation: int
    steps: int
    epochs: int
    initial_epoch: int = 0


class Batches(Message, frozen=True, kw_only=True, tag="batches"):
    """Some batches, of one epoch, in order: each batch's own loss and accuracy.

    Attributes:
        epoch: Counted from 1, as everywhere outside the arithmetic of seeds.
        first: The first one's number in the epoch, counted from 0.
        loss: One number per batch; None where it isn't finite.
        accuracy: One number per batch.
        images_per_second: Over the epoch so far, validation left out.
    """

    epoch: int
    first: int
    loss: tuple[float | None, ...]
    accuracy: tuple[float | None, ...]
    images_per_second: float


class EpochEnd(Message, frozen=True, kw_only=True, tag="epoch_end"):
    """An epoch ended and its checkpoint is on the disk: Keras' own epoch values.

    Attributes:
        epoch: Counted from 1, as everywhere outside the arithmetic of seeds.
        logs: "loss", "accuracy", "val_loss", "val_accuracy"; None where not finite.
        images_per_second: Training alone, over this epoch.
        best: Whether this is the best epoch so far.
    """

    epoch: int
    logs: dict[str, float | None]
    images_per_second: float
    best: bool


class Paused(Message, frozen=True, kw_only=True, tag="paused"):
    """The engine waits between two batches."""


class Stopping(Message, frozen=True, kw_only=True, tag="stopping"):
    """The job itself has seen that it is cancelled and is ending: the client may wait a little."""


class Log(Message, frozen=True, kw_only=True, tag="log"):
    """A line for the person.

    Attributes:
        text: What happened.
    """

    text: Text


class Downloading(Message, frozen=True, kw_only=True, tag="downloading"):
    """How far a download is.

    Attributes:
        file: What the file is called.
        done: Bytes that are there.
        total: Bytes in all; 0 while unknown.
    """

    file: str
    done: int
    total: int


class RunEnded(Answer, frozen=True, kw_only=True, tag="run_ended"):
    """The run is over, its folder complete, the last message of a run engine.

    Attributes:
        stopped: "finished", "cancelled", "diverged" (the loss wasn't finite), "failed".
        epochs: Epochs done in total.
        text: Why, for the person, where it isn't "finished".
    """

    stopped: str
    epochs: int
    text: Text | None = None


class Evaluated(Answer, frozen=True, kw_only=True, tag="evaluated"):
    """The answer to Evaluate.

    Attributes:
        loss: Mean loss.
        accuracy: Share of right answers.
        images_per_second: Speed of the pass.
        confusion_matrix: Rows are true classes, columns predicted ones.
    """

    loss: float | None
    accuracy: float
    images_per_second: float
    confusion_matrix: tuple[tuple[int, ...], ...]


class Predicted(Answer, frozen=True, kw_only=True, tag="predicted"):
    """The answer to Predict.

    Attributes:
        probabilities: One row per picture, one number per class.
    """

    probabilities: tuple[tuple[float | None, ...], ...]


class LayerOutput(Answer, frozen=True, kw_only=True, tag="layer_output"):
    """The answer to FeatureMaps. Its blob is the layer's output, float32 in C order.

    Attributes:
        shape: The output's shape: (rows, columns, channels), or (values,).
        not_finite: How many of its values are NaN or infinite; the blob holds them as they are.
        probabilities: The network's answer for the picture, one number per class.
    """

    shape: tuple[int, ...]
    not_finite: int
    probabilities: tuple[float | None, ...]


class ModelSaved(Answer, frozen=True, kw_only=True, tag="model_saved"):
    """The answer to SaveModel: the file was read back, was equal and is in place.

    Attributes:
        size: Bytes of the file.
        arrays: How many arrays of weights were compared, to the bit.
        pictures: How many made-up pictures both were asked, and gave the same answers to the bit.
        warnings: What the person should know, such as names that are others in the file.
    """

    size: int
    arrays: int
    pictures: int
    warnings: tuple[Text, ...] = ()


class BackboneBuilt(Answer, frozen=True, kw_only=True, tag="backbone_built"):
    """The answer to BuildBackbone.

    Attributes:
        layers: Its layers with an Input, as ``core.clipboard`` writes them; their weights lie in
            the store.
        warnings: What the person should know.
    """

    layers: str
    warnings: tuple[Text, ...] = ()


class LayerMeasured(Answer, frozen=True, kw_only=True, tag="layer_measured"):
    """The answer to MeasureLayer.

    Attributes:
        fact: What the layer makes of the input, and its variables.
    """

    fact: Measured


class Refused(Answer, frozen=True, kw_only=True, tag="refused"):
    """A request that can't be done, or failed; as news, the engine itself couldn't start.

    Attributes:
        text: What, why and what helps.
        bad_input: Whether what was given is at fault (exit code 2) or the job failed (1).
    """

    text: Text
    bad_input: bool = True


class Stopped(Answer, frozen=True, kw_only=True, tag="stopped"):
    """The job was cancelled and leaves nothing behind (a run that kept something: RunEnded)."""


Event = (
    Hello
    | Ready
    | Heartbeat
    | RunStarted
    | Batches
    | EpochEnd
    | Paused
    | Stopping
    | Log
    | RunEnded
    | Evaluated
    | Predicted
    | LayerOutput
    | Downloading
    | ModelSaved
    | BackboneBuilt
    | LayerMeasured
    | Refused
    | Stopped
)
