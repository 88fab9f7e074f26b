from __future__ import annotations

import pytest

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.bodies import put
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.blocks.grouping import make_block
from cnnstudio.core.blocks.library.registry import library, library_block
from cnnstudio.core.blocks.library.spec import LibraryBlock, Place
from cnnstudio.core.network import Link, Network
from cnnstudio.core.shapes import Shape
from tests.fakes.networks import chain

BLOCKS = {block.id: block for block in library()}
SHAPES: list[Shape] = [(28, 28, 1), (32, 32, 3), (28, 28, 192), (7, 7, 32)]


def with_blocks(shape: Shape, *ids: str) -> Network:
    """An Input, library blocks behind it, and a ReLU."""
    network = edits.lay_out(chain(("input", {"shape": list(shape)}), ("re_lu", {})))
    link = Link("n1", "n2")
    for id in ids:
        (above,) = network.incoming["n2"]
        given = analyse(network).nodes[above.source].output
        network = put(network, BLOCKS[id].body(Place(given)), link=link)
        (link,) = folded(network).network.incoming["n2"]
    return network


def count(shape: Shape, id: str) -> int:
    return analyse(with_blocks(shape, id)).trainable_params


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("block", library(), ids=lambda block: block.id)
def test_every_block_fits_where_it_is_put(block: LibraryBlock, shape: Shape) -> None:
    network = with_blocks(shape, block.id)
    assert analyse(network).errors == ()
    (made,) = network.blocks
    assert made.collapsed
    assert (made.name, made.pattern) == (block.name, block.pattern)
    unsized = block.body(Place())
    assert set(unsized.parts.values()) >= {key.split(".")[0] for key in unsized.own}


def test_blocks_have_the_sizes_of_their_papers() -> None:
    assert count((224, 224, 3), "vgg") == 38_720  # the first two layers of VGG-16
    assert count((28, 28, 192), "inception") == 163_696  # GoogLeNet's module 3a
    assert count((56, 56, 256), "bottleneck") == 70_400  # in the first stage of ResNet-50
    assert count((56, 56, 64), "residual") == 73_984  # in the first stage of ResNet-18
    assert count((14, 14, 64), "inverted_residual") == 54_272  # MobileNetV2's blocks of 64
    assert count((7, 7, 512), "head_gap") == 5_130


def test_a_residual_adds_what_came_in_as_it_is_or_through_a_1x1_convolution() -> None:
    same = with_blocks((32, 32, 16), "residual")
    (add,) = (node.id for node in same.layers if node.kind == "add")
    assert same.incoming[add][1].source == "n1"
    for shape, id, output in (
        ((32, 32, 3), "residual", (32, 32, 16)),
        ((32, 32, 16), "residual_down", (16, 16, 32)),
    ):
        network = with_blocks(shape, id)
        assert "shortcut" in network.blocks[0].members.values()
        assert analyse(network).nodes["n2"].output == output


def test_uses_of_different_sizes_share_what_is_not_sized_to_the_place() -> None:
    network = with_blocks((32, 32, 3), "residual", "residual", "residual_down", "residual")
    assert analyse(network).errors == ()
    assert {block.pattern for block in network.blocks} == {"residual"}
    assert [block.name for block in network.blocks] == [
        "residual", "residual_1", "residual_2", "residual_3"
    ]  # fmt: skip


def test_an_own_block_of_the_same_name_stays_apart() -> None:
    network = with_blocks((32, 32, 3), "vgg")
    network = make_block(edits.add(network, "dropout"), [f"n{len(network.layers) + 1}"], "residual")
    network = put(network, BLOCKS["residual"].body(Place()))
    assert [block.pattern for block in network.blocks] == ["vgg", "residual", "residual_1"]
    assert library_block("residual") is BLOCKS["residual"]
    assert library_block("mine") is None
