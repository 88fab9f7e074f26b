"""Parameters that mean the same in several convolutions."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers.common import KERNEL_INITIALIZER, KERNEL_REGULARIZER
from cnnstudio.core.layers.parameters import Integer, PairOf
from cnnstudio.core.text import T

FILTERS = Integer(
    name="filters",
    label=T("Filters"),
    help=T("How many filters are learned: the channels of the output."),
    default=32,
    required=True,
)
KERNEL_SIZE = PairOf(
    name="kernel_size",
    label=T("Kernel size"),
    help=T("Rows and columns of the window. Larger sees more and costs more."),
    default=(3, 3),
    required=True,
)
STRIDES = PairOf(
    name="strides",
    label=T("Strides"),
    help=T("How far the window moves each time. 2 halves rows and columns."),
    default=(1, 1),
)
DILATION_RATE = PairOf(
    name="dilation_rate",
    label=T("Dilation"),
    help=T("Spreads the kernel: 2 leaves one gap between its cells and sees further."),
    default=(1, 1),
    advanced=True,
)
DEPTH_MULTIPLIER = Integer(
    name="depth_multiplier",
    label=T("Depth multiplier"),
    help=T(
        "How many kernels each channel gets, and so how many channels each one becomes before "
        "any are mixed."
    ),
    default=1,
)
DEPTHWISE_INITIALIZER = replace(
    KERNEL_INITIALIZER,
    name="depthwise_initializer",
    label=T("Depthwise initialiser"),
    help=T("How the kernels of the single channels are drawn before training starts."),
)
DEPTHWISE_REGULARIZER = replace(
    KERNEL_REGULARIZER,
    name="depthwise_regularizer",
    label=T("Depthwise regulariser"),
    help=T("A penalty on the kernels of the single channels, added to the loss."),
)
