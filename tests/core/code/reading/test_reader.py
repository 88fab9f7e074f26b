"""Keras code as a network: the lecture's blocks, every way of writing, and what is refused."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code, read_notebook
from cnnstudio.core.code.reading.result import Reading, Unreadable
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument, sample_names
from tests.contract.settings import KINDS, input_shapes
from tests.contract.settings import settings as arguments
from tests.fakes.networks import graphs, long_chain

TWO_INPUTS = """\
input_grey = Input(shape=(28, 28, 1)) # greyscale
input_rgb = Input(shape=(28, 28, 3)) # RGB
"""
FRAGMENT = """\
x = Conv2D(filters=32, kernel_size=3, strides=1, padding='same', activation='relu')(x)
x = Conv2D(filters=32, kernel_size=3, strides=1, padding='valid', activation='relu')(x)
"""
MODEL = """\
input_tensor = Input(shape=(28, 28, 1))
x = Conv2D(filters=32, kernel_size=3, strides=1, padding='same', activation='relu')(input_tensor)
x = Conv2D(filters=64, kernel_size=3, activation='relu')(x)
x = MaxPooling2D(2)(x)
x = Flatten()(x)
x = Dense(100, activation='relu')(x)
x = Dropout(0.4)(x)
output = Dense(10, activation='softmax')(x)

model = Model(inputs=input_tensor, outputs=output)
model.summary()
"""
VGG = """\
input_tensor = Input(shape=(IMAGE_SIZE, IMAGE_SIZE, 3))

#x = Conv2D(filters=32, kernel_size=(5, 5), padding='valid', activation='relu')(input_tensor)
x = Conv2D(filters=32, kernel_size=(3, 3), padding='same', activation='relu', kernel_initializer='he_normal')(input_tensor)
x = Conv2D(filters=32, kernel_size=(3, 3), padding='same', activation='relu', kernel_initializer='he_normal')(x)
x = MaxPooling2D(pool_size=(2, 2))(x)

x = Conv2D(filters=64, kernel_size=3, padding='same', activation='relu', kernel_initializer='he_normal')(x)
x = Conv2D(filters=64, kernel_size=3, padding='same', kernel_initializer='he_normal')(x)
x = Activation('relu')(x)
x = MaxPooling2D(pool_size=2)(x)

x = Conv2D(filters=128, kernel_size=3, padding='same', activation='relu', kernel_initializer='he_normal')(x)
x = Conv2D(filters=128, kernel_size=3, padding='same', activation='relu', kernel_initializer='he_normal')(x)
x = MaxPooling2D(pool_size=2)(x)
"""  # noqa: E501 - exactly as it stands
GENERATOR = """\
from tensorflow.keras.preprocessing.image import ImageDataGenerator

train_generator = ImageDataGenerator(
    #rotation_range=20,
    #zoom_range=(0.7, 0.9),
    horizontal_flip=True, # 좌우반전
    #vertical_flip=True,
    rescale=1/255.0
)
valid_generator = ImageDataGenerator(rescale=1/255.0)

