"""Conv2DTranspose: a convolution backwards, from a small feature map to a larger one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnstudio.core.layers.common import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    BIAS_INITIALIZER,
    BIAS_REGULARIZER,
    KERNEL_INITIALIZER,
    KERNEL_REGULARIZER,
    PADDING,
    USE_BIAS,
    feature_map,
    softmax_advice,
)
from cnnstudio.core.layers.convolutions import DILATION_RATE, FILTERS, KERNEL_SIZE, STRIDES
from cnnstudio.core.layers.parameters import PairOf
from cnnstudio.core.layers.spec import (
    Advice,
    Cells,
    Family,
    LayerKind,
    Origin,
    Reason,
    ShapeError,
    Shapes,
    Span,
    Values,
    Weight,
    setting,
)
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T


@dataclass(frozen=True, slots=True)
class _Spread:
    """Cells spread out along one axis, each over a kernel's length of the output.

    Source: ``compute_conv_transpose_output_shape`` of ``keras/src/backend/common``.

    Attributes:
        size: I, the length of the input axis.
        kernel: F_eff, the length the dilated kernel covers.
        stride: S, how far apart neighbouring input cells lie in the output.
        same: Whether padding is "same" ("valid" otherwise).
        extra: P_out, cells added at the end; None for Keras' choice.
    """

    size: int
    kernel: int
    stride: int
    same: bool
    extra: int | None

    @property
    def output(self) -> int:
        """O, the length of the output axis."""
        if not self.same:
            extra = max(self.stride - self.kernel, 0) if self.extra is None else self.extra
            return (self.size - 1) * self.stride + self.kernel + extra
        if self.extra is None:
            return self.size * self.stride
        return (self.size - 1) * self.stride + self.kernel % 2 + self.extra

    @property
    def computes(self) -> bool:
        """Whether a convolution with this stride leads from the output back to the input."""
        return not self.same or -(-self.output // self.stride) == self.size

    @property
    def before(self) -> int:
        """How many cells are cut off before the first: what a convolution back would pad."""
        if not self.same:
            return 0
        return max((self.size - 1) * self.stride + self.kernel - self.output, 0) // 2

    @property
    def spans(self) -> tuple[Span, ...]:
        """The input cells whose kernels reach each output cell; none in a gap between kernels."""
        places = range(self.before, self.before + self.output)
        firsts = (max(-(-(place - self.kernel + 1) // self.stride), 0) for place in places)
        afters = (min(place // self.stride + 1, self.size) for place in places)
        return tuple(
            (first, max(first, after)) for first, after in zip(firsts, afters, strict=True)
        )

    @property
    def formula(self) -> str:
        """The output length in symbols."""
        if self.same:
            return "I·S" if self.extra is None else "(I − 1)·S + F_eff − 2·⌊F_eff / 2⌋ + P_out"
        extra = "max(S − F_eff, 0)" if self.extra is None else "P_out"
        return f"(I − 1)·S + F_eff + {extra}"

    @property
    def numbers(self) -> str:
        """The output length with this axis' numbers."""
        if self.same and self.extra is None:
            return f"{self.size}·{self.stride}"
        spread = f"({self.size} − 1)·{self.stride}"
        if self.same:
            return f"{spread} + {self.kernel} − 2·⌊{self.kernel} / 2⌋ + {self.extra}"
        extra = f"max({self.stride} − {self.kernel}, 0)" if self.extra is None else f"{self.extra}"
        return f"{spread} + {self.kernel} + {extra}"


def _spreads(v: Values, inputs: Shapes) -> tuple[_Spread, _Spread]:
    def along(axis: int) -> _Spread:
        span = v["dilation_rate"][axis] * (v["kernel_size"][axis] - 1) + 1
        extra = v["output_padding"]
        return _Spread(
            inputs[0][axis],
            span,
            v["strides"][axis],
            v["padding"] == "same",
            None if extra is None else extra[axis],
        )

    return along(0), along(1)


def _output_shape(v: Values, inputs: Shapes) -> Shape:
    feature_map(inputs)
    extra = v["output_padding"]
    if max(v["strides"]) > 1 and max(v["dilation_rate"]) > 1:
        raise ShapeError(
            T("{layer} has both strides and a dilation above 1; Keras takes only one of them."),
            parameter="dilation_rate",
            fixes=(setting("dilation_rate", 1), setting("strides", 1)),
        )
    if extra is not None and any(p >= s for p, s in zip(extra, v["strides"], strict=True)):
        raise ShapeError(
            T(
                "{layer} adds {extra} rows and columns to its output; that must be less than its "
                "strides, {strides}.",
                extra=show_shape(extra),
                strides=show_shape(v["strides"]),
            ),
            parameter="output_padding",
            fixes=(setting("output_padding", None),),
        )
    rows, columns = _spreads(v, inputs)
    if rows.output < 1 or columns.output < 1:
        raise ShapeError(
            T(
                "{layer} makes {shape} out of the {given} that {producer} gives: nothing is left. "
                "Without output_padding it would be {usual}.",
                shape=show_shape((rows.output, columns.output)),
                given=show_shape(inputs[0]),
                usual=show_shape(tuple(replace(a, extra=None).output for a in (rows, columns))),
            ),
            parameter="output_padding",
            fixes=(setting("output_padding", None),),
        )
    return rows.output, columns.output, v["filters"]


