from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.run_folder import RunFolder, StoredSplit
from cnnstudio.engine.backends import describe
from cnnstudio.engine.context import Cancelled
from cnnstudio.protocol.messages import Evaluate, Evaluated, Phase, Predict, StartRun
from tests.fakes.tiny import RecordingContext, text_of, tiny, tiny_project

__all__ = ["tiny"]


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from cnnstudio.engine.jobs import start_run

    folder = tmp_path / "run"
    project = text_of(tiny_project())
    start_run(StartRun(run_dir=str(folder), project=project), RecordingContext(), b"")
    return folder


def measured(folder: Path, epoch: int, on: str) -> Evaluated:
    from cnnstudio.engine.jobs import evaluate

    return evaluate(Evaluate(run_dir=str(folder), epoch=epoch, on=on), RecordingContext(), b"")


def test_evaluate_agrees_with_keras_on_every_part(folder: Path, tiny: Dataset) -> None:
    from cnnstudio.core.data.scaling import fixed_scaler
    from cnnstudio.decode.sets import load_pool
    from cnnstudio.engine.jobs import load_model
    from cnnstudio.engine.model import compile_model

    run = RunFolder.open(folder)
    chosen, validation, _ = run.read_split()
    train, test = load_pool(tiny, "train"), load_pool(tiny, "test")
    results = {on: measured(folder, 2, on) for on in ("test", "validation", "train")}
    model = load_model(run, 2)
    compile_model(model, run.record.project.training)
    for on, part, indices in (
        ("test", test, np.arange(60)),
        ("validation", train, validation),
        ("train", train, chosen),
    ):
        x, y = fixed_scaler("1/255", 1).apply(part.pictures[indices]), part.labels[indices]
        logs = model.evaluate(x, y, verbose=0, return_dict=True)
        loss, accuracy = logs["loss"], logs["accuracy"]
        assert results[on].loss == pytest.approx(loss, rel=1e-6)
        assert results[on].accuracy == pytest.approx(accuracy, abs=1e-7)
        matrix = np.array(results[on].confusion_matrix)
        assert matrix.sum(axis=1).tolist() == np.bincount(y, minlength=3).tolist(), "rows are true"
        assert np.trace(matrix) == round(accuracy * len(y))
        assert results[on].images_per_second > 0
    logs = run.metrics().epochs[-1].logs
    assert results["validation"].loss == pytest.approx(logs["val_loss"], rel=1e-5)


def test_predict_gives_the_networks_probabilities(folder: Path, tiny: Dataset) -> None:
    import keras

    from cnnstudio.core.data.scaling import fixed_scaler
    from cnnstudio.decode.sets import load_pool
    from cnnstudio.engine.jobs import load_model, predict

    pictures = load_pool(tiny, "test").pictures[:5]
    message = Predict(run_dir=str(folder), epoch=1, shape=pictures.shape)
    answer = predict(message, RecordingContext(), pictures.tobytes())
    given = keras.ops.convert_to_tensor(fixed_scaler("1/255", 1).apply(pictures))
    expected = load_model(RunFolder.open(folder), 1).predict_on_batch(given)
    assert np.allclose(answer.probabilities, expected, rtol=1e-6)
    assert np.allclose(np.sum(answer.probabilities, axis=1), 1)
    with pytest.raises(BadInput, match=r"takes pictures of 8×8×1, but was given 8×8×3"):
        predict(Predict(run_dir=str(folder), epoch=1, shape=(1, 8, 8, 3)), RecordingContext(), b"")


def test_wrong_epochs_parts_and_folders_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no checkpoint of epoch 9.*1, 2"):
        measured(folder, 9, "test")
    with pytest.raises(BadInput, match="no part everything"):
        measured(folder, 1, "everything")
    with pytest.raises(BadInput, match="isn't a run"):
        measured(tmp_path, 1, "test")
    run = RunFolder.open(folder)
    run.write_split(StoredSplit(np.array([0, 5000]), np.array([1])))
    with pytest.raises(BadInput, match="pictures that the data doesn't have"):
        measured(folder, 1, "train")
    run.write_split(StoredSplit(np.array([0]), np.array([], int)))
    with pytest.raises(BadInput, match="without validation pictures"):
        measured(folder, 1, "validation")


def test_weights_of_another_network_are_refused_by_name(folder: Path) -> None:
    run = RunFolder.open(folder)
    weights = run.checkpoints.read_weights(1)
    weights["other/kernel"] = weights.pop("dense/kernel")
    run.checkpoints.write(1, weights)
    with pytest.raises(BadInput, match=r"dense/kernel, other/kernel differ"):
        measured(folder, 1, "test")


def test_a_cancelled_evaluation_stops(folder: Path) -> None:
    from cnnstudio.engine.jobs import evaluate

    context = RecordingContext(cancel_in=Phase.ANSWERING)
    with pytest.raises(Cancelled):
        evaluate(Evaluate(run_dir=str(folder), epoch=1), context, b"")
