"""Layers as code for the clipboard, and back."""

from __future__ import annotations

import pytest

from cnnstudio.core.code.fragments import is_code, read_fragment, write_fragment
from cnnstudio.core.code.reading.result import Unreadable
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from tests.fakes.networks import lecture


def test_a_part_is_its_lines_and_comes_back_without_an_input() -> None:
    code = write_fragment(lecture(), ["n4", "n3"])
    assert [line.split("(")[0] for line in code.splitlines()] == ["x = Conv2D", "x = MaxPooling2D"]
    back = read_fragment(code)
    assert [node.kind for node in back.layers] == ["conv2d", "max_pooling2d"]
    assert len(back.links) == 1


def test_nothing_chosen_is_the_whole_program() -> None:
    assert write_fragment(lecture(), []) == write_model_code(lecture())
    assert len(read_fragment(write_fragment(lecture(), [])).layers) == 8


def test_an_input_that_is_told_stays() -> None:
    code = "Sequential([Conv2D(8, 3, input_shape=(9, 9, 1)), Flatten()])"
    assert [node.kind for node in read_fragment(code).layers] == ["input", "conv2d", "flatten"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("x = Conv2D(3, 3)(x)", True), ("just (a) Note", False), ("Model(x)", False), ("", False)],
)
def test_what_looks_like_code(text: str, code: bool) -> None:
    assert is_code(text) is code


def test_what_can_t_be_written_or_read_says_why() -> None:
    with pytest.raises(BadInput):
        write_fragment(Network(lecture().layers), ["n3"])
    with pytest.raises(Unreadable, match="Line 1"):
        read_fragment("Conv2D(")
