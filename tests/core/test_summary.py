"""The summary is the table Keras prints."""

from __future__ import annotations

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.network import Network
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.summary import model_summary

DENSE = """\
Model: "functional"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ input (InputLayer)                   │ (None, 28, 28, 1)           │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ flatten (Flatten)                    │ (None, 784)                 │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ a_dense_layer_with_a_very_long_name  │ (None, 10)                  │           7,850 │
│ (Dense)                              │                             │                 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 7,850 (30.66 KB)
 Trainable params: 7,850 (30.66 KB)
 Non-trainable params: 0 (0.00 B)
"""


def chain(*kinds: str) -> Network:
    network = Network()
    for kind in kinds:
        network = edits.add(network, kind)
        if len(network.layers) > 1:
            before, new = network.layers[-2:]
            network = edits.connect(network, before.id, new.id)
    return network


def test_a_chain_is_printed_as_keras_prints_it():
    network = chain("input", "flatten", "dense")
    network = edits.rename(network, "n3", "a_dense_layer_with_a_very_long_name")
    assert model_summary(network, analyse(network)) == DENSE


def test_a_graph_says_what_each_layer_is_connected_to():
    network = chain("input", "re_lu", "add")
    network = edits.connect(network, "n1", "n3", 1)
    text = model_summary(network, analyse(network))
    assert "┃ Connected to               ┃" in text
    assert "│ re_lu[0][0], input[0][0]   │" in text
    assert "│ -                          │" in text


def test_totals_of_the_lecture_network():
    network = load_project_argument("sample:lecture-cnn").network
    text = model_summary(network, analyse(network))
    assert " Total params: 1,101,526 (4.20 MB)\n" in text


def test_what_is_not_known_reads_as_not_built():
    network = edits.add(chain("input"), "dense")
    line = next(k for k in model_summary(network, analyse(network)).split("\n") if "(Dense)" in k)
    assert "│ ?  " in line
    assert "0 (unbuilt)" in line
