"""What it means that a layer kind agrees with the Keras layer it declares."""

from __future__ import annotations

import importlib
import math
import re
import warnings
from types import ModuleType
from typing import Any

import pytest
import tensorflow as tf
from hypothesis import strategies as st

from cnnstudio.core.expressions import evaluate, parse
from cnnstudio.core.layers.common import axis_names
from cnnstudio.core.layers.initializers import Initializer
from cnnstudio.core.layers.regularizers import Regularizer
from cnnstudio.core.layers.spec import Cells, LayerKind, Origin, ShapeError, Shapes
from cnnstudio.core.network import LayerNode
from cnnstudio.core.shapes import Shape
from tests.contract.settings import has_its_type, input_shapes, settings

SPORADIC = {"separable_conv2d.single"}  # can't be computed one time, and can another
BATCH = 11  # longer than any axis of a generated shape


class Refused(Exception):
    """Keras, or the kind, doesn't take the settings or the shapes."""


def by_keras(keras: ModuleType, kind: LayerKind, raw: dict[str, Any], inputs: Shapes) -> Any:
    """The built Keras layer and its output's shape without the batch axis."""
    try:
        if kind.inputs[1] == 0:
            return None, tuple(keras.Input(**raw).shape[1:])
        layer = declared(kind)(**keras_raw(keras, kind, raw))
        tensors = [keras.KerasTensor((None, *shape)) for shape in inputs]
        return layer, tuple(layer(tensors if kind.merges else tensors[0]).shape[1:])
    except Exception as error:  # Keras and TensorFlow refuse in many ways
        raise Refused(str(error)) from error


def with_data(kind: LayerKind, layer: Any, inputs: Shapes) -> Shape:
    """The shape that comes out of a built layer for a batch, without the batch axis.

    The layer runs as it does in training: in a function traced for batches of any size.

    Raises:
        Refused: When it can't be traced or can't compute, or mixes the pictures of the batch.
    """
    function = tf.function(
        lambda *given: layer(list(given) if kind.merges else given[0]),
        input_signature=[tf.TensorSpec((None, *shape)) for shape in inputs],
    )
    try:
        traced = function.get_concrete_function()
        result = traced(*(tf.ones((BATCH, *shape)) for shape in inputs))
    except Exception as error:
        raise Refused(str(error)) from error
    if result.shape[0] != BATCH:
        raise Refused("the batch comes out with another length")
    return tuple(result.shape[1:])


def declared(kind: LayerKind) -> Any:
    """The class or function of Keras that the kind declares."""
    return getattr(importlib.import_module(kind.module), kind.keras)


def keras_raw(keras: ModuleType, kind: LayerKind, raw: dict[str, Any]) -> dict[str, Any]:
    """Raw settings for Keras, with initialisers and regularisers made as code makes them."""
    modules = {Initializer: keras.initializers, Regularizer: keras.regularizers}
    made = dict(raw)
    for parameter in kind.parameters:
        value = raw.get(parameter.name)
        module = modules.get(type(parameter))
        given = dict(value) if isinstance(value, dict) else {"name": value}
        if module and given.get("name") in [v.name for v in parameter.variants]:
            made[parameter.name] = getattr(module, given.pop("name"))(**given)
    return made


def by_kind(kind: LayerKind, raw: dict[str, Any], inputs: Shapes) -> tuple[dict[str, Any], Shape]:
    """The read values and the output shape."""
    node = LayerNode("n1", kind.id, "layer", raw)
    if node.refused:
        raise Refused(str(node.refused[0]))
    try:
        return node.values, kind.output_shape(node.values, inputs)
    except ShapeError as error:
        raise Refused(str(error.text.id)) from error


