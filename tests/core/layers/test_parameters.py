from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.layers.parameters import Parameter, ParameterError
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind

every_kind = pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@every_kind
@settings(max_examples=50, deadline=None)
@given(raw=JSON)
def test_any_value_is_read_for_good_or_refused_in_words(kind: LayerKind, raw: Any) -> None:
    for parameter in kind.parameters:
        value = read_or_refusal(parameter, raw)
        if isinstance(value, ParameterError):
            assert value.parameter == parameter.name
            assert parameter.name in str(value)
            assert len(str(value)) < 800
        else:
            hash(value)
            written = json.loads(json.dumps(parameter.write(value), allow_nan=False))
            assert parameter.read(written) == value


def read_or_refusal(parameter: Parameter, raw: object) -> Any:
    """The value read, or the refusal itself."""
    try:
        return parameter.read(raw)
    except ParameterError as error:
        return error


@every_kind
def test_every_parameter_is_explained_and_starts_with_what_it_takes(kind: LayerKind) -> None:
    assert str(kind.summary).endswith(".")
    assert len(str(kind.help)) > 100
    assert set(kind.headline) <= {parameter.name for parameter in kind.parameters}
    for parameter in kind.parameters:
        assert str(parameter.label)[0].isupper() or str(parameter.label)[0] in "βγ"
        assert str(parameter.help).endswith(".")
        assert parameter.read(parameter.write(parameter.default)) == parameter.default
    assert kind.read({}) == {p.name: p.default for p in kind.parameters}


@pytest.mark.parametrize(
    ("kind", "name", "raw", "sentence"),
    [
        ("conv2d", "filters", 0, "filters can't be 0: it takes a whole number from 1 to 1,000,000"),
        ("conv2d", "filters", True, "filters can't be True"),
        ("conv2d", "filters", "many", "filters can't be 'many'"),
        ("conv2d", "strides", [1, 2, 3], "strides can't be (1, 2, 3): it takes one or two whole"),
        ("dropout", "rate", 1.5, "rate can't be 1.5: it takes a number ≥ 0 and ≤ 1."),
        ("dropout", "rate", float("nan"), "rate can't be nan"),
        ("dropout", "rate", 10**400, "rate can't be 1000000"),
        ("re_lu", "max_value", -1, "max_value can't be -1: it takes a number ≥ 0, or None."),
        ("max_pooling2d", "padding", "SAME", "padding can't be 'SAME': it takes one of valid"),
        ("dense", "use_bias", 1, "use_bias can't be 1: it takes true or false"),
        ("input", "shape", [], "shape can't be (): it takes one to four whole numbers"),
        ("softmax", "axis", [], "axis can't be (): it takes one whole number or a list"),
        ("zero_padding2d", "padding", [1, -1], "padding can't be (1, -1): it takes a whole number"),
        ("cropping2d", "cropping", [1, [2]], "cropping can't be (1, [2]): it takes a whole number"),
        ("reshape", "target_shape", [-1, -1], "target_shape can't be (-1, -1): it takes one to"),
        ("permute", "dims", [1, 3], "dims can't be (1, 3): it takes every axis once"),
        ("normalization", "variance", -1, "variance can't be -1: it takes a number, or a list with "
         "one for each channel, each at least 0, or None."),
    ],
)  # fmt: skip
def test_a_refusal_names_field_value_bounds_and_default(
    kind: str, name: str, raw: object, sentence: str
) -> None:
    parameter = kinds()[kind].parameter(name)
    assert parameter is not None
    with pytest.raises(ParameterError) as refusal:
        parameter.read(raw)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("kind", "name", "raw", "value"),
    [
        ("conv2d", "padding", "SAME", "same"),
        ("conv2d", "activation", "swish", "silu"),
        ("conv2d", "kernel_size", [3, 5], (3, 5)),
        ("conv2d", "kernel_size", 3, (3, 3)),
        ("max_pooling2d", "strides", None, None),
        ("dropout", "rate", 1, 1.0),
        ("softmax", "axis", [1, 2], (1, 2)),
        ("zero_padding2d", "padding", 2, ((2, 2), (2, 2))),
        ("zero_padding2d", "padding", [1, [2, 3]], ((1, 1), (2, 3))),
        ("reshape", "target_shape", [7, -1], (7, -1)),
        ("rescaling", "scale", [1, 0.5], (1.0, 0.5)),
        ("up_sampling2d", "interpolation", "Bilinear", "bilinear"),
    ],
)
def test_what_keras_takes_for_the_same_is_read_as_one_value(
    kind: str, name: str, raw: object, value: object
) -> None:
    parameter = kinds()[kind].parameter(name)
    assert parameter is not None
    assert parameter.read(raw) == value


@pytest.mark.parametrize(
    ("raw", "written"), [(1, 1), ([2, 1], [2, 1]), ([[1, 1], 2], [1, 2]), ([1, [0, 1]], None)]
)
def test_a_border_is_written_as_shortly_as_keras_takes_it(raw: object, written: object) -> None:
    parameter = kinds()["cropping2d"].parameter("cropping")
    assert parameter is not None
    assert parameter.write(parameter.read(raw)) == (written or [[1, 1], [0, 1]])
