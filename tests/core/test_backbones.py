"""The table of whole networks, and what is put around one on the canvas."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import BACKBONES, BackboneChoice, Mode, backbone, check_choice
from cnnstudio.core.blocks.bodies import put
from cnnstudio.core.blocks.pretrained import SWAP, body, preparation, prepared
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Link, Network, StoredWeights
from tests.fakes.networks import chain

FILE = "ab" * 32


def test_the_table_is_whole() -> None:
    assert len(BACKBONES) == 40
    assert len({one.name for one in BACKBONES}) == 40
    files = [
        one.weights_file(head=head, size=one.size) for one in BACKBONES for head in (True, False)
    ]
    assert max(Counter(file.name for file in files).values()) == 1
    assert all(re.fullmatch(r"[\w.-]+\.h5", file.name) for file in files)
    assert all(re.fullmatch(r"|[0-9a-f]{32}|[0-9a-f]{64}", file.checksum) for file in files)
    assert all(file.url.startswith("https://storage.googleapis.com/") for file in files)
    assert not [file.url for file in files if "{" in file.url or "//" in file.url[8:]]
    assert all(one.headless_params < one.params for one in BACKBONES)
    assert {one.family.mode for one in BACKBONES} == set(Mode)


def test_files_are_called_as_keras_calls_them() -> None:
    resnet = backbone("ResNet50").weights_file(head=False, size=64)
    assert resnet.name == "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    assert resnet.url.endswith(f"/keras-applications/resnet/{resnet.name}")
    mobile = backbone("MobileNetV2")
    names = [mobile.weights_file(head=False, size=size).name for size in (96, 100)]
    assert [name.partition("_kernels_")[2] for name in names] == [
        "1.0_96_no_top.h5",
        "1.0_224_no_top.h5",
    ]
    assert (
        backbone("NASNetLarge")
        .weights_file(head=True, size=331)
        .url.endswith("nasnet/NASNet-large.h5")
    )


def test_choices_keras_refuses_are_told_of() -> None:
    fine = BackboneChoice(name="VGG16", size=224)
    assert check_choice(fine) is backbone("VGG16")
    for changes, said in (
        ({"name": "VGG17"}, "no network called VGG17"),
        ({"size": 31}, "VGG16 takes pictures of 32 to 2,048 rows and columns, not 31"),
        ({"head": True, "pretrained": True, "size": 64}, "takes pictures of 224×224"),
        ({"head": True, "pretrained": True, "classes": 10}, "has 1,000 classes"),
        ({"channels": 1}, "takes pictures of 3 channels"),
    ):
        with pytest.raises(BadInput, match=said):
            check_choice(replace(fine, **changes))
    check_choice(replace(fine, channels=1, preprocessing=False))


def small(channels: int = 3) -> Network:
    """What an engine could have built: two layers behind an Input, the first with weights."""
    kernel = StoredWeights(FILE, 1, ((3, 3, channels, 4), (4,)))
    layers = (
        LayerNode("n1", "input", "input_layer", {"shape": [32, 32, channels]}),
        LayerNode("n2", "conv2d", "conv1", {"filters": 4, "kernel_size": [3, 3]}, weights=kernel),
        LayerNode("n3", "re_lu", "relu"),
    )
    return Network(layers=layers, links=(Link("n1", "n2"), Link("n2", "n3")))


def test_what_prepares_pictures_stands_before_the_rest() -> None:
    choice = BackboneChoice(name="VGG16", size=32, unit_range=True)
    swap = StoredWeights(FILE, 3, ((1, 1, 3, 3),))
    network = prepared(small(), backbone("VGG16"), choice, swap)
    names = [network.by_id[id].name for id in network.order]
    assert names == ["input_layer", "to_255", SWAP, "imagenet_normalization", "conv1", "relu"]
    layer = next(node for node in network.layers if node.name == SWAP)
    assert layer.weights == swap
    assert layer.frozen
    analysis = analyse(network)
    assert analysis.errors == ()
    assert analysis.nodes[layer.id].keeps_weights
    again = read_clip(write_clip(network, network.by_id))
    assert [replace(node, position=(0.0, 0.0)) for node in again.layers] == [*network.layers]
    assert preparation(backbone("EfficientNetB0"), unit_range=False) == ()


@pytest.mark.parametrize(
    ("shape", "front"),
    [
        ([32, 32, 3], []),
        ([64, 64, 3], ["resizing"]),
        ([28, 28, 1], ["grey_to_rgb", "resizing"]),
    ],
)
def test_a_block_takes_pictures_as_they_come(shape: list[int], front: list[str]) -> None:
    whole = chain(("input", {"shape": shape}))
    choice = BackboneChoice(name="VGG16", size=32)
    source = whole.layers[-1].id
    network = put(whole, body(small(), choice, tuple(shape)), after=source)
    names = [network.by_id[id].name for id in network.order]
    assert names[1:] == [*front, "conv1", "relu"]
    assert analyse(network).errors == ()
    assert analyse(network).output.output == (30, 30, 4)
    (block,) = network.blocks
    assert block.name == "vgg16"
    assert len(block.members) == len(names) - 1
    assert all(network.by_id[id].kind in part for id, part in block.members.items())
    (conv,) = (node for node in network.layers if node.name == "conv1")
    assert analyse(network).nodes[conv.id].keeps_weights


def test_two_uses_of_a_network_are_two_blocks_of_one_design() -> None:
    choice = BackboneChoice(name="VGG16", size=32)
    whole = edits.add(Network(), "input", params={"shape": [32, 32, 3]})
    for _ in range(2):
        whole = put(whole, body(small(), choice, (32, 32, 3)), after=whole.layers[0].id)
    assert [block.name for block in whole.blocks] == ["vgg16", "vgg16_1"]
    assert len({block.pattern for block in whole.blocks}) == 1
