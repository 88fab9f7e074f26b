"""What several layer kinds share: parameters with the same meaning, and checks on input shapes."""

from __future__ import annotations

from cnnstudio.core.layers.parameters import Choice, Flag
from cnnstudio.core.layers.spec import ShapeError, Shapes, Values
from cnnstudio.core.shapes import Shape, Slide, show_shape
from cnnstudio.core.text import T, Text

# The activations of keras/src/activations/__init__.py that need no argument.
ACTIVATIONS = (
    None, "relu", "softmax", "sigmoid", "tanh", "linear", "elu", "selu", "gelu", "silu",
    "leaky_relu", "relu6", "mish", "softplus", "softsign", "exponential", "hard_sigmoid",
    "hard_silu", "log_softmax", "celu", "glu", "hard_shrink", "hard_tanh", "log_sigmoid",
    "soft_shrink", "sparse_plus", "sparsemax", "squareplus", "tanh_shrink", "threshold",
)  # fmt: skip

# The initialisers of keras/src/initializers that need no argument and fit any kernel.
INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
    "lecun_normal", "random_uniform", "random_normal", "truncated_normal", "zeros", "ones",
)  # fmt: skip

ACTIVATION = Choice(
    name="activation",
    label=T("Activation"),
    help=T("The function each output value goes through; none leaves it as it is."),
    default=None,
    choices=ACTIVATIONS,
)
USE_BIAS = Flag(
    name="use_bias",
    label=T("Bias"),
    help=T("Whether one learned number is added to every output channel."),
    default=True,
    advanced=True,
)
KERNEL_INITIALIZER = Choice(
    name="kernel_initializer",
    label=T("Kernel initialiser"),
    help=T("How the kernel's first values are drawn before training starts."),
    default="glorot_uniform",
    choices=INITIALIZERS,
    advanced=True,
)
BIAS_INITIALIZER = Choice(
    name="bias_initializer",
    label=T("Bias initialiser"),
    help=T("How the bias' first values are set before training starts."),
    default="zeros",
    choices=INITIALIZERS,
    advanced=True,
)
PADDING = Choice(
    name="padding",
    label=T("Padding"),
    help=T(
        "valid: the window stays inside the picture. same: zeros around it keep the size "
        "(divided by the stride)."
    ),
    default="valid",
    choices=("valid", "same"),
)


def feature_map(inputs: Shapes) -> tuple[int, int, int]:
    """The one input as (rows, columns, channels); raises ShapeError for any other rank."""
    shape = inputs[0]
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    raise ShapeError(
        T(
            "{layer} needs rows, columns and channels, but {producer} gives {shape}.",
            shape=describe(shape),
        ),
        fixes=("move_above", "insert_reshape"),
    )


def describe(shape: Shape) -> str | Text:
    """A shape in words: "10,816 values" for a vector, "26×26×64" for the rest."""
    if len(shape) == 1:
        return T("{count} values", count=shape[0])
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
    if any(axis.output < 1 for axis in both):
        raise ShapeError(
            T(
                "{layer} slides a window of {window} over the {shape} that {producer} gives: "
                "the window doesn't fit. A smaller {parameter} or padding same would.",
                window=f"{both[0].span}×{both[1].span}",
                shape=show_shape(inputs[0]),
                parameter=kernel,
            ),
            parameter=kernel,
            fixes=("padding_same", "fit_kernel"),
        )
    return both
