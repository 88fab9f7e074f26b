"""Configs of models as Keras 3 and Keras 2 write them, put together by hand."""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]


def layer(class_name: str, name: str, *sources: str | list[str], **config: Any) -> Config:
    """A layer of Keras 3, called with these layers' outputs; a list is one argument."""
    own = config.pop("config", {})
    raw = {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": dtype("float32"), **config, **own},
        "registered_name": None,
        "build_config": {"input_shape": [None, 1]},
        "name": name,
    }
    raw["inbound_nodes"] = [call(*sources)] if sources else []
    return raw


def call(*sources: str | list[str] | float, **kwargs: Any) -> Config:
    """A call of a layer of Keras 3; a number stands for itself."""
    return {"args": [_argument(one) for one in sources], "kwargs": kwargs}


def tensor(source: str, index: int = 0) -> Config:
    """What a layer gives, as Keras 3 writes it."""
    history = [source, 0, index]
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 8, 8, 3], "dtype": "float32", "keras_history": history},
    }


def _argument(source: str | list[str] | float) -> Any:
    if isinstance(source, list):
        return [tensor(one) for one in source]
    return tensor(source) if isinstance(source, str) else source


def dtype(name: str) -> Config:
    """A policy of Keras 3."""
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": name},
        "registered_name": None,
    }


def input_layer(name: str = "picture", shape: tuple[int | None, ...] = (8, 8, 3)) -> Config:
    """An InputLayer of Keras 3."""
    raw = layer("InputLayer", name)
    raw["config"] = {
        "batch_shape": [None, *shape],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": name,
        "optional": False,
    }
    return raw


def conv(name: str, source: str, filters: int = 4, **config: Any) -> Config:
    """A Conv2D of Keras 3."""
    return layer("Conv2D", name, source, filters=filters, kernel_size=[3, 3], **config)


def operation(class_name: str, name: str, *sources: str | float) -> Config:
    """An operation of Keras 3."""
    raw = layer(class_name, name, *sources)  # type: ignore[arg-type]
    return {
        **raw,
        "module": "keras.src.ops.numpy",
        "config": {"name": name},
        "registered_name": class_name,
    }


def functional(*layers: Config, name: str = "model", output: str = "") -> Config:
    """A Functional of Keras 3; its output is that of the last layer unless named."""
    inputs = [one["name"] for one in layers if one["class_name"] == "InputLayer"]
    last = output or layers[-1]["name"]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": name,
            "trainable": True,
            "layers": list(layers),
            "input_layers": [inputs[0], 0, 0] if len(inputs) == 1 else [[n, 0, 0] for n in inputs],
            "output_layers": [[last, 0, 0]],
        },
        "registered_name": "Functional",
        "build_config": {"input_shape": None},
    }


def sequential(*layers: Config, name: str = "sequential", **config: Any) -> Config:
    """A Sequential of Keras 3."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": name, "trainable": True, "layers": list(layers), **config},
        "registered_name": None,
    }


def nested(model: Config, name: str, *sources: str) -> Config:
    """A model as a layer of another one."""
    config = {**model["config"], "name": name}
    return {**model, "config": config, "name": name, "inbound_nodes": [call(*sources)]}


def layer2(class_name: str, name: str, *sources: str | list[Any], **config: Any) -> Config:
    """A layer of a functional model of Keras 2; a source may be a whole entry of its node."""
    node = [[one, 0, 0, {}] if isinstance(one, str) else one for one in sources]
    return {
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "name": name,
        "inbound_nodes": [node] if node else [],
    }


def input2(name: str = "input_1", shape: tuple[int | None, ...] = (8, 8, 3)) -> Config:
    """An InputLayer of Keras 2."""
    raw = layer2("InputLayer", name)
    raw["config"] = {
        "batch_input_shape": [None, *shape],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": name,
    }
    return raw


GLOROT2 = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
ZEROS2 = {"class_name": "Zeros", "config": {}}
CONV2: Config = {
    "filters": 4,
    "kernel_size": [3, 3],
    "strides": [1, 1],
    "padding": "same",
    "data_format": "channels_last",
    "dilation_rate": [1, 1],
    "groups": 1,
    "activation": "relu",
    "use_bias": True,
    "kernel_initializer": GLOROT2,
    "bias_initializer": ZEROS2,
    "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.0010000000474974513}},
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
"""The config of a Conv2D of Keras 2."""


def functional2(*layers: Config, output: str = "") -> Config:
    """A functional model of Keras 2, as its ``.h5`` files have it."""
    inputs = [[one["name"], 0, 0] for one in layers if one["class_name"] == "InputLayer"]
    return {
        "class_name": "Functional",
        "config": {
            "name": "model",
            "layers": list(layers),
            "input_layers": inputs,
            "output_layers": [[output or layers[-1]["name"], 0, 0]],
        },
        "keras_version": "2.10.0",
        "backend": "tensorflow",
    }
