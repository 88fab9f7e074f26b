"""Refuses a network that no machine can hold, from its numbers alone, before anything is made."""

from __future__ import annotations

import math

from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import ShapeError
from cnnstudio.core.models.notes import called
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T

LARGEST = 64 * 10**9
"""Bytes of all weights and of all outputs for one picture, in float32."""
LONGEST = 100_000
"""Rows or columns of an output."""
MOST_CELLS = 3_000_000
"""Rows and columns of all outputs; where a layer resamples, each has a field of its own."""
_FLOAT_BYTES = 4


def check_sizes(network: Network) -> dict[str, Shape]:
    """The outputs of the layers whose shape is known, by id.

    Raises:
        BadInput: Naming the layer with which the network becomes too large, and the number.
    """
    shapes: dict[str, Shape] = {}
    size = cells = 0
    for id in network.order:
        node = network.by_id[id]
        inputs = tuple(shapes[k.source] for k in network.incoming[id] if k.source in shapes)
        if len(inputs) < len(network.incoming[id]):
            continue
        shape = _output(node, inputs)
        if shape is None:
            continue
        shapes[id] = shape
        assert node.spec is not None
        weights = sum(weight.size for weight in node.spec.weights(node.values, inputs))
        size += _FLOAT_BYTES * (weights + math.prod(shape))
        axes = shape[:2] if len(shape) > 2 else ()
        cells += sum(axes)
        if size > LARGEST:
            raise _too_large(node, size)
        if cells > MOST_CELLS or max(axes, default=0) > LONGEST:
            raise BadInput(
                T(
                    "{layer} gives {shape}; so many rows and columns are no feature map the "
                    "studio can work with. Choose a smaller model.",
                    layer=called(node.name),
                    shape=show_shape(shape),
                )
            )
    return shapes


def _output(node: LayerNode, inputs: tuple[Shape, ...]) -> Shape | None:
    """The shape a layer gives; None where it can't be told."""
    if node.spec is None or node.refused:
        return None
    least, most = node.spec.inputs
    if not least <= len(inputs) <= (len(inputs) if most is None else most):
        return None
    try:
        return node.spec.output_shape(node.values, inputs)
    except ShapeError:
        return None


def _too_large(node: LayerNode, size: int) -> BadInput:
    return BadInput(
        T(
            "With {layer} the model needs {size} for its weights and one picture, more than the "
            "{limit} the studio opens. Choose a smaller model.",
            layer=called(node.name),
            size=_in_words(size),
            limit=_in_words(LARGEST),
        )
    )


def _in_words(size: int) -> str:
    """A number of bytes: "64 GB", "8 TB"; beyond that as a power of ten."""
    for unit, name in ((10**12, "TB"), (10**9, "GB")):
        if unit <= size < 10**15:
            return f"{size / unit:.0f} {name}"
    return f"10^{len(str(size)) - 13} TB"
