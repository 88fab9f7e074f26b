"""Code that is edited: what it doesn't say stays, and what says nothing new changes nothing."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.grouping import make_block
from cnnstudio.core.code.merging import merged
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle, write_model, write_model_code
from cnnstudio.core.layout import CARD_PITCH, lay_out
from cnnstudio.core.network import Network, StoredWeights
from tests.fakes.blocked import blocked
from tests.fakes.networks import graphs, lecture, long_chain


def edited(network: Network, old: str, new: str) -> Network:
    """The network after an edit of its code: some text in the place of another."""
    code = write_model_code(network)
    assert re.search(old, code), code
    return merged(network, read_code(re.sub(old, new, code, count=1)).network)


def by_name(network: Network) -> dict[str, str]:
    return {node.name: node.id for node in network.layers}


@pytest.fixture
def designed() -> Network:
    """The lecture's CNN as a person left it: moved by hand, noted, frozen, with weights."""
    network = edits.move(lay_out(lecture()), {"n3": (500.0, 77.0), "n6": (-40.0, 600.0)})
    kept = replace(
        network.by_id["n3"],
        note="why 64",
        frozen=True,
        kept=("a warning",),
        weights=StoredWeights("a" * 64, 1, ((3, 3, 32, 64), (64,))),
        params={"filters": 64, "kernel_size": [3, 3], "activation": "relu"},
        extra={"newer": 1},
    )
    layers = tuple(kept if node.id == "n3" else node for node in network.layers)
    return make_block(replace(network, layers=layers, extra={"x": 1}), ["n2", "n3"])


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_code_that_says_nothing_new_changes_nothing(network: Network) -> None:
    if analyse(network).errors:
        return
    assert merged(network, read_code(write_model_code(network)).network) is network


@settings(max_examples=40, deadline=None)
@given(blocked(), st.booleans(), st.booleans())
def test_nor_does_code_with_blocks_notes_and_shapes(
    network: Network, shapes: bool, blocks: bool
) -> None:
    code = write_model(network, CodeStyle("auto", shapes, blocks))
    assert merged(network, read_code(code.text).network) is network


@settings(max_examples=60, deadline=None)
@given(graphs(), graphs(), st.booleans())
def test_the_network_is_what_the_code_says(before: Network, said: Network, by_hand: bool) -> None:
    if analyse(before).errors or analyse(said).errors:
        return
    before = lay_out(before)
    if by_hand:
        before = edits.move(before, {before.layers[-1].id: (3000.0, 40.0)})
    code = write_model_code(said)
    after = merged(before, read_code(code).network)
    assert write_model_code(after) == code
    assert len({node.id for node in after.layers}) == len(after.layers)
    assert len({node.position for node in after.layers}) == len(after.layers)
    if by_hand:
        for id in before.by_id.keys() & after.by_id.keys():
            assert after.by_id[id].position == before.by_id[id].position


def test_white_space_and_comments_change_nothing(designed: Network) -> None:
    code = write_model_code(designed).replace("(", "( ").replace("\n\n", "\n\n\n")
    assert merged(designed, read_code(code).network) is designed


def test_a_setting_changes_one_layer(designed: Network) -> None:
    after = edited(designed, "filters=64", "filters=48")
    changed = [id for id, node in after.by_id.items() if node is not designed.by_id[id]]
    assert changed == ["n3"]
    node, old = after.by_id["n3"], designed.by_id["n3"]
    assert node.params == {"filters": 48, "kernel_size": [3, 3], "activation": "relu"}
    assert node == replace(old, params=node.params)
    assert (after.links, after.blocks, after.extra) == (
        designed.links, designed.blocks, designed.extra,
    )  # fmt: skip


def test_a_layer_keeps_what_it_has_under_another_name(designed: Network) -> None:
    after = edited(designed, r"Dropout\(0\.4", 'Dropout(0.4, name="rest"')
    assert after.by_id["n7"] == replace(designed.by_id["n7"], name="rest")


