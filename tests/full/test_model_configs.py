"""Every model of ``keras.applications`` from both of its configs, layer by layer as in Keras."""

from __future__ import annotations

from types import ModuleType

import pytest

from cnnstudio.core.models.translating import translate_model
from tests.contract.conftest import keras  # noqa: F401 - the fixture
from tests.fakes.keras_configs import FORMATS, assert_agrees, config_of
from tests.fakes.keras_networks import application
from tests.full.test_keras_applications import MODELS


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_opens_as_it_is(keras: ModuleType, name: str) -> None:  # noqa: F811
    keras.backend.clear_session()
    model = application(name)
    for format in FORMATS:
        reading = translate_model(config_of(model, format))
        assert reading.opaque == reading.warnings == ()
        assert_agrees(reading, model)
