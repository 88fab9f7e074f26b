"""Whole networks against keras.Model: counts, shapes, and what a cell really sees."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.layers.resampling import resampled
from cnnstudio.core.layers.spec import Origin
from cnnstudio.core.marks import freeze
from cnnstudio.core.network import Network
from tests.contract.agreement import declared
from tests.fakes.networks import SIZES, chain, graphs, lecture


def tensors_of(keras: ModuleType, network: Network, analysis: Analysis) -> dict[str, Any]:
    """Keras' outputs of the layers whose shape is known; the next ones Keras refuses as well."""
    tensors: dict[str, Any] = {}
    for id in network.order:
        node = network.by_id[id]
        assert node.spec is not None
        sources = [link.source for link in network.incoming[id]]
        if any(source not in tensors for source in sources):
            continue
        if node.kind == "input":
            tensors[id] = keras.Input(**node.params, name=node.name)
            continue
        required = {p.name: p.write(p.default) for p in node.spec.parameters if p.required}
        stated = required | node.params
        layer = declared(node.spec)(**stated, name=node.name, trainable=not node.frozen)
        given = [tensors[source] for source in sources]
        arguments = given if node.spec.merges else given[0]
        if id in analysis.nodes:
            tensors[id] = layer(arguments)
        else:
            with pytest.raises(ValueError):  # noqa: PT011 - any of Keras' many sentences
                layer(arguments)
    return tensors


@how(max_examples=150, deadline=None)
@given(graphs(), st.data())
def test_branched_networks_count_as_keras_does(
    keras: ModuleType, network: Network, data: st.DataObject
) -> None:
    ids = [node.id for node in network.layers]
    network = freeze(network, data.draw(st.lists(st.sampled_from(ids), unique=True)))
    analysis = analyse(network)
    tensors = tensors_of(keras, network, analysis)
    assert {id: tuple(tensor.shape[1:]) for id, tensor in tensors.items()} == {
        id: one.output for id, one in analysis.nodes.items()
    }
    ends = [
        tensor
        for id, tensor in tensors.items()
        if not any(link.target in tensors for link in network.outgoing[id])
    ]
    model = keras.Model(tensors["n1"], ends)
    assert model.count_params() == analysis.total_params
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable == analysis.trainable_params
    assert {layer.name for layer in model.layers} == {
        one.node.name for one in analysis.nodes.values()
    }


def test_the_lectures_cnn_counts_as_keras_does(keras: ModuleType) -> None:
    analysis = analyse(lecture())
    tensors = tensors_of(keras, lecture(), analysis)
    model = keras.Model(tensors["n1"], tensors["n8"])
    assert [layer.count_params() for layer in model.layers] == [
        one.params for one in analysis.nodes.values()
    ]
    assert model.count_params() == 1_101_526