def test_a_new_layer_stands_beside_and_moves_no_card(designed: Network) -> None:
    after = edited(designed, r"(    )?x = Flatten", "x = BatchNormalization()(x)\nx = Flatten")
    (new,) = after.by_id.keys() - designed.by_id.keys()
    assert after.by_id[new].kind == "batch_normalization"
    assert [link.source for link in after.incoming[new]] == ["n4"]
    assert [link.target for link in after.outgoing[new]] == ["n5"]
    for id, node in designed.by_id.items():
        assert after.by_id[id].position == node.position
    places = {node.position for node in after.layers}
    assert len(places) == len(after.layers)


def test_an_automatic_layout_stays_automatic() -> None:
    network = lay_out(lecture())
    after = edited(network, r"x = Flatten", "x = BatchNormalization()(x)\nx = Flatten")
    assert after == lay_out(after)
    assert after.by_id["n8"].position == (0.0, 8 * CARD_PITCH)
    assert edited(after, r"x = Dropout.*\n", "") == lay_out(edited(after, r"x = Dropout.*\n", ""))


def test_names_that_shift_don_t_make_other_layers() -> None:
    """Keras counts: with a layer put in front, every later one is called otherwise."""
    network = lecture()
    code = write_model_code(network)
    first = next(line for line in code.split("\n") if "filters=32" in line)
    moved = first.replace("(input_tensor)", "(x)")
    more = code.replace(first, f"x = Conv2D(8, 1)(input_tensor)\n{moved}")
    after = merged(network, read_code(more).network)
    assert network.by_id.keys() < after.by_id.keys()
    assert after.by_id["n2"].params["filters"] == 32
    assert after.by_id["n2"].name == "conv2d_1"
    assert after.by_id["n3"].params["filters"] == 64


def test_what_is_deleted_and_written_again_is_what_it_was(designed: Network) -> None:
    code = write_model_code(designed)
    line = next(line for line in code.split("\n") if "Dropout(" in line)
    without = merged(designed, read_code(code.replace(line + "\n", "")).network)
    assert "n7" not in without.by_id
    again = merged(without, read_code(code).network, gone=[designed.by_id["n7"]])
    assert again.by_id["n7"] == designed.by_id["n7"]


def test_a_layer_of_another_kind_in_the_place_of_one_takes_its_place(designed: Network) -> None:
    after = edited(designed, r"MaxPooling2D\(", "AveragePooling2D(")
    node, old = after.by_id["n4"], designed.by_id["n4"]
    assert (node.kind, node.name) == ("average_pooling2d", "average_pooling2d")
    assert node.position == old.position
    assert len(after.layers) == len(designed.layers)


def test_a_person_s_name_that_keras_can_t_run_stays() -> None:
    network = edits.rename(lecture(), "n3", "두 번째 합성곱")
    assert edited(network, "filters=64", "filters=65").by_id["n3"].name == "두 번째 합성곱"


def test_code_in_the_place_of_nothing_is_laid_out() -> None:
    read = read_code(write_model_code(lecture())).network
    assert merged(Network(), read) == lay_out(read)


def test_a_thousand_layers_are_merged_in_the_time_they_are_read() -> None:
    network = lay_out(long_chain(1000))
    code = write_model_code(network).replace("units=10", "units=11").replace("Dense(10", "Dense(11")
    began = time.thread_time()
    read = read_code(code).network
    reading = time.thread_time() - began
    began = time.thread_time()
    after = merged(network, read)
    assert time.thread_time() - began < max(2 * reading, 0.2)
    assert [id for id, n in after.by_id.items() if n is not network.by_id[id]] == ["n999"]


def test_a_line_among_a_thousand_is_found() -> None:
    network = lay_out(long_chain(400))
    lines = write_model_code(network).split("\n")
    del lines[next(n for n in range(len(lines) // 2, len(lines)) if "ReLU(" in lines[n])]
    after = merged(network, read_code("\n".join(lines)).network)
    assert len(network.by_id.keys() - after.by_id.keys()) == 1
    assert after.by_id.keys() < network.by_id.keys()
