"""Settings and networks that can't be trained are refused before anything starts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import FASHION_MNIST, dataset_of
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.errors import BadInput
from cnnstudio.core.marks import freeze
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T, Translator
from cnnstudio.core.training.checks import (
    check_trainable,
    chosen_loss,
    picture_shape,
    problems,
    training_problems,
)


def with_setting(project: Project, field: str, value: Any) -> Project:
    """The project with one setting replaced, whatever its type."""

    def put(part: Any, names: list[str]) -> Any:
        name, *rest = names
        new = put(getattr(part, name), rest) if rest else value
        return msgspec.structs.replace(part, **{name: new})

    result: Project = put(project, field.split("."))
    return result


@pytest.fixture(scope="module")
def lecture() -> Project:
    return load_project_argument("sample:lecture-cnn")


@pytest.mark.parametrize(
    ("field", "value", "default"),
    [
        ("data.source", "cats", "fashion_mnist"),
        ("data.source", 3, "fashion_mnist"),
        ("data.validation", -0.1, "0.1"),
        ("data.validation", 1, "0.1"),
        ("data.validation", float("nan"), "0.1"),
        ("data.validation", True, "0.1"),
        ("data.validation", 0.999999, "0.1"),
        ("data.split_seed", -1, "42"),
        ("data.split_seed", 2**32, "42"),
        ("data.size", (0, 28), "None"),
        ("data.size", (28,), "None"),
        ("data.size", "28", "None"),
        ("data.size", (28, 1_000_000), "None"),
        ("data.fit", "squeeze", "stretch"),
        ("data.test", 1.0, "0.0"),
        ("data.split", "random", "ratio"),
        ("training.class_weights", "heavy", "none"),
        ("data.colour", "cmyk", "grey"),
        ("data.scaling", "2/255", "1/255"),
        ("training.optimizer.name", "magic", "adam"),
        ("training.optimizer.learning_rate", 0, "0.001"),
        ("training.optimizer.learning_rate", -1, "0.001"),
        ("training.optimizer.learning_rate", 1e6, "0.001"),
        ("training.optimizer.learning_rate", float("inf"), "0.001"),
        ("training.optimizer.learning_rate", "fast", "0.001"),
        ("training.optimizer.momentum", 1.0, "0.0"),
        ("training.batch_size", 0, "64"),
        ("training.batch_size", 1.5, "64"),
        ("training.batch_size", True, "64"),
        ("training.batch_size", 10**9, "64"),
        ("training.batch_size", 54_001, "64"),
        ("training.epochs", 0, "5"),
        ("training.epochs", "many", "5"),
        ("training.epochs", None, "5"),
        ("training.epochs", 10**12, "5"),
        ("training.loss", "mse", "auto"),
        ("training.seed", -1, "42"),
        ("training.seed", 2**32, "42"),
        ("training.seed", 2**32 - 1, "42"),
        ("training.shuffle", 1, "True"),
    ],
)
def test_a_setting_is_refused_with_field_value_and_default(
    lecture: Project, field: str, value: Any, default: str
) -> None:
    (problem,) = problems(with_setting(lecture, field, value))
    assert problem.field == field
    sentence = str(problem.text)
    assert field in sentence
    assert repr(value)[:20] in sentence
    assert default in sentence
    assert Translator("ko").show(problem.text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data.validation", 0),
        ("data.validation", 0.99),
        ("data.size", [64, 32]),
        ("training.optimizer.learning_rate", 1),
        ("training.optimizer.momentum", 0.9),
        ("training.batch_size", 54_000),
        ("training.loss", "sparse_categorical_crossentropy"),
        ("training.seed", 0),
        ("training.seed", 2**32 - 1 - 5 * 844),
    ],
)
def test_a_setting_at_the_edge_is_sound(lecture: Project, field: str, value: Any) -> None:
    assert not problems(with_setting(lecture, field, value))


def test_the_seed_leaves_room_for_every_batch(lecture: Project) -> None:
    (problem,) = problems(with_setting(lecture, "training.seed", 2**32 - 5 * 844))
    assert "4,220 batches" in str(problem.text)


def test_several_problems_are_all_told(lecture: Project) -> None:
    project = with_setting(lecture, "training.epochs", 0)
    project = with_setting(project, "training.batch_size", -5)
    assert [p.field for p in problems(project)] == ["training.batch_size", "training.epochs"]


def own(project: Project, counts: tuple[int, int, int, int], **data: Any) -> Project:
    facts = Imported(
        path="/pets",
        title="Pets",
        digest="0" * 64,
        classes=("cats", "dogs"),
        shape=(28, 28, 1),
        counts=counts,
    )
    settings = replace(project.data, source=SOURCE, imported=facts, **data)
    return replace(project, data=settings, training=replace(project.training, batch_size=1))


@pytest.mark.parametrize(
    ("counts", "data", "field", "words"),
    [
        ((10, 0, 0, 0), {"validation": 0.96}, "data.validation", "there are 10"),
        ((10, 0, 0, 0), {"test": 0.96}, "data.test", "there are 10"),
        ((0, 0, 5, 5), {"split": "folders"}, "data.split", "folders of Pets"),
        ((0, 0, 0, 0), {}, "data.source", "/pets doesn't fit together"),
    ],
)
def test_own_data_without_pictures_to_train_on_is_refused(
    lecture: Project, counts: Any, data: dict[str, Any], field: str, words: str
) -> None:
    (problem,) = problems(own(lecture, counts, **data))
    assert problem.field == field
    assert words in str(problem.text)


def test_own_data_are_checked_without_being_read(lecture: Project) -> None:
    project = own(lecture, (10, 3, 2, 5), validation=0.5)
    assert not problems(project)
    facts = dataset_of(project.data)
    found = training_problems(project, analyse(project.network), facts)
    assert [str(each.text) for each in found] == [
        "dense_2 ends the network with 10 values, but the data has 2 classes. Give the last Dense "
        "layer 2 units."
    ]
    (problem,) = problems(replace(project, training=replace(project.training, batch_size=9)))
    assert "1 to 7, the pictures there are to train on" in str(problem.text)


def refused(project: Project) -> str:
    analysis = analyse(project.network)
    found = training_problems(project, analysis, FASHION_MNIST)
    with pytest.raises(BadInput) as caught:
        check_trainable(project, analysis, FASHION_MNIST)
    assert caught.value.text == found[0].text
    return str(found[0].text)


def network(
    last: list[tuple[str, dict[str, Any]]], shape: tuple[int, ...] = (28, 28, 1)
) -> Network:
    layers = [LayerNode("n0", "input", "input_1", {"shape": list(shape)})]
    layers += [LayerNode(f"n{i}", kind, f"{kind}_{i}", p) for i, (kind, p) in enumerate(last, 1)]
    links = [Link(a.id, b.id) for a, b in pairwise(layers)]
    return Network(tuple(layers), tuple(links))


SOFTMAX = ("dense", {"units": 10, "activation": "softmax"})


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ([("flatten", {}), ("dense", {"units": 9, "activation": "softmax"})], "10 classes"),
        ([("flatten", {}), ("dense", {"units": 10})], "without softmax"),
        ([("flatten", {}), ("dense", {"units": 10, "activation": "sigmoid"})], "without softmax"),
        ([SOFTMAX], "28×28×10"),
        ([("conv2d", {"filters": 10, "activation": "softmax"})], "Flatten or GlobalAverage"),
        ([("conv2d", {"filters": 0}), ("flatten", {}), SOFTMAX], "filters can't be 0"),
    ],
)
def test_an_output_that_does_not_fit_the_classes(
    lecture: Project, last: list[tuple[str, dict[str, Any]]], words: str
) -> None:
    assert words in refused(msgspec.structs.replace(lecture, network=network(last)))


@pytest.mark.parametrize(
    "last",
    [
        [("flatten", {}), SOFTMAX],
        [("flatten", {}), ("dense", {"units": 10}), ("softmax", {})],
        [("flatten", {}), ("dense", {"units": 10}), ("activation", {"activation": "softmax"})],
    ],
)
def test_every_way_to_write_softmax_is_one(
    lecture: Project, last: list[tuple[str, dict[str, Any]]]
) -> None:
    project = msgspec.structs.replace(lecture, network=network(last))
    check_trainable(project, analyse(project.network), FASHION_MNIST)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((32, 32, 1), ["28×28×1", "size to 32×32 and its colour to grey"]),
        ((28, 28, 3), ["colour to rgb"]),
        ((28, 28, 2), ["Set the shape of input_1 to 28×28×1"]),
        ((784,), ["784", "28×28×1"]),
    ],
)
def test_an_input_that_does_not_fit_the_data(
    lecture: Project, shape: tuple[int, ...], words: list[str]
) -> None:
    sentence = refused(
        msgspec.structs.replace(lecture, network=network([("flatten", {}), SOFTMAX], shape))
    )
    assert "input_1" in sentence
    for word in words:
        assert word in sentence


def test_an_empty_network_and_bad_settings_together(lecture: Project) -> None:
    project = with_setting(
        msgspec.structs.replace(lecture, network=Network()), "training.epochs", 0
    )
    found = training_problems(project, analyse(project.network), FASHION_MNIST)
    assert [p.field for p in found] == ["training.epochs", "network"]


def test_what_the_network_gets() -> None:
    vgg = load_project_argument("sample:lecture-vgg")
    assert picture_shape(vgg.data, FASHION_MNIST) == (32, 32, 3)
    assert chosen_loss(vgg.training) == "sparse_categorical_crossentropy"


def test_a_form_calls_a_setting_by_its_label(lecture: Project) -> None:
    [problem] = problems(with_setting(lecture, "training.batch_size", 0))
    assert str(problem.text).startswith("training.batch_size can't be 0")
    called = problem.called(T("Batch size"))
    assert str(called.text).startswith("Batch size can't be 0")
    assert called.field == "training.batch_size"
    assert Translator("ko").show(called.text).startswith("배치 크기에는")


def test_a_network_with_everything_frozen_is_not_trained(lecture: Project) -> None:
    network = lecture.network
    frozen = freeze(network, tuple(network.by_id))
    given = msgspec.structs.replace(lecture, network=frozen)
    found = training_problems(given, analyse(frozen), FASHION_MNIST)
    assert [problem.field for problem in found] == ["network"]
    assert "Thaw at least one, such as dense_2" in str(found[0].text)
    assert found[0].node == network.order[-1]
    thawed = freeze(frozen, [network.order[-1]], frozen=False)
    check_trainable(given, analyse(thawed), FASHION_MNIST)
