"""Names for Keras: safe, different, and the person's own wherever possible."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.code.names import safe_names, with_given_names
from cnnstudio.core.network import LayerNode, Network

# What TensorFlow takes as the scope of a layer, without a path, and PyTorch without dots.
SCOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


def names(*given: str, kind: str = "conv2d") -> list[str]:
    layers = tuple(LayerNode(f"n{i}", kind, name) for i, name in enumerate(given))
    return list(safe_names(Network(layers)).values())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("conv2d_1", "conv2d_1"),
        ("my_layer-2", "my_layer-2"),
        ("my.layer", "my_layer"),
        ("합성곱", "conv2d"),
        ("합성곱 1", "conv2d"),
        ("first conv", "first_conv"),
        ("block/conv", "block_conv"),
        ("..", "conv2d"),
        ("", "conv2d"),
        ("🙂", "conv2d"),
        ("a\nb", "a_b"),
        ("x" * 10_000, "x" * 60),
    ],
)
def test_a_name(given: str, wanted: str) -> None:
    assert names(given) == [wanted]


def test_names_that_become_the_same_are_numbered_and_safe_ones_stay() -> None:
    assert names("합성곱", "입력", "conv2d", "conv2d_1") == [
        "conv2d_2",
        "conv2d_3",
        "conv2d",
        "conv2d_1",
    ]
    assert names("dense", "dense") == ["dense", "dense_1"]


def test_an_unknown_kind_has_a_name_too() -> None:
    assert names("층", kind="층/..") == ["layer"]


@given(st.lists(st.text(max_size=6) | st.sampled_from(["a", "a_1", "층", "..", "/"]), max_size=8))
def test_every_layer_gets_a_name_of_its_own(given: list[str]) -> None:
    found = names(*given)
    assert len(found) == len(given)
    assert len(set(found)) == len(found)
    assert all(SCOPE.fullmatch(name) for name in found)
    assert all(
        a == b
        for a, b in zip(given, found, strict=True)
        if given.count(a) == 1 and re.fullmatch(r"[A-Za-z0-9]+", a, re.ASCII)
    )


def test_what_keras_says_has_the_names_the_person_gave() -> None:
    network = Network(
        (LayerNode("n1", "conv2d", "합성곱 1"), LayerNode("n2", "dense", "dense"),
         LayerNode("n3", "add", "더하기"))
    )  # fmt: skip
    said = 'Error in layer "conv2d" (type Conv2D), functional/conv2d/convolution; add dense/kernel'
    assert with_given_names(said, network) == (
        'Error in layer "합성곱 1" (type Conv2D), functional/합성곱 1/convolution; add dense/kernel'
    )
    assert with_given_names(said, Network()) == said
