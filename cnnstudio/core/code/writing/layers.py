"""A layer as a call of its class: which arguments, and what Keras would call it by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cnnstudio.core.code.comments import name_comment
from cnnstudio.core.code.reading.naming import automatic_stem
from cnnstudio.core.code.writing.source import Argument, Call, Expression, literal, quoted
from cnnstudio.core.layers.numbers import Numbers, as_fraction
from cnnstudio.core.layers.parameters import Parameter
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.layers.variants import Chosen
from cnnstudio.core.network import LayerNode, Network

# First arguments that code usually gives without their name: Dense(100), Dropout(0.4).
_POSITIONAL = frozenset({"units", "rate", "pool_size", "activation"})


def kind_of(node: LayerNode) -> LayerKind:
    """The kind of a layer of a network without errors."""
    assert node.spec is not None
    return node.spec


def stated(node: LayerNode) -> list[Parameter]:
    """The parameters code states: those the project does, and those Keras has no default for."""
    return [p for p in kind_of(node).parameters if p.required or p.name in node.params]


def layer_call(
    node: LayerNode, name: str | None, variables: Mapping[str, str] | None = None
) -> Call:
    """The call that makes a layer.

    Args:
        node: The layer.
        name: The name Keras shall give it; None for the one it chooses.
        variables: Variables that hold arguments, by the argument's name; they are stated whether
            or not the layer states them.
    """
    held = variables or {}
    arguments = []
    for index, parameter in enumerate(kind_of(node).parameters):
        variable = held.get(parameter.name)
        if variable is None and not (parameter.required or parameter.name in node.params):
            continue
        by_place = (
            index == 0
            and parameter.name in _POSITIONAL
            and node.custom is None
            and (not variable or parameter.required)
        )
        value = variable or value_of(node, parameter)
        arguments.append(Argument(value, "" if by_place else parameter.name))
    if "trainable" in held:
        arguments.append(Argument(held["trainable"], "trainable"))
    elif is_frozen(node):
        arguments.append(Argument("False", "trainable"))
    if "name" in held:
        arguments.append(Argument(held["name"], "name"))
    elif name is not None:
        arguments.append(named(node, name))
    return Call(kind_of(node).keras, tuple(arguments))


def named(node: LayerNode, name: str, argument: str = "name") -> Argument:
    """The argument for a layer's name; what the person calls it stands in a comment."""
    comment = "" if name == node.name else name_comment(node.name)
    return Argument(quoted(name), argument, comment)


def is_frozen(node: LayerNode) -> bool:
    """Whether the layer says that it isn't trained; an Input has nothing to train."""
    return node.frozen and kind_of(node).inputs[1] != 0


def value_of(node: LayerNode, parameter: Parameter) -> Expression:
    """The value of one of a layer's parameters."""
    value = node.values[parameter.name]
    if isinstance(value, Chosen):
        return _chosen(value)
    if isinstance(parameter, Numbers) and isinstance(value, float):
        fraction = as_fraction(value)
        return repr(value) if fraction is None else f"{fraction[0]} / {fraction[1]}"
    return literal(parameter.write(value))


def _chosen(value: Chosen) -> Expression:
    """Such as ``"he_normal"``, ``RandomNormal(stddev=0.1)`` or ``L2(0.01)``."""
    if value.by_name:
        return quoted(value.variant.name)
    variant, arguments = value.variant, value.stated
    if variant.module == "regularizers":
        if len(value.arguments) == 1:
            return Call(variant.keras, (Argument(literal(value.arguments[0])),))
        arguments = value.values
    return Call(
        variant.keras, tuple(Argument(literal(one), name) for name, one in arguments.items())
    )


def imports_of(nodes: Iterable[LayerNode]) -> dict[str, set[str]]:
    """The classes that layers, their initialisers and regularisers need, by module."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        kind = kind_of(node)
        if node.custom is None:
            found.setdefault(kind.module, set()).add(kind.keras)
        for name in node.params:
            value: Any = node.values.get(name)
            if isinstance(value, Chosen) and not value.by_name:
                module = f"keras.{value.variant.module}"
                found.setdefault(module, set()).add(value.variant.keras)
    return found


def explicit_names(
    network: Network, names: Mapping[str, str], told: Collection[str] = ()
) -> dict[str, str]:
    """The names Keras wouldn't choose by itself, in a fresh process, by id.

    Args:
        network: The network.
        names: The names Keras runs, by id.
        told: Ids of layers whose name is told in any case.
    """
    unnamed: Counter[str] = Counter()
    explicit = {}
    for id in network.order:
        node = network.by_id[id]
        stem = automatic_stem(node.kind)
        automatic = f"{stem}_{unnamed[stem]}" if unnamed[stem] else stem
        if names[id] == node.name == automatic and id not in told:
            unnamed[stem] += 1
        else:
            explicit[id] = names[id]
    return explicit
