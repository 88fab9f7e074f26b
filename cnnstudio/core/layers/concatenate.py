"""Concatenate: several branches side by side."""

from __future__ import annotations

from cnnstudio.core.layers.common import axis_names, describe, position
from cnnstudio.core.layers.parameters import Axis
from cnnstudio.core.layers.spec import Family, LayerKind, Reason, ShapeError, Shapes, Values
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    along = position(v["axis"], inputs[0])
    total = inputs[0][along]
    for index, shape in enumerate(inputs[1:], start=1):
        if len(shape) != len(inputs[0]) or any(
            a != b
            for axis, (a, b) in enumerate(zip(inputs[0], shape, strict=True))
            if axis != along
        ):
            raise ShapeError(
                T(
                    "{layer} puts its inputs side by side along axis {axis}, so everything else "
                    "must agree, but {producer} gives {first} and {other} gives {second}. The same "
                    "strides and padding in both branches make them agree.",
                    axis=v["axis"],
                    first=describe(inputs[0]),
                    second=describe(shape),
                ),
                inputs=(0, index),
            )
        total += shape[along]
    return (*inputs[0][:along], total, *inputs[0][along + 1 :])


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    along = position(v["axis"], inputs[0])
    symbols = " + ".join(f"n_{i + 1}" for i in range(len(inputs)))
    return tuple(
        Reason(name, symbols, " + ".join(str(shape[axis]) for shape in inputs), output[axis])
        if axis == along
        else Reason(name, "n_1", f"{inputs[0][axis]}", output[axis])
        for axis, name in enumerate(axis_names(len(output)))
    )


KIND = LayerKind(
    id="concatenate",
    keras="Concatenate",
    family=Family.MERGING,
    usual=True,
    summary=T("Puts several feature maps side by side, usually channel after channel."),
    help=T(
        "The channels of all inputs are laid one after the other and the next layer can use them "
        "all: nothing is mixed or lost. Branches that look at the picture with different windows "
        "come together this way (Inception; Szegedy et al., 2014), and so do early and late "
        "features (DenseNet)."
    ),
    inputs=(2, None),
    parameters=(
        Axis(
            name="axis",
            label=T("Axis"),
            help=T("Along which axis they are joined; −1 is the channels. The others must agree."),
            default=-1,
            advanced=True,
        ),
    ),
    output_shape=_output_shape,
    reasons=_reasons,
)
