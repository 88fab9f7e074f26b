from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnstudio.decode.sources.tree import tree_of, unique_names


@pytest.mark.parametrize(
    ("paths", "classes", "names", "given"),
    [
        (["b/1", "a/2"], ("a", "b"), ["b/1", "a/2"], [0, 0]),
        (["data/b/1", "data/a/2"], ("a", "b"), ["b/1", "a/2"], [0, 0]),
        (["x/data/b/1", "x/data/a/2", "x/read.me"], ("a", "b"), ["b/1", "a/2"], [0, 0]),
        (["a/deep/1", "b/2"], ("a", "b"), ["a/deep/1", "b/2"], [0, 0]),
        (
            ["train/a/1", "validation/a/1", "Test/b/1"],
            ("a", "b"),
            ["train/a/1", "validation/a/1", "Test/b/1"],
            [1, 2, 3],
        ),
        (["train/a/1", "train/b/1"], ("a", "b"), ["a/1", "b/1"], [0, 0]),
        (["car/1", "train/2", "bus/3"], ("bus", "car", "train"), ["car/1", "train/2", "bus/3"],
         [0, 0, 0]),
        (["cats/1"], ("cats",), ["cats/1"], [0]),
    ],
)  # fmt: skip
def test_classes_and_parts_are_read_from_the_folders(
    paths: list[str], classes: tuple[str, ...], names: list[str], given: list[int]
) -> None:
    tree = tree_of(paths)
    assert tree.classes == classes
    assert tree.names == names
    assert tree.given.tolist() == given
    assert [classes[label] for label in tree.labels] == [
        name.split("/")[-2 if "deep" not in name else 0] for name in names
    ]


def test_what_lies_in_no_class_is_listed() -> None:
    tree = tree_of(["1.png", "a/2.png", "b/3.png"])
    assert [(one.name, "no folder of a class" in str(one.reason)) for one in tree.refused] == [
        ("1.png", True)
    ]
    tree = tree_of(["train/a/1", "test/a/2", "test/3", "extra/a/4"])
    assert tree.names == ["train/a/1", "test/a/2"]
    assert [one.name for one in tree.refused] == ["test/3", "extra/a/4"]
    assert "beside the folders of the parts" in str(tree.refused[1].reason)
    assert tree_of(["1.png", "2.png"]).classes == ()
    assert tree_of([]).classes == ()


def test_spellings_of_one_class_are_one_class() -> None:
    composed, apart = (unicodedata.normalize(form, "고양이") for form in ("NFC", "NFD"))
    tree = tree_of([f"{composed}/1", f"{apart}/1", f"{apart}/2", "caf\udce9/3"])
    assert tree.classes == ("caf\\xe9", composed)
    assert tree.names == [f"{composed}/1", f"{apart}/1", f"{composed}/2", "caf\\xe9/3"]


PATHS = st.lists(
    st.text("é\u1100\u1161가e\u0301\udce9", min_size=1, max_size=3), unique=True, max_size=12
)


@given(PATHS)
@example(["\\xe9", "\udce9", "\\xe9'"])
@example(["\udce9", "\\xe9"])
@example(["e\u0301", "é", "\udce9"])
def test_names_are_unique_and_text(paths: list[str]) -> None:
    names = unique_names(paths)
    assert len(set(names)) == len(paths)
    for name in names:
        name.encode()
