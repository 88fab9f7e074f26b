"""Where the arrays of each layer lie in the HDF5 files that Keras writes.

There are two layouts. ``model.weights.h5`` in a ``.keras`` file has a group for each layer, called
by its class and a count (``keras/src/saving/saving_lib.py``). A ``.h5`` file has one for each
layer of the outermost model, called by its name, with the arrays of inner models in one list
(``keras/src/legacy/saving/legacy_h5_format.py``; Keras 2 does the same).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import h5py

from cnnstudio.core.layers.spec import Weight
from cnnstudio.core.models.classes import OPERATIONS, is_model
from cnnstudio.core.models.configs import ModelConfig, model_of
from cnnstudio.inspector.hdf5 import text_attribute, text_list

LEGACY_GROUP = "model_weights"
_BEFORE_KERAS_3 = "_layer_checkpoint_dependencies"  # what Keras 2.13 calls "layers"

Path = tuple[str, ...]
Datasets = Mapping[Path, Sequence[h5py.Dataset]]
Variables = Mapping[Path, tuple[Weight, ...] | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A layer in the order in which Keras saves them.

    Attributes:
        path: The names of the models it is in, outermost first without the whole, and its own.
        group: Its group in ``model.weights.h5``.
        is_fixed: Whether training leaves it as it is, or all of the outermost of those models.
    """

    path: Path
    group: str
    is_fixed: bool


def places(config: Mapping[str, Any]) -> tuple[Place, ...]:
    """The layers of a model's config, inner models taken apart."""
    return tuple(_places(model_of(config), "", (), is_fixed=False))


def _places(model: ModelConfig, within: str, path: Path, *, is_fixed: bool) -> Iterator[Place]:
    counts: Counter[str] = Counter()
    for layer in model.layers:
        if layer.cls.area == OPERATIONS:  # holds nothing and isn't counted
            continue
        stem = _snake_case(layer.raw["class_name"].rpartition(">")[2])
        number = counts[stem]
        counts[stem] += 1
        group = f"{within}layers/{stem}" + (f"_{number}" if number else "")
        below = (*path, layer.name)
        if layer.is_input:
            continue
        if is_model(layer.raw):
            inner = model_of(layer.raw)
            fixed = is_fixed or (not path and not inner.trainable)
            yield from _places(inner, f"{group}/", below, is_fixed=fixed)
        else:
            yield Place(below, group, is_fixed or layer.config.get("trainable") is False)


def _snake_case(name: str) -> str:
    """As ``keras/src/utils/naming.py`` does it."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def keras_datasets(file: h5py.File, layers: Sequence[Place], name: str) -> Datasets:
    """The datasets of each layer in ``model.weights.h5``, in the order of its variables.

    Args:
        file: The file.
        layers: All layers of the model.
        name: What to call the file in texts.
    """
    found = {}
    for place in layers:
        group = place.group
        if _BEFORE_KERAS_3 in file:
            group = group.replace("layers", _BEFORE_KERAS_3)
        variables = file.get(f"{group}/vars")
        if isinstance(variables, h5py.Group) and _is_of(variables, place.path[-1], name):
            numbers = map(str, range(len(variables)))
            found[place.path] = _datasets(variables, numbers)
    return found


def _is_of(variables: h5py.Group, layer: str, name: str) -> bool:
    """Whether they are of the layer with this name; older files don't say."""
    said = text_attribute(variables, "name", name)
    if isinstance(said, bytes):
        said = said.decode(errors="replace")
    return said is None or said == layer


def legacy_datasets(
    file: h5py.File, layers: Sequence[Place], variables: Variables, name: str
) -> Datasets:
    """The datasets of each layer in a ``.h5`` file, in the order of its variables.

    The one list of an inner model has what is trained first, so what belongs to which layer can be
    said only where the variables of all its layers are known.

    Args:
        file: The file.
        layers: All layers of the model.
        variables: The variables of the layers, None for a layer that isn't known; a layer that
            isn't among them has none.
        name: What to call the file in texts.

    Raises:
        BadInput: For a list of names that isn't one.
    """
    found: dict[Path, list[h5py.Dataset]] = {}
    root = file.get(LEGACY_GROUP)
    if not isinstance(root, h5py.Group):
        return found
    for top, members in itertools.groupby(layers, key=lambda place: place.path[0]):
        group = root.get(top)
        if not isinstance(group, h5py.Group):
            continue
        datasets = _datasets(group, text_list(group, "weight_names", name))
        inner = list(members)
        if len(inner[0].path) == 1:
            found[inner[0].path] = datasets
            continue
        order = _legacy_order(inner, variables)
        if order is not None and len(order) == len(datasets):
            for (path, _), dataset in sorted(zip(order, datasets, strict=True), key=lambda p: p[0]):
                found.setdefault(path, []).append(dataset)
    return found


def _legacy_order(layers: Sequence[Place], variables: Variables) -> list[tuple[Path, int]] | None:
    """Layer and variable of each array in the list of an inner model; None if that isn't known.

    It is that of ``model.trainable_weights + model.non_trainable_weights``.
    """
    trained: list[tuple[Path, int]] = []
    fixed: list[tuple[Path, int]] = []
    for place in layers:
        weights = variables.get(place.path, ())
        if weights is None:
            return None
        for index, weight in enumerate(weights):
            is_trained = weight.trainable and not place.is_fixed
            (trained if is_trained else fixed).append((place.path, index))
    return trained + fixed


def _datasets(group: h5py.Group, names: Iterator[str] | Sequence[str]) -> list[h5py.Dataset]:
    """The datasets with these names in a group; none unless all are there."""
    found = [group.get(name) for name in names]
    return found if all(isinstance(one, h5py.Dataset) for one in found) else []
