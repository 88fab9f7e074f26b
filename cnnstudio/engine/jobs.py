"""What an engine does on request: train, measure, predict, look inside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.data.presence import change_of
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.project import Project, with_choices
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.storage.project_file import decode_project
from cnnstudio.core.storage.project_weights import read_weights
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T
from cnnstudio.core.training.checks import check_trainable, chosen_loss
from cnnstudio.engine.backbones import build_backbone
from cnnstudio.engine.backends import current
from cnnstudio.engine.callbacks import finite
from cnnstudio.engine.checkpoints import load_model
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.custom import measure_layer, with_facts
from cnnstudio.engine.data import (
    Measured,
    RunData,
    load_data,
    measured_part,
    pictures_from,
    prepared,
)
from cnnstudio.engine.inspection import Inspection
from cnnstudio.engine.measuring import Measurer
from cnnstudio.engine.model import build_model, compile_model, set_weights
from cnnstudio.engine.saving import save_model
from cnnstudio.engine.training import restore, train
from cnnstudio.protocol.messages import (
    BuildBackbone,
    Evaluate,
    Evaluated,
    Event,
    FeatureMaps,
    Job,
    Log,
    MeasureLayer,
    Phase,
    Predict,
    Predicted,
    RunEnded,
    SaveModel,
    StartRun,
)

_BATCH = 256  # pictures at once where nothing is trained


def start_run(message: StartRun, context: JobContext, _blob: bytes) -> RunEnded:
    """Trains a project in a new run folder, or goes on with one.

    Raises:
        BadInput: When project, data or folder can't be used; nothing is written then.
        Cancelled: Before training has begun.
    """
    context.phase(Phase.PREPARING)
    return _go_on(message, context) if message.resume else _begin(message, context)


def evaluate(message: Evaluate, context: JobContext, _blob: bytes) -> Evaluated:
    """Measures a checkpoint: loss with its penalties, accuracy and confusion matrix.

    Raises:
        BadInput: When run, checkpoint or data can't be used.
    """
    context.phase(Phase.ANSWERING)
    run = RunFolder.open(Path(message.run_dir))
    measurer = Measurer(load_model(run, message.epoch))
    part = _measured(run, message.on, context)
    chosen, classes = part.chosen, len(part.facts.classes)
    probabilities = np.empty((len(chosen), classes), np.float32)
    seconds = done = penalty = 0.0
    for start, stop in _spans(len(chosen)):
        context.check_cancelled()
        pictures = prepared(run, part.pictures[chosen[start:stop]])
        before = time.perf_counter()
        probabilities[start:stop], mean_penalty = measurer.answer(pictures)
        if start or stop == len(chosen):  # the first batch is compiled
            seconds += time.perf_counter() - before
            done += stop - start
        penalty += mean_penalty * (stop - start) / len(chosen)
    labels = part.labels[chosen].astype(np.int64)
    predicted = probabilities.argmax(axis=1)
    loss = keras.losses.get(chosen_loss(run.record.project.training))(labels, probabilities)
    mean_loss = float(np.mean(keras.ops.convert_to_numpy(loss), dtype=np.float64))
    return Evaluated(
        loss=finite(mean_loss + penalty + measurer.weight_penalty),
        accuracy=float(np.mean(predicted == labels)),
        images_per_second=done / seconds,
        confusion_matrix=confusion_matrix(labels, predicted, classes),
    )


def predict(message: Predict, context: JobContext, blob: bytes) -> Predicted:
    """Gives a checkpoint's probabilities for pictures.

    Raises:
        BadInput: When run or checkpoint can't be used, or the pictures don't fit the network.
    """
    context.phase(Phase.ANSWERING)
    run = RunFolder.open(Path(message.run_dir))
    model = load_model(run, message.epoch)
    pictures = pictures_from(message.shape, blob, model.input_shape[1:])
    rows: list[tuple[float | None, ...]] = []
    for start, stop in _spans(len(pictures)):
        context.check_cancelled()
        batch = prepared(run, pictures[start:stop])
        rows += (tuple(finite(float(p)) for p in row) for row in model.predict_on_batch(batch))
    return Predicted(probabilities=tuple(rows))


HANDLERS: dict[type[Job], Callable[[Any, JobContext, bytes], Event | None]] = {
    StartRun: start_run,
    Evaluate: evaluate,
    Predict: predict,
    FeatureMaps: Inspection().feature_maps,
    SaveModel: save_model,
    BuildBackbone: build_backbone,
    MeasureLayer: measure_layer,
}


def confusion_matrix(
    labels: NDArray[np.integer], predicted: NDArray[np.integer], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Counts pictures by true class (rows) and predicted class (columns)."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _begin(message: StartRun, context: JobContext) -> RunEnded:
    project = decode_project(message.project, "project.cnnstudio")
    project = with_choices(project, epochs=message.epochs, seed=message.seed)
    project = replace(project, network=with_facts(project.network))
    data = _checked_data(project, context)
    model = _fresh_model(project, message.weights)
    context.check_cancelled()
    run = RunFolder.create(
        Path(message.run_dir),
        project,
        epochs=project.training.epochs,
        seed=project.training.seed,
        scaler=data.scaler,
        **_circumstances(),
    )
    context.log_to(run.log_path)
    _keep(run, data)
    return train(run, model, data, context)


def _go_on(message: StartRun, context: JobContext) -> RunEnded:
    with RunFolder.to_resume(Path(message.run_dir)) as run:
        after, epochs = run.to_go(message.epochs)
        project = with_choices(run.record.project, epochs=epochs, seed=run.record.seed)
        EditsStore.of_person().adopt(project.data.edits, run.labels_folder)
        data = _checked_data(project, context, run if after else None)
        model = _trainable_model(project) if after else _fresh_model(project, message.weights)
        context.check_cancelled()
        state = restore(run, model, after) if after else {}
        now = _circumstances()
        if after and any(getattr(run.record, name) != value for name, value in now.items()):
            text = T(
                "Library versions or device differ from before: the run goes on, not bit for bit."
            )
            context.emit(Log(text=text))
        run.take_over(after, epochs=epochs, scaler=data.scaler, **now)
    context.log_to(run.log_path)
    _keep(run, data)
    return train(run, model, data, context, after, state)


def _checked_data(project: Project, context: JobContext, run: RunFolder | None = None) -> RunData:
    facts = dataset_of(project.data)
    check_trainable(project, analyse(project.network), facts)
    if run is not None and facts.own is not None and (change := change_of(facts.own)) is not None:
        text = T("{change} The run goes on with the pictures it began with.", change=change)
        context.emit(Log(text=text))
    try:
        data = load_data(project, run, lambda: context.cancelled)
    except JobFailed:
        context.check_cancelled()  # what was being read says so by this
        raise
    context.check_cancelled()
    for text in data.notes:
        context.emit(Log(text=text))
    return data


def _keep(run: RunFolder, data: RunData) -> None:
    """Writes into the run's folder what it goes on with, whatever becomes of the project."""
    run.write_split(data.split)
    store = EditsStore.of_person()
    store.lay_into(run.labels_folder, {data.project.data.edits} - {""})


def _measured(run: RunFolder, on: str, context: JobContext) -> Measured:
    try:
        return measured_part(run, on, lambda: context.cancelled)
    except JobFailed:
        context.check_cancelled()
        raise


def _trainable_model(project: Project) -> keras.Model:
    model = build_model(project.network, project.training.seed)
    compile_model(model, project.training)
    return model


def _fresh_model(project: Project, folders: Sequence[str]) -> keras.Model:
    """The model as training begins: with the weights that layers brought along, else drawn ones.

    Raises:
        BadInput: When such weights aren't in one of `folders` or the person's store.
    """
    weights = read_weights(analyse(project.network), WeightsStore.of_person(), *map(Path, folders))
    model = _trainable_model(project)
    set_weights(model, project.network, weights)
    return model


def _circumstances() -> dict[str, Any]:
    """What a run records of where it is trained."""
    backend = current()
    return {
        "backend": backend.name,
        "device": backend.device,
        "deterministic": True,  # see backends: select asks for it
        "versions": backend.versions,
    }


def _spans(count: int) -> Iterator[tuple[int, int]]:
    """Start and stop of each batch of `count` pictures."""
    for start in range(0, count, _BATCH):
        yield start, min(start + _BATCH, count)
