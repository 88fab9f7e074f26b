"""Layers of a model: by their name or place, and of which class they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.code.reading import naming, operations
from cnnstudio.core.code.reading.operations import NoValue
from cnnstudio.core.code.reading.values import KerasName, LayerObject


def member(layers: Sequence[LayerObject], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What ``get_layer`` gives; raises NoValue for a layer that isn't there."""
    stated = dict(zip(("name", "index"), args, strict=False)) | dict(kwargs)
    name, index = stated.get("name"), stated.get("index")
    if isinstance(index, int):
        return operations.bounded(lambda: layers[index])
    found = next((layer for layer in layers if layer.name == name), None)
    if found is None:
        raise NoValue
    return found


def is_instance(layer: LayerObject, classes: Any) -> bool:
    """Whether a layer is of one of some classes; raises NoValue for what is no class."""
    names = classes if isinstance(classes, tuple) else (classes,)
    if not all(isinstance(name, KerasName) for name in names):
        raise NoValue
    kinds = ((name.last, naming.layer_class(name.last)) for name in names)
    return any(last == "Layer" or layer.kind == (kind.id if kind else last) for last, kind in kinds)
