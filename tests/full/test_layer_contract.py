"""Every layer kind against Keras over 1,500 settings; see ``tests/contract/test_layers.py``."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core.layers.spec import LayerKind
from tests.contract.agreement import check_counts, check_data
from tests.contract.conftest import keras  # noqa: F401 - the fixture
from tests.contract.settings import KINDS

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.timeout(1800)
@every_kind
@settings(max_examples=1500, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_shape_weights_and_counts_are_those_of_keras(
    keras: ModuleType,  # noqa: F811
    kind: LayerKind,
    data: st.DataObject,
) -> None:
    check_counts(keras, kind, data)


@pytest.mark.timeout(1800)
@every_kind
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_data_comes_out_in_the_shape_that_was_said(
    keras: ModuleType,  # noqa: F811
    kind: LayerKind,
    data: st.DataObject,
) -> None:
    if kind.inputs[1] != 0:
        check_data(keras, kind, data)
