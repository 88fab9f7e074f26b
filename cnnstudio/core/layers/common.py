"""What several layer kinds share: parameters with the same meaning, and checks on input shapes."""

from __future__ import annotations

from cnnstudio.core.layers.initializers import KERNELS, initializer
from cnnstudio.core.layers.parameters import Choice, Flag
from cnnstudio.core.layers.regularizers import regularizer
from cnnstudio.core.layers.spec import (
    Action,
    Advice,
    Fix,
    Reason,
    ShapeError,
    Shapes,
    Values,
    Window,
    setting,
)
from cnnstudio.core.shapes import Shape, Slide, show_shape
from cnnstudio.core.text import TN, T, Text

# The activations of keras/src/activations/__init__.py. Two are left out, because a model with them
# builds and then fails: glu halves the channels, which Keras' shape inference doesn't know, and
# threshold needs arguments that a layer can't give.
ACTIVATIONS = (
    None, "relu", "softmax", "sigmoid", "tanh", "linear", "elu", "selu", "gelu", "silu",
    "leaky_relu", "relu6", "mish", "softplus", "softsign", "exponential", "hard_sigmoid",
    "hard_silu", "log_softmax", "celu", "hard_shrink", "hard_tanh", "log_sigmoid",
    "soft_shrink", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink",
)  # fmt: skip
ACTIVATION_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}

ACTIVATION = Choice(
    name="activation",
    label=T("Activation"),
    help=T("The function each output value goes through; none leaves it as it is."),
    default=None,
    choices=ACTIVATIONS,
    aliases=ACTIVATION_ALIASES,
)
USE_BIAS = Flag(
    name="use_bias",
    label=T("Bias"),
    help=T("Whether one learned number is added to every output channel."),
    default=True,
    advanced=True,
)
KERNEL_INITIALIZER = initializer(
    "kernel_initializer",
    T("Kernel initialiser"),
    T("How the kernel's first values are drawn before training starts."),
    "glorot_uniform",
    KERNELS,
)
BIAS_INITIALIZER = initializer(
    "bias_initializer",
    T("Bias initialiser"),
    T("How the bias' first values are set before training starts."),
    "zeros",
)
KERNEL_REGULARIZER = regularizer(
    "kernel_regularizer",
    T("Kernel regulariser"),
    T("A penalty on the kernel, added to the loss: it keeps the weights small."),
)
BIAS_REGULARIZER = regularizer(
    "bias_regularizer",
    T("Bias regulariser"),
    T("A penalty on the bias, added to the loss."),
)
ACTIVITY_REGULARIZER = regularizer(
    "activity_regularizer",
    T("Output regulariser"),
    T("A penalty on the layer's outputs, added to the loss: the mean over the batch."),
)
PADDING = Choice(
    name="padding",
    label=T("Padding"),
    help=T(
        "valid: the window stays inside the feature map. same: a border around it keeps rows and "
        "columns, divided by the stride."
    ),
    default="valid",
    choices=("valid", "same"),
)


KEEPDIMS = Flag(
    name="keepdims",
    label=T("Keep dimensions"),
    help=T("Whether rows and columns stay as axes of length 1: 1×1×C instead of C values."),
    default=False,
    advanced=True,
)


def feature_map(inputs: Shapes) -> tuple[int, int, int]:
    """The one input as (rows, columns, channels); raises ShapeError for any other rank."""
    shape = inputs[0]
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    raise ShapeError(
        T(
            "{layer} needs rows, columns and channels, but {producer} gives {shape}. "
            "Put it where there is still a feature map, above the layer that flattens.",
            shape=describe(shape),
        ),
        fixes=(Fix(Action.MOVE_ABOVE, T("Move {layer} above {other}")),),
    )


def describe(shape: Shape) -> str | Text:
    """A shape in words: "10,816 values" for a vector, "26×26×64" for the rest."""
    if len(shape) == 1:
        return TN("{count} value", "{count} values", count=shape[0])
    return show_shape(shape)


