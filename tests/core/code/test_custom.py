"""The classes of a program are kept with their layers as text, and written with them again."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.code.custom import code_of, layer_code
from cnnstudio.core.code.custom_edits import (
    give_code,
    take_code,
    waiting,
    with_fact,
    without_facts,
)
from cnnstudio.core.code.fragments import read_fragment, write_fragment
from cnnstudio.core.code.merging import merged
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.code.writer import CodeStyle, write_model, write_model_code
from cnnstudio.core.edits import set_parameter
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.custom import Measured, MeasuredWeight, Unsaid
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from tests.fakes.own_layers import PROGRAM, SQUEEZE


def read() -> Network:
    return read_code(PROGRAM).network


def own(network: Network) -> list[LayerNode]:
    return [node for node in network.layers if node.custom is not None]


def known(network: Network) -> Network:
    """The network with everything measured, as an engine would say it: the shape stays."""
    while waits := waiting(network):
        one = waits[0]
        shape = one.inputs[0]
        weights = (MeasuredWeight("kernel", (shape[-1], 3)), MeasuredWeight("mean", (3,), False))
        fact = Measured(one.node.params, one.inputs, shape, weights)
        network = with_fact(network, one.code, fact)
    return network


def test_a_class_is_kept_with_what_it_needs_and_nothing_else() -> None:
    reading = read_code(PROGRAM)
    first, second = own(reading.network)
    assert first.custom is not None
    assert first.custom.source == SQUEEZE
    assert first.custom.cls == "Squeeze"
    assert second.custom == first.custom
    assert reading.opaque == ("squeeze", "again")
    assert first.note == "which channel matters?"
    assert not [one for one in reading.passed if "class" in one.what or "channel" in one.what]


def test_arguments_have_the_names_of_the_constructor_and_its_defaults() -> None:
    first, second = own(read())
    assert first.params == {"ratio": 2, "activation": "gelu"}
    assert second.params == {"sizes": [3, 4]}
    assert first.spec is not None
    defaults = {p.name: p.default for p in first.spec.parameters}
    assert defaults == {"ratio": Unsaid("RATIO"), "activation": "relu", "sizes": [1, 2]}
    assert repr(first.values["sizes"]) == "[1, 2]"


@pytest.mark.parametrize("form", ["functional", "sequential"])
def test_written_and_read_again_it_is_the_same(form: str) -> None:
    network = known(read())
    for _ in range(2):
        style = CodeStyle(form=form)  # type: ignore[arg-type]
        code = write_model(network, style)
        assert code.text.count("class Squeeze") == 1
        again = merged(network, read_code(code.text).network)
        assert again is network
        compile(code.text, "program", "exec")
    layers = read_code(write_model_code(network)).network.layers
    assert [node.custom and node.custom.source for node in layers] == [
        node.custom and node.custom.source for node in network.layers
    ]


def test_it_is_written_before_it_is_measured() -> None:
    text = write_model(read(), CodeStyle(shapes=True)).text
    assert "x = Squeeze(ratio=2, activation=" in text
    assert [node.params for node in read_code(text).network.layers] == [
        node.params for node in read().layers
    ]


def test_what_it_makes_is_unknown_until_it_was_measured() -> None:
    network = read()
    problems = analyse(network).errors
    assert [problem.is_unmeasured for problem in problems] == [True]
    assert "26×26×8" in str(problems[0].text)
    assert [one.node.name for one in waiting(network)] == ["squeeze"]
    network = known(network)
    analysis = analyse(network)
    assert not analysis.errors
    one = analysis.nodes[own(network)[0].id]
    assert (one.output, one.params, one.trainable_params) == ((26, 26, 8), 27, 24)
    assert [reason.value for reason in one.reasons if reason.quantity == "parameters"] == [27]


def test_another_shape_or_argument_is_measured_anew_and_the_old_one_stays_known() -> None:
    network = known(read())
    conv = network.layers[1].id
    wider = set_parameter(network, conv, "filters", 16)
    assert [one.inputs for one in waiting(wider)] == [((26, 26, 16),)]
    wider = known(wider)
    assert not analyse(wider).errors
    assert not analyse(set_parameter(wider, conv, "filters", 8)).errors
    other = set_parameter(network, own(network)[0].id, "ratio", True)  # 1 and true differ
    assert waiting(other)
    assert waiting(without_facts(network, SQUEEZE))
    assert without_facts(network, "other") is network


def test_it_outlives_files_and_clipboards() -> None:
    network = known(read())
    back = decode_project(encode_project(Project(network=network)), "file").network
    assert back == network
    assert not analyse(back).errors
    ids = [node.id for node in own(network)]
    clip = read_clip(write_clip(network, ids))
    assert [node.code for node in clip.layers] == [node.code for node in own(network)]
    pasted = read_fragment(write_fragment(network, ids[:1]))
    assert [node.custom and node.custom.source for node in own(pasted)] == [SQUEEZE]


def test_damaged_facts_in_a_file_are_refused_by_name() -> None:
    text = encode_project(Project(network=known(read()))).decode()
    with pytest.raises(BadInput, match="measured"):
        decode_project(text.replace('"output": [26, 26, 8]', '"output": [26, -1, 8]'), "file")


def test_a_layer_without_code_is_given_it_with_all_of_its_class() -> None:
    network = read()
    bare = replace(
        network,
        layers=tuple(replace(node, code=None) for node in network.layers),
    )
    first = bare.layers[2]
    assert first.spec is None
    given = give_code(bare, first.id, PROGRAM)
    assert given == network
    assert take_code(given, first.id) == bare
    with pytest.raises(BadInput, match="only Other"):
        give_code(bare, first.id, "import keras\nclass Other(keras.layers.Layer): pass")
    with pytest.raises(BadInput, match="no class Squeeze"):
        give_code(bare, first.id, "x = 1")
    with pytest.raises(Unreadable):
        give_code(bare, first.id, "class (")


def test_arguments_by_place_find_their_names_once_the_code_is_there() -> None:
    network = read_code(
        "from mine import Squeeze\nx = keras.Input((8, 8, 4))\ny = Squeeze(2)(x)\n"
        "model = keras.Model(x, y)"
    ).network
    assert network.layers[1].params == {"args": [2]}
    given = give_code(network, network.layers[1].id, PROGRAM)
    assert given.layers[1].params == {"ratio": 2}


def test_what_was_measured_stays_while_the_code_is_the_same() -> None:
    network = known(read())
    text = write_model_code(network)
    changed = merged(network, read_code(text.replace("ratio=2", "ratio=4")).network)
    assert own(changed)[1].code == own(network)[1].code
    other = merged(network, read_code(text.replace("return x * gate", "return x + gate")).network)
    assert all(node.code is not None and not node.code.measured for node in own(other))
    assert [node.id for node in other.layers] == [node.id for node in network.layers]


def test_two_meanings_of_one_name_are_refused() -> None:
    network = read()
    first, second = own(network)
    assert second.code is not None
    code = replace(second.code, source=second.code.source.replace("sigmoid", "tanh"))
    clash = replace(
        network,
        layers=tuple(replace(n, code=code) if n is second else n for n in network.layers),
    )
    with pytest.raises(BadInput, match="both define"):
        write_model_code(clash)
    taken = read_code(PROGRAM.replace("RATIO", "EPOCHS")).network
    with pytest.raises(BadInput, match="EPOCHS"):
        write_model_code(taken)
    assert code_of([first]).names == {"keras", "layers", "RATIO", "gate", "Squeeze"}


def test_a_class_called_like_one_of_keras_is_the_persons() -> None:
    network = read_code(
        "import keras\n"
        "class Dense(keras.layers.Layer):\n"
        "    def call(self, x):\n"
        "        return x\n"
        "x = keras.Input((4,))\n"
        "y = Dense()(x)\n"
        "model = keras.Model(x, y)\n"
    ).network
    (node,) = own(network)
    assert node.kind == "Dense"
    assert node.spec is not None
    assert node.spec.module == ""
    assert own(read_code(write_model_code(network)).network) != []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Squeeze(layers.Dense(3))", "no value"),
        ("Squeeze(1, 2, 3, 4)", "needs its name"),
        ("Squeeze(activation=keras.initializers.RandomNormal(stddev=2.0))", "plain values"),
    ],
)
def test_what_is_no_plain_value_is_refused_with_its_place(code: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_code(PROGRAM.replace('Squeeze(2, activation="gelu")', code))


def test_imports_have_one_form() -> None:
    text = (
        "from __future__ import annotations\n"
        "import os, tensorflow as tf, tensorflow.keras.backend as K\n"
        "from tensorflow.keras.layers import (Layer, Dense as D)\n"
        "import tensorflow.keras as keras\n"
        "SIZE = 3; OTHER = 4\n"
        "@keras.saving.register_keras_serializable()\n"
        "class Mine(Layer):\n"
        "    size = SIZE\n"
        "    def call(self, x, os=1):\n"
        "        return D(np.int32(self.size))(K.abs(tf.nn.relu(x)))\n"
    )
    found = layer_code(ast.parse(text), text.split("\n"), "Mine")
    assert found is not None
    assert found.source.split("\n\n\n")[0] == (
        "import keras\n"
        "import numpy as np\n"
        "import tensorflow as tf\n"
        "from keras import backend as K\n"
        "from keras.layers import Dense as D, Layer\n"
        "\n"
        "SIZE = 3"
    )
    tree = ast.parse(found.source)
    again = layer_code(tree, found.source.split("\n"), "Mine")
    assert again is not None
    assert again.source == found.source


def test_code_that_is_no_python_leaves_the_card_opaque() -> None:
    network = read()
    first = own(network)[0]
    assert first.code is not None
    for source in ("class (", "\0", "(" * 5000, "x = 1", "a" * 300_000):
        node = replace(first, code=replace(first.code, source=source))
        assert node.spec is None
        assert node.custom is None


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(-1e6, 1e6)
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    params=st.dictionaries(st.sampled_from(["ratio", "activation", "sizes", "other"]), PLAIN),
    frozen=st.booleans(),
)
def test_any_plain_arguments_come_back(params: dict[str, object], frozen: bool) -> None:
    network = read()
    first = replace(own(network)[0], params=params, frozen=frozen)
    network = with_layers(network, {first.id: first})
    again = read_code(write_model_code(network)).network
    found = again.layers[2]
    assert repr(sorted(found.params.items())) == repr(sorted(params.items()))
    assert found.frozen == frozen
    assert merged(network, again) is network
