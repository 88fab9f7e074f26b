"""The library's blocks against keras.Model."""

from __future__ import annotations

from types import ModuleType

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.library.registry import library
from cnnstudio.core.blocks.library.spec import LibraryBlock
from tests.contract.test_networks import tensors_of
from tests.core.blocks.test_library import with_blocks


@pytest.mark.parametrize("block", library(), ids=lambda block: block.id)
def test_a_block_counts_as_keras_does(keras: ModuleType, block: LibraryBlock) -> None:
    network = with_blocks((16, 16, 3), block.id)
    analysis = analyse(network)
    tensors = tensors_of(keras, network, analysis)
    model = keras.Model(tensors["n1"], tensors["n2"])
    assert {id: tuple(tensor.shape[1:]) for id, tensor in tensors.items()} == {
        id: one.output for id, one in analysis.nodes.items()
    }
    assert model.count_params() == analysis.total_params
