"""Code as it is found: tutorials, old examples, notebooks."""

from __future__ import annotations

import json

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.reader import read_code, read_notebook
from cnnstudio.core.code.reading.result import Reading, Unreadable


def outline(reading: Reading) -> list[str]:
    return [node.kind for node in reading.network.layers]


def passed(reading: Reading) -> list[str]:
    return [one.what for one in reading.passed]


LOOKED_AT = """\
(x_train, y_train), _ = keras.datasets.cifar10.load_data()
def show(images):
    for i in range(9):
        plt.imshow(images[i])
show(x_train)
for images, labels in data.take(1):
    show(images)
model = keras.Sequential([
    layers.Conv2D(8, 3, input_shape=x_train.shape[1:]),
    layers.Flatten(),
    layers.Dense(len(class_names)),
])
for images, labels in data.take(1):
    print(model(images))
scores = model(x_train[:1]).numpy()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss=loss)
model.fit(x_train, y_train, epochs=4)
seen = keras.Model(model.inputs, [layer.output for layer in model.layers])
"""


def test_a_model_may_be_looked_at_and_called_with_pictures() -> None:
    reading = read_code(LOOKED_AT)
    assert outline(reading) == ["input", "conv2d", "flatten", "dense"]
    assert not analyse(reading.network).errors
    questions = [(one.name, one.guess, one.is_input) for one in reading.questions]
    assert questions == [
        ("x_train.shape[1:]", (32, 32, 3), True),
        ("len(class_names)", 10, False),
    ]
    told = read_code(LOOKED_AT, {"len(class_names)": 4}, input_shape=(9, 9, 1))
    assert told.questions == ()
    assert told.network.layers[0].values["shape"] == (9, 9, 1)
    assert told.network.layers[-1].params["units"] == 4
    for what in ("scores = model(x_train[:1]).numpy()", "cifar10.load_data()"):
        assert what in passed(reading)
    assert "sparse_categorical_crossentropy(from_logits=…)" in passed(reading)
    assert reading.settings[-1].value == 4


def test_a_number_that_comes_from_the_data_is_asked_for_by_its_name() -> None:
    code = "classes = labels.max() + 1\nx = Dense(classes)(Input((4,)))"
    (question,) = read_code(code).questions
    assert (question.name, question.guess) == ("classes", 10)
    assert read_code(code, {"classes": 7}).network.layers[-1].params["units"] == 7


def test_labels_as_vectors_are_labels_as_numbers() -> None:
    for loss in ("'categorical_crossentropy'", "keras.losses.CategoricalCrossentropy()"):
        reading = read_code(f"m = Sequential([Input((4,)), Dense(3)])\nm.compile('sgd', {loss})")
        found = {one.field: one.value for one in reading.settings}
        assert found["training.loss"] == "sparse_categorical_crossentropy"


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        (
            "from keras import backend as K\n"
            "if K.image_data_format() == 'channels_first':\n    shape = (1, 8, 8)\n"
            "else:\n    shape = (8, 8, 1)\n"
            "m = Sequential([InputLayer(input_shape=shape), Flatten()])",
            "input flatten",
        ),
        (
            "i = Input((8, 8, 1))\n"
            "x = Conv2D(2, 3, activation=LeakyReLU(0.2))(i)\n"
            "x = keras.ops.relu(keras.activations.gelu(x))\n"
            "m = Model(i, {'out': x})",
            "input conv2d leaky_re_lu activation activation",
        ),
        (
            "i = Input((8, 8, 1))\n"
            "inner = Model(i, Conv2D(2, 3, name='c')(i))\n"
            "o = Input((9, 9, 1))\n"
            "m = Model(o, Flatten()(inner(o)))",
            "input conv2d flatten",
        ),
        (
            "i = Input((8, 8, 1))\n"
            "inner = Model(i, Conv2D(2, 3)(i))\n"
            "m = Model(inner.input, Flatten()(inner.output))",
            "input conv2d flatten",
        ),
    ],
)
def test_ways_of_writing_that_are_met(code: str, kinds: str) -> None:
    reading = read_code(code)
    assert outline(reading) == kinds.split()
    assert not analyse(reading.network).errors


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("class Net(keras.Model):\n    pass\nmodel = Net()", 1, "functional"),
        ("i = Input((4,))\nx = prepare(i)\nm = Model(i, Dense(3)(x))", 2, "prepare"),
        (
            "i = Input((4,))\ninner = Model(i, Dense(4, name='d')(i))\n"
            "m = Model(i, Dense(3)(inner(inner.output)))",
            2,
            "second time",
        ),
        (
            "i = Input((4,))\ninner = Model(i, Dense(4, name='d')(i))\n"
            "a, b = Input((4,)), Input((4,))\nm = Model([a, b], add([inner(a), inner(b)]))",
            2,
            "second time",
        ),
    ],
)
def test_what_can_not_be_read_is_told_where_it_begins(code: str, line: int, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as error:
        read_code(code)
    assert error.value.line == line


def test_cells_that_are_timed_are_read_and_commands_are_not() -> None:
    cells = [
        "!pip install -q tensorflow \\\n   keras\nfiles = !ls\nfrom keras import layers",
        "%%time\ni = keras.Input((28, 28, 1))",
        "%%bash\nls | grep x",
        "m = keras.Model(i, layers.Flatten()(i))\n%time m.compile('sgd')\n"
        "h = %time m.fit(x, y, epochs=9)",
    ]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    reading = read_notebook(json.dumps(notebook))
    assert outline(reading) == ["input", "flatten"]
    assert ("training.epochs", 9) in [(one.field, one.value) for one in reading.settings]
    for what in ("%%time", "!ls", "!pip install -q tensorflow \\", "%%bash", "ls | grep x"):
        assert what in passed(reading)
