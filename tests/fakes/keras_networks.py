"""The models of ``keras.applications`` as networks and project files of the studio.

``python -m tests.fakes.keras_networks FOLDER MODEL…`` writes ``FOLDER/MODEL.cnnstudio`` for each.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.layout import lay_out
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import save_project


def network_of(model: Any) -> Network:
    """The layers of a functional Keras model with the links between them.

    Args:
        model: Models inside it, one after the other, are taken apart; a layer may be called once.
            A number added to a feature map, or multiplied with it, is a Rescaling.
    """
    by_class = {kind.keras: kind for kind in kinds().values()} | {"InputLayer": kinds()["input"]}
    layers: dict[str, LayerNode] = {}
    links: list[Link] = []
    ends: dict[str, str] = {}  # what stands for the output of a layer, nested models included

    def take(config: dict[str, Any], name: str, sources: list[str]) -> None:
        kind, params = by_class[config["class_name"]], _with_number(config)
        if params is not None:
            kind = kinds()["rescaling"]
        id = f"n{len(layers) + 1}"
        layers[id] = LayerNode(id, kind.id, name, params or _params(kind, config))
        links.extend(Link(source, id, slot) for slot, source in enumerate(sources))
        ends[name] = id

    for layer in model.get_config()["layers"]:
        sources = [ends[name] for name in _inbound(layer)]
        inner = layer["config"].get("layers")
        if inner is None:
            take(layer, layer["name"], sources)
            continue
        for one in inner:
            if one["class_name"] != "InputLayer":
                take(one, f"{layer['name']} {one['config']['name']}", sources)
                sources = [ends[f"{layer['name']} {one['config']['name']}"]]
        ends[layer["name"]] = sources[0]
    return lay_out(Network(layers=tuple(layers.values()), links=tuple(links)))


def _inbound(layer: dict[str, Any]) -> list[str]:
    """The names of the layers that feed one, by slot."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                found.append(value["config"]["keras_history"][0])
            else:
                look(list(value.values()))
        elif isinstance(value, list | tuple):
            for one in value:
                look(one)

    look([node["args"] for node in layer["inbound_nodes"]])
    return found


def _with_number(layer: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments of the Rescaling that an operation with a number is; None for any other."""
    if layer["module"] != "keras.src.ops.numpy":
        return None
    (node,) = layer["inbound_nodes"]
    numbers = [value for value in node["args"] if isinstance(value, int | float)]
    if not numbers:
        return None
    return {"Add": {"scale": 1.0, "offset": numbers[0]}, "Multiply": {"scale": numbers[0]}}[
        layer["class_name"]
    ]


def _params(kind: LayerKind, layer: dict[str, Any]) -> dict[str, Any]:
    """The arguments that differ from the kind's defaults."""
    config = layer["config"]
    if kind.inputs[1] == 0:
        return {"shape": list(config["batch_shape"][1:])}
    found = {}
    for parameter in kind.parameters:
        if parameter.name not in config:
            continue
        value = parameter.read(_plain(config[parameter.name]))
        if value != parameter.default:
            found[parameter.name] = parameter.write(value)
    return found


def _plain(value: Any) -> Any:
    """A value as a project file has it: an initialiser by its name and arguments."""
    if isinstance(value, dict) and "class_name" in value:
        stated = {name: one for name, one in value["config"].items() if one is not None}
        return {"name": value["class_name"], **stated}
    return list(value) if isinstance(value, tuple) else value


def application(name: str) -> Any:
    """The model of this name in ``keras.applications``, for pictures of its usual size."""
    import keras

    make = getattr(keras.applications, name)
    model = make(weights=None)
    if None in model.input_shape[1:]:
        model = make(weights=None, input_shape=(224, 224, 3))
    return model


def write(folder: Path, name: str) -> Path:
    """Makes the project file of a model that has its name in ``keras.applications``."""
    network = network_of(application(name))
    path = folder / f"{name}.cnnstudio"
    save_project(Project(name=name, network=network), path)
    return path


if __name__ == "__main__":
    for model in sys.argv[2:]:
        print(write(Path(sys.argv[1]), model))
