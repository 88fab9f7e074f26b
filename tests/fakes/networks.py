"""Networks for tests: the lecture's CNN, chains, and generated graphs with branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.network import LayerNode, Link, Network

Layer = tuple[str, Mapping[str, Any]]


def chain(*layers: Layer) -> Network:
    """The layers one below the other: ids ``n1``, ``n2`` …, names as Keras counts."""
    network = Network()
    for kind, params in layers:
        node = LayerNode(network.free_id(), kind, network.free_name(kind), dict(params))
        links = [Link(network.layers[-1].id, node.id)] if network.layers else []
        network = Network((*network.layers, node), (*network.links, *links))
    return network


def lecture() -> Network:
    """The lecture's CNN for 28×28 grey pictures."""
    return chain(
        ("input", {"shape": [28, 28, 1]}),
        ("conv2d", {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        ("conv2d", {"filters": 64, "kernel_size": 3, "activation": "relu"}),
        ("max_pooling2d", {"pool_size": 2}),
        ("flatten", {}),
        ("dense", {"units": 100, "activation": "relu"}),
        ("dropout", {"rate": 0.4}),
        ("dense", {"units": 10, "activation": "softmax"}),
    )


def long_chain(count: int) -> Network:
    """A chain of `count` layers, every third of them a convolution that keeps rows and columns."""
    body = (
        ("conv2d", {"filters": 16, "kernel_size": 3, "padding": "same", "use_bias": False}),
        ("batch_normalization", {}),
        ("re_lu", {}),
    )
    layers = [
        ("input", {"shape": [64, 64, 3]}),
        *(body[place % 3] for place in range(count - 3)),
        ("global_average_pooling2d", {}),
        ("dense", {"units": 10, "activation": "softmax"}),
    ]
    return Network(
        tuple(
            LayerNode(f"n{n}", kind, f"{kind}_{n}", dict(params), (0.0, 78.0 * n))
            for n, (kind, params) in enumerate(layers)
        ),
        tuple(Link(f"n{n}", f"n{n + 1}") for n in range(count - 1)),
    )


SIZES = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)).map(list)
LAYERS: st.SearchStrategy[Layer] = st.one_of(
    st.tuples(
        st.just("conv2d"),
        st.fixed_dictionaries(
            {
                "filters": st.integers(1, 6),
                "kernel_size": SIZES,
                "padding": st.sampled_from(["valid", "same"]),
            },
            optional={"use_bias": st.booleans(), "activation": st.just("relu"), "strides": SIZES},
        ),
    ),
    st.tuples(
        st.sampled_from(["max_pooling2d", "average_pooling2d"]),
        st.fixed_dictionaries(
            {"padding": st.sampled_from(["valid", "same"])}, optional={"pool_size": SIZES}
        ),
    ),
    st.tuples(
        st.just("batch_normalization"),
        st.fixed_dictionaries({}, optional={"center": st.booleans(), "scale": st.booleans()}),
    ),
    st.tuples(
        st.sampled_from(["depthwise_conv2d", "separable_conv2d", "conv2d_transpose"]),
        st.fixed_dictionaries({"padding": st.sampled_from(["valid", "same"])}),
    ),
    st.tuples(st.just("dense"), st.fixed_dictionaries({"units": st.integers(1, 6)})),
    st.tuples(
        st.sampled_from(
            [
                "flatten",
                "dropout",
                "activation",
                "re_lu",
                "p_re_lu",
                "softmax",
                "layer_normalization",
                "up_sampling2d",
                "zero_padding2d",
                "normalization",
                "global_average_pooling2d",
                "global_max_pooling2d",
            ]
        ),
        st.just({}),
    ),
)


MERGES = ["add", "multiply", "concatenate"]


@st.composite
def graphs(draw: st.DrawFn, largest: int = 12) -> Network:
    """A network of one Input in which every layer is linked; shapes needn't agree."""
    rows, columns = draw(st.integers(3, 16)), draw(st.integers(3, 16))
    network = edits.add(
        Network(), "input", params={"shape": [rows, columns, draw(st.integers(1, 3))]}
    )
    for _ in range(draw(st.integers(0, largest))):
        ids = [node.id for node in network.layers]
        ends = [id for id in ids if not network.outgoing[id]]
        if len(ids) > 2 and draw(st.integers(0, 2)) == 0:
            network = edits.add(network, draw(st.sampled_from(MERGES)))
            sources = [
                draw(st.sampled_from(ends)),
                *draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2)),
            ]
        else:
            kind, params = draw(LAYERS)
            network = edits.add(network, kind, params=params)
            sources = [draw(st.sampled_from(ends if draw(st.booleans()) else ids))]
        for source in sources:
            network = edits.connect(network, source, network.layers[-1].id)
    return network


class Graph:
    """A network made layer by layer; shapes are nobody's business."""

    def __init__(self) -> None:
        self._layers: list[LayerNode] = []
        self._links: list[Link] = []

    def add(self, kind: str, *sources: str) -> str:
        """Adds a layer fed by others, in the order of its inputs; returns its id."""
        id = f"n{len(self._layers) + 1}"
        self._layers.append(LayerNode(id, kind, f"{kind}_{id}"))
        self._links += [Link(source, id, slot) for slot, source in enumerate(sources)]
        return id

    def chain(self, source: str, *kinds: str) -> str:
        """Adds layers one behind the other; returns the last one's id."""
        for kind in kinds:
            source = self.add(kind, source)
        return source

    def name(self, id: str) -> str:
        """A layer's name."""
        return next(node.name for node in self._layers if node.id == id)

    @property
    def network(self) -> Network:
        """What was made."""
        return Network(tuple(self._layers), tuple(self._links))
