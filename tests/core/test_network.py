from __future__ import annotations

import pickle

import msgspec
from hypothesis import given

from cnnstudio.core.analysis import analyse
from cnnstudio.core.network import LayerNode, Link, Network
from tests.fakes.networks import chain, graphs, lecture


def test_order_is_that_of_layers_where_it_is_free() -> None:
    nodes = tuple(LayerNode(id, "activation", id) for id in ("c", "b", "a", "end"))
    network = Network(nodes, (Link("a", "end", 0), Link("b", "end", 1)))
    assert network.order == ("c", "b", "a", "end")
    assert Network(nodes, (Link("a", "b"), Link("b", "c"))).order == ("a", "b", "c", "end")


@given(graphs())
def test_every_layer_comes_after_what_feeds_it(network: Network) -> None:
    rank = {id: index for index, id in enumerate(network.order)}
    assert set(rank) == set(network.by_id)
    assert all(rank[link.source] < rank[link.target] for link in network.links)


def test_a_link_twice_is_waited_for_once() -> None:
    network = chain(("input", {}), ("add", {}))
    network = msgspec.structs.replace(network, links=(Link("n1", "n2", 0), Link("n1", "n2", 1)))
    assert network.order == ("n1", "n2")


def test_what_is_computed_once_is_no_part_of_the_value() -> None:
    network, twin = lecture(), lecture()
    analyse(network)
    assert network.layers[1].values["filters"] == 32
    assert network == twin
    assert hash(network) == hash(twin)
    assert msgspec.json.encode(network) == msgspec.json.encode(twin)
    assert repr(network) == repr(twin)
    copied = pickle.loads(pickle.dumps(network))
    assert copied == network
    assert "analysis" not in vars(copied)


def test_free_names_count_as_keras_does() -> None:
    network = lecture()
    assert network.free_name("conv2d") == "conv2d_2"
    assert network.free_name("add") == "add"
    assert network.free_id() == "n9"
