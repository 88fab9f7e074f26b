"""Functions that are called again and again, and headed layers, come in as blocks."""

from __future__ import annotations

import time

import pytest

from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.network import Network

HELPERS = """\
def conv_bn(x, filters, kernel_size=3):
    x = Conv2D(filters, kernel_size, padding='same', use_bias=False)(x)
    return BatchNormalization()(x)

def residual(x, filters, name=None):
    shortcut = x
    x = conv_bn(x, filters)
    x = Activation('relu')(x)
    x = conv_bn(x, filters)
    return Add(name=name)([shortcut, x])

def build_model(shape, classes=10):
    inputs = Input(shape)
    x = conv_bn(inputs, 8, 5)
    x = residual(x, 8, name='first')
    x = residual(x, 8)  # the second
    x = residual(x, 8)  # --- last ---
    return Model(inputs, Dense(classes)(Flatten()(x)))

model = build_model((8, 8, 3))
"""


def blocks(network: Network) -> list[tuple[str, str, int]]:
    return [(block.name, block.pattern, len(block.members)) for block in network.blocks]


def test_functions_are_patterns_and_the_outer_one_of_two_is_a_block() -> None:
    network = read_code(HELPERS).network
    assert blocks(network) == [
        ("conv_bn", "conv_bn", 2),
        ("first", "residual", 6),
        ("residual", "residual", 6),
        ("last", "residual", 6),
    ]
    parts = [list(block.members.values()) for block in network.blocks[1:]]
    assert parts[0] == parts[1] == parts[2]
    assert parts[0][:2] == ["conv2d", "batch_normalization"]
    assert {block.own for block in network.blocks} == {()}
    assert network.block_of.keys() <= network.by_id.keys()


def test_what_uses_are_given_is_their_own() -> None:
    text = (
        "def stage(x, filters, strides=1):\n"
        "    x = Conv2D(filters, 3, strides=strides)(x)\n"
        "    return ReLU()(x)\n"
        "x = Input((32, 32, 3))\n"
        "for filters, strides in ((8, 1), (16, 2)):\n"
        "    x = stage(x, filters, strides)\n"
    )
    network = read_code(text).network
    assert blocks(network) == [("stage", "stage", 2), ("stage_1", "stage", 2)]
    assert set(network.blocks[1].own) == {"conv2d.filters", "conv2d.strides"}
    stated = [node.params for node in network.layers if node.kind == "conv2d"]
    assert stated == [
        {"filters": 8, "kernel_size": 3},
        {"filters": 16, "kernel_size": 3, "strides": 2},
    ]


def test_a_heading_holds_what_follows_up_to_a_blank_line() -> None:
    text = (
        "x = Input((8, 8, 3))\n"
        "# --- stem ---\n"
        "# The edges.\n"
        "x = Conv2D(8, 3)(x)\n"
        "x = ReLU()(x)\n"
        "\n"
        "x = Flatten()(x)\n"
        "# --- heads/head ---\n"
        "x = Dense(10)(x)\n"
        "# ------------ nothing\n"
    )
    reading = read_code(text)
    assert blocks(reading.network) == [("stem", "stem", 2), ("head", "heads", 1)]
    assert [node.note for node in reading.network.layers if node.note] == ["The edges."]
    assert [passed.what for passed in reading.passed] == ["# ------------ nothing"]


@pytest.mark.parametrize(
    "text",
    [
        "def f(x): return Dense(2)(Flatten()(x))\nx = f(Input((4,)))",
        "def f(x): return Dense(2)(x)\nx = f(f(Input((4,))))",
        "def f(n):\n    return Flatten()(Dense(n)(Input((4,))))\nf(1)\nf(2)",
        "# --- all ---\ni = Input((4,))\nx = Dense(2)(i)",
        "i = Input((4,))\n# --- a/b/c ---\nx = Dense(2)(i)",
    ],
)
def test_what_is_no_block(text: str) -> None:
    reading = read_code(text)
    assert len(reading.network.layers) > 1
    assert reading.network.blocks == ()


def test_many_headings_and_many_uses_are_read_in_a_moment() -> None:
    text = (
        "def f(x): return ReLU()(Dense(3)(x))\n"
        "x = Input((4,))\n"
        "for i in range(450):\n    x = f(x)\n" + "# --- a ---\n" * 30_000
    )
    began = time.thread_time()
    network = read_code(text).network
    assert time.thread_time() - began < 3
    assert len(network.blocks) == 450
    assert network.blocks[-1].name == "f_449"