def _weights(v: Values, inputs: Shapes) -> tuple[Weight, ...]:
    kernel = Weight("kernel", (*v["kernel_size"], v["filters"], inputs[0][2]))
    return (kernel, Weight("bias", (v["filters"],))) if v["use_bias"] else (kernel,)


def _macs(v: Values, inputs: Shapes, _output: Shape) -> int:
    height, width = v["kernel_size"]
    per_cell: int = height * width * v["filters"]
    return inputs[0][0] * inputs[0][1] * inputs[0][2] * per_cell


def _sight(v: Values, inputs: Shapes, _output: Shape) -> Cells:
    rows, columns = _spreads(v, inputs)
    return Cells(rows.spans, columns.spans)


def _reasons(v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    rows, columns = _spreads(v, inputs)
    height, width = v["kernel_size"]
    channels, filters = inputs[0][2], v["filters"]
    bias, bias_number = (" + 1", " + 1") if v["use_bias"] else ("", "")
    return (
        Reason("rows", rows.formula, rows.numbers, rows.output),
        Reason("columns", columns.formula, columns.numbers, columns.output),
        Reason("channels", "filters", f"{filters}", filters),
        Reason(
            "parameters",
            f"(F_h·F_w·C_in{bias})·C_out",
            f"({height}·{width}·{channels}{bias_number})·{filters}",
            sum(w.size for w in _weights(v, inputs)),
        ),
        Reason(
            "macs",
            "H_in·W_in·C_in·F_h·F_w·C_out",
            f"{inputs[0][0]}·{inputs[0][1]}·{channels}·{height}·{width}·{filters}",
            _macs(v, inputs, output),
        ),
    )


def _advice(v: Values, inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    found = list(softmax_advice(v, inputs, output))
    spreads = _spreads(v, inputs)
    if not all(axis.computes for axis in spreads):
        found.append(
            Advice(
                T(
                    "{layer} is built but can't compute: with padding same, an even kernel and an "
                    "output padding of 0, Keras 3.15 counts one input cell too few. It computes "
                    "with the output padding left out, or above 0."
                ),
                "output_padding",
                (setting("output_padding", None),),
                id="conv2d_transpose.output_padding",
                origin=Origin.KERAS,
            )
        )
    uneven = any(a.stride > 1 and a.kernel % a.stride for a in spreads)
    if uneven:
        found.append(
            Advice(
                T(
                    "{layer}'s kernel isn't a multiple of its stride, so its output cells are "
                    "reached by different numbers of kernels: a checkerboard (Odena et al., 2016)."
                ),
                "kernel_size",
                (setting("kernel_size", [_multiple(a) for a in spreads]),),
                id="conv2d_transpose.checkerboard",
            )
        )
    return tuple(found)


def _multiple(axis: _Spread) -> int:
    """The next kernel length that is a multiple of the stride."""
    return -(-axis.kernel // axis.stride) * axis.stride


KIND = LayerKind(
    id="conv2d_transpose",
    keras="Conv2DTranspose",
    family=Family.CONVOLUTION,
    summary=T("Makes a feature map larger: every cell is laid out as a learned kernel."),
    help=T(
        "A convolution read backwards: every input cell is multiplied with a kernel and the "
        "results are laid into the output, as far apart as the stride says; where they overlap, "
        "they are added up. With a stride of 2 rows and columns double. Networks that draw a "
        "picture or mark every pixel lead back to full size with it."
    ),
    parameters=(
        FILTERS,
        replace(
            KERNEL_SIZE,
            help=T(
                "Rows and columns each input cell is laid out over. A multiple of the stride "
                "avoids a checkerboard."
            ),
        ),
        replace(
            STRIDES,
            help=T("How far apart input cells lie in the output. 2 doubles rows and columns."),
        ),
        replace(
            PADDING,
            help=T(
                "valid: the output holds every kernel whole. same: the border is cut off, so that "
                "rows and columns are those of the input times the stride."
            ),
            any_case=True,
        ),
        PairOf(
            name="output_padding",
            label=T("Output padding"),
            help=T(
                "Cells added at the end of rows and columns, fewer than the stride, to reach an "
                "exact size; None for the usual size."
            ),
            default=None,
            minimum=0,
            optional=True,
            advanced=True,
        ),
        DILATION_RATE,
        ACTIVATION,
        USE_BIAS,
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
        KERNEL_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
    ),
    output_shape=_output_shape,
    weights=_weights,
    macs=_macs,
    sight=_sight,
    reasons=_reasons,
    advice=_advice,
    headline=("filters", "kernel_size", "strides", "padding", "activation"),
)
