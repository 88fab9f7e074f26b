"""A run's network as a file of Keras: equal, whole, and never at the cost of the old one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder, StoredSplit
from cnnstudio.engine.backends import describe
from cnnstudio.protocol.messages import Evaluate, ModelSaved, Phase, SaveModel
from tests.fakes.networks import chain
from tests.fakes.tiny import RecordingContext, tiny, tiny_project

__all__ = ["tiny"]

ENDINGS = (".keras", ".h5", ".weights.h5")


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


pytestmark = [
    pytest.mark.usefixtures("tiny"),
    # What TensorFlow gives NumPy 2 while Keras writes its own file.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run whose network nobody has trained, with weights other than it begins with."""
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.model import build_model

    project = tiny_project(epochs=1)
    named = tuple(
        replace(node, name="첫 층") if node.kind == "conv2d" else node
        for node in project.network.layers
    )
    project = replace(project, network=replace(project.network, layers=named))
    run = RunFolder.create(tmp_path / "run", project, epochs=1, seed=1)
    run.checkpoints.write(1, weights_of(build_model(project.network, 2)))
    run.write_split(StoredSplit(np.arange(150), np.arange(150, 200)))
    return run.path


def save(folder: Path, path: Path) -> ModelSaved:
    from cnnstudio.engine.saving import save_model

    message = SaveModel(run_dir=str(folder), epoch=1, path=str(path))
    return save_model(message, RecordingContext(), b"")


def opened(path: Path, folder: Path) -> Any:
    """What Keras makes of a saved file; weights alone need the network."""
    import keras

    from cnnstudio.engine.model import build_model

    if not path.name.endswith(".weights.h5"):
        return keras.models.load_model(path)
    model = build_model(RunFolder.open(folder).record.project.network, 99)
    model.load_weights(path)
    return model


def test_what_keras_opens_measures_as_the_run_does(folder: Path, tiny: Dataset) -> None:
    import keras

    from cnnstudio.core.data.scaling import fixed_scaler
    from cnnstudio.decode.sets import load_pool
    from cnnstudio.engine.jobs import evaluate

    test = load_pool(tiny, "test")
    x, y = fixed_scaler("1/255", 1).apply(test.pictures), test.labels
    run = evaluate(Evaluate(run_dir=str(folder), epoch=1), RecordingContext(), b"")
    for ending in ENDINGS:
        path = folder.parent / f"모델{ending}"
        saved = save(folder, path)
        assert saved.size == path.stat().st_size
        assert (saved.arrays, saved.pictures) == (8, 4)
        (warning,) = saved.warnings
        assert "첫 층 → " in str(warning)
        model = opened(path, folder)
        if not ending.endswith(".weights.h5"):
            assert type(model) is keras.src.models.Functional
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        logs = model.evaluate(x, y, verbose=0, return_dict=True)
        assert run.loss == pytest.approx(logs["loss"], rel=1e-6)
        assert run.accuracy == pytest.approx(logs["accuracy"], abs=1e-7)
    assert len(list(folder.parent.glob("*모델*"))) == 3, "nothing else is left"


def test_an_old_file_is_replaced_by_a_whole_one_only(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnstudio.engine import saving

    target = tmp_path / "out" / "model.keras"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    with monkeypatch.context() as patch:
        patch.setattr(saving, "_answers", lambda *_: np.random.random(3))
        with pytest.raises(JobFailed, match=r"model.keras reads back otherwise"):
            save(folder, target)
    assert target.read_bytes() == b"old"
    assert [file.name for file in target.parent.iterdir()] == ["model.keras"]
    save(folder, target)
    assert target.read_bytes()[:2] == b"PK"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit for a file's size")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_the_old_file(folder: Path, tmp_path: Path, ending: str) -> None:
    import resource

    target = tmp_path / "out" / f"model{ending}"
    target.parent.mkdir()
    target.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # SIGXFSZ is ignored by Python
    try:
        with pytest.raises(JobFailed, match="no room left"):
            save(folder, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == b"old"
    assert [file.name for file in target.parent.iterdir()] == [target.name]


def test_paths_that_cannot_be_written_are_told_of(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"End its name in .keras, .h5 or"):
        save(folder, tmp_path / "model.onnx")
    for ending in ENDINGS:
        with pytest.raises(BadInput, match="doesn't exist"):
            save(folder, tmp_path / "nowhere" / f"model{ending}")
    assert not (tmp_path / "nowhere").exists()
    taken = tmp_path / "taken.keras"
    taken.mkdir()
    with pytest.raises(BadInput, match="it is a folder"):
        save(folder, taken)


def test_saving_is_a_phase_that_a_cancel_waits_for(folder: Path, tmp_path: Path) -> None:
    from cnnstudio.engine.saving import save_model

    context = RecordingContext()
    message = SaveModel(run_dir=str(folder), epoch=1, path=str(tmp_path / "model.keras"))
    save_model(message, context, b"")
    assert context.phases == [Phase.ANSWERING, Phase.SAVING]


def test_layers_outside_of_keras_layers_are_kept_by_keras_files_only(tmp_path: Path) -> None:
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.model import build_model

    network = chain(
        ("input", {"shape": [8, 8, 3]}),
        ("layer_scale", {"init_values": 0.1, "projection_dim": 3}),
        ("stochastic_depth", {"drop_path_rate": 0.2}),
        ("global_average_pooling2d", {}),
    )
    run = RunFolder.create(tmp_path / "run", Project(network=network), epochs=1, seed=1)
    run.checkpoints.write(1, weights_of(build_model(network, 1)))
    for ending in (".keras", ".weights.h5"):
        assert save(run.path, tmp_path / f"model{ending}").arrays == 1
    with pytest.raises(BadInput, match=r"with layer_scale, .* in it. Save it as .keras"):
        save(run.path, tmp_path / "model.h5")


def test_a_normalization_computes_with_the_values_of_its_checkpoint(tmp_path: Path) -> None:
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.model import build_model, set_weights

    network = chain(("input", {"shape": [2, 2, 3]}), ("normalization", {}), ("flatten", {}))
    model = build_model(network, 0)
    mean, variance = np.float32([1, 2, 3]), np.float32([4, 9, 16])
    set_weights(model, network, {"n2": [mean, variance, np.int32(1)]})
    run = RunFolder.create(tmp_path / "run", Project(network=network), epochs=1, seed=1)
    run.checkpoints.write(1, weights_of(model))
    save(run.path, tmp_path / "model.keras")
    for one in (model, opened(tmp_path / "model.keras", run.path)):
        found = np.asarray(one(np.zeros((1, 2, 2, 3), np.float32)))
        assert np.allclose(found.reshape(4, 3), [[-1 / 2, -2 / 3, -3 / 4]] * 4)
