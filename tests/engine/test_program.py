"""A program that the studio writes, run alone, logs the numbers that the studio logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace as with_

from cnnstudio.core import edits
from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.code.program import write_program
from cnnstudio.core.data import datasets
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.network import StoredWeights
from cnnstudio.core.project import DataSettings, Optimizer, Project
from cnnstudio.core.storage.arrays import write_arrays
from cnnstudio.core.storage.content_store import sha_of
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.decode.sets import load_pool
from cnnstudio.engine.backends import describe
from tests.engine.test_training import train
from tests.fakes.tiny import tiny_dataset, tiny_project


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture
def little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A few hundred small pictures in the place of Fashion-MNIST, for the studio and for Keras."""
    import dataclasses

    import keras

    folder = tmp_path / "pictures"
    folder.mkdir()
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path / "cache"))
    found = dataclasses.replace(tiny_dataset(folder), id="fashion_mnist")
    monkeypatch.setitem(datasets.DATASETS, "fashion_mnist", found)
    parts = [load_pool(found, name) for name in ("train", "test")]
    arrays = tuple((np.array(part.pictures[..., 0]), np.array(part.labels)) for part in parts)
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: arrays)
    return found


def project_on(shape: tuple[int, int, int], data: DataSettings, **training: Any) -> Project:
    project = tiny_project(**training)
    network = edits.set_parameter(project.network, "n0", "shape", list(shape))
    return with_(project, network=network, data=data)


def tuned(project: Project, folder: Path) -> tuple[Project, Path]:
    """The project with a layer frozen, and weights that two others brought along in a file."""
    random = np.random.RandomState(5)
    shapes = {"n2": [(4,)] * 4, "n7": [(36, 3), (3,)]}  # batch normalisation, dense
    arrays = {
        f"{number}/{index}": random.rand(*shape).astype(np.float32)
        for number, each in enumerate(shapes.values())
        for index, shape in enumerate(each)
    }
    write_arrays(folder / "new", arrays)
    sha = sha_of(folder / "new")
    path = (folder / "new").rename(folder / f"{sha}.npz")
    stored = {
        id: StoredWeights(sha, number, tuple(each))
        for number, (id, each) in enumerate(shapes.items())
    }
    layers = tuple(
        with_(node, weights=stored.get(node.id), frozen=node.id == "n1")
        for node in project.network.layers
    )
    return with_(project, network=with_(project.network, layers=layers)), path


PLAIN = project_on(
    (8, 8, 1),
    DataSettings(validation=0.23, split_seed=3),
    optimizer=Optimizer(name="rmsprop", momentum=0.5),
)
AUGMENTED = with_(
    project_on(
        (12, 10, 3),
        DataSettings(validation=0.0, size=(12, 10), fit="crop", colour="rgb", scaling="none"),
        optimizer=Optimizer(name="sgd", learning_rate=0.001, momentum=0.9),
        shuffle=False,
        epochs=1,
    ),
    augmentation=Augmentation(
        {
            "rotation_range": 20,
            "width_shift_range": 2,
            "zoom_range": [0.75, 1.25],
            "horizontal_flip": True,
            "brightness_range": [0.5, 1.5],
            "channel_shift_range": 30.5,
            "fill_mode": "reflect",
        }
    ),
)
STANDARDISED = with_(
    project_on(
        (11, 7, 1),
        DataSettings(validation=0.1, size=(11, 7), fit="pad"),
        optimizer=Optimizer(name="adamw"),
        epochs=1,
    ),
    augmentation=Augmentation(
        {"vertical_flip": True, "samplewise_center": True, "zca_whitening": True}
    ),
)

SCALED = with_(
    project_on(
        (8, 8, 3),
        DataSettings(validation=0.2, colour="rgb", scaling="z-score"),
        class_weights="balanced",
        epochs=1,
    ),
    augmentation=Augmentation({"horizontal_flip": True, "featurewise_std_normalization": True}),
)


def is_alike(folder: Path, project: Project, weights: Path | None = None) -> bool:
    """Whether the studio and the program log the same numbers for every epoch."""
    folders = () if weights is None else (str(weights.parent),)
    assert train(folder / "run", project, weights=folders).stopped == "finished"
    epochs = RunFolder.open(folder / "run").metrics().epochs
    assert len(epochs) == project.training.epochs
    names: dict[str, Any] = {}
    program = write_program(project, {} if weights is None else {weights.stem: str(weights)})
    exec(compile(program, "program.py", "exec"), names)
    history = names["history"].history
    assert ("val_loss" in history) == (project.data.validation > 0)
    assert 0 <= names["accuracy"] <= 1
    return all(
        row.logs
        == pytest.approx(
            {name: values[row.epoch - 1] for name, values in history.items()}, rel=1e-6, abs=1e-6
        )
        for row in epochs
    )


@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
@pytest.mark.usefixtures("little")
@pytest.mark.parametrize(
    "project",
    [AUGMENTED, STANDARDISED, SCALED],
    ids=["augmented", "standardised", "scaled"],
)
def test_the_program_gives_the_studios_numbers(tmp_path: Path, project: Project) -> None:
    assert is_alike(tmp_path, project)


@pytest.mark.usefixtures("little")
def test_the_program_starts_from_the_same_weights(tmp_path: Path) -> None:
    project, weights = tuned(PLAIN, tmp_path)
    assert is_alike(tmp_path, project, weights)
