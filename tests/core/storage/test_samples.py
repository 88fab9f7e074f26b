"""The sample projects are the lecture's networks, ready to train."""

from __future__ import annotations

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings, TrainingSettings
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.samples import load_project_argument, sample_names
from cnnstudio.core.training.checks import check_trainable

# Counted by Keras 3.15 (see tests/contract), the first also in the lecture's table.
PARAMETERS = {
    "dense-only": 79_510,
    "lecture-cnn": 1_101_526,
    "lecture-vgg": 492_918,
    "lecture-vgg-bn": 494_710,
    "lecture-vgg-gap": 300_918,
}


def test_the_samples_are_these() -> None:
    assert sample_names() == tuple(sorted(PARAMETERS))


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_sample_can_be_trained_as_it_is(name: str) -> None:
    project = load_project_argument(f"sample:{name}")
    analysis = analyse(project.network)
    check_trainable(project, analysis, dataset_of(project.data))
    told = ["dense_holds_most"] if name == "lecture-cnn" else []
    assert [problem.id for problem in analysis.problems] == told
    assert analysis.total_params == PARAMETERS[name]
    assert project.name == name
    assert project.training == TrainingSettings()


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_sample_file_is_as_the_studio_saves_it(name: str) -> None:
    file = resource("samples", f"{name}.cnnstudio")
    project = load_project_argument(f"sample:{name}")
    saved, shipped = encode_project(project).splitlines(), file.read_bytes().splitlines()
    assert [line for line in saved if b'"studio"' not in line] == [
        line for line in shipped if b'"studio"' not in line
    ]
    positions = [node.position for node in project.network.layers]
    assert positions == [(0.0, 78.0 * row) for row in range(len(positions))]


def test_the_lecture_table() -> None:
    analysis = analyse(load_project_argument("sample:lecture-cnn").network)
    rows = [(node.node.name, node.output, node.params) for node in analysis.nodes.values()]
    assert rows == [
        ("input_1", (28, 28, 1), 0),
        ("conv2d_1", (28, 28, 32), 320),
        ("conv2d_2", (26, 26, 64), 18_496),
        ("max_pooling2d", (13, 13, 64), 0),
        ("flatten", (10_816,), 0),
        ("dense_1", (100,), 1_081_700),
        ("dropout", (100,), 0),
        ("dense_2", (10,), 1_010),
    ]
    assert load_project_argument("sample:lecture-cnn").data == DataSettings()


def test_the_networks_of_the_initialisation_slides() -> None:
    for name in ("lecture-vgg", "lecture-vgg-bn", "lecture-vgg-gap"):
        project = load_project_argument(f"sample:{name}")
        convolutions = [node for node in project.network.layers if node.kind == "conv2d"]
        assert [node.params["filters"] for node in convolutions] == [32, 32, 64, 64, 128, 128]
        assert {node.params["kernel_initializer"] for node in convolutions} == {"he_normal"}
        assert (project.data.size, project.data.fit, project.data.colour) == (
            (32, 32),
            "pad",
            "rgb",
        )


@pytest.mark.parametrize("name", ["", "nothing", "../datasets", "lecture-cnn.cnnstudio"])
def test_a_sample_there_is_not(name: str) -> None:
    with pytest.raises(BadInput, match="There are: dense-only, lecture-cnn"):
        load_project_argument(f"sample:{name}")


def test_a_path_is_a_path() -> None:
    with pytest.raises(BadInput, match=r"gone\.cnnstudio doesn't exist"):
        load_project_argument("gone.cnnstudio")
    path = str(resource("samples", "dense-only.cnnstudio"))
    assert load_project_argument(path) == load_project_argument("sample:dense-only")
