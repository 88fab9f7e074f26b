"""Where a project's pictures are: the file says it so that both can be moved together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.storage.data_path import read, written
from cnnstudio.core.storage.project_file import (
    decode_project,
    encode_project,
    load_project,
    save_project,
)

FOLDER = Path("/home/me/work").absolute()

_letters = st.characters(exclude_categories=("Cs",), exclude_characters="/\0")
_names = st.text(_letters | st.sampled_from("~:\\"), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
if os.name == "nt":
    _names = st.text("abc ~", min_size=1, max_size=6).map(lambda name: name.strip() or "a")


@given(st.lists(_names, max_size=4), st.lists(_names, min_size=2, max_size=4), st.integers(0, 5))
def test_any_path_is_read_as_it_was_written(rest: list[str], home: list[str], common: int) -> None:
    folder = Path(FOLDER.anchor, *home)
    path = str(Path(FOLDER.anchor, *home[:common], *rest))
    assert read(written(path, folder), folder) == path
    assert read(written(path)) == path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (FOLDER / "pets", "pets"),
        (FOLDER / "deep" / "er", "deep/er"),
        (FOLDER, "."),
        (FOLDER.parent / "pets", "../pets"),
        (FOLDER.parent, ".."),
        (FOLDER / "~tilde", "./~tilde"),
    ],
    ids=str,
)
def test_what_lies_beneath_or_beside_is_relative(path: Path, text: str) -> None:
    assert written(str(path), FOLDER) == text
    assert read(text, FOLDER) == str(path)


def test_what_lies_elsewhere_is_absolute() -> None:
    far = str(FOLDER.parent.parent / "other" / "pets")
    assert written(far, FOLDER) == far
    at_the_top = Path(FOLDER.anchor) / "projects"
    assert written(far, at_the_top) == far, "beside a folder at the top is everything"


def test_home_is_the_persons() -> None:
    assert read("~/pets", FOLDER) == str(Path.home() / "pets")
    assert read("~\\pets\\cats", FOLDER) == str(Path.home() / "pets" / "cats")
    assert read("~", FOLDER) == str(Path.home())


@pytest.mark.skipif(os.name == "nt", reason="Windows has these paths itself")
@pytest.mark.parametrize("text", ["C:\\pets", "D:pets", "\\\\server\\share\\pets", "E:/pets"])
def test_a_path_of_another_system_stays_as_it_is(text: str) -> None:
    assert read(text, FOLDER) == text


@pytest.mark.skipif(os.name == "nt", reason="no name has a backslash there")
def test_backslashes_are_separators_unless_something_is_called_so(tmp_path: Path) -> None:
    assert read("..\\sets\\pets", FOLDER) == str(FOLDER.parent / "sets" / "pets")
    odd = tmp_path / "sets\\pets"
    odd.mkdir()
    assert read("sets\\pets", tmp_path) == str(odd)


def project(path: Path) -> Project:
    own = Imported(path=str(path), digest="0" * 64, classes=("a",), shape=(1, 1, 1))
    return Project(data=DataSettings(source=SOURCE, imported=own))


def path_of(project: Project) -> str:
    assert project.data.imported is not None
    return project.data.imported.path


def test_a_project_moved_with_its_pictures_finds_them(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "elsewhere" / "after"
    (before / "사진").mkdir(parents=True)
    save_project(project(before / "사진"), before / "p.cnnstudio")
    assert '"path": "사진"' in (before / "p.cnnstudio").read_text(encoding="utf-8")
    after.parent.mkdir()
    before.rename(after)
    opened = load_project(after / "p.cnnstudio")
    assert path_of(opened) == str(after / "사진")
    other = after / "deeper" / "q.cnnstudio"
    other.parent.mkdir()
    save_project(opened, other)
    assert '"path": "../사진"' in other.read_text(encoding="utf-8")
    assert path_of(load_project(other)) == str(after / "사진")


def test_in_memory_and_in_a_run_the_path_is_absolute(tmp_path: Path) -> None:
    one = project(tmp_path / "pets")
    assert path_of(decode_project(encode_project(one), "x")) == str(tmp_path / "pets")


def test_a_project_without_own_pictures_says_nothing_new() -> None:
    text = encode_project(Project()).decode()
    for key in ("imported", '"test"', '"split"', "edits", "class_weights"):
        assert key not in text
    changed = replace(Project().data, test=0.1, split="folders", edits="0" * 64)
    project = Project(data=changed)
    assert decode_project(encode_project(project), "x") == project
