"""Weights that layers brought along, and frozen layers, in real runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.errors import BadInput
from cnnstudio.core.marks import freeze
from cnnstudio.core.network import StoredWeights
from cnnstudio.core.project import Project
from cnnstudio.core.storage.arrays import write_arrays
from cnnstudio.core.storage.project_weights import read_weights
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.engine.backends import describe
from cnnstudio.protocol.messages import Phase
from tests.engine.test_training import resume, train
from tests.fakes.tiny import RecordingContext, tiny, tiny_project

__all__ = ["tiny"]

pytestmark = pytest.mark.usefixtures("tiny", "store")


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WeightsStore:
    """The person's store, empty."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    return WeightsStore.of_person()


def with_weights(folder: Path) -> tuple[Project, dict[str, np.ndarray]]:
    """A project whose layers bring weights along, which lie in `folder`, and those by path."""
    project, random = tiny_project(epochs=1), np.random.default_rng(5)
    stored, named, layers = {}, {}, {}
    for number, (id, one) in enumerate(analyse(project.network).nodes.items()):
        for index, weight in enumerate(one.weights):
            array = random.random(weight.shape, np.float32)
            stored[f"{number}/{index}"] = named[f"{one.node.name}/{weight.name}"] = array
        if one.weights:
            shapes = tuple(weight.shape for weight in one.weights)
            layers[id] = StoredWeights("", number, shapes)
    folder.mkdir(parents=True)
    write_arrays(folder / "written", stored)
    sha = WeightsStore(folder).put(folder / "written")
    nodes = tuple(
        replace(node, weights=replace(layers[node.id], file=sha)) if node.id in layers else node
        for node in project.network.layers
    )
    return replace(project, network=replace(project.network, layers=nodes)), named


def same_as(named: dict[str, np.ndarray], folder: Path) -> set[str]:
    """The weights that a run's last epoch has, to the bit, as they were brought along."""
    after = RunFolder.open(folder).checkpoints.read_weights(1)
    return {name for name in named if named[name].tobytes() == after[name].tobytes()}


FROZEN = {"conv2d/kernel", "conv2d/bias"} | {
    f"batch_normalization/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")
}


def test_fine_tuning_starts_at_the_weights_and_leaves_frozen_layers_alone(
    tmp_path: Path, store: WeightsStore
) -> None:
    from cnnstudio.engine.model import build_model, set_weights

    beside = tmp_path / "net.cnnstudio.files" / "weights"
    project, named = with_weights(beside)
    pictures = np.random.default_rng(1).random((7, 8, 8, 1), np.float32)
    giver, taker = (build_model(project.network, seed) for seed in (1, 99))
    for variable in giver.weights:
        variable.assign(named[variable.path])
    weights = read_weights(analyse(project.network), store, beside)
    set_weights(taker, project.network, weights)
    assert np.array_equal(taker.predict_on_batch(pictures), giver.predict_on_batch(pictures))

    frozen = replace(project, network=freeze(project.network, ["n1", "n2"]))
    assert train(tmp_path / "run", frozen, weights=(str(beside),)).stopped == "finished"
    assert same_as(named, tmp_path / "run") == FROZEN


def test_a_layer_whose_shape_has_changed_starts_from_drawn_weights(
    tmp_path: Path, store: WeightsStore
) -> None:
    from cnnstudio.engine.model import build_model, set_weights

    project, _ = with_weights(tmp_path / "given")
    network = edits.set_parameter(project.network, "n7", "units", 4)
    weights = read_weights(analyse(network), store, tmp_path / "given")
    assert set(weights) == {"n1", "n2"}
    model, drawn = build_model(network, 1), build_model(network, 1)
    set_weights(model, network, weights)
    same = [np.array_equal(a, b) for a, b in zip(model.weights, drawn.weights, strict=True)]
    assert same == [False] * 6 + [True] * 2


def test_weights_that_are_not_there_are_told_before_anything_is_written(tmp_path: Path) -> None:
    project, _ = with_weights(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="conv2d, batch_normalization, dense came with"):
        train(tmp_path / "run", project)
    assert not (tmp_path / "run").exists()


def test_a_run_that_is_resumed_before_its_first_epoch_starts_with_them_again(
    tmp_path: Path, store: WeightsStore
) -> None:
    project, named = with_weights(store.folder)
    project = replace(project, network=freeze(project.network, ["n1", "n2"]))
    assert train(tmp_path / "run", project, RecordingContext(Phase.BATCH)).stopped == "cancelled"
    assert RunFolder.open(tmp_path / "run").state_epochs() == ()
    assert resume(tmp_path / "run").stopped == "finished"
    assert same_as(named, tmp_path / "run") == FROZEN
