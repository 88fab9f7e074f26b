"""Comments become notes on cards, ``trainable`` freezes layers, and both survive the round trip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle, write_model
from cnnstudio.core.marks import tidied
from cnnstudio.core.network import Network
from tests.fakes.networks import graphs

NOTED = '''\
# A program that someone wrote.
import keras
from keras import layers

# the picture
inputs = keras.Input((28, 28, 1))  # grey
"""
# no comment
"""
# edges
#   of every kind

# nothing above this line counts
x = layers.Conv2D(
    8,  # filters
    3,
)(inputs)  # first  # (26, 26, 8)
x = layers.ReLU()(layers.BatchNormalization()(x))  # normalised
x = layers.Flatten()(x)  # (None, 5408)
x = layers.Dense(10)(x)  # -> 10
outputs = layers.Dense(
    3, name="dense_ends"
)(x)
model = keras.Model(inputs, outputs)
# the end
'''


def test_comments_above_a_line_and_behind_it_are_the_notes_of_its_layer() -> None:
    reading = read_code(NOTED)
    assert [(node.kind, node.note) for node in reading.network.layers] == [
        ("input", "the picture\ngrey"),
        ("conv2d", "nothing above this line counts\nfirst"),
        ("batch_normalization", ""),
        ("re_lu", "normalised"),
        ("flatten", ""),
        ("dense", ""),
        ("dense", ""),
    ]
    passed = [one.what for one in reading.passed]
    assert "# A program that someone wrote." in passed
    assert "# edges" in passed
    assert "# the end" in passed
    assert not any("nothing above" in what or "normalised" in what for what in passed)


def test_in_a_list_and_in_a_function_too() -> None:
    listed = read_code("""
# The whole model.
model = keras.Sequential([  # small
    keras.Input((8, 8, 1)),
    # squeezes
    layers.Conv2D(4, 1),
    layers.Flatten(), layers.Dense(3),  # the answer
])
model.add(layers.Softmax())  # sums to one
""")
    assert [node.note for node in listed.network.layers] == [
        "", "squeezes", "the answer", "", "sums to one",
    ]  # fmt: skip
    used = read_code("""
def step(x, f):
    # twice
    x = Conv2D(f, 3)(x)
    return MaxPooling2D()(x)  # halves

x = Input((32, 32, 3))
x = step(step(x, 4), 8)
""")
    assert [node.note for node in used.network.layers] == [
        "", "twice", "halves", "twice", "halves",
    ]  # fmt: skip


HEAD = "i = Input((8, 8, 1))\nx = Conv2D(2, 3, name='a')(i)\nx = BatchNormalization(name='b')(x)\n"
TAIL = "x = Flatten()(x)\no = Dense(3, name='d')(x)\nmodel = Model(i, o)\n"


@pytest.mark.parametrize(
    ("lines", "frozen"),
    [
        ("", ""),
        ("model.trainable = False", "abd"),
        ("model.trainable = False\nmodel.trainable = True", ""),
        ("model.trainable = False\nmodel.get_layer('d').trainable = True", "abd"),
        ("for layer in model.layers: layer.trainable = False", "abd"),
        ("for layer in model.layers[:-1]:\n    layer.trainable = False", "ab"),
        ("for layer in model.layers:\n    layer.trainable = layer.name == 'd'", "ab"),
        ("for layer in model.layers:\n    if layer.name.startswith('a'):\n"
         "        layer.trainable = False", "a"),
        ("for layer in model.layers:\n    if not isinstance(layer, layers.BatchNormalization):\n"
         "        layer.trainable = False", "ad"),
        ("for layer in model.layers:\n    if isinstance(layer, (Dense, Flatten)):\n"
         "        layer.trainable = False", "d"),
        ("for layer in model.layers:\n    if layer.count_params() > 10:\n"
         "        layer.trainable = False", ""),
        ("model.get_layer('b').trainable = False", "b"),
        ("model.get_layer(name='b').trainable = not True", "b"),
        ("model.get_layer(index=1).trainable = False", "a"),
        ("model.layers[-1].trainable = False", "d"),
        ("for i in range(2): model.layers[i].trainable = False", "a"),
        ("model.trainable = SOMETHING_ELSE()", ""),
    ],
)  # fmt: skip
def test_what_is_said_of_trainable_freezes_layers(lines: str, frozen: str) -> None:
    reading = read_code(HEAD + TAIL + lines)
    assert "".join(node.name for node in reading.network.layers if node.frozen) == frozen
    told = any("trainable" in one.what or "layer" in one.what for one in reading.passed)
    assert told == ("SOMETHING" in lines or "count_params" in lines)


def test_a_frozen_base_stays_frozen_in_a_larger_model() -> None:
    reading = read_code("""
base = Sequential([Input((8, 8, 1)), Conv2D(2, 3, name="a"), BatchNormalization(name="b")])
base.trainable = False
model = Sequential([base, Flatten(trainable=False, name="f"), Dense(3, name="d", trainable=False)])
model.layers[-1].trainable = True
""")
    assert [node.name for node in reading.network.layers if node.frozen] == ["a", "b", "f"]
    opaque = read_code("x = Input((8, 8, 1))\ny = layers.Mine(3, trainable=False)(x)")
    assert [(n.frozen, n.params) for n in opaque.network.layers[1:]] == [(True, {"args": [3]})]


def test_attributes_of_layers_are_read() -> None:
    cut = read_code(HEAD + TAIL + "y = ReLU(name='r')(model.get_layer('b').output)\n"
                    "model = Model(i, y)")  # fmt: skip
    assert [node.name for node in cut.network.layers] == ["input_layer", "a", "b", "r"]


def marked(network: Network, data: st.DataObject) -> Network:
    letters = st.characters(codec="utf-8") | st.sampled_from("#'\"\\-—\t 가")
    notes = st.one_of(
        st.just(""), st.text(letters, max_size=30).map(tidied),
        st.sampled_from(["--- block ---", "(3, 3, 8)", "noqa", " x", "#", "fmt: off"]),
    )  # fmt: skip
    layers = tuple(
        replace(
            node,
            note=data.draw(notes),
            frozen=node.kind != "input" and data.draw(st.booleans()),
        )
        for node in network.layers
    )
    return replace(network, layers=layers)


def form(network: Network) -> list[tuple[str, str, bool]]:
    nodes = (network.by_id[id] for id in network.order)
    return [(node.name, node.note, node.frozen) for node in nodes]


@settings(max_examples=40)
@given(graphs(), st.data())
def test_notes_and_freezing_survive_the_round_trip(network: Network, data: st.DataObject) -> None:
    network = marked(network, data)
    if analyse(network).errors:
        return
    style = CodeStyle(data.draw(st.sampled_from(("functional", "auto"))), data.draw(st.booleans()))
    code = write_model(network, style).text
    assert form(read_code(code).network) == form(network), code