flow_tr_gen = train_generator.flow(tr_images, tr_oh_labels, batch_size=BATCH_SIZE, shuffle=True)
# 원래 model.fit에 넣었다 (batch, shuffle 작업)
flow_val_gen = valid_generator.flow(val_images, val_oh_labels, batch_size=BATCH_SIZE, shuffle=False)
"""


def outline(reading: Reading) -> list[str]:
    return [node.kind for node in reading.network.layers]


def form(network: Network) -> Any:
    """What must be the same, ids and layout left out."""
    number = {id: place for place, id in enumerate(network.order)}
    nodes = [network.by_id[id] for id in network.order]
    layers = [(node.kind, node.name, repr(node.values)) for node in nodes]
    links = sorted((number[k.source], number[k.target], k.slot) for k in network.links)
    optional = [
        [p.name for p in node.spec.parameters if p.name in node.params and not p.required]
        for node in nodes
        if node.spec
    ]
    return layers, links, optional


def test_the_lectures_blocks_come_in_as_they_stand() -> None:
    two = read_code(TWO_INPUTS)
    assert [node.params for node in two.network.layers] == [
        {"shape": [28, 28, 1]},
        {"shape": [28, 28, 3]},
    ]
    fragment = read_code(FRAGMENT)
    assert outline(fragment) == ["input", "conv2d", "conv2d"]
    (question,) = fragment.questions
    assert (question.name, question.guess, question.is_input) == ("x", (28, 28, 1), True)
    told = read_code(FRAGMENT, input_shape=(9, 9, 3))
    assert told.questions == ()
    assert told.network.layers[0].params == {"shape": [9, 9, 3]}
    model = read_code(MODEL)
    analysis = analyse(model.network)
    assert not analysis.errors
    assert sum(node.params for node in analysis.nodes.values()) == 1_101_526
    assert [passed.what for passed in model.passed] == ["model.summary()"]


def test_an_unknown_constant_is_asked_for() -> None:
    vgg = read_code(VGG)
    assert [(q.name, q.guess, q.line) for q in vgg.questions] == [("IMAGE_SIZE", 32, 1)]
    assert "IMAGE_SIZE" in str(vgg.questions[0].text)
    assert len(vgg.network.layers) == 11
    assert not analyse(vgg.network).errors
    told = read_code(VGG, {"IMAGE_SIZE": 28})
    assert told.questions == ()
    assert told.network.layers[0].params == {"shape": [28, 28, 3]}


def test_a_generators_scaling_and_augmentation_are_read() -> None:
    reading = read_code(GENERATOR)
    found = {setting.field: setting.value for setting in reading.settings}
    assert found == {
        "augmentation.horizontal_flip": True,
        "data.scaling": "1/255",
        "training.shuffle": True,
    }
    assert project_of(reading, "a").augmentation.params == {"horizontal_flip": True}
    by_place = read_code("g = ImageDataGenerator(False, True, False, False, False, 1e-6, 20)")
    expected = {"samplewise_center": True, "rotation_range": 20}
    assert project_of(by_place, "a").augmentation.params == expected
    assert not reading.network.layers


def test_the_generator_that_trains_is_the_one_that_counts() -> None:
    shown = "ImageDataGenerator(rotation_range=9, vertical_flip=True)"
    trains = "ImageDataGenerator(zoom_range=(0.7, 0.9), preprocessing_function=f, cval=0)"
    lines = [
        f"shows = {shown}",
        "pictures = next(shows.flow(x, shuffle=False, seed=1))",
        f"trains = {trains}",
    ]
    last = read_code("\n".join(lines))
    assert project_of(last, "a").augmentation.params == {"zoom_range": [0.7, 0.9]}
    assert "ImageDataGenerator(preprocessing_function=…)" in [one.what for one in last.passed]
    lines += [
        "flow = trains.flow(x, y, batch_size=9, shuffle=True, seed=7)",
        f"later = {shown}",
        f"{MODEL}",
        "model.fit(flow, epochs=3)",
    ]
    project = project_of(read_code("\n".join(lines)), "a")
    assert project.augmentation.params == {"zoom_range": [0.7, 0.9]}
    training = project.training
    assert (training.batch_size, training.shuffle, training.seed) == (9, True, 7)


WAYS = {
    "a list": "model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), Dense(3)])",
    "add": """
import tensorflow as tf
from tensorflow.keras import layers as L
model = tf.keras.models.Sequential()
model.add(L.Flatten(input_shape=(8, 8, 1)))
model.add(L.Dense(3))
""",
    "functions": """
from keras.layers import *
def head(x, units=3, *, flat=True):
    if flat:
        x = Flatten()(x)
    return Dense(units)(x)
i = Input((8, 8, 1))
model = Model(i, head(i))
""",
    "loops": """
SIZE, (one, *rest) = 2 ** 3, (1, 2, 3)
x = i = Input(shape=[SIZE] * 2 + [one])
for number, make in enumerate([lambda: Flatten(), lambda: Dense(sum(rest) - 2)]):
    x = make()(x)
