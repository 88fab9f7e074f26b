"""What the class names in a model's config mean, whichever Keras wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnstudio.core.code.reading import naming
from cnnstudio.core.layers.spec import LayerKind

MODELS = frozenset({"Functional", "Model", "Sequential"})
LAYER_AREAS = frozenset({"", "applications", "engine", "layers", "models"})
"""The parts of Keras that have layers and models; "" is its top, or where nothing is said."""
OPERATIONS = "ops"
"""The part that has operations, such as an addition of two tensors."""
# The parts that have what layers hold.
_HELPER_AREAS = frozenset(
    {
        "activations",
        "constraints",
        "dtype_policies",
        "initializers",
        "mixed_precision",
        "quantizers",
        "random",
        "regularizers",
    }
)
MODELLING_AREAS = LAYER_AREAS | _HELPER_AREAS | {OPERATIONS}
"""The parts of Keras a model's config has business with."""
OF_TENSORFLOW = frozenset({"SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"})
"""The classes of Keras 2 for operations; they name a function of TensorFlow."""
_ALIASES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
}
_SEQUENCES_AND_VOLUMES = re.compile(r"[13]D$|RNN|LSTM|GRU|^TimeDistributed$|^Bidirectional$")


@dataclass(frozen=True, slots=True)
class KerasClass:
    """A class as a config names it.

    Attributes:
        name: Its name; for a class that isn't Keras' own the one it is registered under.
        module: Its module as the keras package has it; "" where the config doesn't say.
        own: Whether it is a class of Keras.
    """

    name: str
    module: str
    own: bool

    @property
    def area(self) -> str:
        """The part of Keras it is in, such as "layers"; "" for its top."""
        return area_of(self.module)

    @property
    def kind(self) -> LayerKind | None:
        """The layer kind that is this class; None if none is."""
        if not self.own or self.area not in LAYER_AREAS:
            return None
        return naming.layer_class(_ALIASES.get(self.name, self.name))

    @property
    def is_for_other_data(self) -> bool:
        """Whether it is a layer of Keras for sequences or volumes rather than pictures."""
        return self.own and _SEQUENCES_AND_VOLUMES.search(self.name) is not None


def area_of(module: str) -> str:
    """The part of Keras a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def is_of_keras(module: str) -> bool:
    """Whether a module, as the keras package has it, belongs to Keras."""
    return module.partition(".")[0] == "keras"


def class_of(raw: Mapping[str, Any]) -> KerasClass:
    """The class of an object with a text as its ``class_name``.

    A class without a module is Keras' own: Keras 2 and the ``.h5`` files of Keras 3 name only
    what isn't by the package it is registered in. A module of null is that of a program.
    """
    name = raw["class_name"]
    for registered in (raw.get("registered_name"), name):
        if isinstance(registered, str) and ">" in registered:
            return KerasClass(registered, "", own=False)
    module = raw.get("module", "")
    if not isinstance(module, str):
        return KerasClass(name, "", own=False)
    module = naming.canonical(module)
    return KerasClass(name, module, own=module == "" or is_of_keras(module))


def is_model(raw: Mapping[str, Any]) -> bool:
    """Whether a layer's config is that of a model with layers of its own."""
    cls, config = class_of(raw), raw.get("config")
    if isinstance(config, list | tuple):
        return cls.own and cls.name == "Sequential"
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list | tuple):
        return False
    return (cls.own and cls.name in MODELS) or {"input_layers", "output_layers"} <= config.keys()
