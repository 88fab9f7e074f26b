from __future__ import annotations

from typing import Any

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.errors import BadInput
from cnnstudio.core.models.inputs import UnknownInputShape
from cnnstudio.core.models.translating import ModelReading, translate_model
from cnnstudio.core.network import LayerNode
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import MOST_LAYERS, decode_project, encode_project
from tests.fakes.model_configs import (
    CONV2,
    Config,
    call,
    conv,
    dtype,
    functional,
    functional2,
    input2,
    input_layer,
    layer,
    layer2,
    nested,
    operation,
    sequential,
    tensor,
)


def refusal(config: Config, **options: Any) -> str:
    with pytest.raises(BadInput) as refused:
        translate_model(config, **options)
    return str(refused.value)


def by_name(reading: ModelReading) -> dict[str, LayerNode]:
    return {node.name: node for node in reading.network.layers}


def links(reading: ModelReading) -> set[tuple[str, str, int]]:
    names = {node.id: node.name for node in reading.network.layers}
    return {(names[k.source], names[k.target], k.slot) for k in reading.network.links}


def warnings(reading: ModelReading) -> list[str]:
    return [str(text) for text in reading.warnings]


LECTURE = sequential(
    input_layer("input_layer", (28, 28, 1)),
    layer("Conv2D", "conv2d", filters=32, kernel_size=[3, 3], padding="same", activation="relu"),
    layer("MaxPooling2D", "max_pooling2d", pool_size=[2, 2], strides=[2, 2], padding="valid"),
    layer("Flatten", "flatten", data_format="channels_last"),
    layer("Dropout", "dropout", rate=0.4, seed=None, noise_shape=None),
    layer("Dense", "dense", units=10, activation="softmax", quantization_config=None),
)


def test_a_sequential_becomes_a_chain() -> None:
    reading = translate_model(LECTURE)
    assert [(node.kind, node.name, node.params) for node in reading.network.layers] == [
        ("input", "input_layer", {}),
        ("conv2d", "conv2d", {"padding": "same", "activation": "relu"}),
        ("max_pooling2d", "max_pooling2d", {}),
        ("flatten", "flatten", {}),
        ("dropout", "dropout", {"rate": 0.4}),
        ("dense", "dense", {"activation": "softmax"}),
    ]
    assert analyse(reading.network).errors == ()
    assert reading.warnings == reading.opaque == ()
    assert reading.paths["n2"] == ("conv2d",)
    positions = [node.position[1] for node in reading.network.layers]
    assert positions == sorted(set(positions))


def test_the_bare_config_and_the_first_sequentials_are_read_too() -> None:
    network = translate_model(LECTURE).network
    assert translate_model(LECTURE["config"]).network == network
    layers = LECTURE["config"]["layers"]
    assert translate_model({"class_name": "Sequential", "config": layers}).network == network


def test_a_functional_model_keeps_its_branches_in_their_order() -> None:
    reading = translate_model(
        functional(
            input_layer(),
            layer("Concatenate", "both", ["right", "left", "picture"], axis=-1),  # before them
            conv("left", "picture", padding="same"),
            conv("right", "picture", padding="same"),
            output="both",
        )
    )
    assert links(reading) == {
        ("picture", "left", 0),
        ("picture", "right", 0),
        ("right", "both", 0),
        ("left", "both", 1),
        ("picture", "both", 2),
    }
    assert analyse(reading.network).output.output == (8, 8, 11)  # type: ignore[union-attr]