model = Model(inputs=i, outputs=x)
""",
    "comprehensions": """
model = Sequential([Input((8, 8, 1)), Flatten(), *[Dense(n) for n in range(5) if n == 3]])
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_of_writing_one_network(way: str) -> None:
    network = read_code(WAYS[way]).network
    assert [(node.kind, node.name) for node in network.layers] == [
        ("input", "input_layer"),
        ("flatten", "flatten"),
        ("dense", "dense"),
    ]
    assert network.layers[0].values["shape"] == (8, 8, 1)
    assert network.layers[2].values["units"] == 3
    assert len(network.links) == 2


def test_names_shapes_and_objects_are_computed() -> None:
    reading = read_code("""
i = Input((8, 8, 4), name='in')
a = Conv2D(i.shape[-1] * 2, 3, name=f'conv{1:02}', kernel_regularizer=keras.regularizers.l2(0.01),
           kernel_initializer=keras.initializers.RandomNormal(stddev=0.1))(i)
b = Conv2D(8, 3, name='b%d' % 2, activation=tf.nn.relu)(i)
c = concatenate([a, b], name='{}_{}'.format('c', 3))
d = SecretLayer(4, mode='x')(c)
model = Model(i, d)
""")
    _, a, b, c, d = reading.network.layers
    assert [node.name for node in (a, b, c, d)] == ["conv01", "b2", "c_3", "secret_layer"]
    assert a.params["filters"] == 8
    assert a.params["kernel_regularizer"] == {"name": "l2", "l2": 0.01}
    assert a.params["kernel_initializer"] == {"name": "random_normal", "stddev": 0.1}
    assert b.params["activation"] == "relu"
    assert len(reading.network.incoming[c.id]) == 2
    assert (d.kind, d.params) == ("SecretLayer", {"args": [4], "mode": "x"})
    assert reading.opaque == ("secret_layer",)


def test_a_notebook_with_its_training() -> None:
    cells = [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport keras",
        "(x, y), _ = keras.datasets.fashion_mnist.load_data()\nx = x / 255.0\nplt.imshow(x[0])",
        MODEL,
        "model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9),\n"
        "              loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
        "history = model.fit(x, y, batch_size=32, epochs=7, validation_split=0.2, callbacks=[c])",
        "for i in range(3):\n    print(history.history['loss'][i])",
    ]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    reading = read_notebook(json.dumps(notebook))
    assert {setting.field: setting.value for setting in reading.settings} == {
        "data.source": "fashion_mnist",
        "data.scaling": "1/255",
        "training.optimizer.name": "sgd",
        "training.optimizer.learning_rate": 0.1,
        "training.optimizer.momentum": 0.9,
        "training.loss": "sparse_categorical_crossentropy",
        "training.batch_size": 32,
        "training.epochs": 7,
        "data.validation": 0.2,
    }
    passed = [one.what for one in reading.passed]
    for what in ("%matplotlib inline", "plt.imshow(x[0])", "callbacks=…"):
        assert what in passed
    assert len([what for what in passed if what.startswith("print")]) == 1
    with pytest.raises(BadInput, match="Jupyter"):
        read_notebook("[1]")


REFUSED = {
    "a = Dense(3)(Input((4,)))\nb = Conv2D(3, kernal_size=3)": (2, 5, "kernal_size"),
    "i = Input((4,))\nd = Dense(3)\nx = d(d(i))": (3, 5, "second time"),
    "i = Input((4,))\nx = Dense(os.cpu_count() @ 2)(i)": (2, 11, "os"),
    "i = Input((4,))\nwhile True: pass": (2, 0, "steps"),
    "def f(x): return f(x)\nf(1)": (1, 0, "deeply"),
    "m = Sequential([Flatten()])\nfor i in range(20): m.add(m)": (2, 0, "layers"),
    "x = (1": (1, 0, "Python"),
    "i = Input((4,))\nx = Dense(10**10**10)(i)": (2, 0, "can't be read"),
    "i = Input((4,))\nx = Dense([0] * 10**9)(i)": (2, 0, "can't be read"),
    "i = Input((4,))\nx = Dense('%999999999d' % 1)(i)": (2, 0, "can't be read"),
    "a = ()\nfor i in range(60): a = (a, a)\nx = Dense(a)": (3, 0, ""),
    "for i in range(10**18): pass": (1, 0, "steps"),
    "for i in range(9999): Flatten()": (1, 0, "layers"),
    "x = " + "(" * 500 + ")" * 500: (1, 0, "Python"),
    "x = " + "-" * 300 + "1": (1, 0, ""),
}


