"""What a layer kind declares, and the values its rules give back.

A kind is one file with one ``KIND``. Its rules are pure functions of the read parameter values
and the input shapes (batch axis left out).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.parameters import Parameter
from cnnstudio.core.shapes import Shape
from cnnstudio.core.text import T, Text

Values = Mapping[str, Any]
Shapes = tuple[Shape, ...]


class Family(StrEnum):
    """The families of the palette, in its order."""

    INPUT = "input"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    CORE = "core"
    NORMALISATION = "normalisation"
    REGULARISATION = "regularisation"
    ACTIVATION = "activation"
    RESHAPING = "reshaping"
    MERGING = "merging"
    PREPROCESSING = "preprocessing"

    @property
    def label(self) -> Text:
        """The family's name."""
        return _FAMILY_TITLES[self]


_FAMILY_TITLES = {
    Family.INPUT: T("Input"),
    Family.CONVOLUTION: T("Convolution"),
    Family.POOLING: T("Pooling"),
    Family.CORE: T("Core"),
    Family.NORMALISATION: T("Normalisation"),
    Family.REGULARISATION: T("Regularisation"),
    Family.ACTIVATION: T("Activation"),
    Family.RESHAPING: T("Reshaping"),
    Family.MERGING: T("Merging"),
    Family.PREPROCESSING: T("Preprocessing"),
}


class ShapeError(BadInput):
    """A layer can't take what it is given.

    The text may use ``{layer}`` and ``{producer}``; the analysis fills in the two names.

    Attributes:
        parameter: The parameter that could be changed instead, "" if none.
        fixes: Ids of what would help, likeliest first (see ``core.analysis.Fix``).
    """

    def __init__(self, text: Text, *, parameter: str = "", fixes: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.parameter = parameter
        self.fixes = fixes


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer, named and shaped as Keras does it."""

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Window:
    """How far one output cell sees into the layer's input, per axis (rows, columns).

    Attributes:
        span: F_eff, the length it covers.
        stride: The step between neighbouring cells.
        before: Padding before the first cell.
    """

    span: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    before: tuple[int, int] = (0, 0)


class Sight(StrEnum):
    """What one output cell sees of the input where no window slides."""

    SAME_CELL = "same cell"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Reason:
    """Where a number comes from, in notation that needs no language.

    Attributes:
        quantity: "rows", "columns", "channels", "values", "parameters", "macs" or
            "receptive_field".
        formula: In symbols: ``(F·F·C_in + 1)·C_out``.
        numbers: The same with this layer's numbers: ``(3·3·32 + 1)·64``.
        value: What it comes to.
    """

    quantity: str
    formula: str
    numbers: str
    value: int


def no_weights(_v: Values, _inputs: Shapes) -> tuple[Weight, ...]:
    """The weights rule of a layer that learns nothing."""
    return ()


def no_macs(_v: Values, _inputs: Shapes, _output: Shape) -> int:
    """The MAC rule of a layer without multiply-accumulates; element operations are listed apart."""
    return 0


def no_reasons(_v: Values, _inputs: Shapes, _output: Shape) -> tuple[Reason, ...]:
    """The reasons of a layer whose output is its input."""
    return ()


def same_cell(_v: Values, _inputs: Shapes, _output: Shape) -> Window | Sight:
    """The sight rule of an element-wise layer."""
    return Sight.SAME_CELL


def everything(_v: Values, _inputs: Shapes, _output: Shape) -> Window | Sight:
    """The sight rule of a layer whose every output depends on the whole input."""
    return Sight.EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerKind:
    """The declaration of one kind of layer.

    Attributes:
        id: The id in project files and the stem of default names, as Keras forms them.
        keras: The class in ``keras.layers``.
        family: Its place in the palette.
        summary: What it does, in one sentence.
        help: The explanation for a learner, in a few sentences.
        parameters: Its parameters in the order of Keras' signature.
        inputs: The least and the most inputs it takes; None for no upper bound.
        output_shape: Values and input shapes to the output shape; raises ShapeError.
        weights: Values and input shapes to the variables, in the order Keras makes them.
        macs: Multiply-accumulates for one picture (convolutions and dense products only).
        sight: What one output cell sees of the input.
        reasons: Where the numbers of output shape, parameters and MACs come from.
        headline: The parameters a card shows beside the kind, most telling first.
    """

    id: str
    keras: str
    family: Family
    summary: Text
    help: Text
    output_shape: Callable[[Values, Shapes], Shape]
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[int, int | None] = (1, 1)
    weights: Callable[[Values, Shapes], tuple[Weight, ...]] = no_weights
    macs: Callable[[Values, Shapes, Shape], int] = no_macs
    sight: Callable[[Values, Shapes, Shape], Window | Sight] = same_cell
    reasons: Callable[[Values, Shapes, Shape], tuple[Reason, ...]] = no_reasons
    headline: tuple[str, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter called `name`, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def read(self, raw: Mapping[str, object]) -> dict[str, Any]:
        """Reads raw values, with defaults for what is absent.

        Raises:
            ParameterError: For the first value a parameter can't take.
        """
        return {
            p.name: p.read(raw[p.name]) if p.name in raw else p.default for p in self.parameters
        }