PADDINGS = st.sampled_from(["valid", "same"])
# Weights of 0 and more, so that nothing cancels out.
INTERPOLATIONS = st.sampled_from(["nearest", "bilinear"])
RESAMPLED = st.one_of(
    st.tuples(
        st.just("conv2d_transpose"),
        st.fixed_dictionaries(
            {
                "filters": st.just(1),
                "kernel_size": SIZES,
                "strides": SIZES,
                "padding": PADDINGS,
                "kernel_initializer": st.just("ones"),
            },
            optional={"output_padding": st.integers(0, 2)},
        ),
    ),
    st.tuples(
        st.just("up_sampling2d"),
        st.fixed_dictionaries({"size": SIZES, "interpolation": INTERPOLATIONS}),
    ),
    st.tuples(
        st.just("resizing"),
        st.fixed_dictionaries(
            {
                "height": st.integers(3, 30),
                "width": st.integers(3, 30),
                "interpolation": INTERPOLATIONS,
                "antialias": st.booleans(),
            },
            optional={
                name: st.booleans() for name in ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
            },
        ),
    ),
    st.tuples(
        st.just("center_crop"),
        st.fixed_dictionaries({"height": st.integers(3, 24), "width": st.integers(3, 24)}),
    ),
    st.tuples(
        st.sampled_from(["adaptive_average_pooling2d", "adaptive_max_pooling2d"]),
        st.fixed_dictionaries({"output_size": st.lists(st.integers(2, 9), min_size=2, max_size=2)}),
    ),
    st.tuples(
        st.just("zero_padding2d"),
        st.fixed_dictionaries({"padding": st.sampled_from([1, [[0, 2], [1, 0]]])}),
    ),
    st.tuples(
        st.just("cropping2d"),
        st.fixed_dictionaries({"cropping": st.sampled_from([1, [[0, 2], [1, 0]]])}),
    ),
)
WINDOWS = st.lists(
    st.tuples(
        st.just("conv2d"),
        st.fixed_dictionaries(
            {
                "filters": st.just(1),
                "kernel_size": SIZES,
                "strides": SIZES,
                "padding": st.sampled_from(["valid", "same"]),
                "kernel_initializer": st.just("ones"),
            }
        ),
    )
    | st.tuples(
        st.just("average_pooling2d"),
        st.fixed_dictionaries({"pool_size": SIZES, "padding": st.sampled_from(["valid", "same"])}),
    )
    | RESAMPLED,
    min_size=1,
    max_size=4,
)


@how(max_examples=60, deadline=None)
@given(WINDOWS, st.data())
def test_a_cell_depends_on_its_receptive_field_and_nothing_else(
    keras: ModuleType, layers: list[Any], data: st.DataObject
) -> None:
    network = chain(("input", {"shape": [20, 23, 1]}), *layers)
    analysis = analyse(network)
    if analysis.output is None or any(p.origin is Origin.KERAS for p in analysis.warnings):
        return
    tensors = tensors_of(keras, network, analysis)
    model = keras.Model(tensors["n1"], tensors[analysis.output.node.id])
    cell = [data.draw(st.integers(0, n - 1)) for n in analysis.output.output[:2]]
    # One picture for each row and each column, lit there alone; with kernels of ones every pixel
    # a cell sees reaches it.
    pictures = np.zeros((20 + 23, 20, 23, 1), "float32")
    pictures[range(20), range(20), :] = 1
    pictures[range(20, 43), :, range(23)] = 1
    values = model(pictures).numpy()[:, cell[0], cell[1], 0]
    lit = np.flatnonzero(values > values.max() * 1e-5)  # positions between cells are rounded
    seen = lit[lit < 20], lit[lit >= 20] - 20
    # Where a border was cut off and padding put in its place, the nominal field still has it; a
    # weight of bilinear may be too small to be seen.
    said = [f"{kind} {[*params]} {[*params.values()]}" for kind, params in layers]
    exact = not any("crop" in one or "bilinear" in one for one in said)
    for axis, field in enumerate(analysis.output.fields):
        first, after = field.at(cell[axis])
        assert field.size >= after - first
        if lit.size:
            found = (int(seen[axis][0]), int(seen[axis][-1]) + 1)
            if exact and first >= 0 and after <= (20, 23)[axis]:
                assert found == (first, after)
            assert first <= found[0]
            assert found[1] <= after


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_an_interpolation_uses_the_cells_that_were_said(
    keras: ModuleType, method: str, antialias: bool
) -> None:
    for length, output in [(5, 7), (7, 5), (9, 4), (4, 9), (23, 11), (3, 12), (6, 6)]:
        layer = keras.layers.Resizing(output, 1, method, antialias=antialias)
        # One picture for each cell, lit there alone.
        weights = layer(np.eye(length, dtype="float32")[:, :, None, None]).numpy()[:, :, 0, 0]
        for cell, span in enumerate(resampled(length, output, method, antialias=antialias)):
            lit = np.flatnonzero(abs(weights[:, cell]) > 1e-5)
            assert (lit[0], lit[-1] + 1) == span, (length, output, cell)