@pytest.mark.parametrize("code", REFUSED, ids=range(len(REFUSED)))
def test_what_can_not_be_read_is_refused_with_its_place(code: str) -> None:
    line, column, words = REFUSED[code]
    started = time.monotonic()
    with pytest.raises(Unreadable) as error:
        read_code(code)
    assert time.monotonic() - started < 3
    assert error.value.line == line
    assert column in (0, error.value.column)
    assert words in str(error.value)
    if code.startswith("i = Input"):
        assert outline(error.value.reading)[0] == "input"


def test_a_refusal_has_its_line_and_counts_characters() -> None:
    line = "가 = 1; x = Dense(os.cpu_count() @ 2)(i)"
    with pytest.raises(Unreadable) as error:
        read_code(f"i = Input((4,))\n{line}")
    assert error.value.code == line
    assert line[error.value.column - 1 :].startswith("os.cpu_count()")
    with pytest.raises(Unreadable) as error:
        read_code("y = 2\nx = (1")
    assert error.value.code == "x = (1"


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_comes_back(name: str) -> None:
    network = load_project_argument(f"sample:{name}").network
    assert form(read_code(write_model_code(network)).network) == form(network)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=graphs(), named=st.lists(st.sampled_from(["합성곱 층", "a b", "class", "x", "1"])))
def test_a_graph_comes_back(network: Network, named: list[str]) -> None:
    for node, name in zip(network.layers, dict.fromkeys(named), strict=False):
        network = edits.rename(network, node.id, name)
    try:
        code = write_model_code(network)
    except BadInput:
        return
    assert form(read_code(code).network) == form(network)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
@given(data=st.data())
def test_every_kind_comes_back(kind: Any, data: st.DataObject) -> None:
    shapes = data.draw(input_shapes(kind))
    params = data.draw(arguments(kind))
    shape = list(shapes[0]) if shapes else [8, 8, 1]
    layers = [LayerNode("i", "input", "in", {"shape": shape})]
    if kind.id != "input":
        layers.append(LayerNode("n", kind.id, "it", params))
    links = [Link("i", "n", slot) for slot in range(len(shapes))]
    network = Network(tuple(layers), tuple(links))
    try:
        code = write_model_code(network)
    except BadInput:
        return
    assert form(read_code(code).network) == form(network)


def test_reading_takes_as_long_as_the_code_is_long() -> None:
    def seconds(layers: int) -> float:
        code = write_model_code(long_chain(layers))
        started = time.process_time()
        assert len(read_code(code).network.layers) == layers
        return time.process_time() - started

    assert min(seconds(1000) for _ in range(2)) < 25 * min(seconds(100) for _ in range(3))


PIECES = st.sampled_from(
    [*"()[]{}:=+-*/%.,'\"#\n 0123", "x", "for ", "in ", "if ", "def f(x):\n ", "return ", "while ",
     "range(", "Dense(", "Input(", "Model(", "10**9", "model.add(", "lambda x:", "*", "f'{x}'",
     "i", "f(", "shape", "None", "try:\n ", "class A:\n ", "\0", "%d", "enumerate("]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_text_is_read_or_refused_with_a_place(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["", MODEL, GENERATOR, *WAYS.values()]) | st.text())
    for piece in data.draw(st.lists(PIECES, max_size=8)):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        text = text[:at] + piece + text[at + cut :]
    place = (1, 1)
    try:
        assert isinstance(read_code(text), Reading)
    except Unreadable as error:
        place = (error.line, error.column)
    assert min(place) >= 1
