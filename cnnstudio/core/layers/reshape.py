"""Reshape: the same values in other rows, columns and channels."""

from __future__ import annotations

import math

from cnnstudio.core.layers.common import axis_names, describe
from cnnstudio.core.layers.parameters import Sizes
from cnnstudio.core.layers.spec import (
    Family,
    LayerKind,
    Reason,
    ShapeError,
    Shapes,
    Sight,
    Values,
    setting,
)
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    target: Shape = v["target_shape"]
    count = math.prod(inputs[0])
    known = math.prod(n for n in target if n != -1)
    if -1 in target and count % known == 0:
        return tuple(count // known if n == -1 else n for n in target)
    if known == count and -1 not in target:
        return target
    raise ShapeError(
        T(
            "{layer} is to lay out {target}, which doesn't hold the {count} values of the {shape} "
            "that {producer} gives.",
            target="×".join(str(n).replace("-", "−") for n in target),
            count=count,
            shape=describe(inputs[0]),
        ),
        parameter="target_shape",
        fixes=(setting("target_shape", _nearest(target, count)),),
    )


def _nearest(target: Shape, count: int) -> list[int]:
    """A target that fits: as many axes, and the rest in the first of them."""
    fitting = []
    for size in reversed(target[1:]):
        divisor = math.gcd(size, count) if size > 0 else 1
        fitting.append(divisor)
        count //= divisor
    return [count, *reversed(fitting)]


def _sight(_v: Values, inputs: Shapes, output: Shape) -> Sight:
    """While rows and columns stay axes of their own, a cell stays where it is."""
    keeps = len(inputs[0]) >= 3 and len(output) >= 3 and inputs[0][:2] == output[:2]
    return Sight.SAME_CELL if keeps else Sight.EVERYTHING


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    names = axis_names(len(output))
    target: Shape = v["target_shape"]
    rest = [str(n) for n in target if n != -1]
    values = "·".join(map(str, inputs[0]))
    divisor = f"({'·'.join(rest)})" if len(rest) > 1 else "".join(rest)
    return tuple(
        Reason(
            name,
            ("N / N_rest" if rest else "N") if wanted == -1 else "target_shape",
            (f"{values} / {divisor}" if rest else values) if wanted == -1 else f"{wanted}",
            output[axis],
        )
        for axis, (name, wanted) in enumerate(zip(names, target, strict=True))
    )


KIND = LayerKind(
    id="reshape",
    keras="Reshape",
    family=Family.RESHAPING,
    summary=T("Lays the same values out in other rows, columns and channels."),
    help=T(
        "The values are read as Flatten reads them, row by row and in every cell channel by "
        "channel, and written into the new shape in the same order; nothing is computed, lost or "
        "learned. So a vector becomes a feature map again, or the values of a squeeze-and-excite "
        "block 1×1×C."
    ),
    parameters=(
        Sizes(
            name="target_shape",
            label=T("Shape"),
            help=T(
                "The lengths of the new axes; they must hold as many values as come in. −1 for "
                "one of them stands for what the others leave."
            ),
            default=(-1,),
            required=True,
            inferred=True,
        ),
    ),
    output_shape=_output_shape,
    sight=_sight,
    reasons=_reasons,
    headline=("target_shape",),
)
