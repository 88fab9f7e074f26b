"""What a model is measured with, on networks with penalties and without."""

from __future__ import annotations

import numpy as np
import pytest

from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.engine.backends import describe
from tests.fakes.tiny import tiny_project


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


def test_without_penalties_there_is_one_row_of_probabilities_a_picture() -> None:
    from cnnstudio.engine.measuring import Measurer
    from cnnstudio.engine.model import build_model

    model = build_model(load_project_argument("sample:dense-only").network, 1)
    measurer = Measurer(model)
    pictures = np.random.default_rng(1).random((5, 28, 28, 1), np.float32)
    answers, penalty = measurer.answer(pictures)
    assert np.array_equal(answers, model.predict_on_batch(pictures))
    assert answers.shape == (5, 10)
    assert penalty == measurer.weight_penalty == 0


def test_with_penalties_the_answers_are_the_same() -> None:
    from cnnstudio.engine.measuring import Measurer
    from cnnstudio.engine.model import build_model

    model = build_model(tiny_project().network, 1)
    measurer = Measurer(model)
    pictures = np.random.default_rng(1).random((5, 8, 8, 1), np.float32)
    answers, penalty = measurer.answer(pictures)
    assert np.array_equal(answers, model.predict_on_batch(pictures))
    assert penalty > 0
    assert measurer.weight_penalty > 0
