"""Configs that ask for more than layers are refused, and the sentence names the layer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.translating import translate_model
from tests.fakes.model_configs import (
    Config,
    conv,
    functional,
    functional2,
    input2,
    input_layer,
    layer,
    layer2,
    nested,
    sequential,
)


def function(name: str, module: str = "builtins") -> Config:
    return {"class_name": "function", "config": name, "module": module, "registered_name": name}


LAMBDA_CODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}
LAYERS: dict[str, Config] = {
    "lambda": layer("Lambda", "evil", "picture", function=LAMBDA_CODE),
    "lambda of a function": layer("Lambda", "evil", "picture", function=function("relu")),
    "lambda with a class": layer(
        "Lambda",
        "evil",
        "picture",
        function={"class_name": "TFSMLayer", "module": "keras.layers", "config": {}},
    ),
    "lambda under another name": layer("Relu", "evil", "picture")
    | {"registered_name": "package>Lambda"},
    "TFSMLayer": layer("TFSMLayer", "evil", "picture", filepath="/tmp/saved_model"),
    "TorchModuleWrapper": layer("TorchModuleWrapper", "evil", "picture", module="UEsDBA=="),
    "JaxLayer": layer("JaxLayer", "evil", "picture", call_fn=function("f", "os")),
    "function as a layer": {
        **layer("function", "evil", "picture"),
        "module": "keras.utils",
        "config": "pad_sequences",
    },
    "policy of the process": {
        **layer("function", "evil", "picture"),
        "module": "keras.config",
        "config": "set_dtype_policy",
    },
    "data over the network": {
        **layer("function", "evil", "picture"),
        "module": "keras.datasets.mnist",
        "config": "load_data",
    },
    "unsafe deserialization": {
        **layer("function", "evil", "picture"),
        "module": "keras.config",
        "config": "enable_unsafe_deserialization",
    },
    "unsafe deserialization as a class": layer("enable_unsafe_deserialization", "evil", "picture"),
    "a class that is no layer": layer("Progbar", "evil", "picture") | {"module": "keras.utils"},
    "a part of Python": layer("system", "evil", "picture") | {"module": "os"},
    "activation of one's own": conv("evil", "picture", activation=function("run", "my_package")),
    "activation elsewhere in Keras": conv(
        "evil", "picture", activation=function("relu", "keras.utils")
    ),
    "lambda as an activation": conv("evil", "picture", activation=LAMBDA_CODE),
    "gadget as an initialiser": conv(
        "evil", "picture", kernel_initializer=function("get_file", "keras.utils")
    ),
    "code in an unknown layer": layer("Fancy", "evil", "picture", inner={"deep": [LAMBDA_CODE]})
    | {"module": "my_package"},
    "function of an unknown layer": layer("Fancy", "evil", "picture", function="os.system"),
    "nested compile_config": conv("evil", "picture") | {"compile_config": {"optimizer": "adam"}},
    "vocabulary in a file": layer("StringLookup", "evil", "picture", vocabulary="/etc/passwd"),
    "vocabulary of the network": layer(
        "TextVectorization", "evil", "picture", vocabulary="https://example.org/words"
    ),
    "a type of TensorFlow": layer(
        "Fancy", "evil", "picture", spec={"class_name": "__typespec__", "config": []}
    ),
}


def refusal(config: Config) -> str:
    with pytest.raises(BadInput) as refused:
        translate_model(config)
    return str(refused.value)


@pytest.mark.parametrize("bad", LAYERS.values(), ids=LAYERS.keys())
def test_it_is_refused_in_every_place_of_a_model(bad: Config) -> None:
    flat = functional(input_layer(), bad)
    inside = functional(input_layer("picture"), nested(flat, "inner", "picture"))
    bare = {key: value for key, value in bad.items() if key != "inbound_nodes"}
    row = sequential(input_layer(), bare)
    dead = functional(input_layer(), bad, conv("last", "picture"))
    for config in (flat, inside, row, dead, flat["config"]):
        assert "evil" in refusal(config)


def test_a_lambda_fifty_models_deep_is_named() -> None:
    model = sequential(layer("Lambda", "at the bottom", function=LAMBDA_CODE))
    for level in range(50):
        model = sequential(model, name=f"level_{level}")
    assert "at the bottom" in refusal(model)


def test_the_lambda_of_keras_2_is_refused() -> None:
    code = ["4wEAAAAAAAAA\n", None, None]
    bad = layer2("Lambda", "evil", "input_1", function=code, function_type="lambda")
    assert "evil is a Lambda" in refusal(functional2(input2(), bad))


def test_an_activation_by_its_function_is_fine() -> None:
    config = functional(
        input_layer(),
        conv("a", "picture", activation=function("relu")),
        layer("Activation", "b", "a", activation=function("gelu", "keras.activations")),
    )
    network = translate_model(config).network
    assert [node.params.get("activation") for node in network.layers[1:]] == ["relu", "gelu"]


def test_how_the_model_was_trained_is_not_read() -> None:
    config = functional(input_layer(), conv("a", "picture"))
    config["compile_config"] = {"loss": function("my_loss", "my_package"), "lr": 0.1}
    assert translate_model(config).opaque == ()


def test_the_sentences_say_what_and_what_to_do() -> None:
    sentence = refusal(functional(input_layer(), LAYERS["lambda"]))
    assert re.search("evil is a Lambda, which is code.*Use layers instead", sentence)
    sentence = refusal(functional(input_layer(), LAYERS["vocabulary in a file"]))
    assert "takes its vocabulary from the file /etc/passwd" in sentence
    sentence = refusal(functional(input_layer(), LAYERS["function as a layer"]))
    assert "keras.utils.pad_sequences" in sentence


def test_a_huge_name_is_cut_where_it_is_told() -> None:
    bad: Any = layer("Lambda", "x" * 10_000, "picture", function=LAMBDA_CODE)
    assert len(refusal(functional(input_layer(), bad))) < 400
