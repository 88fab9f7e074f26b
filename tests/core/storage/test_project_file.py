"""The project file: every fault is a sentence, and nothing a person put there is lost."""

from __future__ import annotations

import errno
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import DataSettings, Optimizer, Project, TrainingSettings
from cnnstudio.core.storage import atomic
from cnnstudio.core.storage.migrations import migrate
from cnnstudio.core.storage.project_file import (
    decode_project,
    encode_project,
    files_folder,
    load_project,
    save_project,
)
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import Translator

NAME = "mine.cnnstudio"


@pytest.fixture(scope="module")
def lecture() -> Project:
    return load_project_argument("sample:lecture-cnn")


@pytest.fixture(scope="module")
def text(lecture: Project) -> str:
    return encode_project(lecture).decode()


def refusal(data: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        decode_project(data, NAME)
    sentence = str(caught.value)
    assert NAME in sentence
    assert "Traceback" not in sentence
    assert Translator("ko").show(caught.value.text)
    return sentence


# ------------------------------------------------------------------------------- what is written


def test_one_layer_and_one_link_a_line(text: str, lecture: Project) -> None:
    lines = text.splitlines()
    for node in lecture.network.layers:
        assert len([line for line in lines if f'"name": "{node.name}"' in line]) == 1
    assert len([line for line in lines if '"source": "n' in line]) == len(lecture.network.links)
    assert text.endswith("}\n")
    assert json.loads(text)["format"] == "cnnstudio project"
    assert json.loads(text)["version"] == 1


def test_one_change_is_one_changed_line(lecture: Project) -> None:
    first = lecture.network.layers[1]
    changed = msgspec.structs.replace(first, params=first.params | {"filters": 48})
    network = msgspec.structs.replace(
        lecture.network, layers=(lecture.network.layers[0], changed, *lecture.network.layers[2:])
    )
    before = encode_project(lecture).splitlines()
    after = encode_project(msgspec.structs.replace(lecture, network=network)).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_hangul_is_readable_in_the_file() -> None:
    network = Network((LayerNode("n1", "input", "입력 그림"),))
    assert "입력 그림" in encode_project(Project(network=network)).decode()


def _text() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text(), inner, max_size=3),
    max_leaves=6,
)


def _extra(*known: str) -> st.SearchStrategy[dict[str, Any]]:
    names = _text().filter(lambda key: key not in known)
    return st.dictionaries(names, _json, max_size=2)


def _fields(cls: type[msgspec.Struct], *more: str) -> st.SearchStrategy[dict[str, Any]]:
    return _extra(*[name for name in cls.__struct_fields__ if name != "extra"], *more)


