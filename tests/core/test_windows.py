"""Windows lead from a cell back to the pixels its receptive field names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.windows import clipped, middle_cell, windows
from tests.fakes.networks import LAYERS, chain, lecture


def test_the_lecture_s_second_convolution():
    found = windows(analyse(lecture()), "n3", (13, 13))
    assert found == {
        "n3": ((13, 14), (13, 14)),
        "n2": ((13, 16), (13, 16)),
        "n1": ((12, 17), (12, 17)),
    }
    assert list(found) == ["n3", "n2", "n1"]


def test_a_dense_layer_sees_everything():
    found = windows(analyse(lecture()), "n8", middle_cell((10,)))
    assert found["n8"] == ((5, 6),)
    assert found["n7"] == ((0, 100),)
    assert found["n5"] == ((0, 10816),)
    assert clipped(found["n1"], (28, 28, 1)) == ((0, 28), (0, 28))


@given(st.lists(LAYERS, max_size=6), st.data())
def test_the_last_window_is_the_receptive_field(layers: list, data: st.DataObject):
    analysis = analyse(chain(("input", {"shape": [17, 13, 2]}), *layers))
    for id, facts in analysis.nodes.items():
        if len(facts.output) != 3:
            continue
        cell = tuple(data.draw(st.integers(0, length - 1)) for length in facts.output[:2])
        found = windows(analysis, id, cell)["n1"]
        assert found == tuple(field.at(at) for field, at in zip(facts.fields, cell, strict=True))


def test_branches_give_the_union():
    network = chain(
        ("input", {"shape": [9, 9, 4]}),
        ("conv2d", {"filters": 4, "kernel_size": 3, "padding": "same"}),
        ("conv2d", {"filters": 4, "kernel_size": 3, "padding": "same"}),
    )
    network = edits.add(network, "add")
    for source in ("n1", "n3"):
        network = edits.connect(network, source, "n4")
    found = windows(analyse(network), "n4", (4, 4))
    assert found["n1"] == ((2, 7), (2, 7))
    assert list(found)[-1] == "n1"


def test_what_lies_on_padding_is_cut_off():
    assert clipped(((-2, 3), (7, 12)), (9, 9, 4)) == ((0, 3), (7, 9))
