"""A model's weights and training state as named arrays, and back; and the model of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
from keras.src.applications.convnext import StochasticDepth
from keras.src.random.seed_generator import global_seed_generator
from numpy.typing import NDArray

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T
from cnnstudio.engine.model import build_model, take_over

Arrays = dict[str, NDArray[Any]]

_RANDOM = "random/"  # what the backend's own random state is stored under


def weights_of(model: keras.Model) -> Arrays:
    """The weights by variable path, such as ``conv2d/kernel``."""
    return _read(model.weights)


def state_of(model: keras.Model) -> Arrays:
    """What an exact resume needs beside the weights: random states and the optimiser.

    A ``.keras`` file doesn't hold the state of Dropout's ``SeedGenerator``
    (``keras/src/random/seed_generator.py``); without it a resumed run drops other units.
    """
    random = {_RANDOM + name: value for name, value in _random_state().items()}
    return {**_read(_state_variables(model)), **random}


def load_weights(model: keras.Model, arrays: Mapping[str, NDArray[Any]], source: str) -> None:
    """Puts weights into `model`.

    Raises:
        BadInput: When names or shapes differ from the model's; `source` says whose they are.
    """
    _write(model.weights, arrays, source)
    take_over(model)


def load_state(model: keras.Model, arrays: Mapping[str, NDArray[Any]], source: str) -> None:
    """Puts a training state's variables into a compiled `model`; raises as ``load_weights``."""
    own = {name: value for name, value in arrays.items() if not name.startswith(_RANDOM)}
    _write(_state_variables(model), own, source)


def load_random_state(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Puts back the backend's own random state, if `arrays` and the backend have one.

    Right before the first batch: PyTorch's data loader draws from it when ``fit`` starts.
    """
    random = {
        name.removeprefix(_RANDOM): value
        for name, value in arrays.items()
        if name.startswith(_RANDOM)
    }
    if random and keras.backend.backend() == "torch":
        from cnnstudio.engine.backends.torch import set_random_state

        set_random_state(random)


def _random_state() -> Arrays:
    if keras.backend.backend() != "torch":
        return {}
    from cnnstudio.engine.backends.torch import random_state

    return random_state()


def load_model(run: RunFolder, epoch: int) -> keras.Model:
    """The network of a run with the weights of an epoch; not compiled.

    Raises:
        BadInput: When there is no such checkpoint, or it is damaged.
    """
    arrays = run.checkpoints.read_weights(epoch)
    model = build_model(run.record.project.network, run.record.seed)
    load_weights(model, arrays, str(run.checkpoints.path(epoch)))
    return model


def _state_variables(model: keras.Model) -> list[keras.Variable]:
    """Every variable of the layers that isn't a weight, and those of the optimiser.

    StochasticDepth has no random state of its own: it draws from the one Keras keeps for all.
    """
    weights = {id(variable) for variable in model.weights}
    own = [
        variable
        for layer in model.layers
        for variable in layer.variables
        if id(variable) not in weights
    ]
    if any(isinstance(layer, StochasticDepth) for layer in model.layers):
        own.append(global_seed_generator().state)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return [*own, *model.optimizer.variables]


def _read(variables: Iterable[keras.Variable]) -> Arrays:
    return {variable.path: np.asarray(variable) for variable in variables}


def _write(
    variables: list[keras.Variable], arrays: Mapping[str, NDArray[Any]], source: str
) -> None:
    wanted = {variable.path: tuple(variable.shape) for variable in variables}
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        different = sorted(
            name for name in {*wanted, *found} if wanted.get(name) != found.get(name)
        )
        raise BadInput(
            T(
                "{source} doesn't belong to this network: {names} differ. The run folder is "
                "damaged or its project was changed; train again.",
                source=source,
                names=", ".join(different[:5]),
            )
        )
    for variable in variables:
        variable.assign(arrays[variable.path])
