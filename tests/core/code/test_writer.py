"""The code of a network reads as the lecture writes it; that it means the same is in contract/."""

from __future__ import annotations

import ast
from itertools import pairwise

import pytest

from cnnstudio.core.code.writer import write_model, write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument, sample_names

LECTURE = """\
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Model

input_tensor = Input(shape=(28, 28, 1), name="input_1")
x = Conv2D(
    filters=32,
    kernel_size=3,
    strides=1,
    padding="same",
    activation="relu",
    name="conv2d_1",
)(input_tensor)
x = Conv2D(filters=64, kernel_size=3, activation="relu", name="conv2d_2")(x)
x = MaxPooling2D(2)(x)
x = Flatten()(x)
x = Dense(100, activation="relu", name="dense_1")(x)
x = Dropout(0.4)(x)
output = Dense(10, activation="softmax", name="dense_2")(x)

model = Model(inputs=input_tensor, outputs=output)
"""


def chain(*layers: LayerNode) -> Network:
    links = [Link(a.id, b.id) for a, b in pairwise(layers)]
    return Network(layers, tuple(links))


def body(network: Network) -> list[str]:
    lines = write_model_code(network).splitlines()
    return lines[lines.index("from keras.models import Model") + 2 : -2]


def test_the_lecture() -> None:
    assert write_model_code(load_project_argument("sample:lecture-cnn").network) == LECTURE


@pytest.mark.parametrize("name", sample_names())
def test_every_layer_of_a_sample_has_its_lines(name: str) -> None:
    network = load_project_argument(f"sample:{name}").network
    code = write_model(network)
    lines = code.text.split("\n")
    ast.parse(code.text)
    assert [id for id in network.order if id in code.lines] == list(code.lines)
    ends = [-1, *(last for _, last in code.lines.values())]
    for (id, (first, last)), before in zip(code.lines.items(), ends, strict=False):
        spec = network.by_id[id].spec
        assert first > before
        assert spec is not None
        assert f" = {spec.keras}(" in lines[first]
        assert ")" in lines[last]
    assert "\n".join(lines[: code.body]).rstrip().endswith("import Model")


def test_a_shortcut_keeps_its_layer_in_a_variable_of_its_own() -> None:
    layers = (
        LayerNode("i", "input", "input_layer", {"shape": [8, 8, 4]}),
        LayerNode("a", "conv2d", "first", {"filters": 4, "padding": "same"}),
        LayerNode("b", "conv2d", "second", {"filters": 4, "padding": "same"}),
        LayerNode("m", "add", "add"),
        LayerNode("r", "re_lu", "re_lu"),
    )
    links = (
        Link("i", "a"), Link("a", "b"), Link("b", "m", 0), Link("a", "m", 1), Link("m", "r"),
    )  # fmt: skip
    assert body(Network(layers, links)) == [
        "input_tensor = Input(shape=(8, 8, 4))",
        'first = Conv2D(filters=4, kernel_size=3, padding="same", name="first")(input_tensor)',
        'x = Conv2D(filters=4, kernel_size=3, padding="same", name="second")(first)',
        "x = Add()([x, first])",
        "output = ReLU()(x)",
    ]


def test_a_class_is_imported_from_where_keras_has_it() -> None:
    layers = (
        LayerNode("i", "input", "input_layer", {"shape": [8, 8, 4]}),
        LayerNode("a", "layer_scale", "layer_scale", {"projection_dim": 4}),
        LayerNode("b", "stochastic_depth", "stochastic_depth"),
        LayerNode("m", "custom_scale_layer", "custom_scale_layer", {"scale": 0.17}),
    )
    links = (Link("i", "a"), Link("a", "b"), Link("i", "m", 0), Link("b", "m", 1))
    assert write_model_code(Network(layers, links)).splitlines() == [
        "from keras.layers import Input",
        "from keras.models import Model",
        "from keras.src.applications.convnext import LayerScale, StochasticDepth",
        "from keras.src.applications.inception_resnet_v2 import CustomScaleLayer",
        "",
        "input_tensor = Input(shape=(8, 8, 4))",
        "x = LayerScale(init_values=1e-06, projection_dim=4)(input_tensor)",
        "x = StochasticDepth(drop_path_rate=0.1)(x)",
        "output = CustomScaleLayer(scale=0.17)([input_tensor, x])",
        "",
        "model = Model(inputs=input_tensor, outputs=output)",
    ]


def test_names_that_are_taken_or_no_python_get_other_variables() -> None:
    names = ("x", "output", "class", "Conv2D", "1st", "a-b", "a_b")
    layers = [LayerNode("i", "input", "input_tensor", {"shape": [4, 4, 1]})]
    layers += [LayerNode(f"n{i}", "conv2d", name) for i, name in enumerate(names)]
    layers.append(LayerNode("m", "add", "add"))
    links = [Link("i", f"n{i}") for i in range(len(names))]
    links += [Link(f"n{i}", "m", i) for i in range(len(names))]
    code = write_model_code(Network(tuple(layers), tuple(links)))
    ast.parse(code)
    assert "Add()([x_2, output_2, layer_class, Conv2D_2, layer_1st, a_b, x])" in code
    assert 'name="class"' in code


def test_an_automatic_name_is_left_to_keras() -> None:
    network = chain(
        LayerNode("i", "input", "input_layer", {"shape": [9, 9, 1]}),
        LayerNode("a", "conv2d", "conv2d"),
        LayerNode("b", "conv2d", "conv2d_2"),
        LayerNode("c", "conv2d", "conv2d_1"),
    )
    lines = body(network)
    assert "name=" not in lines[0] + lines[1] + lines[3]
    assert 'name="conv2d_2"' in lines[2]


def test_a_name_keras_can_not_run_stands_in_a_comment() -> None:
    network = chain(
        LayerNode("i", "input", "입력", {"shape": [4]}),
        LayerNode("a", "dense", 'evil"\nimport os', {"units": 2}),
    )
    code = write_model_code(network)
    assert 'input_tensor = Input(shape=(4,), name="input")  # 입력' in code
    assert r'name="evil_import_os")(input_tensor)  # "evil\"\nimport os"' in code
    assert [type(node).__name__ for node in ast.parse(code).body[:2]] == ["ImportFrom"] * 2
    assert "\nimport os" not in code


def test_what_the_project_states_is_written_and_nothing_else() -> None:
    network = chain(
        LayerNode("i", "input", "input_layer"),
        LayerNode("p", "max_pooling2d", "max_pooling2d", {"strides": [2, 1], "later": 3}),
        LayerNode("f", "flatten", "flatten"),
        LayerNode("d", "dense", "dense", {"units": 3, "use_bias": False}),
    )
    assert body(network) == [
        "input_tensor = Input(shape=(28, 28, 1))",
        "x = MaxPooling2D(strides=(2, 1))(input_tensor)",
        "x = Flatten()(x)",
        "output = Dense(3, use_bias=False)(x)",
    ]


def test_an_invalid_network_has_no_code_and_says_why() -> None:
    network = chain(
        LayerNode("i", "input", "input_1", {"shape": [28, 28, 1]}),
        LayerNode("f", "flatten", "flatten"),
        LayerNode("c", "conv2d", "conv2d_3", {"filters": 8}),
    )
    with pytest.raises(BadInput, match="conv2d_3 needs rows, columns and channels, but flatten"):
        write_model_code(network)
    with pytest.raises(BadInput, match="empty"):
        write_model_code(Network())
