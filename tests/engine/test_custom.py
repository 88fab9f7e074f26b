"""A person's own layers run in an engine alone, once they are trusted; their faults are told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import CustomLayer, Measured
from cnnstudio.core.marks import freeze
from cnnstudio.core.network import LayerNode
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.engine import custom, custom_faults
from cnnstudio.engine.backends import describe
from cnnstudio.engine.context import current_job
from cnnstudio.engine.jobs import evaluate, start_run
from cnnstudio.engine.model import build_model
from cnnstudio.engine.saving import save_model
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Ended
from cnnstudio.protocol.messages import (
    Evaluate,
    MeasureLayer,
    Refused,
    RunEnded,
    SaveModel,
    StartRun,
)
from tests.fakes.engines import events
from tests.fakes.own_layers import PROGRAM, SQUEEZE, canary, canary_program
from tests.fakes.tiny import RecordingContext, tiny, tiny_project

__all__ = ["tiny"]


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrustStore:
    """The person's own folder, in which nothing is trusted yet."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    return TrustStore.of_person()


def code_of(source: str, cls: str = "Squeeze") -> CustomLayer:
    return CustomLayer(source, cls)


def layer(source: str, cls: str = "Squeeze", **params: object) -> LayerNode:
    return LayerNode("n", cls, "mine", dict(params), code=code_of(source, cls))


def project(text: str = PROGRAM, epochs: int = 1) -> Project:
    """A project of the tiny set whose network is that of a program."""
    base = tiny_project(epochs=epochs)
    shape = analyse(base.network).input
    classes = analyse(base.network).output
    assert shape is not None
    assert classes is not None
    text = text.replace("28, 28, 1", ", ".join(map(str, shape.output)))
    text = text.replace("Dense(10,", f"Dense({classes.output[0]},")
    return replace(base, network=read_code(text).network)


def measured(node: LayerNode, *inputs: tuple[int, ...]) -> Measured:
    return custom.measured(node, inputs, 20.0)


def test_what_is_measured_is_what_keras_has(store: TrustStore) -> None:
    network = read_code(PROGRAM).network
    with pytest.raises(BadInput, match="haven't said that"):
        custom.with_facts(network)
    store.trust(code_of(SQUEEZE))
    network = custom.with_facts(network)
    analysis = analyse(network)
    assert not analysis.errors
    model = build_model(freeze(network, [network.layers[2].id]), 3)
    for one, made in zip(analysis.nodes.values(), model.layers, strict=True):
        assert made.output.shape[1:] == one.output
        assert [tuple(weight.shape) for weight in made.weights] == [w.shape for w in one.weights]
    assert model.get_layer("again").ratio == 4
    assert model.get_layer("again").sizes == (3, 4)
    assert model.layers[2].ratio == 2
    assert not model.layers[2].trainable
    store.withdraw(code_of(SQUEEZE).digest)
    with pytest.raises(BadInput, match="haven't said that"):
        build_model(network, 3)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.usefixtures("tiny")
def test_it_trains_is_measured_saved_and_opened_again(store: TrustStore, tmp_path: Path) -> None:
    store.trust(code_of(SQUEEZE))
    run, context = tmp_path / "run", RecordingContext()
    lies = Measured({"ratio": 2, "activation": "gelu"}, ((1, 1, 1),), (1,))
    whole = project()
    nodes = tuple(
        replace(n, code=n.code.with_measured(lies)) if n.code else n for n in whole.network.layers
    )
    whole = replace(whole, network=replace(whole.network, layers=nodes))
    ended = start_run(
        StartRun(run_dir=str(run), project=encode_project(whole).decode()), context, b""
    )
    assert isinstance(ended, RunEnded)
    assert (ended.stopped, ended.text) == ("finished", None)
    record = RunFolder.open(run).record
    assert not analyse(record.project.network).errors
    assert evaluate(Evaluate(run_dir=str(run), epoch=1), context, b"").loss is not None
    for name in ("model.keras", "model.h5"):
        save_model(SaveModel(run_dir=str(run), epoch=1, path=str(tmp_path / name)), context, b"")
        classes = custom.classes_of(record.project.network)
        back = keras.models.load_model(tmp_path / name, custom_objects=classes)
        assert type(back.layers[2]) is classes["Squeeze"]
        with pytest.raises((TypeError, ValueError), match="Squeeze"):
            keras.models.load_model(tmp_path / name)


