"""Merges and normalisations, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import Family, ShapeError
from cnnstudio.core.shapes import Shape


def output(kind: str, *inputs: Shape, **raw: Any) -> Shape:
    """What a layer with these parameters makes of these inputs."""
    return kinds()[kind].output_shape(kinds()[kind].read(raw), inputs)


def refusal(kind: str, *inputs: Shape, **raw: Any) -> ShapeError:
    """Why it makes nothing of them; the analysis fills the names in."""
    with pytest.raises(ShapeError) as refused:
        output(kind, *inputs, **raw)
    return refused.value


def test_every_merge_but_concatenate_and_dot_broadcasts_alike() -> None:
    merges = {id for id, kind in kinds().items() if kind.family is Family.MERGING}
    assert {id for id in merges if not kinds()[id].merges} == set()
    for kind in merges - {"concatenate", "dot"}:
        assert output(kind, (8, 8, 4), (1, 1, 4)) == (8, 8, 4)
        assert "works value by value" in refusal(kind, (8, 8, 4), (8, 7, 4)).text.id
    for kind in merges - {"concatenate", "dot", "custom_scale_layer"}:
        assert output(kind, (4,), (8, 8, 4)) == (8, 8, 4)  # squeeze and excitation


@pytest.mark.parametrize(
    ("axes", "first", "second", "made", "products"),
    [
        (-1, (10,), (10,), (1,), 10),
        ([2, 1], (6, 5), (5, 7), (6, 7), 210),
        ([1, 3], (4, 2, 3), (8, 9, 4), (2, 3, 8, 9), 1728),
        (-1, (7, 7, 16), (16,), (7, 7), 784),
    ],
)
def test_dot_sums_over_one_axis_of_each(
    axes: Any, first: Shape, second: Shape, made: Shape, products: int
) -> None:
    kind = kinds()["dot"]
    values = kind.read({"axes": axes})
    assert kind.output_shape(values, (first, second)) == made
    length = math.isqrt(math.prod(first) * math.prod(second) // math.prod(made))
    assert kind.macs(values, (first, second), made) == products == math.prod(made) * length


def test_dot_names_both_lengths() -> None:
    error = refusal("dot", (10,), (12,), axes=-1)
    assert (error.text.params["one"], error.text.params["two"]) == (10, 12)
    assert (error.parameter, error.fixes) == ("axes", ())
    (fix,) = refusal("dot", (5, 7, 3), (9, 5), axes=-1).fixes
    assert fix.value == [1, 2]


def test_groups_that_divide_the_channels_are_offered() -> None:
    for groups, fitting in ((32, 24), (9, 8), (5, 4)):
        error = refusal("group_normalization", (8, 8, 24), groups=groups)
        assert error.fixes[0].value == error.text.params["fitting"] == fitting
    assert output("group_normalization", (8, 8, 24), groups=-1) == (8, 8, 24)


def test_rms_normalization_takes_last_axes_only() -> None:
    """Keras builds the others and multiplies along the wrong axis."""
    assert output("rms_normalization", (8, 8, 24), axis=[2, 3]) == (8, 8, 24)
    for axis in (1, [1, 2], [1, -1]):
        assert refusal("rms_normalization", (8, 8, 24), axis=axis).parameter == "axis"
