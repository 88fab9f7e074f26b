"""The settings of an augmentation: read, refused in words, kept in the file, told in a line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from cnnstudio.core.analysis import analyse
from cnnstudio.core.augmentation.arguments import ARGUMENTS
from cnnstudio.core.augmentation.checks import refusals, refusals_for
from cnnstudio.core.augmentation.sampling import draw_transform
from cnnstudio.core.augmentation.settings import Augmentation, with_argument
from cnnstudio.core.augmentation.words import in_a_line
from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import Translator
from cnnstudio.core.training.checks import problems, training_problems
from tests.fakes.augmentations import augmentations


def test_every_argument_has_a_name_and_help_and_reads_its_default() -> None:
    for name, argument in ARGUMENTS.items():
        parameter = argument.parameter
        assert parameter.name == name
        assert str(parameter.label)
        assert str(parameter.help).endswith(".")
        assert argument.group.label
        assert argument.is_neutral(parameter.read(parameter.write(parameter.default)))


@pytest.mark.parametrize(
    ("name", "raw", "read"),
    [
        ("rotation_range", 20, 20.0),
        ("height_shift_range", 0.1, 0.1),
        ("height_shift_range", 2, 2),
        ("width_shift_range", [1, 2.5], (1, 2.5)),
        ("zoom_range", 0.2, 0.2),
        ("zoom_range", [0.7, 1], (0.7, 1.0)),
        ("brightness_range", None, None),
        ("brightness_range", [0, 2], (0.0, 2.0)),
        ("fill_mode", "wrap", "wrap"),
        ("interpolation_order", 0, 0),
    ],
)
def test_what_an_argument_takes(name: str, raw: Any, read: Any) -> None:
    value = Augmentation({name: raw}).values[name]
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("rotation_range", -1, "360"),
        ("rotation_range", True, "360"),
        ("height_shift_range", -0.1, "from 0 to 10,000"),
        ("height_shift_range", [], "list of numbers"),
        ("height_shift_range", [True], "list of numbers"),
        ("width_shift_range", float("nan"), "from 0 to 10,000"),
        ("zoom_range", 1, "< 1"),
        ("zoom_range", [0, 1], "> 0"),
        ("zoom_range", [1, 2, 3], "two numbers"),
        ("brightness_range", 0.5, "two numbers"),
        ("brightness_range", [-1, 1], "≥ 0"),
        ("fill_mode", "mirror", "nearest"),
        ("interpolation_order", 6, "0 to 5"),
        ("horizontal_flip", 1, "true or false"),
        ("zca_epsilon", 0, "> 0"),
        ("channel_shift_range", 256, "255"),
    ],
)
def test_what_it_does_not_take_is_refused_in_words(name: str, raw: Any, words: str) -> None:
    augmentation = Augmentation({name: raw})
    ((field, text),) = refusals(augmentation)
    assert field == f"augmentation.{name}"
    assert name in str(text)
    assert words in str(text)
    assert Translator("ko").show(text)
    assert augmentation.acting == ()
    project = replace(load_project_argument("sample:lecture-cnn"), augmentation=augmentation)
    (problem,) = problems(project)
    assert (problem.field, problem.text) == (field, text)


def test_whitening_large_pictures_is_refused() -> None:
    whitening = Augmentation({"zca_whitening": True})
    assert not [*refusals_for(whitening, (28, 28, 1))]
    ((field, text),) = refusals_for(whitening, (224, 224, 3))
    assert field == "augmentation.zca_whitening"
    assert "150,528" in str(text)
    lecture = load_project_argument("sample:lecture-cnn")
    large = replace(
        lecture, augmentation=whitening, data=replace(lecture.data, size=(224, 224), colour="rgb")
    )
    told = training_problems(large, analyse(large.network), FASHION_MNIST)
    assert field in [problem.field for problem in told]


@settings(max_examples=60)
@given(augmentations())
def test_a_project_file_keeps_it(augmentation: Augmentation) -> None:
    project = Project(augmentation=augmentation)
    data = encode_project(project)
    assert decode_project(data, "a").augmentation == augmentation
    raw = json.loads(data)
    assert raw.get("augmentation", {}) == augmentation.params
    assert ("augmentation" in raw) == bool(augmentation.params)
    assert not [*refusals(augmentation)]


def test_a_file_may_know_arguments_that_the_studio_does_not() -> None:
    text = '{"format": "cnnstudio project", "version": 1, "augmentation": {"gamma": [1, 2]}}'
    project = decode_project(text, "a")
    assert json.loads(encode_project(project))["augmentation"] == {"gamma": [1, 2]}
    assert project.augmentation.acting == ()
    for wrong in ("[]", "null", "3"):
        with pytest.raises(BadInput, match="augmentation"):
            decode_project(text.replace('{"gamma": [1, 2]}', wrong), "a")


def test_what_acts_and_what_only_serves_others() -> None:
    alone = Augmentation({"fill_mode": "wrap", "cval": 3, "rotation_range": 0})
    assert [*alone.stated] == ["fill_mode", "cval"]
    assert alone.acting == ()
    assert not alone.standardises
    both = with_argument(alone, "samplewise_center", True)
    assert [argument.name for argument in both.acting] == ["samplewise_center"]
    assert both.standardises
    assert not both.fitted
    assert with_argument(both, "zca_whitening", True).fitted
    assert with_argument(both, "samplewise_center", False) == alone
    assert with_argument(Augmentation(), "zoom_range", "x").params == {"zoom_range": "x"}


def test_it_is_told_in_a_line() -> None:
    augmentation = Augmentation(
        {
            "rotation_range": 20,
            "horizontal_flip": True,
            "zoom_range": [0.5, 1.5],
            "height_shift_range": [-2, 2],
            "fill_mode": "wrap",
        }
    )
    line = in_a_line(augmentation)
    assert str(line) == "Turn 20°, Move sideways −2/2, Size 0.5–1.5, Flip left–right"
    assert Translator("ko").show(line).count(",") == 3


def test_drawing_leaves_numpys_own_state_alone() -> None:
    values = Augmentation({"rotation_range": 20, "height_shift_range": 3}).values
    np.random.seed(7)
    before = np.random.get_state()[1].tolist()
    drawn = draw_transform(values, (28, 28, 1), np.random.RandomState(1))
    again = draw_transform(values, (28, 28, 1), np.random.RandomState(1))
    assert drawn == again
    assert np.random.get_state()[1].tolist() == before
