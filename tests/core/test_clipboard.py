"""Layers as text: readable, and never trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.clipboard import FORMAT, LONGEST, read_clip, write_clip
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layout import COLUMN_PITCH
from cnnstudio.core.network import Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import encode_project
from tests.fakes.networks import graphs, lecture

LECTURE = edits.lay_out(lecture())
CONV = {"id": "n1", "kind": "conv2d", "name": "c"}


def clip(layers: list[Any], links: list[Any] | None = None, **more: Any) -> str:
    """A clip as text."""
    return json.dumps(
        {"format": FORMAT, "version": 1, "layers": layers, "links": links or [], **more}
    )


def test_the_text_can_be_read_by_a_person() -> None:
    text = write_clip(LECTURE, ["n2", "n3"])
    assert text.splitlines()[1] == '  "format": "cnnstudio layers",'
    assert '    {"source": "n2", "target": "n3"}' in text
    assert len(text.splitlines()) == 12


@given(graphs(), st.data())
def test_what_was_copied_comes_back(network: Network, data: st.DataObject) -> None:
    network = edits.lay_out(network)
    ids = data.draw(st.sets(st.sampled_from([n.id for n in network.layers]), min_size=1))
    assert read_clip(write_clip(network, ids)) == edits.copy(network, ids)


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "\n\n  {}\n\n\n",
        "Here is the stem:\n\n```json\n{}\n```\nTry {{it}}!",
        "~~~\n{}\n~~~",
        "look\n```\nx = {{1}}\n```\nand\n```\n{}\n```",
        "> quoted\nsee: {}\nbye",
        "\ufeff{}",
    ],
)
def test_words_blank_lines_and_code_fences_around_it_do_no_harm(around: str) -> None:
    text = around.format(write_clip(LECTURE, ["n2", "n3"]))
    assert read_clip(text) == edits.copy(LECTURE, ["n2", "n3"])
    spaced = text.replace("\n", "\r\n\r\n")  # as a chat makes it, or Windows
    assert read_clip(spaced) == edits.copy(LECTURE, ["n2", "n3"])


def test_a_whole_project_is_taken_too() -> None:
    project = Project(network=edits.lay_out(LECTURE))
    assert read_clip(encode_project(project).decode()) == project.network


def test_ids_are_never_trusted() -> None:
    other = "\u202en2"
    hostile = clip(
        [CONV, {**CONV, "id": other}],
        [{"source": "n1", "target": other}, {"source": "n7", "target": "n1"}],
    )
    network = edits.paste(LECTURE, read_clip(hostile))
    assert [n.id for n in network.layers[-2:]] == ["n9", "n10"]
    assert [n.name for n in network.layers[-2:]] == ["c", "c_1"]
    assert network.links[-1] == Link("n9", "n10")
    assert len(network.links) == len(LECTURE.links) + 1


def test_places_that_can_not_be_shown_are_laid_out() -> None:
    far = clip([{**CONV, "position": [1e300, 0]}, {**CONV, "id": "b", "position": [0, 0]}])
    assert {n.position for n in read_clip(far).layers} == {(0.0, 0.0), (COLUMN_PITCH, 0.0)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no layers in the clipboard"),
        ("hello", 'it has no line "format": "cnnstudio layers"'),
        (FORMAT, "clipboard isn't JSON"),
        (clip([]), "its list of layers is empty"),
        (clip([CONV])[:60], "clipboard ends in the middle"),
        (clip([CONV, CONV]), "have the same id"),
        (clip([{**CONV, "id": 3}]), "id of layer c can't be 3; it takes text in quotes"),
        (clip([{"kind": "conv2d", "name": "c"}]), "layer c has no id"),
        (clip([{**CONV, "position": [1, "x"]}]), "it takes two numbers in brackets"),
        (clip([{**CONV, "params": 7}]), "it takes an object in braces"),
        (clip([CONV]).replace('"version": 1', '"version": 9'), "file format 9"),
        (clip([CONV]).replace('"version": 1', '"version": NaN'), "finite number"),
        (clip(CONV), "a list in brackets"),  # type: ignore[arg-type]
        (clip([{**CONV, "id": f"n{i}"} for i in range(10_001)]), "more than the 10,000"),
        (clip([CONV], [{"source": "n1", "target": "n1"}]), "in a circle, c among them"),
        (clip([CONV, {**CONV, "id": "b"}], [{"source": "n1", "target": "b", "slot": 10**9}]),
         "input 1,000,000,000 of c"),
        (clip([CONV], params=1) + "x" * LONGEST, "more than the 8,000,000"),
        (clip([{**CONV, "params": {"a": [0]}}]).replace("[0]", "[" * 100_000 + "]" * 100_000),
         "more than 50 deep"),
        (clip([{**CONV, "params": {"filters": 1}}]).replace("1}", "9" * 5000 + "}"), "finite"),
        (clip([CONV]).replace('"n1"', '"n1", "id": "n2"'), "gives \"id\" twice"),
    ],
)  # fmt: skip
def test_what_can_not_be_understood_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_clip(text)
    assert words in str(refused.value)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_clip('{"format": "cnnstudio layers", "version": 1, "layers": [' + text + "]}")