def check_counts(keras: ModuleType, kind: LayerKind, data: st.DataObject) -> None:
    """Shape, weights and counts are those of Keras, and what Keras refuses is refused."""
    raw, inputs = data.draw(settings(kind)), data.draw(input_shapes(kind))
    try:
        values, output = by_kind(kind, raw, inputs)
    except Refused as refusal:
        if not is_stricter(kind, raw, refusal) and is_useful(keras, kind, raw, inputs):
            pytest.fail(f"Keras takes {raw} for {inputs}, the studio doesn't: {refusal}")
        return
    layer, shape = by_keras(keras, kind, raw, inputs)
    assert output == shape
    weights = kind.weights(values, inputs)
    if layer is not None:
        assert [(w.name, w.shape, w.trainable) for w in weights] == [
            (re.sub(r"^variable_\d+$", "variable", w.name), tuple(w.shape), w.trainable)
            for w in layer.weights  # one without a name of its own is counted on
        ]
        assert sum(w.size for w in weights) == layer.count_params()
    if kind.id != "dot":
        # A transposed convolution lays its kernel out once for each cell of the input.
        cells = math.prod((inputs[0] if kind.id == "conv2d_transpose" else output)[:-1])
        kernels = sum(w.size for w in weights if w.name.endswith("kernel"))
        assert kind.macs(values, inputs, output) == kernels * cells
    check_reasons(kind, values, inputs, output)


def check_reasons(kind: LayerKind, values: dict[str, Any], inputs: Shapes, output: Shape) -> None:
    """Every number has a reason that comes to it, and each cell of the output sees something."""
    told = {}
    for reason in kind.reasons(values, inputs, output):
        parse(reason.formula)
        assert evaluate(parse(reason.numbers)) == reason.value, reason
        told[reason.quantity] = reason.value
    assert tuple(told[name] for name in axis_names(len(output))) == output
    params = sum(w.size for w in kind.weights(values, inputs))
    assert told.get("parameters", 0) == params
    assert told.get("macs", 0) == kind.macs(values, inputs, output)
    sight = kind.sight(values, inputs, output)
    if isinstance(sight, Cells):
        assert (len(sight.rows), len(sight.columns)) == output[:2]
        for spans, length in zip((sight.rows, sight.columns), inputs[0][:2], strict=True):
            assert all(0 <= first <= after <= length for first, after in spans)


def is_useful(keras: ModuleType, kind: LayerKind, raw: dict[str, Any], inputs: Shapes) -> bool:
    """Whether Keras builds the layer, there is something in its output, and it computes it."""
    try:
        layer, shape = by_keras(keras, kind, raw, inputs)
        return 0 not in shape and (layer is None or with_data(kind, layer, inputs) == shape)
    except Refused:
        return False


# A rate of 1 or more is built by Keras and then divides by 0.
UNTRAINABLE = {
    ("gaussian_dropout", "rate"),
    ("alpha_dropout", "rate"),
    ("stochastic_depth", "drop_path_rate"),
}
ALONG = {
    ("normalization", "axis"),
    ("softmax", "axis"),
    ("concatenate", "axis"),
    ("layer_normalization", "axis"),
    ("unit_normalization", "axis"),
    ("rms_normalization", "axis"),
    ("dot", "axes"),
    ("dropout", "noise_shape"),
    ("alpha_dropout", "noise_shape"),
}


def is_stricter(kind: LayerKind, raw: dict[str, Any], refusal: Refused) -> bool:
    """Whether the studio refuses more than Keras here, for a reason it states.

    What Keras builds and then can't compute needs no entry here.

    The axes in `ALONG`: along the batch they would mix pictures, and one that isn't there, or is
    named twice, is seen by Keras only when data flows; a noise shape that doesn't fit, only in
    training. The values in `UNTRAINABLE`: see above.
    """
    parameters = {p.name: p for p in kind.parameters}
    if not all(has_its_type(parameters[name], value) for name, value in raw.items()):
        return True
    if any(kind.id == id and not 0 <= raw[name] < 1 for id, name in UNTRAINABLE):
        return True
    cause = refusal.__cause__
    return isinstance(cause, ShapeError) and (kind.id, cause.parameter) in ALONG


def check_data(keras: ModuleType, kind: LayerKind, data: st.DataObject) -> None:
    """Data comes out in the shape that was said; where Keras can't compute it, that is said."""
    raw, inputs = data.draw(settings(kind)), data.draw(input_shapes(kind))
    try:
        values, output = by_kind(kind, raw, inputs)
    except Refused:
        return
    layer, _ = by_keras(keras, kind, raw, inputs)
    advice = kind.advice(values, inputs, output)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        if any(one.id in SPORADIC for one in advice):
            return
        if any(one.origin is Origin.KERAS for one in advice):
            with pytest.raises(Refused):
                with_data(kind, layer, inputs)
        else:
            assert with_data(kind, layer, inputs) == output
    if warned:
        assert advice, warned[0].message
