"""Model files made by hand, as Keras writes them and as nobody should."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.arrays import Array
from cnnstudio.core.text import Translator
from cnnstudio.inspector.reading import read_model
from cnnstudio.protocol.answers import COPY, Answer

Config = dict[str, Any]


def layer(class_name: str, name: str, module: str = "keras.layers", **config: Any) -> Config:
    """A layer as Keras 3 writes it."""
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "registered_name": None,
    }


def sequential(*layers: Config, name: str = "chain") -> Config:
    return layer("Sequential", name, "keras", layers=list(layers))


def functional(*layers: Config, name: str = "net") -> Config:
    """A Functional model of layers one after the other."""
    linked, before = [], ""
    for one in layers:
        own = one["config"]["name"]
        tensor = {
            "class_name": "__keras_tensor__",
            "config": {"shape": [], "dtype": "float32", "keras_history": [before, 0, 0]},
        }
        nodes = [{"args": [tensor], "kwargs": {}}] if before else []
        linked.append({**one, "name": own, "inbound_nodes": nodes})
        before = own
    ends = {
        "input_layers": [[layers[0]["config"]["name"], 0, 0]],
        "output_layers": [[before, 0, 0]],
    }
    return layer("Functional", name, "keras", layers=linked, **ends)


INPUT = layer("InputLayer", "image", batch_shape=[None, 8, 8, 1])
CONV = layer("Conv2D", "conv", filters=2, kernel_size=[3, 3])
FLATTEN = layer("Flatten", "flatten")
DENSE = layer("Dense", "dense", units=3)
SMALL = sequential(INPUT, CONV, FLATTEN, DENSE)


def arrays_of_small(seed: int = 0) -> dict[str, list[Array]]:
    """The weights of `SMALL`, by the layer's name."""
    draw = np.random.RandomState(seed)
    shapes = {"conv": [(3, 3, 1, 2), (2,)], "dense": [(72, 3), (3,)]}
    return {
        name: [draw.standard_normal(shape).astype(np.float32) for shape in of_layer]
        for name, of_layer in shapes.items()
    }


GROUPS = {"conv": "layers/conv2d", "dense": "layers/dense"}
"""The groups of the layers of `SMALL` in ``model.weights.h5``."""


def weights_file(
    arrays: Mapping[str, Sequence[Any]] | None = None, groups: Mapping[str, str] = GROUPS
) -> bytes:
    """``model.weights.h5``; `arrays` by layer, its group taken from `groups`."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, of_layer in (arrays_of_small() if arrays is None else arrays).items():
            variables = file.create_group(f"{groups.get(name, name)}/vars")
            variables.attrs["name"] = name
            for index, array in enumerate(of_layer):
                variables[str(index)] = array
    return buffer.getvalue()


def write_keras(
    path: Path,
    config: Config | bytes | None = SMALL,
    weights: bytes | None = b"",
    members: Sequence[tuple[str | zipfile.ZipInfo, bytes]] = (),
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """A ``.keras`` file: with the weights of `SMALL` for b"", without any for None."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        if config is not None:
            text = config if isinstance(config, bytes) else json.dumps(config).encode()
            archive.writestr("config.json", text)
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        if weights is not None:
            archive.writestr("model.weights.h5", weights or weights_file())
        for name, data in members:
            archive.writestr(name, data)
    return path


def write_h5(
    path: Path,
    config: Config | None = SMALL,
    arrays: Mapping[str, Sequence[Any]] | None = None,
) -> Path:
    """A ``.h5`` file as Keras has written it since its first version."""
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode()
        root = file.create_group("model_weights")
        found = arrays_of_small() if arrays is None else arrays
        root.attrs["layer_names"] = [name.encode() for name in found]
        for name, of_layer in found.items():
            group = root.create_group(name)
            names = [f"{name}/variable_{index}:0".encode() for index in range(len(of_layer))]
            group.attrs["weight_names"] = names
            for key, array in zip(names, of_layer, strict=True):
                group[key.decode()] = array
    return path


def read(path: Path, folder: Path | None = None) -> Answer:
    """What an inspector answers, without its process; raises BadInput where it refuses."""
    folder = folder or path.parent / f"{path.name} inspected"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / COPY).write_bytes(path.read_bytes())
    return read_model(folder, str(path))


def refusal(path: Path) -> str:
    """Why a file is refused, in English."""
    try:
        answer = read(path)
    except BadInput as error:
        return Translator("en").show(error.text)
    raise AssertionError(f"{path.name} was opened: {answer}")


def said(answer: Answer) -> str:
    """All warnings, in English."""
    return " ".join(map(Translator("en").show, answer.warnings))
