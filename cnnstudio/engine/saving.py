"""A run's network as a file of Keras: written beside the old one, read back, compared, put there.

Keras opens the file it saves to for writing at once (``keras/src/saving/saving_lib.py``), so a full
disk would cost the old one. HDF5 crashes where a disk is full, and with it the process, so it
writes to memory here and Python to the disk. What is saved is a plain functional model: it needs
nothing of the studio to be opened.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
from keras.src.legacy.saving.legacy_h5_format import save_model_to_hdf5
from keras.src.saving import saving_lib
from numpy.typing import NDArray

from cnnstudio.core.code.names import safe_names
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.model_files import ModelFormat, model_format
from cnnstudio.core.network import Network
from cnnstudio.core.storage.atomic import replacing
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text
from cnnstudio.engine.checkpoints import load_model
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.custom import classes_of
from cnnstudio.engine.model import build_model
from cnnstudio.engine.scaling import told_scaling
from cnnstudio.protocol.messages import ModelSaved, Phase, SaveModel

PICTURES = 4
"""Made-up pictures that the network and the file are asked about."""
_OTHER_SEED = 1  # added to the run's: a fresh network equals the saved one only once it is loaded
_MOST_NAMED = 5


def save_model(message: SaveModel, context: JobContext, _blob: bytes) -> ModelSaved:
    """Saves a checkpoint as ``.keras``, ``.h5`` or ``.weights.h5``.

    Raises:
        BadInput: When run, checkpoint or path can't be used, or Keras couldn't open the file.
        JobFailed: When the disk is full or breaks, or the file reads back otherwise than it was
            written. The old file is unharmed.
    """
    context.phase(Phase.ANSWERING)
    target = Path(message.path)
    form = model_format(target)
    run = RunFolder.open(Path(message.run_dir))
    network, seed = run.record.project.network, run.record.seed
    _check_can_be_opened(network, form)
    model = plain(load_model(run, message.epoch))
    context.check_cancelled()
    context.phase(Phase.SAVING)

    def fresh() -> keras.Model:
        return plain(build_model(network, seed + _OTHER_SEED))

    with keras.saving.custom_object_scope(classes_of(network)):
        size = write_model(model, target, form, fresh)
    return ModelSaved(
        size=size,
        arrays=len(model.weights),
        pictures=PICTURES,
        warnings=(*_renamed(network), *told_scaling(run)),
    )


def plain(model: keras.Model) -> keras.Model:
    """The layers of a model as Keras' own functional model, not the studio's subclass."""
    return keras.Model(model.inputs[0], model.outputs[0], name="model")


def write_model(
    model: keras.Model, target: Path, form: ModelFormat, fresh: Callable[[], keras.Model]
) -> int:
    """Replaces `target` by a file of `model` and returns its bytes.

    Args:
        model: A functional model.
        target: The file.
        form: What kind of file it is.
        fresh: Makes a model of the same design with other weights, for a file of weights alone.

    Raises:
        BadInput: When the path can't be used.
        JobFailed: When the disk is full or breaks, or the file doesn't read back equal.
    """
    needed = 4 * model.count_params()
    try:
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with replacing(target, form.suffix) as temporary:
            _write(model, temporary, form)
            _compare(model, _read(temporary, form, fresh), form, target)
            return temporary.stat().st_size
    except OSError as error:
        raise write_fault(error, target, needed) from error


def _write(model: keras.Model, path: Path, form: ModelFormat) -> None:
    memory = io.BytesIO()
    if form is ModelFormat.H5:
        with h5py.File(memory, "w") as h5:
            save_model_to_hdf5(model, h5, include_optimizer=False)
    else:
        saving_lib.save_model(model, memory)
    with path.open("xb") as file:
        if form is ModelFormat.WEIGHTS:  # a .keras file has what ``save_weights`` writes
            with zipfile.ZipFile(memory) as archive, archive.open("model.weights.h5") as weights:
                shutil.copyfileobj(weights, file)
        else:
            file.write(memory.getbuffer())


def _read(path: Path, form: ModelFormat, fresh: Callable[[], keras.Model]) -> keras.Model:
    if form is ModelFormat.WEIGHTS:
        model = fresh()
        model.load_weights(path)
        return model
    return keras.models.load_model(path, compile=False, safe_mode=True)


def _compare(model: keras.Model, back: keras.Model, form: ModelFormat, target: Path) -> None:
    """Raises JobFailed unless two models are equal: config, weights and answers, to the bit."""
    different: Text | None = None
    if form is not ModelFormat.WEIGHTS and model.to_json() != back.to_json():
        different = T("the layers")
    elif not _have_same_weights(model, back):
        different = T("the weights")
    else:
        shape = (PICTURES, *model.input_shape[1:])
        pictures = np.random.RandomState(0).uniform(0, 1, shape).astype(np.float32)
        if _answers(model, pictures).tobytes() != _answers(back, pictures).tobytes():
            different = T("the answers to the same pictures")
    if different is not None:
        raise JobFailed(
            T(
                "{file} reads back otherwise than it was written: {what} differ. It was given up, "
                "and what was there is unharmed. Try again, or choose another disk or format.",
                file=str(target),
                what=different,
            )
        )


def _have_same_weights(one: keras.Model, other: keras.Model) -> bool:
    """Whether all arrays are equal, in order: a variable without a name has a path of chance."""
    if len(one.weights) != len(other.weights):
        return False
    pairs = zip(one.weights, other.weights, strict=True)
    return all(_bits(mine) == _bits(theirs) for mine, theirs in pairs)


def _bits(variable: keras.Variable) -> tuple[object, ...]:
    value = np.asarray(variable)
    return value.dtype, value.shape, value.tobytes()


def _answers(model: keras.Model, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    answers: NDArray[np.float32] = keras.ops.convert_to_numpy(model(pictures, training=False))
    return answers


def _check_can_be_opened(network: Network, form: ModelFormat) -> None:
    """Raises BadInput for layers that Keras can write into an ``.h5`` file and not read again."""
    own = [
        node.name
        for node in network.layers
        if node.spec is not None and node.custom is None
        if node.spec.module != "keras.layers" and node.spec.inputs[1] != 0
    ]
    if form is ModelFormat.H5 and own:
        raise BadInput(
            T(
                "Keras can't open an .h5 file with {layers} in it. Save it as .keras.",
                layers=", ".join(own[:_MOST_NAMED]),
            )
        )


def _renamed(network: Network) -> tuple[Text, ...]:
    names = safe_names(network)
    others = [
        f"{node.name} → {names[node.id]}" for node in network.layers if node.name != names[node.id]
    ]
    if not others:
        return ()
    return (
        T(
            "Keras can't run some of the layers' names; in the file they have others: {names}.",
            names=", ".join(others[:_MOST_NAMED]) + (" …" if len(others) > _MOST_NAMED else ""),
        ),
    )
