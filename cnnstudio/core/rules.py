"""A kind's rules applied to values and input shapes; kept, so a change costs what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import Advice, LayerKind, Seen, ShapeError, Shapes, Weight
from cnnstudio.core.network import LayerNode
from cnnstudio.core.shapes import Shape


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kind's rules give for one set of values and input shapes."""

    kind: LayerKind
    output: Shape
    weights: tuple[Weight, ...]
    params: int
    trainable_params: int
    macs: int
    sight: Seen
    advice: tuple[Advice, ...]


@lru_cache(maxsize=1 << 15)
def facts_of(kind_id: str, values: tuple[Any, ...], inputs: Shapes) -> Facts | ShapeError:
    """Applies a kind's rules.

    Args:
        kind_id: The kind's id.
        values: The read values of its parameters, in their order.
        inputs: The shapes it gets.
    """
    kind = kind_of(kind_id)
    assert kind is not None
    return _applied(kind, dict(zip((p.name for p in kind.parameters), values, strict=True)), inputs)


def facts_for(node: LayerNode, inputs: Shapes) -> Facts | ShapeError:
    """Applies the rules of a layer's kind, or those of its own code, to what it is given."""
    if node.custom is not None:
        assert node.spec is not None
        return _applied(node.spec, node.values, inputs)
    return facts_of(node.kind, tuple(node.values.values()), inputs)


def _applied(kind: LayerKind, named: Mapping[str, Any], inputs: Shapes) -> Facts | ShapeError:
    try:
        output = kind.output_shape(named, inputs)
    except ShapeError as error:
        return error.with_traceback(None)
    weights = kind.weights(named, inputs)
    return Facts(
        kind=kind,
        output=output,
        weights=weights,
        params=sum(weight.size for weight in weights),
        trainable_params=sum(weight.size for weight in weights if weight.trainable),
        macs=kind.macs(named, inputs, output),
        sight=kind.sight(named, inputs, output),
        advice=kind.advice(named, inputs, output),
    )


def output_of(
    node: LayerNode, inputs: Shapes, changes: Mapping[str, object] | None = None
) -> Shape | None:
    """The shape a layer would give; None where it can't take the inputs.

    Args:
        node: The layer.
        inputs: The shapes it would get.
        changes: Read values of parameters that would be others.
    """
    kind = node.spec
    assert kind is not None
    values = {**node.values, **(changes or {})}
    try:
        return kind.output_shape(values, inputs)
    except ShapeError:
        return None
