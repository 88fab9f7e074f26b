"""The values of a layer's parameters as Keras takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from cnnstudio.core.layers.variants import Chosen


def keras_arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Read values as the arguments of a Keras layer, made as the exported code makes them.

    An initialiser draws its seed when it is made, so whether Keras makes it from a name or is
    given it decides the initial weights.
    """
    return {name: _argument(value) for name, value in values.items()}


def _argument(value: Any) -> Any:
    if not isinstance(value, Chosen):
        return value
    if value.by_name:
        return value.variant.name
    return getattr(getattr(keras, value.variant.module), value.variant.keras)(**value.stated)
