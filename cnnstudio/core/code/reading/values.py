"""The values of the evaluator: plain Python's, and those that stand for Keras' things."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.core.layers.custom import CustomLayer


@dataclass(frozen=True, slots=True, eq=False)
class KerasName:
    """Something of Keras or TensorFlow by its path: ``keras.layers.Conv2D``."""

    path: str

    @property
    def last(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]

    @property
    def module(self) -> str:
        """The part before the last."""
        return self.path.rpartition(".")[0].rpartition(".")[2]


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that can't be told.

    Attributes:
        node: The code it comes from.
        roots: Names nothing defines that it depends on; with their values it could be told.
        name: The name, where it is just one of them or a class of the program.
        call: The class or function, where it is the result of calling a name.
        args: The arguments of that call.
        kwargs: The arguments by name of that call.
    """

    node: ast.AST
    roots: frozenset[str] = frozenset()
    name: str = ""
    call: str = ""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """The output of a layer."""

    id: str


@dataclass(slots=True, eq=False)
class LayerObject:
    """A layer that was made, and called or not.

    Attributes:
        node: The call that made it.
        kind: Its kind's id, or its class where the studio doesn't know it.
        name: Its name.
        params: Raw values of its parameters.
        input_shape: The shape of its input, where it was stated.
        output: Its output, once it was called.
        note: The comments that are its note.
        frozen: Whether training leaves its parameters as they are.
        activation: A layer that is its activation, and is called behind it.
        code: The code of its class, where the program defines it.
    """

    node: ast.AST
    kind: str
    name: str
    params: dict[str, Any]
    input_shape: list[Any] | None = None
    output: Tensor | None = None
    note: str = ""
    frozen: bool = False
    activation: LayerObject | None = None
    code: CustomLayer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CustomClass:
    """A layer's class that the program defines."""

    code: CustomLayer


@dataclass(slots=True, eq=False)
class ModelObject:
    """A model: the outputs of a functional one, or the layers of a Sequential.

    Attributes:
        node: The call that made it.
        inputs: The inputs of a functional one.
        outputs: Its outputs.
        layers: The layers of a Sequential; None for a functional one.
        input_shape: The shape it was built for, where that was stated.
        frozen: Whether training leaves the parameters of all its layers as they are.
        members: The layers of a functional one, once they were looked for.
    """

    node: ast.AST
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    layers: list[LayerObject | Tensor] | None = None
    input_shape: list[Any] | None = None
    frozen: bool = False
    members: tuple[LayerObject, ...] | None = None

    @property
    def ends(self) -> tuple[Tensor, ...]:
        """What everything in a functional one leads to."""
        return (*self.outputs, *self.inputs)


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """An initialiser or regulariser as a project file has it."""

    raw: Any


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """An attribute that can be called."""

    owner: Any
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """One of Python's functions."""

    name: str


@dataclass(slots=True, eq=False)
class Scope:
    """Names and what they stand for."""

    names: dict[str, Any]
    outer: Scope | None = None

    def find(self, name: str) -> tuple[bool, Any]:
        """Whether the name stands for something, and for what."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True, scope.names[name]
            scope = scope.outer
        return False, None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the program."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[Any, ...]
    keyword_defaults: Mapping[str, Any]


def is_of_network(value: object) -> bool:
    """Whether what happens with the value may change the network."""
    if isinstance(value, KerasName):
        return value.module == "layers" or value.last in ("Sequential", "Model")
    return isinstance(value, Tensor | LayerObject | ModelObject | Function | CustomClass)
