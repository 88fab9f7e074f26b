"""Builds a network of ``keras.applications`` for the canvas, with its ImageNet weights if wanted.

The structure is read from the model that Keras builds, and the weights from the one whose own
loader has read them: nothing of either is written down here.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from cnnstudio.core.backbones import Backbone, BackboneChoice, Mode, check_choice
from cnnstudio.core.blocks.pretrained import SWAP, preparation, prepared
from cnnstudio.core.clipboard import write_clip
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.models.translating import ModelReading, translate_model
from cnnstudio.core.network import LayerNode, Network, StoredWeights
from cnnstudio.core.storage.arrays import write_arrays
from cnnstudio.core.storage.faults import write_fault
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T
from cnnstudio.engine.context import JobContext
from cnnstudio.protocol.downloading import fetch, has_checksum
from cnnstudio.protocol.messages import BackboneBuilt, BuildBackbone, Downloading, Phase

SWAPPED = np.eye(3, dtype=np.float32)[::-1].reshape(1, 1, 3, 3)
"""The kernel that gives blue, green and red for red, green and blue."""


def build_backbone(message: BuildBackbone, context: JobContext, _blob: bytes) -> BackboneBuilt:
    """Builds a backbone, downloads its weights if they aren't cached, and stores them.

    Raises:
        BadInput: When the choice can't be built.
        JobFailed: When the network or the disk fails, or the cached weights are damaged.
        Cancelled: What was downloaded until then is gone.
    """
    context.phase(Phase.ANSWERING)
    choice = message.choice
    chosen = check_choice(choice)
    if choice.pretrained:
        _fetch(chosen, choice, context)
    context.check_cancelled()
    try:
        model = keras_model(chosen, choice)
    except OSError as error:  # HDF5's word for a file it can't read; some have no checksum
        file = chosen.weights_file(head=choice.head, size=choice.size)
        raise JobFailed(
            T("{file} is damaged. Delete it, and it is downloaded anew.", file=str(file.path))
        ) from error
    context.check_cancelled()
    reading = translate_model(json.loads(model.to_json()))
    network = reading.network
    arrays: dict[str, NDArray[Any]] = {}
    swap = StoredWeights("", 0, (SWAPPED.shape,))
    if choice.pretrained:
        network, arrays = _with_weights(model, reading)
        swap = replace(swap, layer=len(network.layers))
    if choice.preprocessing:
        network = prepared(network, chosen, choice, swap)
        if any(step.name == SWAP for step in preparation(chosen, unit_range=False)):
            arrays[f"{swap.layer}/0"] = SWAPPED
    if arrays:
        network = _stored(network, arrays, choice, WeightsStore(Path(message.store)))
    return BackboneBuilt(layers=write_clip(network, network.by_id), warnings=reading.warnings)


def keras_model(chosen: Backbone, choice: BackboneChoice) -> keras.Model:
    """The model as Keras builds it; with weights they must be in Keras' cache.

    Raises:
        BadInput: When Keras refuses it, such as NASNetMobile on PyTorch.
    """
    more: dict[str, Any] = {}
    if chosen.family.mode is Mode.OPTIONAL:
        more["include_preprocessing"] = choice.preprocessing
    keras.utils.clear_session()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that weights are made for another size is known
            return getattr(keras.applications, chosen.name)(
                weights="imagenet" if choice.pretrained else None,
                include_top=choice.head,
                input_shape=(choice.size, choice.size, choice.channels),
                classes=choice.classes,
                **more,
            )
    except ValueError as error:
        raise BadInput(
            T(
                "Keras doesn't build {name} like that: {reason}",
                name=chosen.name,
                reason=str(error)[:300],
            )
        ) from error


def _fetch(chosen: Backbone, choice: BackboneChoice, context: JobContext) -> None:
    """Puts the weights file into Keras' cache, unless it is there and whole."""
    file = chosen.weights_file(head=choice.head, size=choice.size)
    try:
        cached = has_checksum(file.path, file.checksum)
    except OSError:
        cached = False  # what can't be read is fetched anew
    if cached:
        return

    def told(done: int, total: int) -> None:
        context.emit(Downloading(file=file.path.name, done=done, total=total))

    fetch(
        file.url,
        file.path,
        file.checksum,
        check=context.check_cancelled,
        progress=told,
        advice=T(
            "Check the network connection and try again, or take the network without weights."
        ),
    )


def _with_weights(
    model: keras.Model, reading: ModelReading
) -> tuple[Network, dict[str, NDArray[Any]]]:
    """The network with every layer's weights named, and the arrays by their names."""
    arrays: dict[str, NDArray[Any]] = {}
    nodes: list[LayerNode] = []
    for number, node in enumerate(reading.network.layers):
        layer = _layer(model, reading.paths.get(node.id, ()))
        values = [np.asarray(one) for one in layer.weights] if layer else []
        arrays |= {f"{number}/{index}": value for index, value in enumerate(values)}
        stored = StoredWeights("", number, tuple(value.shape for value in values))
        nodes.append(replace(node, weights=stored if values else None))
    return replace(reading.network, layers=tuple(nodes)), arrays


def _layer(model: keras.Model, path: Sequence[str]) -> keras.Layer | None:
    """The layer at a place in nested models; None for an operation, which isn't one."""
    found: Any = model if path else None
    for name in path:
        found = next((one for one in found.layers if one.name == name), None)
        if found is None:
            return None
    return found


def _stored(
    network: Network, arrays: dict[str, NDArray[Any]], choice: BackboneChoice, store: WeightsStore
) -> Network:
    """Puts the arrays into the store; the layers name the file, and are frozen if asked."""
    with tempfile.TemporaryDirectory(prefix="cnnstudio-") as folder:
        path = Path(folder, "weights.npz")
        try:
            write_arrays(path, arrays)
        except OSError as error:
            raise write_fault(error, path, sum(a.nbytes for a in arrays.values())) from error
        file = store.put(path)
    return replace(
        network,
        layers=tuple(
            replace(
                node,
                weights=replace(node.weights, file=file),
                frozen=node.frozen or choice.frozen,
            )
            if node.weights
            else node
            for node in network.layers
        ),
    )
