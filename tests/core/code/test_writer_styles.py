"""Code in every style: as a Sequential, with shapes, notes and names, blocks as functions."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.bodies import put
from cnnstudio.core.blocks.grouping import make_block, uses_of
from cnnstudio.core.blocks.library.registry import library
from cnnstudio.core.blocks.library.spec import Place
from cnnstudio.core.code.comments import block_comment, block_in, name_comment, name_in
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle, ModelCode, write_model
from cnnstudio.core.network import Block, LayerNode, Link, Network
from cnnstudio.core.storage.samples import load_project_argument, sample_names
from tests.fakes.blocked import blocked
from tests.fakes.networks import chain, graphs, long_chain

STYLES = [
    CodeStyle(),
    CodeStyle(shapes=True),
    CodeStyle("sequential", shapes=True),
    CodeStyle("auto", blocks=False),
]
LECTURE = """\
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential

model = Sequential(
    [
        Input(shape=(28, 28, 1), name="input_1"),  # (28, 28, 1)
        Conv2D(
            filters=32,
            kernel_size=3,
            strides=1,
            padding="same",
            activation="relu",
            name="conv2d_1",
        ),  # (28, 28, 32)
        Conv2D(
            filters=64,
            kernel_size=3,
            activation="relu",
            name="conv2d_2",
        ),  # (26, 26, 64)
        MaxPooling2D(2),  # (13, 13, 64)
        Flatten(),  # (10816,)
        Dense(100, activation="relu", name="dense_1"),  # (100,)
        Dropout(0.4),  # (100,)
        Dense(10, activation="softmax", name="dense_2"),  # (10,)
    ]
)
"""


def body(network: Network, style: CodeStyle = STYLES[0]) -> list[str]:
    """The lines behind the imports."""
    code = write_model(network, style)
    return code.text.split("\n")[code.body : -1]


def same(a: Network, b: Network) -> None:
    """Compares all that code says; ids, layout and the parts' names in blocks left out."""
    assert _form(a) == _form(b)


def _form(network: Network) -> Any:
    place = {id: number for number, id in enumerate(network.order)}
    nodes = [network.by_id[id] for id in network.order]
    layers = [
        (node.kind, node.name, node.note, node.frozen, repr(node.values), _stated(node))
        for node in nodes
    ]
    return layers, sorted((place[k.source], place[k.target], k.slot) for k in network.links)


def _stated(node: LayerNode) -> list[str]:
    parameters = node.spec.parameters if node.spec else ()
    return [p.name for p in parameters if p.name in node.params and not p.required]


def _blocks(network: Network, told: Iterable[Block], *, patterns: bool = True) -> Any:
    place = {id: number for number, id in enumerate(network.order)}
    return sorted(
        (block.name, patterns and block.pattern, sorted(place[id] for id in block.members))
        for block in told
    )


def _together(network: Network) -> list[Block]:
    """The blocks whose layers are built one right after the other."""
    place = {id: number for number, id in enumerate(network.order)}
    found = []
    for block in network.blocks:
        places = sorted(place[id] for id in block.members)
        if places[-1] - places[0] < len(places):
            found.append(block)
    return found


# ----------------------------------------------------------------------------------- one by one


def test_the_lecture_as_a_sequential_with_its_shapes() -> None:
    network = load_project_argument("sample:lecture-cnn").network
    code = write_model(network, CodeStyle("sequential", shapes=True))
    assert code.text == LECTURE
    lines = code.text.split("\n")
    assert [lines[first].split("(")[0].strip() for first, _ in code.lines.values()] == [
        node.spec.keras for node in network.layers if node.spec
    ]
    assert [last - first for first, last in code.lines.values()] == [0, 7, 5, 0, 0, 0, 0, 0]
    same(read_code(code.text).network, network)


def test_only_a_plain_chain_is_a_sequential() -> None:
    network = chain(("input", {}), ("flatten", {}), ("dense", {"units": 3}))
    assert "Sequential(" in write_model(network, CodeStyle("auto")).text
    assert "Sequential(" not in write_model(network).text
    grouped = make_block(network, ["n2", "n3"])
    assert "Sequential(" not in write_model(grouped, CodeStyle("auto")).text
    assert "Sequential(" in write_model(grouped, CodeStyle("sequential")).text
    joined = edits.connect(edits.add(network, "add"), "n3", "n4")
    joined = edits.connect(joined, "n3", "n4")
    assert "Sequential(" not in write_model(joined, CodeStyle("sequential")).text


