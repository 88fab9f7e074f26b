"""A run that augments: resumed to the last bit, measured on pictures that are only standardised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.data.datasets import Dataset
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.decode.sets import load_pool
from cnnstudio.engine.backends import describe
from cnnstudio.protocol.messages import Evaluate, Predict
from tests.engine.test_training import everything, resume, train
from tests.fakes.tiny import RecordingContext, tiny, tiny_project

__all__ = ["tiny"]

AUGMENTATION = Augmentation(
    {
        "rotation_range": 30,
        "height_shift_range": 0.2,
        "horizontal_flip": True,
        "featurewise_center": True,
        "samplewise_std_normalization": True,
    }
)


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


def test_a_run_that_augments(tmp_path: Path, tiny: Dataset) -> None:
    from cnnstudio.engine.jobs import evaluate, predict

    project = replace(tiny_project(), augmentation=AUGMENTATION)
    train(tmp_path / "at_once", project)
    train(tmp_path / "resumed", project, epochs=1)
    resume(tmp_path / "resumed", epochs=2)
    assert everything(tmp_path / "at_once") == everything(tmp_path / "resumed")

    run = RunFolder.open(tmp_path / "at_once")
    assert run.record.project.augmentation == AUGMENTATION
    logs = run.metrics().epochs[-1].logs
    asked = Evaluate(run_dir=str(run.path), epoch=2, on="validation")
    measured = evaluate(asked, RecordingContext(), b"")
    assert measured.loss == pytest.approx(logs["val_loss"], rel=1e-5)
    assert measured.accuracy == pytest.approx(logs["val_accuracy"])

    pictures = load_pool(tiny, "test").pictures
    part = Predict(run_dir=str(run.path), epoch=2, shape=pictures.shape)
    rows = predict(part, RecordingContext(), pictures.tobytes()).probabilities
    on_test = Evaluate(run_dir=str(run.path), epoch=2)
    matrix = evaluate(on_test, RecordingContext(), b"").confusion_matrix
    answers = np.argmax(np.array(rows), axis=1)
    assert np.bincount(answers, minlength=3).tolist() == np.sum(matrix, axis=0).tolist()
