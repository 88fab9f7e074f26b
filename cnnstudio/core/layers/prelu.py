"""PReLU: a ReLU that learns its slope for negative values."""

from __future__ import annotations

from cnnstudio.core.layers.common import describe, unchanged
from cnnstudio.core.layers.initializers import initializer
from cnnstudio.core.layers.parameters import Axis
from cnnstudio.core.layers.regularizers import regularizer
from cnnstudio.core.layers.spec import (
    Advice,
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Weight,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _shared(v: Values) -> tuple[int, ...]:
    axes = v["shared_axes"]
    if axes is None:
        return ()
    return axes if isinstance(axes, tuple) else (axes,)


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    rank = len(inputs[0])
    missing = [axis for axis in _shared(v) if axis > rank]
    if missing:
        raise ShapeError(
            T(
                "{layer} shares slopes along axis {axis}, but {producer} gives {shape}, whose axes "
                "are 1 to {last}.",
                axis=missing[0],
                shape=describe(inputs[0]),
                last=rank,
            ),
            parameter="shared_axes",
            fixes=(setting("shared_axes", [1, 2] if rank == 3 else None),),
        )
    return inputs[0]


def _slopes(v: Values, inputs: Shapes) -> Shape:
    shared = _shared(v)
    return tuple(1 if axis in shared else size for axis, size in enumerate(inputs[0], start=1))


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    return (Weight("alpha", _slopes(v, inputs)),)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    shape, shared = _slopes(v, inputs), _shared(v)
    symbols = _SYMBOLS.get(len(shape)) or tuple(f"n_{axis}" for axis, _ in enumerate(shape, 1))
    formula = "·".join("1" if axis in shared else n for axis, n in enumerate(symbols, start=1))
    (alpha,) = _weights(v, inputs)
    return (
        *unchanged(v, inputs, output),
        Reason("parameters", formula, "·".join(map(str, shape)), alpha.size),
    )


_SYMBOLS = {1: ("N",), 3: ("H", "W", "C")}


def _advice(v: Values, inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    shape = inputs[0]
    if len(shape) != 3 or _shared(v) or shape[0] * shape[1] == 1:
        return ()
    text = T(
        "{layer} learns a slope for every place of every channel, {count}; with rows and columns "
        "shared it is one a channel, {fewer}, as in the paper.",
        count=shape[0] * shape[1] * shape[2],
        fewer=shape[2],
    )
    return (Advice(text, "shared_axes", (setting("shared_axes", [1, 2]),)),)


KIND = LayerKind(
    id="p_re_lu",
    keras="PReLU",
    family=Family.ACTIVATION,
    summary=T("Keeps positive values and multiplies negative ones by a learned slope."),
    help=T(
        "Like LeakyReLU, but training finds the slope: some channels end up with an ordinary ReLU, "
        "others keep nearly all of their negative values (He et al., 2015). Usually each channel "
        "has one slope, shared by all rows and columns; Keras' default is one for every value."
    ),
    parameters=(
        initializer(
            "alpha_initializer",
            T("Slope initialiser"),
            T("What the slopes are before training: with zeros it starts as ReLU."),
            "zeros",
        ),
        regularizer(
            "alpha_regularizer",
            T("Slope regulariser"),
            T("A penalty on the slopes, added to the loss: it pulls them back to ReLU."),
        ),
        Axis(
            name="shared_axes",
            label=T("Shared axes"),
            help=T(
                "Along which axes all values have the same slope: (1, 2), the rows and columns, "
                "leaves one slope a channel. None gives every value a slope of its own."
            ),
            default=None,
            several=True,
            counted=True,
            optional=True,
        ),
    ),
    output_shape=_output_shape,
    weights=_weights,
    reasons=_reasons,
    advice=_advice,
    headline=("shared_axes",),
)