_finite = st.floats(allow_nan=False, allow_infinity=False)
_ids = st.lists(_text(), unique=True, max_size=5)
_whole = st.integers(-(2**40), 2**40)
_imported = st.builds(
    Imported,
    path=_text().map(lambda name: os.path.abspath("/data/" + name)),  # noqa: PTH100
    kind=_text(),
    title=_text(),
    digest=_text(),
    classes=st.lists(_text(), max_size=3).map(tuple),
    shape=st.tuples(_whole, _whole, _whole),
    uniform=st.booleans(),
    counts=st.tuples(_whole, _whole, _whole, _whole),
    options=st.dictionaries(_text(), _json, max_size=2),
    extra=_fields(Imported),
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Any project a file can hold, sensible or not."""
    ids = draw(_ids)
    layers = tuple(
        LayerNode(
            id,
            draw(st.sampled_from(["input", "conv2d", "dense", "never heard of"])),
            draw(_text()),
            draw(st.dictionaries(_text(), _json, max_size=2)),
            (draw(_finite), draw(_finite)),
            extra=draw(_fields(LayerNode)),
        )
        for id in ids
    )
    ends = st.sampled_from([*ids, "nowhere"])
    links = tuple(
        Link(draw(ends), draw(ends), draw(st.integers(-1, 3)), draw(_fields(Link)))
        for _ in range(draw(st.integers(0, 4)))
    )
    size = st.none() | st.tuples(st.integers(), st.integers())
    return Project(
        name=draw(_text()),
        network=Network(layers, links, extra=draw(_fields(Network))),
        data=DataSettings(
            source=draw(_text()),
            validation=draw(_finite),
            size=draw(size),
            imported=draw(st.none() | _imported),
            test=draw(_finite),
            edits=draw(_text()),
            extra=draw(_fields(DataSettings)),
        ),
        training=TrainingSettings(
            optimizer=Optimizer(learning_rate=draw(_finite), extra=draw(_fields(Optimizer))),
            seed=draw(st.integers()),
            shuffle=draw(st.booleans()),
            extra=draw(_fields(TrainingSettings)),
        ),
        extra=draw(_fields(Project, "format", "version", "studio")),
    )


@settings(max_examples=60, deadline=None)
@given(projects())
def test_reading_gives_back_what_was_written(project: Project) -> None:
    data = encode_project(project)
    assert decode_project(data, NAME) == project
    assert encode_project(decode_project(data, NAME)) == data


def test_tuples_are_written_as_lists_and_settings_read_as_tuples() -> None:
    network = Network((LayerNode("n1", "conv2d", "a", {"kernel_size": (5, 3)}, (1.5, 2.0)),))
    back = decode_project(
        encode_project(Project(network=network, data=DataSettings(size=(32, 32)))), NAME
    )
    assert back.network.layers[0].params == {"kernel_size": [5, 3]}
    assert back.network.layers[0].values["kernel_size"] == (5, 3)
    assert back.network.layers[0].position == (1.5, 2.0)
    assert back.data.size == (32, 32)


def test_unknown_keys_stay_where_they_were() -> None:
    raw = {
        "format": "cnnstudio project",
        "version": 1,
        "name": "x",
        "network": {
            "layers": [{"id": "a", "kind": "input", "name": "a", "colour": "#fff"}],
            "links": [{"source": "a", "target": "a", "style": {"dash": [1, 2]}}],
            "notes": ["n"],
        },
        "data": {"future": 1},
        "training": {"optimizer": {"beta": 0.9}, "schedule": None},
        "lesson": {"step": 3},
    }
    back = json.loads(encode_project(decode_project(json.dumps(raw), NAME)))
    assert back["network"]["layers"][0]["colour"] == "#fff"
    assert back["network"]["links"][0]["style"] == {"dash": [1, 2]}
    assert back["network"]["notes"] == ["n"]
    assert back["data"]["future"] == 1
    assert back["training"]["optimizer"]["beta"] == 0.9
    assert back["training"]["schedule"] is None
    assert back["lesson"] == {"step": 3}


def test_missing_settings_get_their_defaults() -> None:
    project = decode_project('{"format": "cnnstudio project", "version": 1}', NAME)
    assert project == Project()


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 10**4400], ids=["nan", "inf", "long"]
)
def test_a_number_json_can_not_hold_is_named(value: float) -> None:
    network = Network((LayerNode("n1", "dropout", "dropout", {"rate": value}),))
    with pytest.raises(BadInput, match="dropout params rate isn't a finite number"):
        encode_project(Project(name="mine", network=network))


# ------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(data: bytes) -> None:
    assert "is empty" in refusal(data)


def test_a_file_cut_anywhere_is_refused_with_a_position(text: str) -> None:
    for end in range(1, len(text) - 2, 7):
        sentence = refusal(text[:end].encode())
        assert "line" in sentence or "empty" in sentence


def test_a_cut_file_says_so(text: str) -> None:
    sentence = refusal(text[: text.index('"training"') - 4])
    assert "ends in the middle" in sentence
    assert ".bak" in sentence


def test_a_byte_order_mark_is_accepted(text: str, lecture: Project) -> None:
    assert decode_project(b"\xef\xbb\xbf" + text.encode(), NAME) == lecture
    assert decode_project("\ufeff" + text, NAME) == lecture


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused(text: str, encoding: str) -> None:
    assert "UTF-16" in refusal(text.encode(encoding))


def test_windows_line_ends_are_refused_with_their_position(text: str) -> None:
    sentence = refusal(text.replace("\n", "\r\n"))
    assert "line 1, column 2" in sentence
    assert "eol=lf" in sentence


def test_bytes_that_are_not_utf_8_are_refused_with_their_position(text: str) -> None:
    assert "line 8, column" in refusal(text.encode().replace(b"input_1", b"\xff\xfe"))


def test_a_newer_version_is_refused_by_its_name(text: str, tmp_path: Path) -> None:
    newer = text.replace('"version": 1', '"version": 2').replace(
        '"studio": "0.1.0"', '"studio": "1.4"'
    )
    assert "made with version 1.4" in refusal(newer)
    path = tmp_path / NAME
    path.write_text(newer, encoding="utf-8")
    with pytest.raises(BadInput, match=r"made with version 1\.4"):
        load_project(path)
    assert path.read_text(encoding="utf-8") == newer


@pytest.mark.parametrize("version", ["0", "-1", "true", "1.0", '"1"', "null"])
def test_a_version_that_never_was(text: str, version: str) -> None:
    assert "format version" in refusal(text.replace('"version": 1', f'"version": {version}'))


def test_older_versions_are_migrated_step_by_step() -> None:
    steps = {
        1: lambda raw: raw | {"trail": [*raw["trail"], "1 to 2"]},
        2: lambda raw: raw | {"trail": [*raw["trail"], "2 to 3"]},
    }
    before: dict[str, Any] = {"trail": []}
    assert migrate(before, 1, 3, steps) == {"trail": ["1 to 2", "2 to 3"]}
    assert migrate(before, 2, 3, steps) == {"trail": ["2 to 3"]}
    assert migrate(before, 3, 3, steps) is before
    assert before == {"trail": []}


@pytest.mark.parametrize("data", ["[]", "3", '"text"', "null"])
def test_json_that_is_no_object(data: str) -> None:
    assert "object in braces" in refusal(data)


def test_another_kind_of_file() -> None:
    assert 'isn\'t a "cnnstudio project" file' in refusal('{"format": "notebook"}')
    assert "isn't JSON" in refusal("\x89PNG and so on")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"batch_size": 64', '"batch_size": true', ["batch_size", "true", "default is 64"]),
        ('"epochs": 5', '"epochs": "many"', ["epochs", '"many"', "default is 5"]),
        ('"epochs": 5', '"epochs": 2.5', ["epochs", "2.5", "whole number"]),
        ('"learning_rate": 0.001', '"learning_rate": null', ["learning_rate", "optimiser"]),
        ('"size": null', '"size": [28]', ["size", "data settings", "default is null"]),
        ('"shuffle": true', '"shuffle": 1', ["shuffle", "true or false"]),
        ('"kind": "flatten"', '"kind": 3', ["kind of layer flatten", "text"]),
        ('"params": {}', '"params": [1]', ["params of layer max_pooling2d", "braces"]),
        ('"params": {"rate": 0.4}', '"params": 0.4', ["params of layer dropout", "0.4"]),
        ('"position": [0, 78]', '"position": [0]', ["position of layer conv2d_1", "two numbers"]),
        ('"target": "n3"', '"target": 3', ["target of link 2"]),
        ('{"source": "n2", "target": "n3"}', '"n2"', ["link 2", "braces"]),
        ('"name": "flatten"', '"name": null', ["name of layer number 5"]),
        ('"id": "n5", ', "", ["layer flatten has no id"]),
    ],
)
def test_a_wrong_type_names_field_value_and_default(
    text: str, before: str, after: str, words: list[str]
) -> None:
    if before == '"params": {}':
        text = text.replace('"params": {"pool_size": 2}', before)
    assert before in text
    sentence = refusal(text.replace(before, after, 1))
    for word in words:
        assert word in sentence


@pytest.mark.parametrize("part", ["network", "data", "training"])
def test_a_part_of_the_wrong_type(part: str) -> None:
    raw = {"format": "cnnstudio project", "version": 1, part: 7}
    assert part in refusal(json.dumps(raw))


def test_the_same_id_twice_names_both_layers(text: str) -> None:
    sentence = refusal(text.replace('"id": "n3"', '"id": "n2"'))
    assert "conv2d_1" in sentence
    assert "conv2d_2" in sentence


def test_the_same_key_twice(text: str) -> None:
    assert '"seed" twice' in refusal(text.replace('"seed": 42', '"seed": 42, "seed": 43'))


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs", "||||||| base"])
def test_git_conflict_markers_name_their_line(text: str, marker: str) -> None:
    lines = text.splitlines(keepends=True)
    sentence = refusal("".join([*lines[:12], marker + "\n", *lines[12:]]))
    assert "git conflict" in sentence
    assert "line 13" in sentence


@pytest.mark.parametrize(
    "number", ["NaN", "-Infinity", "1e999", "1e999input", "9" * 5000, "-" + "9" * 5000]
)
def test_numbers_no_file_should_hold(text: str, number: str) -> None:
    sentence = refusal(text.replace('"validation": 0.1', f'"validation": {number}'))
    assert "finite number" in sentence
    assert "column 19" in sentence


def test_half_a_character(text: str) -> None:
    assert "half a character" in refusal(text.replace("flatten", "\\ud800"))
    with pytest.raises(BadInput, match="half a character"):
        decode_project(text.replace("flatten", "\ud800"), "copied")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [60, 1_000, 200_000])
def test_deep_nesting(text: str, opening: str, depth: int) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * depth + "0" + closing * depth
    assert "deep" in refusal(text.replace('"params": {"rate": 0.4}', f'"params": {{"r": {deep}}}'))
    assert "deep" in refusal(text.replace('"seed": 42', f'"seed": 42, "unknown": {deep}'))


def test_a_hundred_thousand_layers_are_answered_quickly() -> None:
    layers = tuple(LayerNode(f"n{i}", "dense", f"dense_{i}") for i in range(100_000))
    data = encode_project(Project(network=Network(layers)))
    start = time.perf_counter()
    assert "100,000 layers" in refusal(data)
    assert time.perf_counter() - start < 5


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(BadInput, match="more than the"):
        load_project(path)


@settings(deadline=None)
@given(st.data())
def test_damaged_files_open_or_are_refused(data: st.DataObject) -> None:
    content = bytearray(encode_project(load_project_argument("sample:dense-only")))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    try:
        project = decode_project(bytes(content), NAME)
    except BadInput as error:
        sentence = str(error)
        assert NAME in sentence
    else:
        analyse(project.network)
        assert decode_project(encode_project(project), NAME) == project


# --------------------------------------------------------------------- what opens all the same


@pytest.mark.parametrize(
    ("layer", "params"),
    [
        ("conv2d_1", {"filters": -3}),
        ("conv2d_1", {"filters": True}),
        ("conv2d_1", {"kernel_size": 0}),
        ("conv2d_1", {"kernel_size": "large"}),
        ("conv2d_1", {"strides": [0, 1]}),
        ("conv2d_1", {"filters": 2**80}),
        ("dropout", {"rate": 1.5}),
        ("dropout", {"rate": 1e308}),
        ("dense_1", {"units": -1}),
        ("dense_1", {"units": 1.0}),
        ("dense_1", {"units": None}),
    ],
)
def test_nonsense_in_a_layer_opens_and_is_marked(
    text: str, layer: str, params: dict[str, Any]
) -> None:
    raw = json.loads(text)
    item = next(item for item in raw["network"]["layers"] if item["name"] == layer)
    item["params"] |= params
    project = decode_project(json.dumps(raw), NAME)
    node = next(node for node in project.network.layers if node.name == layer)
    assert node.params[next(iter(params))] == next(iter(params.values()))
    (problem,) = analyse(project.network).problems_of(node.id)
    assert next(iter(params)) in str(problem.text)
    assert "default" in str(problem.text)


def test_odd_links_open_and_are_marked() -> None:
    layers = tuple(
        LayerNode(id, kind, id)
        for id, kind in [("in", "input"), ("a", "flatten"), ("b", "flatten"), ("c", "dense")]
    )
    cases = {
        "cycle": [Link("a", "b"), Link("b", "a")],
        "nowhere": [Link("in", "gone")],
        "from nowhere": [Link("gone", "a")],
        "twice": [Link("in", "a"), Link("b", "a")],
        "itself": [Link("a", "a")],
        "two ends": [Link("in", "a"), Link("in", "b"), Link("in", "c")],
    }
    for case, links in cases.items():
        data = encode_project(Project(network=Network(layers, tuple(links))))
        network = decode_project(data, NAME).network
        assert network.links == tuple(links), case
        assert analyse(network).errors, case


@pytest.mark.parametrize(
    "source",
    [
        "",
        "~/pictures",
        "..",
        "C:\\data\\cats",
        "\\\\server\\share",
        "/gone",
        "D:",
        "a\nb",
        "x" * 5000,
    ],
)
def test_any_dataset_name_opens(source: str) -> None:
    project = Project(data=DataSettings(source=source))
    assert decode_project(encode_project(project), NAME) == project


@pytest.mark.parametrize(
    ("imported", "words"),
    [
        ({}, "the facts of the pictures has no path"),
        ([], "the facts of the pictures can't be"),
        ({"path": 3}, r"path of the facts of the pictures can't be 3"),
        ({"path": "x", "shape": [1, 2]}, "three whole numbers in brackets"),
        ({"path": "x", "counts": [1, 2, 3, "4"]}, "four whole numbers in brackets"),
        ({"path": "x", "classes": "cats"}, "texts in brackets"),
        ({"path": "x", "options": [1]}, "an object in braces"),
    ],
    ids=str,
)
def test_faults_of_own_data_are_named(imported: object, words: str) -> None:
    raw = {"format": "cnnstudio project", "version": 1, "data": {"imported": imported}}
    assert re.search(words, refusal(json.dumps(raw)))


# ------------------------------------------------------------------------------------- on disk


def test_saving_and_opening(tmp_path: Path, lecture: Project) -> None:
    folder = tmp_path / "내 프로젝트 {x} %s"
    folder.mkdir()
    path = folder / "첫 신경망.cnnstudio"
    save_project(lecture, path)
    opened = load_project(path)
    assert opened == msgspec.structs.replace(lecture, name="첫 신경망")
    first = path.read_bytes()
    save_project(opened, path)
    assert path.read_bytes() == first
    save_project(Project(), path)
    assert atomic.backup_path(path).read_bytes() == first
    assert files_folder(path) == folder / "첫 신경망.cnnstudio.files"


def test_opening_changes_nothing(tmp_path: Path, lecture: Project) -> None:
    path = tmp_path / NAME
    save_project(lecture, path)
    before = path.stat()
    load_project(path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.cnnstudio", "doesn't exist"),
        (".", "is a folder"),
        ("file/in.cnnstudio", "doesn't exist"),
        ("x" * 300, "can't be read"),
        ("a\0b", "doesn't exist"),
    ],
)
def test_a_path_that_can_not_be_read(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput, match=words):
        load_project(tmp_path / name)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("pipes with names are a POSIX thing")
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(BadInput, match="device or pipe"):
        load_project(tmp_path / NAME)


def test_a_full_disk_keeps_the_old_project(
    tmp_path: Path, lecture: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / NAME
    save_project(lecture, path)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JobFailed, match="no room left") as caught:
        save_project(Project(), path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
