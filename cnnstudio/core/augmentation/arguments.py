"""The arguments of Keras' ``ImageDataGenerator``, each declared once.

From a declaration come the checks, what a form shows, what is drawn, the generated code and what
is read from code. ``rescale`` and ``validation_split`` are settings of the data. Source:
``keras/src/legacy/preprocessing/image.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cnnstudio.core.augmentation.parameters import Factors, Shift
from cnnstudio.core.layers.parameters import Choice, Flag, Integer, Number, Parameter
from cnnstudio.core.text import T, Text


class Group(StrEnum):
    """What the arguments are about, in the order of a form."""

    SPACE = "space"
    EDGES = "edges"
    LIGHT = "light"
    STANDARD = "standard"

    @property
    def label(self) -> Text:
        """The group's name."""
        return _GROUPS[self]


_GROUPS = {
    Group.SPACE: T("Move and turn"),
    Group.EDGES: T("Edges"),
    Group.LIGHT: T("Colour and light"),
    Group.STANDARD: T("Standardise"),
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of ``ImageDataGenerator``.

    Attributes:
        parameter: Name, label, help, what it takes and Keras' default.
        group: What it is about.
        unit: What its numbers count, "" for a factor or a switch.
        caution: What is easily taken wrongly about it, None for nothing.
    """

    parameter: Parameter
    group: Group
    unit: Text | str = ""
    caution: Text | None = None

    @property
    def name(self) -> str:
        """Keras' name for it."""
        return self.parameter.name

    def is_neutral(self, value: Any) -> bool:
        """Whether the read `value` is the default's equal."""
        return bool(value == self.parameter.default)


_EACH_AXIS = T(
    "In Keras 3, height_shift_range moves the picture sideways and width_shift_range up and down."
)
_NEEDS_ALL = T("The training pictures decide it, so every other picture is treated alike.")

_ALL = (
    Argument(
        Number(
            name="rotation_range",
            label=T("Turn"),
            help=T("Turns the picture by an angle up to this, either way."),
            default=0.0,
            minimum=0,
            maximum=360,
        ),
        Group.SPACE,
        "°",
    ),
    Argument(
        Shift(
            name="height_shift_range",
            label=T("Move sideways"),
            help=T("Moves the picture to the left or right, as far as this."),
            default=0.0,
        ),
        Group.SPACE,
        T("share of the rows, or pixels"),
        _EACH_AXIS,
    ),
    Argument(
        Shift(
            name="width_shift_range",
            label=T("Move up and down"),
            help=T("Moves the picture up or down, as far as this."),
            default=0.0,
        ),
        Group.SPACE,
        T("share of the columns, or pixels"),
        _EACH_AXIS,
    ),
    Argument(
        Number(
            name="shear_range",
            label=T("Shear"),
            help=T("Slants the picture by an angle up to this, either way."),
            default=0.0,
            minimum=0,
            maximum=360,
        ),
        Group.SPACE,
        "°",
    ),
    Argument(
        Factors(
            name="zoom_range",
            label=T("Size"),
            help=T(
                "Shows a part of the picture larger (below 1), or all of it smaller (above 1); a "
                "number z means from 1 − z to 1 + z."
            ),
            default=0.0,
            single=True,
        ),
        Group.SPACE,
        caution=T("Rows and columns are drawn apart, so proportions change."),
    ),
    Argument(
        Flag(
            name="horizontal_flip",
            label=T("Flip left–right"),
            help=T("Mirrors every second picture on average, left and right exchanged."),
            default=False,
        ),
        Group.SPACE,
    ),
    Argument(
        Flag(
            name="vertical_flip",
            label=T("Flip up–down"),
            help=T("Mirrors every second picture on average, top and bottom exchanged."),
            default=False,
        ),
        Group.SPACE,
    ),
    Argument(
        Choice(
            name="fill_mode",
            label=T("Edges are filled with"),
            help=T(
                "What stands where the moved picture has nothing: its edge drawn out (nearest), a "
                "value (constant), its mirror image (reflect), or its other side (wrap)."
            ),
            default="nearest",
            choices=("nearest", "constant", "reflect", "wrap"),
        ),
        Group.EDGES,
    ),
    Argument(
        Number(
            name="cval",
            label=T("Value"),
            help=T("The value for fill mode constant, before scaling: 0 is black, 255 white."),
            default=0.0,
        ),
        Group.EDGES,
    ),
    Argument(
        Integer(
            name="interpolation_order",
            label=T("Interpolation"),
            help=T(
                "How values between pixels are found: 0 takes the nearest pixel, 1 mixes the four "
                "around, 2 to 5 lay a spline of that order through more of them."
            ),
            default=1,
            minimum=0,
            maximum=5,
        ),
        Group.EDGES,
    ),
    Argument(
        Number(
            name="channel_shift_range",
            label=T("Channel shift"),
            help=T(
                "Adds one number up to this, either way, to all channels; what leaves the "
                "picture's range is cut off."
            ),
            default=0.0,
            minimum=0,
            maximum=255,
        ),
        Group.LIGHT,
        T("of 255"),
    ),
    Argument(
        Factors(
            name="brightness_range",
            label=T("Brightness"),
            help=T("Multiplies the values by a factor between these two; 1 leaves them."),
            default=None,
            zero=True,
            optional=True,
        ),
        Group.LIGHT,
        caution=T("It works on whole numbers from 0 to 255, before scaling."),
    ),
    Argument(
        Flag(
            name="featurewise_center",
            label=T("Subtract the set's mean"),
            help=T("Subtracts the mean of the training pictures, for each channel."),
            default=False,
        ),
        Group.STANDARD,
        caution=_NEEDS_ALL,
    ),
    Argument(
        Flag(
            name="samplewise_center",
            label=T("Subtract the picture's mean"),
            help=T("Subtracts from every picture its own mean."),
            default=False,
        ),
        Group.STANDARD,
    ),
    Argument(
        Flag(
            name="featurewise_std_normalization",
            label=T("Divide by the set's deviation"),
            help=T(
                "Divides by the standard deviation of the training pictures, for each channel; "
                "their mean is subtracted first."
            ),
            default=False,
        ),
        Group.STANDARD,
        caution=_NEEDS_ALL,
    ),
    Argument(
        Flag(
            name="samplewise_std_normalization",
            label=T("Divide by the picture's deviation"),
            help=T(
                "Divides every picture by its own standard deviation; its mean is subtracted first."
            ),
            default=False,
        ),
        Group.STANDARD,
    ),
    Argument(
        Flag(
            name="zca_whitening",
            label=T("ZCA whitening"),
            help=T(
                "Takes away what the pixels of the training pictures have in common, so that each "
                "tells something new; their mean is subtracted first."
            ),
            default=False,
        ),
        Group.STANDARD,
        caution=_NEEDS_ALL,
    ),
    Argument(
        Number(
            name="zca_epsilon",
            label=T("ZCA epsilon"),
            help=T("Keeps ZCA whitening from dividing by 0; larger whitens less."),
            default=1e-6,
            minimum=0,
            maximum=1e6,
            open_minimum=True,
        ),
        Group.STANDARD,
    ),
)

ARGUMENTS: dict[str, Argument] = {argument.name: argument for argument in _ALL}
"""Every argument by Keras' name, in the order of a form."""
