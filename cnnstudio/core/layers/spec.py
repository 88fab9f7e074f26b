"""What a layer kind declares, and the values its rules give back.

A kind is one file with one ``KIND``. Its rules are pure functions of the read parameter values
and the input shapes (batch axis left out).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


class Action(StrEnum):
    """What a fix does (``core.problems.fixes.apply_fix``)."""

    SET = "set"
    DROP = "drop"
    INSERT = "insert"
    ADD_INPUT = "add input"
    DELETE = "delete"
    DISCONNECT = "disconnect"
    RENAME = "rename"
    NEW_ID = "new id"
    MOVE_ABOVE = "move above"
    REPLACE = "replace"
    CONNECT = "connect"
    MERGE = "merge"


class Origin(StrEnum):
    """Whose word a piece of advice is."""

    STUDIO = "studio"
    KERAS = "keras"


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that would help, offered with a problem.

    Attributes:
        action: What it does to the layer with the problem.
        text: What a button calls it; may use the names a ShapeError's text may.
        parameter: The parameter it sets or drops.
        value: What it sets it to, as JSON has it.
        kind: The kind of layer it inserts on the link into `slot`, or puts in the layer's place.
        slot: The input it concerns.
        links: The links it takes away or makes: source, target, slot.
        above: Id of the layer it moves the layer above, or merges it with; the analysis finds it.
        node: Id of the layer it changes; "" for the one with the problem.
        params: Parameters of the layer it adds.
        then: What else it does, in the same step.
    """

    action: Action
    text: Text
    parameter: str = ""
    value: object = None
    kind: str = ""
    slot: int = 0
    links: tuple[tuple[str, str, int], ...] = ()
    above: str = ""
    node: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    then: tuple[Fix, ...] = ()


def setting(parameter: str, value: object) -> Fix:
    """The fix that sets `parameter` to `value`."""
    shown = repr(tuple(value) if isinstance(value, list) else value)
    text = T("Set {parameter} to {value}", parameter=parameter, value=shown)
    return Fix(Action.SET, text, parameter, value)


class ShapeError(BadInput):
    """A layer can't take what it is given.

    The text may use ``{layer}``, ``{producer}`` and ``{other}``; the analysis fills in the names.

    Attributes:
        parameter: The parameter that could be changed instead, "" if none.
        inputs: Which inputs the text calls ``{producer}`` and ``{other}``.
        fixes: What would help, likeliest first.
    """

    def __init__(
        self,
        text: Text,
        *,
        parameter: str = "",
        inputs: tuple[int, int] = (0, 0),
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        super().__init__(text)
        self.parameter = parameter
        self.inputs = inputs
        self.fixes = fixes


@dataclass(frozen=True, slots=True)
class Advice:
    """Something allowed that is seldom meant.

    Attributes:
        text: What it does and what is usual; may use ``{layer}`` and ``{producer}``.
        parameter: The parameter it is about, "" if none.
        fixes: What would help, likeliest first.
        id: Names it in project files once a person keeps it; by default its English sentence.
        origin: Whose word it is; a hole of Keras itself is Keras'.
        why: Why it matters, where `text` doesn't say; may use the same names.
    """

    text: Text
    parameter: str = ""
    fixes: tuple[Fix, ...] = ()
    id: str = ""
    origin: Origin = Origin.STUDIO
    why: Text | None = None


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
        before: Padding before the first cell; negative where cells are cut off.
    """

    span: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    before: tuple[int, int] = (0, 0)


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of the input that each output cell sees, where no window of one stride does.

    Attributes:
        rows: For each row of the output the first row it sees and the one after the last; both
            the same where it sees none.
        columns: The same for columns.
    """

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]


class Sight(StrEnum):
    """What one output cell sees of the input where no window slides."""

    SAME_CELL = "same cell"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Reason:
    """Where a number comes from, in notation that needs no language.

    Attributes:
        quantity: An axis of the output shape ("rows", "columns", "channels", "values", or
            "axis_1" and so on), "parameters", "macs", "memory", "receptive_field_rows" or
            "receptive_field_columns".
        formula: In symbols: ``(F·F·C_in + 1)·C_out``.
        numbers: The same with this layer's numbers: ``(3·3·32 + 1)·64``.
        value: What it comes to.
    """

    quantity: str
    formula: str
    numbers: str
    value: int


Seen = Window | Cells | Sight


def no_weights(_v: Values, _inputs: Shapes) -> tuple[Weight, ...]:
    """The weights rule of a layer that learns nothing."""
    return ()


def no_macs(_v: Values, _inputs: Shapes, _output: Shape) -> int:
    """The MAC rule of a layer without multiply-accumulates; element operations are listed apart."""
    return 0


def same_cell(_v: Values, _inputs: Shapes, _output: Shape) -> Window | Sight:
    """The sight rule of an element-wise layer."""
    return Sight.SAME_CELL


def everything(_v: Values, _inputs: Shapes, _output: Shape) -> Window | Sight:
    """The sight rule of a layer whose every output depends on the whole input."""
    return Sight.EVERYTHING


def no_advice(_v: Values, _inputs: Shapes, _output: Shape) -> tuple[Advice, ...]:
    """The advice of a layer that is always meant as it stands."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerKind:
    """The declaration of one kind of layer.

    Attributes:
        id: The id in project files and the stem of default names, as Keras forms them.
        keras: The class, in `module`.
        module: The module that has the class; a fixed part of the declaration.
        family: Its place in the palette.
        usual: Whether it stands before the rest of its family, as what is reached for first.
        summary: What it does, in one sentence.
        help: The explanation for a learner, in a few sentences.
        parameters: Its parameters in the order of Keras' signature.
        inputs: The least and the most inputs it takes; None for no upper bound.
        output_shape: Values and input shapes to the output shape; raises ShapeError.
        weights: Values and input shapes to the variables, in the order Keras makes them.
        macs: Multiply-accumulates for one picture (convolutions and dense products only).
        sight: What one output cell sees of the input.
        reasons: Where the numbers of output shape, parameters and MACs come from; a count
            left out is 0.
        advice: What is allowed but seldom meant.
        headline: The parameters a card shows beside the kind, most telling first.
    """

    id: str
    keras: str
    family: Family
    summary: Text
    help: Text
    output_shape: Callable[[Values, Shapes], Shape]
    reasons: Callable[[Values, Shapes, Shape], tuple[Reason, ...]]
    usual: bool = False
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[int, int | None] = (1, 1)
    weights: Callable[[Values, Shapes], tuple[Weight, ...]] = no_weights
    macs: Callable[[Values, Shapes, Shape], int] = no_macs
    sight: Callable[[Values, Shapes, Shape], Seen] = same_cell
    advice: Callable[[Values, Shapes, Shape], tuple[Advice, ...]] = no_advice
    headline: tuple[str, ...] = ()
    module: str = "keras.layers"

    @property
    def merges(self) -> bool:
        """Whether it takes a list of inputs."""
        return self.inputs[0] > 1

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
