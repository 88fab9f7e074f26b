"""What every kind's rules say, over the settings and shapes its contract is tested on."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.layers.common import axis_names
from cnnstudio.core.layers.spec import Action, LayerKind, ShapeError
from cnnstudio.core.network import LayerNode
from tests.contract.settings import KINDS, input_shapes, settings
from tests.core.test_analysis import value_of

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)


@every_kind
@how(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_numbers_come_from_their_reasons_and_fixes_can_be_set(
    kind: LayerKind, data: st.DataObject
) -> None:
    node = LayerNode("n1", kind.id, "layer", data.draw(settings(kind)))
    inputs = data.draw(input_shapes(kind))
    if node.refused:
        return
    try:
        output = kind.output_shape(node.values, inputs)
    except ShapeError as error:
        offered = error.fixes
    else:
        advice = kind.advice(node.values, inputs, output)
        offered = tuple(fix for one in advice for fix in one.fixes)
        reasons = kind.reasons(node.values, inputs, output)
        for reason in reasons:
            assert value_of(reason.numbers) == reason.value, reason
        values = Counter({reason.quantity: reason.value for reason in reasons})
        assert len(values) == len(reasons)
        assert tuple(values[name] for name in axis_names(len(output))) == output
        assert values["macs"] == kind.macs(node.values, inputs, output)
        weights = kind.weights(node.values, inputs)
        assert values["parameters"] == sum(math.prod(weight.shape) for weight in weights)
    for fix in offered:
        if fix.action is Action.SET:
            parameter = kind.parameter(fix.parameter)
            assert parameter is not None
            parameter.read(fix.value)
