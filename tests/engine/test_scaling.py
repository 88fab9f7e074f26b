"""Numbers of the training pictures in a run: found once, kept, and the same for every picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.data.scaling import Scaler, fit_scaler
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.training.class_weights import balanced_weights
from cnnstudio.decode.sets import load_pool
from cnnstudio.engine.backends import describe
from cnnstudio.engine.scaling import scaler_of_run, told_scaling
from cnnstudio.protocol.messages import Evaluate, Predict
from tests.engine.test_training import everything, resume, train
from tests.fakes.tiny import RecordingContext, tiny, tiny_project

__all__ = ["tiny"]

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


def scaled_project(scaling: str, **training: Any) -> Project:
    project = tiny_project(**training)
    return replace(project, data=replace(project.data, scaling=scaling))


def test_a_run_keeps_its_numbers_and_goes_on_with_them(tmp_path: Path, tiny: Dataset) -> None:
    from cnnstudio.engine.checkpoints import load_model
    from cnnstudio.engine.jobs import evaluate, predict

    project = scaled_project("z-score", class_weights="balanced")
    train(tmp_path / "at_once", project)
    train(tmp_path / "resumed", project, epochs=1)
    resume(tmp_path / "resumed", epochs=2)
    assert everything(tmp_path / "at_once") == everything(tmp_path / "resumed")

    run = RunFolder.open(tmp_path / "at_once")
    pictures = load_pool(tiny, "train").pictures
    expected, _ = fit_scaler(pictures, run.read_split().train, "z-score")
    assert run.record.scaler == expected == RunFolder.open(tmp_path / "resumed").record.scaler
    logs = run.metrics().epochs[-1].logs
    asked = Evaluate(run_dir=str(run.path), epoch=2, on="validation")
    measured = evaluate(asked, RecordingContext(), b"")
    assert measured.loss == pytest.approx(logs["val_loss"], rel=1e-5)

    # The run's numbers are used wherever it is asked, not those of the pictures there are now.
    other = Scaler(offset=(3.0,), factor=(0.25,))
    run.update(scaler=other)
    few = load_pool(tiny, "test").pictures[:4]
    message = Predict(run_dir=str(run.path), epoch=2, shape=few.shape)
    answer = predict(message, RecordingContext(), few.tobytes()).probabilities
    model = load_model(run, 2)
    assert np.allclose(answer, model.predict_on_batch((few.astype(np.float32) - 3) * 0.25))
    assert "(x − 3) × 0.25" in str(told_scaling(run)[0])


def test_balanced_classes_train_as_class_weight_of_fit_does(tmp_path: Path, tiny: Dataset) -> None:
    from cnnstudio.engine.jobs import load_model
    from cnnstudio.engine.model import build_model, compile_model

    project = scaled_project("min-max", class_weights="balanced", epochs=1, shuffle=False)
    context = RecordingContext()
    train(tmp_path / "run", project, context)
    run = RunFolder.open(tmp_path / "run")
    chosen, pool = run.read_split().train, load_pool(tiny, "train")
    assert run.record.scaler is not None
    x, y = run.record.scaler.apply(pool.pictures[chosen]), pool.labels[chosen].astype(np.int32)
    weights = balanced_weights(np.bincount(y))
    assert len(set(weights)) > 1
    model = build_model(project.network, project.training.seed)
    compile_model(model, project.training)
    history = model.fit(
        x, y, batch_size=32, shuffle=False, verbose=0, class_weight=dict(enumerate(weights))
    )
    for ours, keras_own in zip(load_model(run, 1).weights, model.weights, strict=True):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(keras_own), rtol=0, atol=1e-6)
    logs = run.metrics().epochs[0].logs
    assert logs["loss"] == pytest.approx(history.history["loss"][0], rel=1e-6)
    losses = [loss for _, _, loss, _ in context.sent.batches]
    assert np.mean(losses) == pytest.approx(logs["loss"], rel=1e-5), "a batch's loss is weighed too"


def test_a_run_whose_numbers_are_gone_or_others_is_refused(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", scaled_project("z-score"), epochs=1, seed=1)
    with pytest.raises(BadInput, match="by which numbers"):
        scaler_of_run(run, 1)
    run.update(scaler=Scaler(offset=(1.0,), factor=(2.0,)))
    assert scaler_of_run(RunFolder.open(run.path), 1).factor == (2.0,)
    with pytest.raises(BadInput, match="1 channels with, but the pictures have 3"):
        scaler_of_run(run, 3)
    file = run.path / "run.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    raw["scaler"]["factor"] = "two"
    file.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(BadInput, match="factor of the scaling"):
        RunFolder.open(run.path)


def test_a_run_of_an_older_studio_needs_no_numbers(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", scaled_project("1/255"), epochs=1, seed=1)
    assert run.record.scaler is None
    assert scaler_of_run(run, 3).factor == (1 / 255,) * 3
    assert told_scaling(run) == ()
