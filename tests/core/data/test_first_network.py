from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import FASHION_MNIST, Dataset, Pool, dataset_of
from cnnstudio.core.data.first_network import (
    first_network,
    first_project,
    first_settings,
    validation_share,
)
from cnnstudio.core.data.split import stratified_split
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import T
from cnnstudio.core.training.checks import training_problems
from tests.fakes.own_data import noise, own_data


def data_of(rows: int, columns: int, channels: int, classes: int) -> tuple[Dataset, DataSettings]:
    dataset = Dataset(
        id="fashion_mnist",
        title="Mine",
        about=T("Mine"),
        shape=(rows, columns, channels),
        classes=tuple(str(number) for number in range(classes)),
        pools={"train": Pool(100), "test": Pool(10)},
        folder=FASHION_MNIST.folder,
    )
    return dataset, DataSettings(colour="grey" if channels == 1 else "rgb")


@settings(max_examples=30)
@given(
    rows=st.integers(1, 512),
    columns=st.integers(1, 512),
    channels=st.sampled_from([1, 3]),
    classes=st.integers(1, 1000),
)
def test_it_fits_every_shape_and_number_of_classes(
    rows: int, columns: int, channels: int, classes: int
) -> None:
    dataset, chosen = data_of(rows, columns, channels, classes)
    network = first_network(dataset, chosen)
    analysis = analyse(network)
    assert not analysis.errors
    project = Project(network=network, data=chosen)
    assert not [
        problem
        for problem in training_problems(project, analysis, dataset)
        if problem.field == "network"
    ]
    assert analysis.total_params < 1_000_000 + 130 * classes


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (3, 3, 3), (1, 512, 3), (28, 28, 1), (32, 32, 3), (224, 224, 3)]
)
def test_nothing_is_to_be_advised_against_it(shape: tuple[int, int, int]) -> None:
    analysis = analyse(first_network(*data_of(*shape, 10)))
    assert [str(problem.text) for problem in analysis.problems] == []


def test_it_has_the_lectures_form() -> None:
    network = first_network(FASHION_MNIST, DataSettings())
    kinds = [node.kind for node in network.layers]
    blocks = ["conv2d", "max_pooling2d"] * 2
    assert kinds == ["input", *blocks, "flatten", "dense"]
    assert network.layers[-1].values["units"] == 10
    large = first_network(FASHION_MNIST, DataSettings(size=(224, 224)))
    assert "global_average_pooling2d" in [node.kind for node in large.layers]
    assert len({node.position for node in large.layers}) == len(large.layers)


@pytest.mark.parametrize("count", [3, 30, 3000])
def test_the_project_can_be_trained(count: int) -> None:
    data = own_data(noise(count, 4, 4), [place % 3 for place in range(count)])
    division = data.divided()
    project = first_project("pets", data.dataset, data.settings, division)
    assert project.training.batch_size <= division.total("train")
    assert project.name == "pets"
    analysis = analyse(project.network)
    assert not training_problems(project, analysis, data.dataset)


def test_large_pictures_get_small_batches() -> None:
    data = own_data(noise(9, 4, 4), [0, 1, 2] * 3, size=(512, 512))
    division = data.divided()
    division.chosen["train"] = np.arange(90_000)
    project = first_project("pets", data.dataset, data.settings, division)
    per_picture = analyse(project.network).memory_bytes_per_image
    assert per_picture is not None
    assert 1 < project.training.batch_size * per_picture <= 2**29


@given(counts=st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_every_class_that_can_gets_a_validation_picture(counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    share = validation_share(np.array(counts), 0.1)
    assert 0.1 <= share <= 0.5
    chosen = np.bincount(
        labels[stratified_split(labels, share, 3).validation], minlength=len(counts)
    )
    usual = float(np.median([count for count in counts if count > 1] or [0]))
    for count, kept in zip(counts, chosen, strict=True):
        if count > 1 and count >= usual / 10:
            assert kept >= 1


def test_settings_follow_what_the_source_says() -> None:
    data = own_data(noise(30), [place % 3 for place in range(30)])
    facts, catalogue = data.catalogue.facts, data.catalogue
    chosen = first_settings(facts, catalogue)
    assert (chosen.validation, chosen.split, chosen.colour) == (0.1, "ratio", "rgb")
    assert dataset_of(chosen).pictures == 30
    given_parts = np.array([1] * 24 + [2] * 3 + [3] * 3, np.uint8)
    parted = replace(facts, counts=(0, 24, 3, 3))
    from dataclasses import replace as replaced

    chosen = first_settings(parted, replaced(catalogue, given=given_parts), test=0.1)
    assert chosen.split == "folders"
    few = own_data(noise(9), [0, 1, 2] * 3)
    assert first_settings(few.catalogue.facts, few.catalogue).validation == 0.34
