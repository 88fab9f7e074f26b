"""Looking inside a trained network: what every layer gives for a picture, from one forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T
from cnnstudio.engine.callbacks import finite
from cnnstudio.engine.checkpoints import load_model
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.data import pictures_from, prepared
from cnnstudio.protocol import wire
from cnnstudio.protocol.messages import FeatureMaps, LayerOutput, Phase

_HEADER_ROOM = 2**16  # bytes of a frame left for the message itself

Outputs = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class _Probe:
    """A checkpoint's network that gives every layer's output.

    Attributes:
        key: Which checkpoint it is, and when that was written.
        run: The run.
        model: From a picture to the outputs by layer id.
        last: The id of the layer that answers.
    """

    key: tuple[Path, int, int]
    run: RunFolder
    model: keras.Model
    last: str


class Inspection:
    """Answers questions about checkpoints; the last one and its last picture stay in memory."""

    def __init__(self) -> None:
        self._probe: _Probe | None = None
        self._seen: tuple[bytes, Outputs] | None = None

    def feature_maps(self, message: FeatureMaps, context: JobContext, blob: bytes) -> None:
        """Gives a layer's output for a picture, with the network's probabilities.

        Raises:
            BadInput: When run or checkpoint can't be used, there is no such layer, or the picture
                doesn't fit the network.
        """
        context.phase(Phase.ANSWERING)
        probe = self._open(RunFolder.open(Path(message.run_dir)), message.epoch)
        picture = pictures_from((1, *message.shape), blob, probe.model.input_shape[1:])
        outputs = self._outputs(probe, picture)
        output = outputs.get(message.layer)
        if output is None:
            raise BadInput(T("The run's network has no layer {layer}.", layer=message.layer))
        if output.nbytes + _HEADER_ROOM > wire.MAX_FRAME:
            raise BadInput(
                T(
                    "The layer's output of {shape} is too large to be shown.",
                    shape=show_shape(output.shape),
                )
            )
        answer = LayerOutput(
            shape=output.shape,
            not_finite=int(output.size - np.isfinite(output).sum()),
            probabilities=tuple(finite(float(p)) for p in outputs[probe.last].ravel()),
        )
        context.emit(answer, output.tobytes())

    def _open(self, run: RunFolder, epoch: int) -> _Probe:
        weights = run.checkpoints.path(epoch) / "weights.npz"
        key = (run.path, epoch, weights.stat().st_mtime_ns if weights.is_file() else 0)
        if self._probe is not None and self._probe.key == key:
            return self._probe
        self._probe = self._seen = None  # two models at once would take twice the memory
        model = load_model(run, epoch)
        probe, last = _every_layer(run.record.project.network, model)
        self._probe = _Probe(key, run, probe, last)
        return self._probe

    def _outputs(self, probe: _Probe, picture: NDArray[np.uint8]) -> Outputs:
        content = picture.tobytes()
        if self._seen is not None and self._seen[0] == content:
            return self._seen[1]
        given = prepared(probe.run, picture)
        found: dict[str, Any] = probe.model(given, training=False)
        outputs = {id: _one(tensor) for id, tensor in found.items()}
        self._seen = content, outputs
        return outputs


def _every_layer(network: Network, model: keras.Model) -> tuple[keras.Model, str]:
    """A model with the same weights that gives all outputs by layer id, and the last one's id."""
    names = safe_names(network)
    analysis = analyse(network)
    assert analysis.output is not None  # or the model could not have been built
    outputs = {id: model.get_layer(names[id]).output for id in analysis.nodes}
    return keras.Model(model.inputs[0], outputs), analysis.output.node.id


def _one(tensor: Any) -> NDArray[np.float32]:
    """A batch of one as the array of its only item."""
    return np.ascontiguousarray(keras.ops.convert_to_numpy(tensor)[0], np.float32)
