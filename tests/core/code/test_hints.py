"""What is offered and told at a place of code."""

from __future__ import annotations

import pytest

from cnnstudio.core.code.hints import help_at, offers_at
from cnnstudio.core.layers.registry import kinds


def ways(code: str) -> list[str]:
    """What fits where a | stands."""
    at = code.index("|")
    return [way.text for way in offers_at(code.replace("|", "", 1), at).fitting]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("x = Con|", "Conv2D"),
        ("x = layers.|", None),
        ("x = conv2d|", "Conv2D"),
        ("# Con|", None),
        ("x = 'Con|", None),
        ("x = Conv2D(|", "filters="),
        ("x = Conv2D(32, ker|", "kernel_size="),
        ("x = Conv2D(32, kernel_size=(3, 3), padding='sa|", "'same'"),
        ("x = Conv2D(32, padding=|", '"valid"'),
        ("x = Conv2D(32, use_bias=|", "True"),
        ("x = Dense(10, activation='soft|", "'softmax'"),
        ("x = Dense(10, kernel_initializer='he_n|", "'he_normal'"),
        ("x = Dense(10)(|", None),
        ("print(x, |", None),
        ("x = Conv2D(\n    filters=3,\n    na|", "name="),
    ],
)
def test_the_next_word(code: str, first: str | None) -> None:
    found = ways(code)
    assert (found[0] if found else None) == first


def test_an_argument_is_offered_once() -> None:
    assert "filters=" not in ways("x = Conv2D(filters=3, |)(x)")
    assert "strides=" in ways("x = Conv2D(filters=3, |)(x)")


def test_every_layer_is_offered_and_told_of() -> None:
    offered = {way.text for letter in "abcdefghijklmnopqrstuvwxyz" for way in
               offers_at(letter, 1).fitting}  # fmt: skip
    assert offered == {kind.keras for kind in kinds().values()}
    for kind in kinds().values():
        assert str(kind.summary) in str(help_at(f"x = {kind.keras}()", 6))


def test_help_on_arguments_has_the_default() -> None:
    code = "x = Conv2D(filters=32, kernel_size=3, padding='same')(x)"
    assert "Keras' default is 'valid'." in str(help_at(code, code.index("padding") + 2))
    assert help_at(code, code.index("same")) is None
    assert help_at(code, 0) is None
