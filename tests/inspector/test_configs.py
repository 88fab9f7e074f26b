"""Configs that ask for more than layers, in real files; the canaries of ``conftest`` watch."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import h5py
import pytest

from tests.fakes.model_files import (
    CONV,
    DENSE,
    FLATTEN,
    INPUT,
    Config,
    functional,
    layer,
    read,
    refusal,
    sequential,
    write_h5,
    write_keras,
)

pytestmark = pytest.mark.usefixtures("harmless")


def lambda_layer(canary: Path) -> Config:
    code = f"open({str(canary)!r}, 'w')"
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    return layer("Lambda", "evil", function=function)


def call(module: str, function: str) -> Config:
    """A public function of Keras as a layer of a functional model."""
    return {
        "module": module,
        "class_name": "function",
        "config": function,
        "registered_name": function,
        "name": "evil",
    }


def nested(inner: Config, depth: int) -> Config:
    for number in range(depth):
        inner = sequential(INPUT, inner, name=f"level{number}")
    return inner


def evils(folder: Path) -> dict[str, Config]:
    """Layers that Keras would run, read or write something for, by what they are."""
    canary = folder / "canary"
    return {
        "a lambda": lambda_layer(canary),
        "TFSMLayer": layer("TFSMLayer", "evil", filepath=str(folder)),
        "a torch wrapper": layer("TorchModuleWrapper", "evil", module="gASV", lazy=True),
        # Public and open in Keras 3.15.1: a Lambda that holds a class whose constructor loads.
        "a Lambda of a class": layer(
            "Lambda",
            "evil",
            function={
                "module": "keras.layers",
                "class_name": "TFSMLayer",
                "config": {"name": "evil", "filepath": str(folder), "call_endpoint": "serve"},
                "registered_name": "TFSMLayer",
            },
        ),
        "unsafe mode": layer(
            "Lambda", "evil", function=call("keras.config", "enable_unsafe_deserialization")
        ),
        "a lookup file": layer("StringLookup", "evil", vocabulary="/etc/passwd"),
        "a lookup address": layer("StringLookup", "evil", vocabulary="https://example.com/x.txt"),
        "a function of Python": layer("Dense", "evil", units=3, activation=call("os", "system")),
        "an activation that is none": layer(
            "Dense", "evil", units=3, activation=call("keras.utils", "get_file")
        ),
        "a nested compile_config": {
            **sequential(DENSE, name="evil"),
            "compile_config": {"loss": "mse"},
        },
        # Public and open in Keras 3.15.1: exported functions as operations.
        "pad_sequences": call("keras.utils", "pad_sequences"),
        "set_dtype_policy": call("keras.config", "set_dtype_policy"),
        "load_data": call("keras.datasets.mnist", "load_data"),
        "plot_image_gallery": call("keras.visualization", "plot_image_gallery"),
    }


@pytest.mark.parametrize("what", list(evils(Path())))
def test_code_functions_and_files_are_refused_with_the_layer(tmp_path: Path, what: str) -> None:
    evil = evils(tmp_path)[what]
    chain = sequential(INPUT, FLATTEN, evil, DENSE)
    message = refusal(write_keras(tmp_path / "a.keras", chain))
    assert "evil" in message, message
    refusal(write_h5(tmp_path / "a.h5", chain))
    inside = sequential(INPUT, nested(evil, 50), FLATTEN, DENSE)
    assert "evil" in refusal(write_keras(tmp_path / "deep.keras", inside))
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([INPUT, FLATTEN, layer("Dense", "wide", units=2**31)], "wide"),
        ([layer("InputLayer", "big", batch_shape=[None, 10**6, 10**6, 1])], "big"),
        ([INPUT, layer("UpSampling2D", "up", size=[10**6, 10**6])], "up"),
    ],
)
def test_what_no_machine_can_hold(tmp_path: Path, layers: list[Config], words: str) -> None:
    message = refusal(write_keras(tmp_path / "a.keras", sequential(*layers, FLATTEN, DENSE)))
    assert words in message


def test_four_terabytes_are_told(tmp_path: Path) -> None:
    chain = sequential(
        INPUT, FLATTEN, layer("Dense", "a", units=10**6), layer("Dense", "b", units=10**6)
    )
    assert "4 TB" in refusal(write_keras(tmp_path / "a.keras", chain))


@pytest.mark.parametrize("memory", [10**3, 10**12])
def test_what_this_machine_can_not_hold(
    tmp_path: Path, memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Memory:
        total = memory

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    path = write_keras(tmp_path / "a.keras")
    if memory > 10**6:
        assert read(path).loaded == 2
    else:
        assert "and this computer has 1 kB" in refusal(path)


def test_an_unknown_class_is_a_card_of_its_own(tmp_path: Path) -> None:
    secret = layer("Attention9000", "secret", "my.code", heads=3)
    answer = read(write_keras(tmp_path / "a.keras", sequential(INPUT, secret, FLATTEN, DENSE)))
    assert answer.opaque == ("secret",)


def test_parts_that_have_no_place_are_named_together(tmp_path: Path) -> None:
    lstm, sound = (
        layer("LSTM", "memory", units=3),
        layer("Conv1D", "sound", filters=2, kernel_size=[3]),
    )
    message = refusal(write_keras(tmp_path / "a.keras", sequential(INPUT, lstm, sound)))
    assert "memory" in message
    assert "sound" in message


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    model = functional(INPUT, CONV, FLATTEN, DENSE)
    model["config"]["output_layers"].append(["conv", 0, 0])
    assert "several outputs" in refusal(write_keras(tmp_path / "a.keras", model))
    model = functional(INPUT, CONV, FLATTEN, DENSE)
    model["config"]["input_layers"].append(["second", 0, 0])
    second = layer("InputLayer", "second", batch_shape=[None, 8, 8, 1])
    model["config"]["layers"].append({**second, "name": "second", "inbound_nodes": []})
    assert "several inputs" in refusal(write_keras(tmp_path / "a.keras", model))


def test_a_layer_that_is_used_twice(tmp_path: Path) -> None:
    model = functional(INPUT, CONV, FLATTEN, DENSE)
    conv = model["config"]["layers"][1]
    conv["inbound_nodes"] *= 2
    message = refusal(write_keras(tmp_path / "a.keras", model))
    assert "conv, which stands in 2 places" in message


def test_keras_2(tmp_path: Path) -> None:
    """A Sequential as Keras 2 wrote it, without modules."""

    def old(class_name: str, **config: Any) -> Config:
        return {"class_name": class_name, "config": config}

    config = old(
        "Sequential",
        name="sequential",
        layers=[
            old(
                "Conv2D",
                name="conv",
                batch_input_shape=[None, 8, 8, 1],
                filters=2,
                kernel_size=[3, 3],
                groups=1,
            ),
            old("Flatten", name="flatten"),
            old("Dense", name="dense", units=3, activation="softmax"),
        ],
    )
    path = write_h5(tmp_path / "old.h5", config)
    with h5py.File(path, "r+") as file:  # how it was trained isn't read
        training = {"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.1}}}
        file.attrs["training_config"] = json.dumps(training)
    answer = read(path)
    assert (answer.loaded, answer.missing) == (2, ())
    config["config"]["layers"][2]["config"]["sorcery"] = 3
    assert "sorcery" in refusal(write_h5(path, config))


def test_two_thousand_layers(tmp_path: Path) -> None:
    layers = [layer("Activation", f"a{number}", activation="relu") for number in range(2_000)]
    path = write_keras(tmp_path / "a.keras", functional(INPUT, CONV, *layers, FLATTEN, DENSE))
    began = time.perf_counter()
    answer = read(path)
    assert answer.loaded == 2
    assert time.perf_counter() - began < 15
