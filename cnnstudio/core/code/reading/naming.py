"""Which of Keras' names means which layer kind, initialiser or regulariser; and guesses."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from cnnstudio.core.code.names import safe_names
from cnnstudio.core.layers import initializers, regularizers
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.layers.variants import Variant
from cnnstudio.core.network import LayerNode, Network

_ALIASES = {
    "AvgPool2D": "AveragePooling2D",
    "MaxPool2D": "MaxPooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "InputLayer": "Input",
}
FUNCTIONS = {
    kind.lower(): kind
    for kind in (
        "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract",
    )
}  # fmt: skip
"""The functions of ``keras.layers`` that make a layer and call it, with its class."""
PACKAGES = {
    "keras": "keras",
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    **{
        name: f"keras.{name}"
        for name in (
            "activations", "datasets", "initializers", "layers", "losses", "models", "optimizers",
            "regularizers",
        )
    },
}  # fmt: skip
"""What a name nothing defines means where it is one of Keras' packages."""
_PREFIXES = re.compile(
    r"^(tensorflow\.(python\.|compat\.v[12]\.)?keras|tf_keras|keras\.api|keras\.src)(?=\.|$)"
)
# Where data_format stands between the arguments: so many may come before it.
_POSITIONAL = {
    "conv2d": 4,
    "conv2d_transpose": 5,
    "depthwise_conv2d": 4,
    "separable_conv2d": 4,
    "up_sampling2d": 1,
    "flatten": 0,
    "global_average_pooling2d": 0,
    "global_max_pooling2d": 0,
}
_GUESSES = (
    (r"CLASS|(^Y|LABEL).*SHAPE\[-?\d\]", 10),
    (r"SHAPE\[-?\d\]", 28),
    (r"CHANNEL|DEPTH", 3),
    (r"SIZE|HEIGHT|WIDTH|ROW|COL|_H$|_W$|DIM", 32),
    (r"FILTER|UNIT", 32),
    (r"KERNEL", 3),
    (r"RATE|DROP", 0.5),
    (r"SHAPE", [28, 28, 1]),
    (r"^USE|^WITH|^HAS", True),
)


def canonical(path: str) -> str:
    """The same path as the keras package has it."""
    return _PREFIXES.sub("keras", path)


@cache
def _by_class() -> dict[str, LayerKind]:
    found = {kind.keras: kind for kind in kinds().values()}
    return found | {alias: found[name] for alias, name in _ALIASES.items()}


@cache
def _variants() -> dict[str, Variant]:
    every = (*initializers.VARIANTS, *regularizers.VARIANTS)
    by_class = {variant.keras: variant for variant in every}
    return by_class | {variant.name: variant for variant in every}


def layer_class(name: str) -> LayerKind | None:
    """The kind of a class of ``keras.layers``."""
    return _by_class().get(name)


def variant(name: str) -> Variant | None:
    """The initialiser or regulariser by its class or Keras' short name."""
    return _variants().get(name)


def positional(kind: LayerKind) -> tuple[str, ...]:
    """The arguments that may be given without their name, in order."""
    names = tuple(parameter.name for parameter in kind.parameters)
    return names[: _POSITIONAL.get(kind.id, len(names))]


def path_of_free_name(name: str) -> str | None:
    """What a name nothing defines or imports is in Keras; None if nothing."""
    if name in PACKAGES:
        return PACKAGES[name]
    if name in ("Sequential", "Model"):
        return f"keras.models.{name}"
    if name in _by_class() or name in FUNCTIONS:
        return f"keras.layers.{name}"
    if name == "ImageDataGenerator":
        return "keras.preprocessing.image.ImageDataGenerator"
    found = _variants().get(name)
    return f"keras.{found.module}.{name}" if found and found.keras == name else None


def automatic_stem(kind: str) -> str:
    """What Keras calls a layer without a name, before it counts."""
    if kind == "input":
        return "input_layer"
    if kind in kinds():
        return kind
    stem = re.sub(r"\W+", "", kind.rpartition(">")[2])
    stem = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", stem)
    return re.sub("([a-z])([A-Z])", r"\1_\2", stem).lower()


def given_name(name: str, kind: str, comment: str) -> str:
    """The person's name where `comment` has it and `name` is its safe form, else `name`."""
    safe = safe_names(Network((LayerNode("n", kind, comment),)))["n"]
    if safe != comment and re.fullmatch(rf"{re.escape(safe)}(_\d+)?", name):
        return comment
    return name


def guess(name: str, fallback: Any) -> Any:
    """A value for a constant that is asked for, from its name."""
    return next((value for known, value in _GUESSES if re.search(known, name.upper())), fallback)