def test_a_frozen_layer_a_note_and_shapes() -> None:
    network = chain(("input", {"shape": [8, 8, 3]}), ("conv2d", {"filters": 4}), ("flatten", {}))
    layer = replace(network.layers[1], frozen=True, note="Edges.\n\n'''\nimport os", name="모서리")
    network = replace(network, layers=(network.layers[0], layer, network.layers[2]))
    assert body(network, CodeStyle(shapes=True))[1:-2] == [
        "# Edges.",
        "#",
        "# '''",
        "# import os",
        "x = Conv2D(",
        "    filters=4,",
        "    kernel_size=3,",
        "    trainable=False,",
        '    name="conv2d",  # 모서리',
        ")(input_tensor)  # (6, 6, 4)",
        "output = Flatten()(x)  # (144,)",
    ]
    for style in STYLES:
        reading = read_code(write_model(network, style).text)
        same(reading.network, network)
        assert reading.passed == ()


@pytest.mark.parametrize(
    "name",
    [
        "합성곱 층", "가" * 100, "x" * 200, 'a"', '"a"', "a  # (2, 3)", "(2, 3)", "--- a ---",
        "fmt: off", "noqa", "a\u2028b", "👩\u200d🔬", "\u202ea", "\ud800", "a\\nb", "#", "!",
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_name_keras_can_not_run_comes_back(name: str, style: CodeStyle) -> None:
    network = chain(("input", {"shape": [4, 4, 2]}), ("conv2d", {"filters": 2}), ("flatten", {}))
    middle = replace(network.layers[1], name=name)
    network = replace(network, layers=(network.layers[0], middle, network.layers[2]))
    text = write_model(network, style).text
    assert text.encode()
    reading = read_code(text)
    same(reading.network, network)
    assert reading.passed == ()


@settings(deadline=None)
@given(st.text() | st.text(st.sampled_from('"#-( ),1\\a가\u200d\n')))
def test_a_name_is_the_same_in_a_comment(name: str) -> None:
    assert name_in(name_comment(name)) == name
    assert name_in(name_comment(name) + "  # (28, 28, 1)") == name
    assert len(ast.parse(f"x = 1  # {name_comment(name)}\n").body) == 1


def test_a_block_is_told_in_a_comment() -> None:
    for name, pattern in [("a", "a"), ("a b", "잔차"), ("(2, 3)", "(2, 3)"), ("a ---", "b/c")]:
        told = block_in(block_comment(name, pattern))
        assert told == (name, "" if pattern in (name, "b/c") else pattern)
    assert block_in("------") is block_in("a") is None


# --------------------------------------------------------------------------------------- blocks


def vgg(*filters: int, name: str = "block{number}_{part}") -> Network:
    """Stages of a convolution and a pooling, in blocks of one pattern."""
    layers = [LayerNode("i", "input", "input_layer", {"shape": [32, 32, 3]})]
    blocks = []
    for number, count in enumerate(filters, 1):
        conv = {"filters": count, "kernel_size": 3, "padding": "same", "activation": "relu"}
        called = [name.format(number=number, part=part) for part in ("conv", "pool")]
        layers.append(LayerNode(f"c{number}", "conv2d", called[0], conv))
        layers.append(LayerNode(f"p{number}", "max_pooling2d", called[1]))
        parts = {f"c{number}": "conv", f"p{number}": "pool"}
        blocks.append(Block(f"b{number}", f"block{number}", "stage", parts, ("conv.filters",)))
    layers.append(LayerNode("g", "global_average_pooling2d", "pooled"))
    links = tuple(Link(a.id, b.id) for a, b in pairwise(layers))
    return Network(tuple(layers), links, tuple(blocks))


def test_two_uses_are_calls_and_three_a_loop() -> None:
    function = [
        "def stage(x, filters, name):",
        "    x = Conv2D(",
        "        filters=filters,",
        "        kernel_size=3,",
        '        padding="same",',
        '        activation="relu",',
        '        name=f"{name}_conv",',
        "    )(x)",
        '    x = MaxPooling2D(name=f"{name}_pool")(x)',
        "    return x",
        "",
        "",
        "input_tensor = Input(shape=(32, 32, 3))",
    ]
    end = [
        'output = GlobalAveragePooling2D(name="pooled")(x)',
        "",
        "model = Model(inputs=input_tensor, outputs=output)",
    ]
    assert body(vgg(16, 32)) == [
        *function,
        'x = stage(input_tensor, filters=16, name="block1")',
        'x = stage(x, filters=32, name="block2")',
        *end,
    ]
    network = vgg(16, 32, 64)
    assert body(network) == [
        *function,
        "x = input_tensor",
        "for number, filters in enumerate((16, 32, 64), start=1):",
        '    x = stage(x, filters=filters, name=f"block{number}")',
        *end,
    ]
    code = write_model(network)
    assert code.lines["c1"] == code.lines["c3"]
    assert code.text.split("\n")[code.lines["p2"][0]].startswith("    x = MaxPooling2D(")
    reading = read_code(code.text)
    same(reading.network, network)
    assert _blocks(reading.network, reading.network.blocks) == _blocks(network, network.blocks)
    assert [block.own for block in reading.network.blocks] == [
        (),
        ("conv2d.filters",),
        ("conv2d.filters",),
    ]
    read = {id: (first, last) for id, (first, last) in reading.lines.items()}
    ids = dict(zip(reading.network.order, network.order, strict=True))
    assert {ids[id] for id in read} == set(code.lines)
    assert all(code.lines[ids[id]] == lines for id, lines in read.items())


def test_a_number_is_all_that_differs() -> None:
    network = vgg(16, 16, 16, 16, name="{part}2d_{number}")
    names = ("stage", "stage_1", "stage_2", "stage_3")
    named = zip(network.blocks, names, strict=True)
    network = replace(network, blocks=tuple(replace(block, name=name) for block, name in named))
    lines = body(network)
    assert "def stage(x, number):" in lines
    assert '        name=f"conv2d_{number}",' in lines
    assert lines[lines.index("x = input_tensor") + 1 :][:2] == [
        "for number in range(1, 5):",
        "    x = stage(x, number=number)",
    ]
    reading = read_code(write_model(network).text)
    same(reading.network, network)
    assert _blocks(reading.network, reading.network.blocks) == _blocks(network, network.blocks)


def test_names_that_have_nothing_in_common_are_arguments() -> None:
    network = vgg(16, 32)
    for id, name in [("c1", "첫 합성곱"), ("c2", "conv_b"), ("p1", "a"), ("p2", "b")]:
        network = edits.rename(network, id, name)
    lines = body(network)  # as many arguments as a block has layers, and one more: written out
    assert "# --- stage/block1 ---" in lines
    network = edits.set_parameter(network, "c2", "filters", 16)
    lines = body(network)
    assert lines[lines.index("x = stage(") :][:5] == [
        "x = stage(",
        "    input_tensor,",
        '    conv_name="conv2d",  # 첫 합성곱',
        '    pool_name="a",',
        ")  # --- block1 ---",
    ]
    reading = read_code(write_model(network, CodeStyle(shapes=True)).text)
    same(reading.network, network)
    assert _blocks(reading.network, reading.network.blocks) == _blocks(network, network.blocks)


def test_a_shortcut_inside_a_function() -> None:
    network = chain(("input", {"shape": [8, 8, 16]}), ("conv2d", {"filters": 16}))
    for _ in range(2):
        after = network.order[-1]
        shape = analyse(network).nodes[after].output
        block = next(one for one in library() if one.id == "residual")
        network = put(network, block.body(Place(shape)), after=after)
    lines = body(network)
    start = lines.index("def residual(inputs):")
    assert lines[start + 1].startswith("    x = Conv2D(")
    assert "    x = Add()([x, inputs])" in lines
    assert lines[-3:] == [
        "output = residual(x)",
        "",
        "model = Model(inputs=input_tensor, outputs=output)",
    ]
    reading = read_code(write_model(network).text)
    same(reading.network, network)
    assert len(uses_of(reading.network, "residual")) == 2


def test_uses_that_differ_in_what_a_function_can_not_take_are_written_out() -> None:
    network = vgg(16, 32)
    noted = [
        replace(node, note="Only here.") if node.id == "c2" else node for node in network.layers
    ]
    network = replace(network, layers=tuple(noted))
    lines = body(network)
    at = lines.index("# --- stage/block2 ---")
    assert lines[at - 1 : at + 2] == ["", "# --- stage/block2 ---", "# Only here."]
    assert "def stage" not in "\n".join(lines)
    assert "# ---" not in "\n".join(body(network, CodeStyle(blocks=False)))
    reading = read_code(write_model(network).text)
    same(reading.network, network)
    assert _blocks(reading.network, reading.network.blocks) == _blocks(network, network.blocks)
    assert reading.passed == ()


# ------------------------------------------------------------------------------- many, generated


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=blocked(), style=st.sampled_from(STYLES))
def test_a_network_with_blocks_comes_back(network: Network, style: CodeStyle) -> None:
    assert not analyse(network).errors
    code = write_model(network, style)
    reading = read_code(code.text)
    same(reading.network, network)
    assert reading.passed == ()
    assert code.lines.keys() == network.by_id.keys()
    ids = dict(zip(reading.network.order, network.order, strict=True))
    assert {ids[id]: first for id, (first, _) in reading.lines.items()} == {
        id: first for id, (first, _) in code.lines.items()
    }
    if style.blocks and "Sequential(" not in code.text:
        # Parts are told apart by their order, so that uses in different ones have no one pattern.
        ordered = list(network.order) == [node.id for node in network.layers]
        found = _blocks(reading.network, reading.network.blocks, patterns=ordered)
        assert found == _blocks(network, _together(network), patterns=ordered)


def test_the_code_stays_as_it_is_under_a_formatter(tmp_path: Path) -> None:
    texts: list[str] = []

    @settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate])
    @given(network=blocked() | graphs(), style=st.sampled_from(STYLES))
    def generate(network: Network, style: CodeStyle) -> None:
        if not analyse(network).errors:
            texts.append(write_model(network, style).text)

    generate()
    samples = [load_project_argument(f"sample:{name}").network for name in sample_names()]
    wide = Network(
        (
            LayerNode("i", "input", "in", {"shape": [8, 8, 2]}),
            *(LayerNode(f"n{n}", "conv2d", f"a_rather_long_name_{n}") for n in range(9)),
            LayerNode("m", "concatenate", "concatenate"),
            LayerNode("o", "add", "an_even_longer_name_that_needs_a_line", {}),
        ),
        (
            *(Link("i", f"n{n}") for n in range(9)),
            *(Link(f"n{n}", "m", n) for n in range(9)),
            *(Link("m", "o", slot) for slot in range(9)),
        ),
    )
    numbers = {"mean": [0.123456789] * 40, "variance": [2.0] * 40, "axis": -1}
    many = chain(("input", {"shape": [4, 40]}), ("normalization", numbers))
    texts += [write_model(one, style).text for one in (*samples, wide, many) for style in STYLES]
    assert len(texts) > 40
    for number, text in enumerate(texts):
        (tmp_path / f"code_{number}.py").write_text(text, encoding="utf-8")
    for length in (88, 100):
        options = ["--isolated", "--no-cache", f"--line-length={length}", str(tmp_path)]
        for command in (["format", "--diff"], ["check"]):
            run = [sys.executable, "-m", "ruff", *command, *options]
            if command == ["check"]:
                run.insert(-1, "--ignore=E501")
            ended = subprocess.run(
                run, check=False, capture_output=True, text=True, encoding="utf-8"
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_thousand_layers_are_written_in_a_tenth_of_a_second() -> None:
    network = long_chain(1000)
    uses = [list(network.order[place : place + 3]) for place in range(1, 997, 3)]
    parts = ("conv", "bn", "relu")
    blocks = tuple(
        Block(f"b{number}", f"use{number}", "use", dict(zip(ids, parts, strict=True)))
        for number, ids in enumerate(uses)
    )
    for one in (network, replace(network, blocks=blocks)):
        analyse(one)
        for style in STYLES[:3]:
            assert min(_seconds(one, style) for _ in range(3)) < 0.1


def _seconds(network: Network, style: CodeStyle) -> float:
    began = time.thread_time()
    code: ModelCode = write_model(network, style)
    seconds = time.thread_time() - began
    assert len(code.lines) == 1000
    return seconds
