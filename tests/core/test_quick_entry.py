"""Layers described in one typed line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.layers.parameters import (
    Choice,
    Flag,
    Integer,
    Number,
    PairOf,
    ParameterError,
)
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.quick_entry import (
    LONGEST,
    MOST_LAYERS,
    QuickEntryError,
    kinds_named,
    read_entries,
    unfinished,
)

CONV_64 = ("conv2d", {"filters": 64, "kernel_size": [3, 3], "activation": "relu"})


def read(typed: str) -> list[tuple[str, dict[str, Any]]]:
    """The layers as (kind, raw parameters)."""
    return [(entry.kind.id, entry.params) for entry in read_entries(typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("conv 64 3x3 relu", [CONV_64]),
        ("Conv2D 3×3 64 ReLU", [CONV_64]),
        ("conv relu (3, 3) 64", [CONV_64]),
        ("Conv2D(64, (3, 3), activation='relu')", [CONV_64]),
        ('layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),', [CONV_64]),
        ("채ㅜㅍ 64 3x3 ㄱ디ㅕ", [CONV_64]),  # the Hangul keyboard was on
        ("합성곱 64 3x3 relu", [CONV_64]),
        ("conv 64 7 2", [("conv2d", {"filters": 64, "kernel_size": 7, "strides": 2})]),
        ("conv k5 /2 f8", [("conv2d", {"kernel_size": 5, "strides": 2, "filters": 8})]),
        ("conv 8 stride 2 padding=same", [("conv2d", {"filters": 8, "strides": 2,
                                                      "padding": "same"})]),
        ("conv dilation 2 no bias", [("conv2d", {"dilation_rate": 2, "use_bias": False})]),
        ("dense 10 nobias softmax", [("dense", {"units": 10, "use_bias": False,
                                                "activation": "softmax"})]),
        ("dropout .4", [("dropout", {"rate": 0.4})]),
        ("drop rate: 0.4", [("dropout", {"rate": 0.4})]),
        ("input 28x28x1", [("input", {"shape": [28, 28, 1]})]),
        ("입력 28 28 1", [("input", {"shape": [28, 28, 1]})]),
        ("max pool 3x3 s2 same", [("max_pooling2d", {"pool_size": [3, 3], "strides": 2,
                                                     "padding": "same"})]),
        ("global average pooling keepdims", [("global_average_pooling2d", {"keepdims": True})]),
        ("sigmoid", [("activation", {"activation": "sigmoid"})]),
        ("relu", [("re_lu", {})]),
        ("dropo", [("dropout", {})]),
        ("  ,; \n ", []),
    ],
)  # fmt: skip
def test_a_line_is_read_by_the_declarations(
    typed: str, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    assert read(typed) == expected


@pytest.mark.parametrize("between", [", ", " -> ", "→", "; ", "\n", " => ", " > ", ",\n"])
def test_entries_stand_one_behind_the_other(between: str) -> None:
    assert read(between.join(["conv 64 3x3 relu", "pool 2", "dense 10"])) == [
        CONV_64,
        ("max_pooling2d", {"pool_size": 2}),
        ("dense", {"units": 10}),
    ]


def test_a_layer_is_repeated() -> None:
    assert read("conv 64 3x3 relu x3") == read("3x conv 64 3x3 relu") == [CONV_64] * 3


@pytest.mark.parametrize(
    ("typed", "word", "sentence"),
    [
        ("conv 64 foo", "foo", "Conv2D doesn't know foo. It takes filters, kernel_size"),
        ("flatten 3", "3", "Flatten has nothing to set, so it can't take 3."),
        ("conv 64, qqq 3", "qqq", "qqq is no layer"),
        ("conv 64 relu, 5", "5", "5 is no layer. Begin with a name such as Conv2D or Dense."),
        ("dense 0", "0", "units can't be 0: it takes a whole number from 1"),
        ("dense 10 10", "10", "Dense doesn't know 10"),
        ("dropout 4", "4", "rate can't be 4"),
        ("conv 64 stride", "stride", "stride needs a value after it"),
        ("conv strides=", "strides", "strides needs a value after it"),
        ("dense units 3 units 4", "4", "4 would set units a second time"),
        ("conv x0", "x0", "x0 would be no layer at all"),
        ("3x", "3x", "After 3x comes a layer's name."),
        (f"conv x{MOST_LAYERS + 1}", f"x{MOST_LAYERS + 1}", "more than 200 layers at once"),
        ("x" * (LONGEST + 1), "x", "longer than 4,000 letters"),
    ],
)
def test_a_refusal_names_the_word(typed: str, word: str, sentence: str) -> None:
    with pytest.raises(QuickEntryError, match=sentence.replace("(", r"\(")) as refused:
        read_entries(typed)
    assert typed[refused.value.start : refused.value.end] == word


def test_a_name_typed_wrongly_gets_the_right_one() -> None:
    with pytest.raises(QuickEntryError, match="Flatten is one"):
        read_entries("faltten 3")


@pytest.mark.parametrize(
    ("typed", "before", "name"),
    [
        ("dr", "", "dr"),
        ("max pool", "", "max pool"),
        ("conv 64 relu, dr", "conv 64 relu,", "dr"),
        ("conv 64, zzz", "conv 64,", "zzz"),
        ("conv 64", "conv 64", None),
        ("conv 64,", "conv 64,", ""),
        ("sigmoid", "sigmoid", None),
        ("conv 64 fo", "conv 64 fo", None),
        ("", "", ""),
    ],
)
def test_a_last_name_is_told_from_a_finished_entry(
    typed: str, before: str, name: str | None
) -> None:
    assert unfinished(typed) == (before, name)


def test_every_kind_answers_to_its_names() -> None:
    for id, kind in kinds().items():
        for name in (kind.keras, id, id.replace("_", " "), kind.keras.lower()):
            assert kinds_named(name)[0] is kind
            assert read(name)[0][0] == id


@pytest.mark.parametrize("id", list(kinds()))
def test_every_plain_parameter_can_be_typed_by_its_name(id: str) -> None:
    kind = kinds()[id]
    for parameter in kind.parameters:
        if isinstance(parameter, Flag):
            value: object = not parameter.default
        elif isinstance(parameter, Choice):
            value = next(c for c in reversed(parameter.choices) if c is not None)
        elif isinstance(parameter, Integer | PairOf):
            value = parameter.minimum + 1
        elif isinstance(parameter, Number):
            value = 0.5
        else:
            continue
        try:
            parameter.read(value)
        except ParameterError:
            continue
        (entry,) = read_entries(f"{kind.keras} {parameter.name}={value}")
        assert parameter.read(entry.params[parameter.name]) == parameter.read(value)


@given(st.text(alphabet="conv dense(),=:x×/-.3relu가ㄱ\n→[]'", max_size=40) | st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_with_its_place(typed: str) -> None:
    try:
        entries = read_entries(typed)
    except QuickEntryError as error:
        place, entries = (error.start, error.end), ()
    else:
        place = (0, len(typed) + 1)
    assert 0 <= place[0] < place[1] <= len(typed) + 1
    for entry in entries:
        entry.kind.read(entry.params)
    before, name = unfinished(typed)
    assert typed.startswith(before)
    assert (name or "") in typed
