"""Builds the Keras model of a network, by calling constructors with checked values.

Keras' own deserialiser is never used: it runs what a file names. A class comes from the module
that its kind declares, and a file can only name a kind; or from code of the project that the
person trusts (see ``custom``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import keras
from keras.src.random.seed_generator import global_seed_generator
from numpy.typing import NDArray

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.project import Optimizer, TrainingSettings
from cnnstudio.core.training.checks import chosen_loss
from cnnstudio.engine.arguments import keras_arguments
from cnnstudio.engine.custom import call_layer, check_as_measured
from cnnstudio.engine.steps import TrainingModel


def build_model(network: Network, seed: int) -> TrainingModel:
    """Builds `network` with initial weights drawn from `seed`.

    What Keras kept of earlier models is dropped first, so a long-lived process doesn't grow and
    equal arguments give equal weights. Layers bear their names in the exported code; a frozen one
    is built with ``trainable=False``.

    Raises:
        BadInput: When the network has an error; the first one is told. When the code of a layer
            isn't trusted, or fails.
    """
    analysis = analyse(network)
    if analysis.errors:
        raise BadInput(analysis.errors[0].text)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    names = safe_names(network)
    tensors: dict[str, Any] = {}
    for id, layer in analysis.nodes.items():
        given = [tensors[link.source] for link in network.incoming[id]]
        if layer.node.custom is not None:
            made, tensors[id] = call_layer(layer.node, names[id], given)
            check_as_measured(layer, made, tensors[id])
            continue
        make = getattr(import_module(layer.kind.module), layer.kind.keras)
        made = make(name=names[id], **keras_arguments(layer.node.values))
        if not given:
            tensors[id] = made  # keras.Input gives a tensor
            continue
        if layer.node.frozen:
            made.trainable = False
        tensors[id] = made(given if layer.kind.merges else given[0])
    if any(layer.kind.id == "stochastic_depth" for layer in analysis.nodes.values()):
        global_seed_generator()  # it draws from this one; made here it begins alike in every run
    first, last = analysis.input, analysis.output
    assert first is not None
    assert last is not None
    return TrainingModel(tensors[first.node.id], tensors[last.node.id])


def set_weights(
    model: keras.Model, network: Network, weights: Mapping[str, Sequence[NDArray[Any]]]
) -> None:
    """Puts weights into layers of a model that was built of `network`.

    Args:
        model: The model.
        network: Its network.
        weights: By layer id, in the order of ``layer.weights`` and with its shapes.
    """
    names = safe_names(network)
    for id, arrays in weights.items():
        layer = model.get_layer(names[id])
        for variable, array in zip(layer.weights, arrays, strict=True):
            variable.assign(array)
    take_over(model)


def take_over(model: keras.Model) -> None:
    """Lets layers that compute with copies of their variables take the values these have now.

    Normalization does (``keras/src/layers/preprocessing/normalization.py``).
    """
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def compile_model(model: keras.Model, settings: TrainingSettings) -> None:
    """Makes `model` ready for training; the optimiser's other parameters are Keras' defaults."""
    model.compile(
        optimizer=_OPTIMIZERS[settings.optimizer.name](settings.optimizer),
        loss=chosen_loss(settings),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )


_OPTIMIZERS: dict[str, Callable[[Optimizer], keras.optimizers.Optimizer]] = {
    "adam": lambda s: keras.optimizers.Adam(s.learning_rate),
    "adamw": lambda s: keras.optimizers.AdamW(s.learning_rate),
    "sgd": lambda s: keras.optimizers.SGD(s.learning_rate, s.momentum),
    "rmsprop": lambda s: keras.optimizers.RMSprop(s.learning_rate, momentum=s.momentum),
}
