"""What single kinds refuse and advise: the sentence, and that every fix offered mends it."""

from __future__ import annotations

from typing import Any

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.layers.spec import Origin
from cnnstudio.core.problems.fixes import apply_fix
from cnnstudio.core.problems.spec import Problem, Severity
from tests.fakes.networks import chain

Params = dict[str, Any]


def problem_of(kind: str, params: Params, shape: list[int]) -> Problem:
    """The problem a layer has on an input of this shape, once every fix is seen to mend it."""
    network = chain(("input", {"shape": shape}), (kind, params))
    problem, *_ = analyse(network).problems
    assert problem.node == "n2"
    for fix in problem.fixes:
        mended = analyse(apply_fix(network, "n2", fix))
        assert problem.id not in [one.id for one in mended.problems]
        assert not mended.errors
    return problem


@pytest.mark.parametrize(
    ("kind", "params", "shape", "sentence"),
    [
        ("conv2d_transpose", {"strides": 2, "dilation_rate": 2}, [4, 4, 1], "has both strides"),
        ("conv2d_transpose", {"output_padding": 1}, [4, 4, 1],
         "adds 1×1 rows and columns to its output; that must be less than its strides, 1×1."),
        ("conv2d_transpose", {"kernel_size": 2, "padding": "same", "output_padding": 0}, [1, 1, 1],
         "makes 0×0 out of the 1×1×1 that input gives: nothing is left. Without output_padding it "
         "would be 1×1."),
        ("cropping2d", {"cropping": [1, [2, 2]]}, [4, 4, 1],
         "cuts 2 rows and 4 columns off the 4×4×1 that input gives: nothing is left."),
        ("reshape", {"target_shape": [5, -1]}, [4, 4, 1],
         "is to lay out 5×−1, which doesn't hold the 16 values of the 4×4×1 that input gives."),
        ("reshape", {"target_shape": [3, 3, 2]}, [4, 4, 1], "is to lay out 3×3×2"),
        ("permute", {"dims": [2, 1]}, [4, 4, 1],
         "puts 2 axes in order, but input gives 4×4×1: every axis must be named once."),
        ("repeat_vector", {"n": 2}, [4, 4, 1],
         "repeats a vector, but input gives 4×4×1. Flatten makes a vector of it."),
        ("rescaling", {"scale": [1, 2]}, [4, 4, 3],
         "has 2 numbers for scale, but input gives 4×4×3: one number, or one for each of the 3"),
        ("normalization", {"mean": 1}, [4, 4, 3], "needs mean and variance together"),
        ("normalization", {"mean": [1, 2], "variance": [1]}, [4, 4, 2], "needs mean and variance"),
        ("normalization", {"variance": [1, 2]}, [4, 4, 2], "needs mean and variance together"),
        ("normalization", {"mean": [1, 2], "variance": [1, 2]}, [4, 4, 3],
         "has 2 means and variances, but along its axis input gives 3 of 4×4×3"),
        ("resizing", {"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, [4, 4, 3],
         "is to keep the proportions both by cutting off and by padding"),
    ],
)  # fmt: skip
def test_a_refusal(kind: str, params: Params, shape: list[int], sentence: str) -> None:
    problem = problem_of(kind, params, shape)
    assert problem.severity is Severity.ERROR
    assert str(problem.text).startswith(f"{kind} {sentence}")


@pytest.mark.parametrize(
    ("kind", "params", "shape", "id"),
    [
        ("conv2d_transpose", {"kernel_size": 3, "strides": 2}, [4, 4, 1], "checkerboard"),
        ("adaptive_max_pooling2d", {"output_size": 5}, [4, 9, 1], "larger"),
        ("center_crop", {"height": 5, "width": 2}, [4, 4, 1], "smaller"),
        ("rescaling", {"scale": 0}, [4, 4, 1], "nothing"),
        ("normalization", {}, [4, 4, 1], "unadapted"),
        ("normalization", {"mean": 0, "variance": 0}, [4, 4, 1], "zero"),
    ],
)
def test_advice_of_the_studio(kind: str, params: Params, shape: list[int], id: str) -> None:
    problem = problem_of(kind, params, shape)
    assert (problem.severity, problem.origin) == (Severity.WARNING, Origin.STUDIO)
    assert problem.id == f"{kind}.{id}"


@pytest.mark.parametrize(
    ("kind", "params", "shape"),
    [
        ("adaptive_average_pooling2d", {"output_size": 1}, [4, 4, 1]),
        ("adaptive_max_pooling2d", {"output_size": [1, 3]}, [4, 4, 1]),
        ("adaptive_max_pooling2d", {"output_size": 2}, [4, 1, 1]),
        ("conv2d_transpose", {"kernel_size": 2, "padding": "same", "output_padding": 0}, [4, 4, 1]),
        ("separable_conv2d", {"filters": 1, "kernel_size": 3}, [28, 28, 1]),
    ],
)
def test_what_can_not_be_computed_is_named_as_such(
    kind: str, params: Params, shape: list[int]
) -> None:
    problem = problem_of(kind, params, shape)
    assert (problem.severity, problem.origin) == (Severity.WARNING, Origin.KERAS)
    assert "Keras 3.15" in str(problem.text) or "TensorFlow 2.21" in str(problem.text)
    assert problem.parameter in params