def slide(axis: int, v: Values, size: int, kernel: str = "kernel_size") -> Slide:
    """The window of a convolution or pooling along `axis` (0 rows, 1 columns)."""
    strides = v["strides"] or v[kernel]
    dilation = v.get("dilation_rate") or (1, 1)
    return Slide(size, v[kernel][axis], strides[axis], dilation[axis], v["padding"] == "same")


def slides(v: Values, inputs: Shapes, kernel: str = "kernel_size") -> tuple[Slide, Slide]:
    """Both windows, checked to fit.

    Raises:
        ShapeError: When a window is larger than its axis.
    """
    rows, columns, _ = feature_map(inputs)
    both = slide(0, v, rows, kernel), slide(1, v, columns, kernel)
    if both[0].output >= 1 and both[1].output >= 1:
        return both
    fitting = [min(axis.kernel, (axis.size - 1) // axis.dilation + 1) for axis in both]
    raise ShapeError(
        T(
            "{layer} slides a window of {window} over the {shape} that {producer} gives: "
            "the window doesn't fit. A smaller {parameter} or padding same would.",
            window=f"{both[0].span}×{both[1].span}",
            shape=show_shape(inputs[0]),
            parameter=kernel,
        ),
        parameter=kernel,
        fixes=(setting("padding", "same"), setting(kernel, fitting)),
    )


def window(v: Values, inputs: Shapes, kernel: str = "kernel_size") -> Window:
    """What one cell of a convolution or pooling sees."""
    rows, columns = slides(v, inputs, kernel)
    return Window(
        (rows.span, columns.span),
        (rows.stride, columns.stride),
        (rows.padding[0], columns.padding[0]),
    )


def softmax_advice(v: Values, _inputs: Shapes, output: Shape) -> tuple[Advice, ...]:
    """The advice of a layer whose softmax has a single value to share 1 out among."""
    if v["activation"] != "softmax" or output[-1] > 1:
        return ()
    return (
        Advice(
            T("{layer} ends in a softmax of a single value, which is therefore always 1."),
            "activation",
            (setting("activation", "sigmoid"),),
        ),
    )


def position(axis: int, shape: Shape, parameter: str = "axis") -> int:
    """Where `axis`, which counts the batch as 0, lies in a `shape` without the batch.

    Raises:
        ShapeError: For an axis the input doesn't have, and for the batch axis: a layer that works
            along it mixes the pictures of a batch, so that the answer for one picture depends on
            the others. (Keras lets Softmax and Concatenate do that.)
    """
    rank = len(shape) + 1
    index = axis + rank if axis < 0 else axis
    if 1 <= index < rank:
        return index - 1
    text = (
        T(
            "{layer} works along axis {axis}, which counts the pictures of a batch: they would "
            "be mixed. Axis −1 is the channels.",
            axis=axis,
        )
        if index == 0
        else T(
            "{layer} works along axis {axis}, but {producer} gives {shape}, whose axes are "
            "1 to {last} (or −1 for the last).",
            axis=axis,
            shape=describe(shape),
            last=rank - 1,
        )
    )
    raise ShapeError(text, parameter=parameter, fixes=(setting(parameter, -1),))


def axis_names(rank: int) -> tuple[str, ...]:
    """What the axes of a shape are called where a number is explained."""
    if rank == 1:
        return ("values",)
    if rank == 3:
        return ("rows", "columns", "channels")
    return tuple(f"axis_{n}" for n in range(1, rank + 1))


def unchanged(_v: Values, inputs: Shapes, output: Shape) -> tuple[Reason, ...]:
    """The reasons of a layer whose output has its input's shape."""
    symbols = {"rows": "H_in", "columns": "W_in", "channels": "C_in", "values": "N_in"}
    return tuple(
        Reason(name, symbols.get(name, f"{name}_in"), f"{size}", output[axis])
        for axis, (name, size) in enumerate(zip(axis_names(len(output)), inputs[0], strict=True))
    )


def same_shape(_v: Values, inputs: Shapes) -> Shape:
    """The shape rule of an element-wise layer."""
    return inputs[0]
