"""One run: ``model.fit`` on the batch stream, watched over by the studio's callback."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import keras

from cnnstudio.core.code.names import safe_names, with_given_names
from cnnstudio.core.errors import StudioError
from cnnstudio.core.network import Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder, RunRecord, RunStatus
from cnnstudio.core.text import T, Text
from cnnstudio.engine.callbacks import Diverged, RunCallback
from cnnstudio.engine.checkpoints import Arrays, load_state, load_weights
from cnnstudio.engine.context import Cancelled, JobContext
from cnnstudio.engine.custom_faults import told
from cnnstudio.engine.data import RunData
from cnnstudio.engine.stream import Batch, BatchStream
from cnnstudio.protocol.messages import Phase, RunEnded, RunStarted

logger = logging.getLogger(__name__)


def train(
    run: RunFolder,
    model: keras.Model,
    data: RunData,
    context: JobContext,
    after: int = 0,
    resumed: Arrays | None = None,
) -> RunEnded:
    """Trains to the run's last epoch and says how it ended, in its folder too.

    Args:
        run: The run's folder, which this process owns.
        model: Compiled, with its initial weights or (see ``restore``) those of epoch `after`.
        data: What to train on.
        context: The way to the client.
        after: Epochs already done.
        resumed: The training state of that epoch, as ``restore`` gave it.
    """
    record = run.record
    with data.stream(record.seed) as stream:
        watcher = RunCallback(
            run,
            context,
            pictures=len(data.split.train),
            batch_size=record.project.training.batch_size,
            steps=stream.steps,
            resumed=resumed or {},
        )
        watcher.epoch = after
        _log_names(record.project.network)
        logger.info(
            "training on %d pictures in %d batches, epochs %d to %d, on %s %s",
            len(data.split.train),
            stream.steps,
            after + 1,
            record.epochs,
            record.backend,
            record.device,
        )
        try:
            context.emit(
                RunStarted(
                    train=len(data.split.train),
                    validation=len(data.split.validation),
                    steps=stream.steps,
                    epochs=record.epochs,
                    initial_epoch=after,
                )
            )
            context.check_cancelled()
            context.phase(Phase.TRACING)
            _fit(model, stream, data, record, watcher, after)
        except Cancelled:
            return _end(run, watcher, RunStatus.CANCELLED)
        except Diverged as diverged:
            return _end(run, watcher, RunStatus.DIVERGED, _diverged(diverged, run))
        except StudioError as error:
            return _end(run, watcher, RunStatus.FAILED, error.text)
        except (Exception, SystemExit) as error:
            logger.exception("the run failed")
            text = told(error) or _failure(error, record.project)
            return _end(run, watcher, RunStatus.FAILED, text)
        return _end(run, watcher, RunStatus.FINISHED)


def _log_names(network: Network) -> None:
    """Says which layers the log means where Keras calls them otherwise."""
    for id, name in safe_names(network).items():
        if name != network.by_id[id].name:
            logger.info("Keras calls %r %s", network.by_id[id].name, name)


def restore(run: RunFolder, model: keras.Model, epoch: int) -> Arrays:
    """Puts `model` where the run was after `epoch`, to the last bit; returns the training state.

    Raises:
        BadInput: When there is no full state of that epoch, or it is damaged.
    """
    source = str(run.checkpoints.path(epoch))
    state, _meta = run.checkpoints.read_state(epoch)
    load_weights(model, run.checkpoints.read_weights(epoch), source)
    load_state(model, state, source)
    return state


def _fit(
    model: keras.Model,
    stream: BatchStream,
    data: RunData,
    record: RunRecord,
    watcher: RunCallback,
    after: int,
) -> None:
    batches: Any = stream.batches(after, record.epochs)
    measured = data.validation()
    validation: Any = Validation(measured) if measured else None
    if keras.backend.backend() == "tensorflow":
        from cnnstudio.engine.backends.tensorflow import feed

        batches = feed(lambda: stream.batches(after, record.epochs), stream.batch(after, 0))
        if measured:
            validation = feed(lambda: iter(measured), measured[0], len(measured))
    model.fit(
        batches,
        steps_per_epoch=stream.steps,
        shuffle=False,  # the stream is shuffled; Keras could not
        initial_epoch=after,
        epochs=record.epochs,
        validation_data=validation,
        callbacks=[watcher],
        verbose=0,
    )


class Validation(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of validation pictures as Keras takes them where they may not fit into memory."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        super().__init__()
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> Batch:
        return self._batches[index]


def _end(
    run: RunFolder,
    watcher: RunCallback,
    status: RunStatus,
    text: Text | None = None,
) -> RunEnded:
    """Keeps what can be kept and writes down how the run ended."""
    try:
        if status is RunStatus.CANCELLED:
            watcher.keep_partial()
        elif status is RunStatus.DIVERGED:
            watcher.flush()
        run.update(state=status, reason=text)
    except StudioError as error:
        logger.exception("the end of the run could not be written")
        if text is None:
            status, text = RunStatus.FAILED, error.text
    logger.info("the run is %s after %d epochs", status, watcher.epoch)
    return RunEnded(stopped=status.value, epochs=watcher.epoch, text=text)


def _diverged(diverged: Diverged, run: RunFolder) -> Text:
    kept = run.last_epoch()
    place = {"epoch": diverged.epoch + 1, "batch": diverged.batch + 1}
    if kept is None:
        return T(
            "The loss of epoch {epoch}, batch {batch} isn't a number any more: training diverged "
            "before an epoch was kept. Try a smaller learning rate.",
            **place,
        )
    return T(
        "The loss of epoch {epoch}, batch {batch} isn't a number any more: training diverged. The "
        "checkpoint of epoch {kept} is kept. Try a smaller learning rate.",
        **place,
        kept=kept,
    )


def _failure(error: BaseException, project: Project) -> Text:
    reason = f"{type(error).__name__}: {error}"
    batch_size = project.training.batch_size
    if isinstance(error, MemoryError) or any(sign in reason.lower() for sign in _OUT_OF_MEMORY):
        return T(
            "Memory ran out with {batch_size} pictures a batch. Try {half}, or a smaller network.",
            batch_size=batch_size,
            half=max(batch_size // 2, 1),
        )
    return T(
        "Training stopped because of an error: {reason}. The log has the details.",
        reason=with_given_names(reason.splitlines()[0], project.network)[:300].rstrip("."),
    )


# TensorFlow's ResourceExhaustedError and JAX's XlaRuntimeError; PyTorch's OutOfMemoryError.
_OUT_OF_MEMORY = ("resource_exhausted", "resourceexhausted", "out of memory", "outofmemory")