def test_the_written_program_builds_the_same_network(store: TrustStore) -> None:
    store.trust(code_of(SQUEEZE))
    network = custom.with_facts(read_code(PROGRAM).network)
    names: dict[str, Any] = {"__name__": "program"}
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    exec(write_model_code(network), names)
    made = names["model"]
    assert isinstance(made, keras.Model)
    for mine, theirs in zip(build_model(network, 3).weights, made.weights, strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1 / 0", "line 29 (Squeeze.call: y = 1 / 0): ZeroDivisionError: division by zero"),
        ("sys.exit(3)", "ends the whole program"),
        ("[0] * 10**13", "more memory than there is"),
        ("x[:, :, 3:40:0]", "line 29"),
    ],
)
def test_a_fault_is_told_with_its_line(store: TrustStore, line: str, said: str) -> None:
    source = SQUEEZE.replace("import keras\n", "import sys\n\nimport keras\n", 1)
    source = source.replace("        means =", f"        y = {line}\n        means =")
    store.trust(code_of(source))
    with pytest.raises(BadInput) as raised:
        measured(layer(source), (8, 8, 4))
    assert said in str(raised.value.text)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import keras\nclass Mine:\n    pass\n", "no layer of Keras"),
        ("import keras\nraise ValueError\nclass Mine(keras.layers.Layer): pass", "line 2"),
        ("import keras\nclass Mine(keras.layers.Layer):\n  def __init__(self, size):\n    pass",
         "missing 1 required"),
        ("import keras\nclass Mine(keras.layers.Layer):\n  def call(self, x):\n    return x, x",
         "than one tensor"),
        ("import keras\nclass Mine(keras.layers.Layer):\n  def call(self, x):\n"
         "    return keras.ops.nonzero(x)[0]", "fixed length"),
        ("from keras.layers import Lambda as Mine", "doesn't define its class"),
    ],
)  # fmt: skip
def test_what_is_no_layer_of_a_network_is_refused(
    store: TrustStore, source: str, said: str
) -> None:
    store.trust(code_of(source, "Mine"))
    with pytest.raises(BadInput) as raised:
        measured(layer(source, "Mine"), (8, 8, 4))
    assert said in str(raised.value.text)


def test_objects_of_a_models_file_are_made_from_a_list_of_known_ones(store: TrustStore) -> None:
    store.trust(code_of(SQUEEZE))
    fine = {"class_name": "function", "config": "tanh", "module": "builtins"}
    assert measured(layer(SQUEEZE, activation=fine), (8, 8, 4)).output == (8, 8, 4)
    odd = {"class_name": "Lambda", "config": {}, "module": "keras.layers"}
    with pytest.raises(BadInput, match="can't make"):
        measured(layer(SQUEEZE, activation=odd), (8, 8, 4))


def test_several_inputs_are_a_list(store: TrustStore) -> None:
    source = (
        "import keras\n\n\nclass Mine(keras.layers.Layer):\n    def call(self, given):\n"
        "        a, b = given\n        return keras.ops.concatenate([a, b], -1)\n"
    )
    store.trust(code_of(source, "Mine"))
    found = measured(layer(source, "Mine"), (8, 8, 4), (8, 8, 3))
    assert (found.output, found.weights) == ((8, 8, 7), ())


@pytest.mark.usefixtures("tiny")
def test_a_run_runs_nothing_that_is_not_trusted(tmp_path: Path) -> None:
    left, worst = tmp_path / "left", code_of(canary(tmp_path / "left"), "Canary")
    whole = project(canary_program(left))
    own = next(node for node in whole.network.layers if node.custom is not None)
    known = Measured({}, ((8, 8, 1),), (8, 8, 1))  # nothing is left to be measured
    nodes = {own.id: replace(own, code=worst.with_measured(known))}
    network = with_layers(whole.network, nodes)
    message = StartRun(
        run_dir=str(tmp_path / "run"),
        project=encode_project(replace(whole, network=network)).decode(),
    )
    with pytest.raises(BadInput, match="haven't said that"):
        start_run(message, RecordingContext(), b"")
    assert not left.exists()
    assert not (tmp_path / "run").exists()


def test_endless_and_greedy_code_costs_an_engine_and_is_told(
    store: TrustStore, tmp_path: Path
) -> None:
    source = SQUEEZE.replace("        means =", "        while True: pass\n        means =")
    store.trust(code_of(source))
    client = EngineClient("bench", "tensorflow", "cpu", tmp_path / "engine.log")
    client.start()
    try:
        client.send(
            MeasureLayer(
                layer="mine", code=code_of(source), params={}, inputs=((8, 8, 4),), seconds=1.0
            )
        )
        *_, refused, _ended = events(client, Ended, timeout=60)
        assert isinstance(refused, Refused)
        assert "stopped at line 27 (Squeeze.call: while True: pass)" in str(refused.text)
    finally:
        client.close()


def test_code_that_fills_the_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Refused] = []

    class Job(RecordingContext):
        def give_up(self, answer: object) -> None:  # type: ignore[override]
            assert isinstance(answer, Refused)
            told.append(answer)

    monkeypatch.setattr(custom_faults, "_LEAST_ROOM", 50 << 20)
    monkeypatch.setattr(custom_faults, "_SHARE", 0.0)
    token = current_job.set(Job())
    kept = []
    with custom_faults.Watch("mine", 60.0):
        until = time.monotonic() + 20
        while not told and time.monotonic() < until:
            kept.append(b"x" * (10 << 20))
    current_job.reset(token)
    (refused,) = told
    assert "mine was stopped: it fills the memory" in str(refused.text)
