"""The configs that Keras 3 writes for a model, and how a network read from one agrees with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnnstudio.core.analysis import analyse
from cnnstudio.core.models.parsing import parse_config
from cnnstudio.core.models.translating import ModelReading

FORMATS = ("keras", "h5")


def config_of(model: Any, format: str) -> dict[str, Any]:
    """The config in a file of this format, parsed as the studio parses it."""
    if format == "keras":
        return parse_config(model.to_json(), "config.json")
    from keras.src.legacy.saving import json_utils, saving_options, saving_utils

    with saving_options.keras_option_scope(use_legacy_config=True):
        config = saving_utils.model_metadata(model)["model_config"]
    return parse_config(json.dumps(config, default=json_utils.get_json_type), "model_config")


def operations_of(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every layer and operation of a model, and of those in it, with where it is."""
    for one in getattr(model, "operations", None) or model._layers:
        here = (*path, one.name)
        if hasattr(one, "layers"):
            yield from operations_of(one, here)
        elif not path or type(one).__name__ != "InputLayer":
            yield here, one


def assert_agrees(reading: ModelReading, model: Any) -> None:
    """Every layer is there once, with Keras' shape, parameters and sources."""
    analysis = analyse(reading.network)
    assert analysis.errors == ()
    theirs = dict(operations_of(model))
    assert set(reading.paths.values()) == set(theirs)
    assert len(reading.paths) == len(theirs)
    for id, path in reading.paths.items():
        node, layer = analysis.nodes[id], theirs[path]
        assert node.output == tuple(layer.output.shape[1:]), path
        weights = getattr(layer, "weights", [])
        assert [one.shape for one in node.weights] == [tuple(w.shape) for w in weights], path
        if len(path) > 1 or node.kind.id == "input":
            continue
        sources = [
            tensor._keras_history.operation for tensor in layer._inbound_nodes[0].input_tensors
        ]
        if not any(hasattr(one, "layers") for one in sources):
            names = [(one.name,) for one in sources]
            assert [reading.paths[source] for source in node.sources] == names, path
    assert analysis.total_params == model.count_params()
    assert analysis.output is not None
    assert analysis.output.output == tuple(model.output_shape[1:])
