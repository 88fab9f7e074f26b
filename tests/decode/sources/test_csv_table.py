"""Tables of picture files and labels: columns, encodings, places, and every fault."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.errors import BadInput
from cnnstudio.decode.sources import csv_table
from cnnstudio.decode.sources.listing import Ask, Files, Listing
from tests.fakes.source_files import silent

PLAIN = "path,label\ncats/1.png,cat\ncats/2.png,cat\ndogs/1.png,dog\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pictures(tmp_path / "data", ["cats/1.png", "cats/2.png", "dogs/1.png"])


def pictures(folder: Path, names: Iterable[str]) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"a picture")
    return folder


def read(
    folder: Path, table: str | bytes = PLAIN, /, name: str = "labels.csv", **options: Any
) -> Listing:
    file = folder / name
    file.write_bytes(table.encode() if isinstance(table, str) else table)
    assert csv_table.recognises(file)
    return csv_table.read(file, options, silent)


def refusal(folder: Path, table: str | bytes, **options: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read(folder, table, **options)
    return str(caught.value)


def asked(folder: Path, table: str | bytes, **options: Any) -> dict[str, list[Any]]:
    with pytest.raises(Ask) as caught:
        read(folder, table, **options)
    return {one.name: [choice.value for choice in one.choices] for one in caught.value.questions}


def rows(found: Listing) -> list[tuple[str, str, int]]:
    assert isinstance(found.place, Files)
    assert len(found.place.paths) == len(found.names) == len(found.labels) == len(found.given)
    return [
        (name, found.classes[label], given)
        for name, label, given in zip(found.names, found.labels, found.given, strict=True)
    ]


EXPECTED = [("cats/1.png", "cat", 0), ("cats/2.png", "cat", 0), ("dogs/1.png", "dog", 0)]


def test_a_table_gives_files_with_labels(folder: Path) -> None:
    found = read(folder)
    assert rows(found) == EXPECTED
    assert (found.kind, found.classes, found.refused) == ("csv", ("cat", "dog"), ())
    assert found.place == Files(str(folder), ["cats/1.png", "cats/2.png", "dogs/1.png"])
    assert found.sources == (str(folder / "labels.csv"),)
    assert [str(note) for note in found.notes] == ["Read from the columns: path, label."]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_headers_and_line_ends_are_told(
    folder: Path, delimiter: str, header: bool, end: str
) -> None:
    lines = PLAIN.replace(",", delimiter).splitlines()[0 if header else 1 :]
    assert rows(read(folder, end.join(lines))) == EXPECTED


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", ""), ("utf-8-sig", ""), ("cp949", "CP949"), ("utf-16", "")],
)
def test_korean_is_read_in_the_usual_encodings(tmp_path: Path, encoding: str, note: str) -> None:
    folder = pictures(tmp_path, ["사진/고양이 1.png", "사진/강아지.png"])
    table = "파일,분류\n사진/고양이 1.png,고양이\n사진/강아지.png,강아지\n"
    found = read(folder, table.encode(encoding))
    assert rows(found) == [("사진/고양이 1.png", "고양이", 0), ("사진/강아지.png", "강아지", 0)]
    assert str(found.notes[0]).endswith(f"{note}." if note else "분류.")


def test_names_apart_and_composed_are_one(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "고양이.png")
    folder = pictures(tmp_path, [apart, "b.png"])
    found = read(folder, f"file,label\n고양이.png,{unicodedata.normalize('NFD', '한')}\nb.png,한\n")
    assert rows(found) == [("고양이.png", "한", 0), ("b.png", "한", 0)]
    assert isinstance(found.place, Files)
    assert found.place.paths[0] == apart


def test_another_encoding_is_asked_for(folder: Path) -> None:
    table = b"path,label\ncats/1.png,caf\xe9\xff\ndogs/1.png,b\xff\n"
    assert asked(folder, table) == {"encoding": ["latin-1"]}
    assert read(folder, table, encoding="latin-1").classes == ("bÿ", "caféÿ")
    assert "isn't CP949 text" in refusal(folder, table, encoding="cp949")
    assert "encoding can't be 'rot13'" in refusal(folder, table, encoding="rot13")
    assert "bytes that are 0" in refusal(folder, b"a,b\n\0\0,c\n")


def test_columns_are_told_by_name_or_asked_for(folder: Path) -> None:
    table = "id,filename,width,species\n7,cats/1.png,32,cat\n8,dogs/1.png,32,dog\n"
    found = read(folder, table)
    assert rows(found) == [("cats/1.png", "cat", 0), ("dogs/1.png", "dog", 0)]
    table = "n,where,what,size\n7,cats/1.png,cat,32\n8,cats/2.png,cat,32\n9,dogs/1.png,dog,64\n"
    assert asked(folder, table) == {"label": ["1", "3", "4"]}
    assert read(folder, table, label="3").classes == ("cat", "dog")
    assert read(folder, table, label="size").classes == ("32", "64")
    assert "label can't be 'colour'; " in refusal(folder, table, label="colour")
    table = "image,mask,label\ncats/1.png,cats/2.png,cat\ndogs/1.png,cats/1.png,dog\n"
    assert rows(read(folder, table))[0] == ("cats/1.png", "cat", 0)
    table = table.replace("image,", "one,")
    assert asked(folder, table) == {"path": ["1", "2"]}
    assert rows(read(folder, table, path="2"))[0] == ("cats/2.png", "cat", 0)


def test_a_column_of_parts_is_taken_as_it_says(folder: Path) -> None:
    table = "path,split,label\ncats/1.png,Train,a\ncats/2.png,val,b\ndogs/1.png,TEST,a\n"
    assert [given for *_, given in rows(read(folder, table))] == [1, 2, 3]
    table = table.replace("split", "how").replace("TEST", "")
    assert [given for *_, given in rows(read(folder, table))] == [1, 2, 0]
    assert "Line 2 of" in refusal(
        folder, table.replace("Train", "later"), split="how", label="label"
    )


def test_labels_are_in_the_order_of_numbers_or_words(folder: Path) -> None:
    assert read(folder, PLAIN.replace("cat\n", "10\n").replace("dog\n", "9\n")).classes == (
        "9",
        "10",
    )
    assert read(folder, PLAIN.replace(",cat", ",b").replace(",dog", ",a")).classes == ("a", "b")


def test_what_is_missing_double_or_empty_is_listed(folder: Path) -> None:
    table = PLAIN + "cats/9.png,cat\ncats/1.png,cat\n./dogs/1.png,cat\ncats/2.png,\n,dog\nx\n"
    found = read(folder, table)
    assert rows(found) == EXPECTED
    assert {one.name: str(one.reason) for one in found.refused} == {
        "cats/9.png": "There is no such file; line 5 names it.",
        "cats/1.png (6)": "Line 6 names it again.",
        "dogs/1.png (7)": "Line 7 names it again as cat; it was taken as dog.",
        "cats/2.png": "Line 8 lacks a path or a label.",
        "labels.csv:9": "Line 9 lacks a path or a label.",
        "x": "Line 10 lacks a path or a label.",
    }
    assert "None of the 3 pictures" in refusal(folder, PLAIN.replace("s/", "x/"))


def test_backslashes_are_read_as_slashes(folder: Path) -> None:
    assert rows(read(folder, PLAIN.replace("/", "\\"))) == EXPECTED


@pytest.mark.parametrize(
    ("names", "note"),
    [
        (("1", "2", "3"), "images/….png"),
        (("1.png", "2.png", "3.png"), "images/…"),
    ],
)
def test_files_in_a_folder_beside_the_table_are_found(
    tmp_path: Path, names: tuple[str, ...], note: str
) -> None:
    folder = pictures(tmp_path, [f"images/{n}.png" for n in (1, 2, 3)])
    table = "image_id,label\n" + "".join(f"{name},{name[0]}x\n" for name in names)
    found = read(folder, table)
    assert [name for name, *_ in rows(found)] == ["images/1.png", "images/2.png", "images/3.png"]
    assert f"The paths were read as {note}" in "\n".join(map(str, found.notes))


def test_paths_that_lead_out_are_asked_about(folder: Path, tmp_path: Path) -> None:
    pictures(tmp_path, ["elsewhere/1.png"])
    for path in ("../elsewhere/1.png", "cats/../../elsewhere/1.png", f"{tmp_path}/elsewhere/1.png"):
        table = f"{PLAIN}{path},cat\n"
        assert asked(folder, table) == {"outside": [True, False]}
        found = read(folder, table, outside=True)
        assert len(rows(found)) == 4
        assert isinstance(found.place, Files)
        assert (Path(found.place.root) / found.place.paths[3]).read_bytes() == b"a picture"
        text = refusal(folder, table, outside=False)
        assert "names a picture outside its folder: " in text
        assert path in text
    inside = read(folder, PLAIN + "cats/../cats/./1.png,cat\n")
    assert [one.name for one in inside.refused] == ["cats/1.png (5)"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "is empty"),
        ("\n\n  \n", "has no columns"),
        ("cats/1.png\ncats/2.png\n", "has no columns that commas"),
        ("path,label\n", "has no rows of data"),
        ("a,b\nx,y\nz,w\n", "no column with paths of pictures (a, b)"),
        ("cats/1.png,dogs/1.png\n", "none that says the class"),
        ("label," + ",".join(f"pixel{n}" for n in range(784)) + "\n" + "0," * 784 + "1\n",
         "has 785 columns, but none with paths of pictures. Tables of pixel values"),
        ("path,label\n" + "x" * 200_000 + ",a\n", "can't be read as a row"),
    ],
)  # fmt: skip
def test_every_fault_of_a_table_has_a_sentence(folder: Path, table: str, said: str) -> None:
    text = refusal(folder, table)
    assert said in text
    assert "labels.csv" in text


def test_names_that_no_file_can_have_are_listed(folder: Path) -> None:
    found = read(folder, PLAIN + f"{'x' * 5000}.png,cat\ncats/{{0}}.png,cat\ncats,cat\n")
    assert [one.name[-8:] for one in found.refused] == ["xxxx.png", "/{0}.png"]
    assert rows(found)[3] == ("cats", "cat", 0)  # a folder; it is refused where it is opened


def test_only_tables_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "b.txt").write_text(PLAIN)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "c.csv")
    assert not any(map(csv_table.recognises, tmp_path.iterdir()))


@settings(deadline=None)
@given(st.text(st.sampled_from("a,;\t|\n\r\"'./\\é한\0 1"), max_size=60), st.booleans())
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, begins: bool
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    pictures(folder, ["1.png"])
    try:
        rows(read(folder, ("1.png,a\n" if begins else "") + text))
    except (BadInput, Ask):
        return
