from __future__ import annotations

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.difference import network_difference, project_difference
from cnnstudio.core.network import Link
from cnnstudio.core.project import Project
from tests.fakes.networks import lecture


def test_what_changed_in_a_network() -> None:
    before = lecture()
    after = edits.set_parameter(edits.delete(before, ["n4"]), "n2", "filters", 16)
    after = edits.set_parameter(edits.add(after, "flatten"), "n2", "strides", 2)
    difference = network_difference(before, after)
    assert [node.name for node in difference.added] == ["flatten_1"]
    assert [node.name for node in difference.removed] == ["max_pooling2d"]
    (change,) = difference.changed
    assert change.parameters == {"filters": (32, 16), "strides": (1, 2)}
    assert difference.links_removed == (Link("n3", "n4"), Link("n4", "n5"))
    assert difference.links_added == (Link("n3", "n5"),)
    assert difference.structural


def test_nothing_changed() -> None:
    assert not network_difference(lecture(), lecture())
    assert not project_difference(Project(network=lecture()), Project(network=lecture()))


def test_moving_a_card_is_no_structural_change() -> None:
    difference = network_difference(lecture(), edits.move(lecture(), {"n2": (24, 0)}))
    assert difference
    assert not difference.structural
    assert difference.changed[0].moved


def test_true_differs_from_one() -> None:
    before, after = (
        replace(lecture(), layers=(replace(lecture().layers[1], params={"filters": value}),))
        for value in (True, 1)
    )
    assert network_difference(before, after).changed[0].parameters == {"filters": (True, 1)}


def test_a_project_in_sentences() -> None:
    before = Project(name="a", network=lecture())
    network = edits.rename(edits.set_parameter(lecture(), "n7", "rate", 0.2), "n7", "drop")
    training = replace(before.training, optimizer=replace(before.training.optimizer, name="sgd"))
    after = replace(before, network=edits.delete(network, ["n6"]), training=training)
    difference = project_difference(before, after)
    assert difference.settings == {"training.optimizer.name": ("adam", "sgd")}
    assert [str(text) for text in difference.texts()] == [
        "dense removed",
        "dropout is called drop",
        "drop: rate 0.4 → 0.2",
        "training.optimizer.name: 'adam' → 'sgd'",
    ]