def test_keras_2_spellings_are_understood() -> None:
    reading = translate_model(
        functional2(
            input2(),
            layer2("Conv2D", "conv", "input_1", **CONV2),
            layer2(
                "DepthwiseConv2D",
                "depthwise",
                "conv",
                **{k: v for k, v in CONV2.items() if k != "filters"},
                depthwise_initializer={"class_name": "VarianceScaling", "config": {
                    "scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}},
                depthwise_regularizer=None,
                depthwise_constraint=None,
                depth_multiplier=1,
            ),
            layer2("BatchNormalizationV1", "bn", ["depthwise", 0, 0, {"training": False}],
                   axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=True, fused=None,
                   renorm=False, virtual_batch_size=None),
            layer2("LeakyReLU", "leaky", "bn", alpha={"type": "ndarray", "value": 0.25}),
            layer2("Activation", "act", "leaky", activation="swish"),
            layer2("Add", "add", "conv", "act"),
            layer2("GlobalAveragePooling2D", "pool", ["add", 0, 0, {"training": False}],
                   data_format="channels_last", keepdims=False),
            layer2("Dense", "dense", "pool", units=3, activation="linear"),
        )
    )  # fmt: skip
    nodes = by_name(reading)
    assert nodes["conv"].params == {
        "filters": 4,
        "padding": "same",
        "activation": "relu",
        "kernel_regularizer": {"name": "l2", "l2": 0.0010000000474974513},
    }
    assert nodes["depthwise"].params == {
        "padding": "same",
        "activation": "relu",
        "depthwise_initializer": {
            "name": "variance_scaling",
            "mode": "fan_avg",
            "distribution": "uniform",
        },
    }
    assert nodes["bn"].params == {"axis": 3}
    assert nodes["leaky"].params == {"negative_slope": 0.25}
    assert nodes["act"].params == {"activation": "silu"}
    assert nodes["dense"].params == {"units": 3}
    assert {("conv", "add", 0), ("act", "add", 1)} <= links(reading)
    assert warnings(reading) == [
        "bn: called with training=False in Keras, which isn't kept; freeze layers whose weights "
        "and means shall stay."
    ]
    assert analyse(reading.network).errors == ()


@pytest.mark.parametrize(
    ("shape", "config"),
    [
        ((8, 8, 3), {"batch_input_shape": [None, 8, 8, 3]}),
        ((8, 8, 3), {"batch_shape": [None, 8, 8, 3]}),
        ((8, 8, 3), {"input_shape": [8, 8, 3]}),
        ((12,), {"input_dim": 12}),
    ],
)
def test_the_first_layer_of_a_sequential_may_say_the_input(
    shape: tuple[int, ...], config: Config
) -> None:
    first = {"class_name": "Dense", "config": {"name": "first", "units": 4, **config}}
    reading = translate_model({"class_name": "Sequential", "config": {"layers": [first]}})
    given, dense = reading.network.layers
    assert given.values["shape"] == shape
    assert (given.name, dense.name) == ("first_input", "first")


def test_a_model_without_the_size_of_its_pictures_asks_for_it() -> None:
    open_size = functional(input_layer("picture", (None, None, 3)), conv("a", "picture"))
    with pytest.raises(UnknownInputShape) as asked:
        translate_model(open_size)
    assert asked.value.shape == (None, None, 3)
    reading = translate_model(open_size, input_shape=(32, 16, 3))
    assert reading.network.layers[0].params == {"shape": [32, 16, 3]}
    assert "?×?×3" in refusal(open_size, input_shape=(32, 32, 1))

    unbuilt = sequential(layer("Flatten", "flatten"), layer("Dense", "dense", units=2))
    with pytest.raises(UnknownInputShape) as asked:
        translate_model(unbuilt)
    assert asked.value.shape == ()
    assert translate_model(unbuilt, input_shape=(4, 4, 1)).network.layers[0].kind == "input"
    built = sequential(*unbuilt["config"]["layers"], build_input_shape=[None, 8, 8, 3])
    assert translate_model(built).network.layers[0].values["shape"] == (8, 8, 3)


# ---------------------------------------------------------------------------------- nested models


def backbone() -> Config:
    return functional(
        input_layer("inner_input"),
        conv("conv", "inner_input", padding="same"),
        nested(sequential(input_layer("deep"), layer("ReLU", "relu")), "tail", "conv"),
        layer("Add", "out", ["conv", "tail"]),
        name="backbone",
    )


def test_a_nested_model_lies_flat_in_a_block() -> None:
    frozen = backbone()
    frozen["config"]["trainable"] = False
    reading = translate_model(
        functional(
            input_layer(),
            conv("conv", "picture"),
            nested(frozen, "backbone", "conv"),
            layer("Flatten", "flatten", "backbone"),
            layer("Dense", "head", "flatten", units=2),
        )
    )
    network = reading.network
    assert [node.name for node in network.layers] == [
        "picture", "conv", "conv_1", "relu", "out", "flatten", "head",
    ]  # fmt: skip
    (block,) = network.blocks
    assert (block.name, block.collapsed) == ("backbone", True)
    assert [network.by_id[id].name for id in block.members] == ["conv_1", "relu", "out"]
    names = {node.name: node.id for node in network.layers}
    assert reading.paths[names["conv"]] == ("conv",)
    assert reading.paths[names["conv_1"]] == ("backbone", "conv")
    assert reading.paths[names["relu"]] == ("backbone", "tail", "relu")
    assert links(reading) == {
        ("picture", "conv", 0),
        ("conv", "conv_1", 0),
        ("conv_1", "relu", 0),
        ("conv_1", "out", 0),
        ("relu", "out", 1),
        ("out", "flatten", 0),
        ("flatten", "head", 0),
    }
    assert {node.name for node in network.layers if node.frozen} == {"conv_1"}
    assert analyse(network).errors == ()
    project = Project(name="p", network=network)
    assert decode_project(encode_project(project), "p") == project


def test_a_sequential_may_begin_with_a_model() -> None:
    reading = translate_model(sequential(backbone(), layer("Flatten", "flatten")))
    assert [node.name for node in reading.network.layers] == [
        "inner_input", "conv", "relu", "out", "flatten",
    ]  # fmt: skip
    assert analyse(reading.network).errors == ()
    assert len(reading.network.blocks[0].members) == 3


def test_a_nested_model_with_two_inputs_and_outputs_can_be_opened() -> None:
    inner = functional(
        input_layer("a"),
        input_layer("b"),
        conv("of_a", "a"),
        conv("of_b", "b"),
    )
    inner["config"]["output_layers"] = [["of_b", 0, 0], ["of_a", 0, 0]]
    both = nested(inner, "both")
    both["inbound_nodes"] = [{"args": [[tensor("picture"), tensor("wide")]], "kwargs": {}}]
    merge = layer("Concatenate", "merge", axis=-1)
    merge["inbound_nodes"] = [call(["both", "both"])]
    merge["inbound_nodes"][0]["args"] = [[tensor("both", 0), tensor("both", 1)]]
    reading = translate_model(
        functional(input_layer(), conv("wide", "picture", padding="same"), both, merge)
    )
    assert links(reading) == {
        ("picture", "wide", 0),
        ("picture", "of_a", 0),
        ("wide", "of_b", 0),
        ("of_b", "merge", 0),
        ("of_a", "merge", 1),
    }


def test_what_isnt_trained_is_frozen_where_it_has_weights() -> None:
    reading = translate_model(
        functional(
            input_layer(),
            conv("still", "picture", trainable=False),
            layer("ReLU", "relu", "still", trainable=False),
            conv("learns", "relu"),
        )
    )
    assert [node.name for node in reading.network.layers if node.frozen] == ["still"]


# ------------------------------------------------------------------------------------- operations


def test_operations_with_numbers_are_rescalings() -> None:
    reading = translate_model(
        functional(
            input_layer(),
            operation("Add", "plus", "picture", 3.0),
            operation("Multiply", "times", 0.5, "plus"),
            operation("Subtract", "minus", "times", 2),
            operation("Subtract", "from", 1.0, "minus"),
            operation("TrueDivide", "by", "from", 4.0),
            {**operation("Multiply", "channels", "by"), "inbound_nodes": [
                {"args": [tensor("by"), {"class_name": "__numpy__", "config": {
                    "value": [[[[1.0, 2.0, 3.0]]]], "dtype": "float32"}}], "kwargs": {}}]},
            operation("Relu", "relu", "channels"),
            operation("Add", "sum", "relu", "picture"),
        )
    )  # fmt: skip
    assert {node.name: node.params for node in reading.network.layers} == {
        "picture": {"shape": [8, 8, 3]},
        "plus": {"scale": 1.0, "offset": 3.0},
        "times": {"scale": 0.5},
        "minus": {"scale": 1.0, "offset": -2.0},
        "from": {"scale": -1.0, "offset": 1.0},
        "by": {"scale": 0.25},
        "channels": {"scale": [1.0, 2.0, 3.0]},
        "relu": {},
        "sum": {},
    }
    kinds = [node.kind for node in reading.network.layers]
    assert kinds == ["input", *["rescaling"] * 6, "activation", "add"]
    assert analyse(reading.network).errors == ()


def test_in_an_h5_file_the_call_tells_an_addition_from_an_add() -> None:
    def without_module(raw: Config) -> Config:
        return {key: value for key, value in raw.items() if key not in ("module", "build_config")}

    reading = translate_model(
        functional(
            without_module(input_layer()),
            without_module(operation("Add", "plus", "picture", 3.0)),
            without_module(operation("Multiply", "product", "plus", "picture")),
            without_module(layer("Add", "sum", ["plus", "product"])),
        )
    )
    assert [node.kind for node in reading.network.layers[1:]] == ["rescaling", "multiply", "add"]


def test_the_operations_of_keras_2_are_translated_where_a_layer_does_them() -> None:
    def op(name: str, function: str, node: list[Any]) -> Config:
        raw = layer2("TFOpLambda", name, function=function)
        return {**raw, "inbound_nodes": [node]}

    reading = translate_model(
        functional2(
            input2(),
            op("plus", "__operators__.add", ["input_1", 0, 0, {"y": 3.0, "name": None}]),
            op("from", "math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["plus", 0, 0]}]),
            op("sum", "math.add", ["from", 0, 0, {"y": ["input_1", 0, 0]}]),
            op("relu", "nn.relu", ["sum", 0, 0, {"name": None}]),
        )
    )
    assert [(node.kind, node.params) for node in reading.network.layers[1:]] == [
        ("rescaling", {"scale": 1.0, "offset": 3.0}),
        ("rescaling", {"scale": -1.0, "offset": 1.0}),
        ("add", {}),
        ("activation", {}),
    ]
    bad = op("cut", "image.crop_to_bounding_box", ["input_1", 0, 0, {"offset_height": 2}])
    assert "cut, an operation of TensorFlow (image.crop_to_b" in refusal(functional2(input2(), bad))
    bad = op("slice", "x", ["input_1", 0, 0, {"slice_spec": {"start": 1}}])
    bad["class_name"] = "SlicingOpLambda"
    assert "slice, an operation of TensorFlow" in refusal(functional2(input2(), bad))


# --------------------------------------------------------------------------------- unknown layers


def test_an_unknown_class_is_kept_as_it_is_and_named() -> None:
    fancy = layer("Fancy", "fancy", "picture", units=3, list=(1, 2), trainable=False)
    fancy |= {"module": "my_package.layers", "registered_name": "my_package>Fancy"}
    conv2d = conv("mine", "fancy") | {"module": "my_package", "registered_name": "Conv2D"}
    flip = layer("RandomFlip", "flip", "mine", mode="horizontal")
    reading = translate_model(functional(input_layer(), fancy, conv2d, flip))
    assert reading.opaque == ("fancy", "mine", "flip")
    nodes = by_name(reading)
    assert nodes["fancy"].kind == "my_package>Fancy"
    assert nodes["fancy"].params == {"units": 3, "list": [1, 2]}
    assert nodes["fancy"].frozen
    assert nodes["mine"].kind == "Conv2D"
    assert nodes["mine"].spec is None
    assert nodes["flip"].kind == "RandomFlip"
    assert reading.warnings == ()
    project = Project(name="p", network=reading.network)
    assert decode_project(encode_project(project), "p") == project


def test_an_operation_no_layer_does_is_kept_with_its_arguments() -> None:
    mean = operation("Mean", "mean", "picture")
    mean["config"] |= {"axis": [1, 2], "keepdims": False}
    item = operation("GetItem", "item", "mean")
    cut = {"class_name": "__slice__", "config": {"start": 0, "stop": 1, "step": None}}
    item["inbound_nodes"][0]["args"].append([cut])
    reading = translate_model(functional(input_layer(), mean, item))
    assert reading.opaque == ("mean", "item")
    assert by_name(reading)["mean"].params == {"axis": [1, 2], "keepdims": False}
    assert by_name(reading)["item"].params == {"args": [[cut]]}


# ------------------------------------------------------------- what there is no place for, or harm


def test_unsupported_parts_are_named_together_and_nothing_is_opened() -> None:
    shared = conv("shared", "picture")
    shared["inbound_nodes"].append(call("first"))
    first = conv("first", "picture", data_format="channels_first")
    sentence = refusal(
        functional(
            input_layer(),
            shared,
            first,
            layer("LSTM", "lstm", "first", units=3),
            layer("Conv1D", "line", "first", filters=3, kernel_size=[3]),
            layer("Conv3D", "volume", "first", filters=3, kernel_size=[3, 3, 3]),
            conv("int8", "first", dtype=dtype("int8_from_float32")),
            conv("more", "first", lora_rank=4),
        )
    )
    for part in (
        "shared, which stands in 2 places",
        "first with data_format channels_first",
        "lstm (LSTM), a layer for sequences or volumes",
        "line (Conv1D)",
        "volume (Conv3D)",
        "int8, which computes in int8_from_float32",
        "and 1 more",
    ):
        assert part in sentence


def test_several_inputs_or_outputs_are_named() -> None:
    merge = layer("Add", "sum", ["a", "b"])
    sentence = refusal(functional(input_layer("a"), input_layer("b"), merge))
    assert "several inputs (a, b)" in sentence
    two = functional(input_layer(), conv("a", "picture"), conv("b", "picture"))
    two["config"]["output_layers"] = {"x": ["a", 0, 0], "y": ["b", 0, 0]}
    assert "several outputs (a, b)" in refusal(two)


def test_what_isnt_kept_is_told_once_for_all_layers() -> None:
    limit = {"class_name": "MaxNorm", "module": "keras.constraints", "config": {"max_value": 2}}
    convs = [
        conv(f"c{n}", f"c{n - 1}" if n else "picture", kernel_constraint=limit,
             dtype=dtype("mixed_float16"))
        for n in range(3)
    ]  # fmt: skip
    reading = translate_model(functional(input_layer(), *convs))
    assert warnings(reading) == [
        "c0, c1, c2: mixed_float16 in Keras, float32 here.",
        "kernel_constraint of c0, c1, c2 isn't kept; the studio has no place for it.",
    ]


def test_a_network_with_a_problem_opens_and_says_so() -> None:
    reading = translate_model(
        functional(input_layer("picture", (2, 2, 3)), conv("conv", "picture"))
    )
    assert len(reading.network.layers) == 2
    assert "has a problem: conv slides a window of 3×3 over" in warnings(reading)[0]


SIZES = {
    "a layer of two billion units": (
        functional(input_layer(), layer("Dense", "dense", "picture", units=2**31)),
        "dense: units can't be 2147483648",
    ),
    "a picture of a million million pixels": (
        functional(input_layer("picture", (10**6, 10**6, 3)), conv("a", "picture")),
        "With picture the model needs 12 TB",
    ),
    "a kernel larger than any disk": (
        functional(
            input_layer("picture", (1000, 1000, 3)),
            layer("Flatten", "flatten", "picture"),
            layer("Dense", "dense", "flatten", units=1_000_000),
        ),
        "With dense the model needs 12 TB",
    ),
    "a picture blown up": (
        functional(
            input_layer("picture", (8, 1, 1)),
            layer("UpSampling2D", "up", "picture", size=[100_000, 1], interpolation="bilinear"),
        ),
        "up gives 800000×1×1; so many rows",
    ),
    "numbers beyond words": (
        functional(
            input_layer("picture", (10**6, 10**6, 10**6)),
        ),
        "the model needs 10^6 TB",
    ),
}


@pytest.mark.parametrize(("config", "sentence"), SIZES.values(), ids=SIZES.keys())
def test_what_no_machine_can_hold_is_refused_with_its_number(config: Config, sentence: str) -> None:
    assert sentence in refusal(config)


def test_more_layers_than_can_be_worked_with_are_refused() -> None:
    layers = [{"class_name": "ReLU", "config": {}}] * 100_000
    assert f"more than the {MOST_LAYERS:,} layers" in refusal(sequential(*layers))
    links = [["a", 0, 0, {}]] * 20_001
    merge = {**layer2("Add", "sum"), "inbound_nodes": [links]}
    assert "more than 20,000 links" in refusal(functional2(input2("a"), merge))
    model = sequential(input_layer(), layer("ReLU", "relu"))
    for level in range(40):
        model = sequential(model, name=f"level_{level}")
    assert "more than 30 deep" in refusal(model)


DAMAGED: dict[str, tuple[Config, str]] = {
    "no model": ({"format": "cnnstudio"}, "it has no layers"),
    "a class of its own": (
        {"class_name": "MyModel", "config": {"width": 3}, "module": "my"},
        "of the class MyModel",
    ),
    "an unknown argument": (
        functional(input_layer(), conv("conv", "picture", extra_info=3)),
        "conv has an argument extra_info, which Conv2D doesn't take",
    ),
    "a value of the wrong type": (
        functional(input_layer(), conv("conv", "picture", strides="two")),
        "conv: strides can't be 'two'",
    ),
    "someone else's initialiser": (
        functional(
            input_layer(),
            conv(
                "conv",
                "picture",
                kernel_initializer={"class_name": "Zeros", "module": "mine", "config": {}},
            ),
        ),
        "conv: kernel_initializer can't be {'name': 'mine.Zeros'}",
    ),
    "a missing argument": (
        functional(input_layer(), layer("Conv2D", "conv", "picture", kernel_size=[3, 3])),
        "at conv: its filters is missing",
    ),
    "a link to nothing": (functional(input_layer(), conv("conv", "gone")), "linked to gone"),
    "no link": (functional(input_layer(), conv("a", "picture"), layer("ReLU", "b")), "at b: noth"),
    "a circle": (
        functional(input_layer(), layer("Add", "a", ["picture", "b"]), conv("b", "a")),
        "at a: it feeds itself",
    ),
    "a circle of models": (
        functional(input_layer(), nested(functional(input_layer("x")), "m", "m"), output="m"),
        "it feeds itself",
    ),
    "an output in the middle": (
        functional(input_layer(), conv("a", "picture"), conv("b", "a"), output="a"),
        "at a: it is the output",
    ),
    "two layers of one name": (
        functional(input_layer(), conv("a", "picture"), conv("a", "picture")),
        "two layers of one model",
    ),
    "a layer that is none": (sequential(input_layer(), 7), "layer 2 is none"),  # type: ignore[arg-type]
    "a name that is none": (sequential(layer("ReLU", 5)), "name isn't text"),  # type: ignore[arg-type]
    "a shape that is none": (sequential(input_layer("p", (8, "x"))), "input shape can't"),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize(("config", "sentence"), DAMAGED.values(), ids=DAMAGED.keys())
def test_what_keras_cant_have_written_is_refused(config: Config, sentence: str) -> None:
    assert sentence in refusal(config)


def test_names_are_kept_as_far_as_a_layer_may_have_them() -> None:
    names = ["conv1/bn", "합성곱 1", "🧪", "..", "n" * 10_000, "a\nb", "합성곱 1"]
    layers = [layer("ReLU", name) for name in names]
    reading = translate_model(sequential(input_layer(), *layers))
    shown = [node.name for node in reading.network.layers[1:]]
    assert shown == ["conv1_bn", "합성곱 1", "🧪", "..", "n" * 10_000, "a_b", "합성곱 1_1"]
    assert [reading.paths[node.id][-1] for node in reading.network.layers[1:]] == names
    assert analyse(reading.network).errors == ()
    assert warnings(reading) == [
        "conv1/bn, a�b: renamed, because a name is one line without a slash."
    ]


def test_a_class_called_like_a_kind_isnt_taken_for_it() -> None:
    mine = layer("dense", "mine", "picture", units="many") | {"module": "my_package"}
    block = layer("block", "block", "mine") | {"module": "my_package"}
    reading = translate_model(functional(input_layer(), mine, block))
    assert [node.kind for node in reading.network.layers] == [
        "input",
        "Custom>dense",
        "Custom>block",
    ]
    assert reading.opaque == ("mine", "block")
