"""The pictures of a project: read beside the window, split as a run would split them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.split import stratified_split
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import T
from cnnstudio.ui.data.album import Album
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.widgets.context import Context
from tests.ui.decoded import decoded, decoded_folder

__all__ = ["decoded", "decoded_folder"]


@pytest.fixture
def document() -> Document:
    return Document(Project())


@pytest.fixture
def library(document: Document) -> Iterator[Library]:
    library = Library(document)
    yield library
    library.close()


def change(document: Document, **settings: object) -> None:
    def edit(project: Project) -> Project:
        data = msgspec.structs.replace(project.data, **settings)
        return msgspec.structs.replace(project, data=data)

    document.apply(edit, T("change"))


@pytest.mark.usefixtures("decoded")
def test_counts_and_pixels_are_those_of_the_runs_split(
    qtbot: QtBot, library: Library, document: Document
) -> None:
    assert library.pools == {}
    library.open()
    assert library.working is not None
    qtbot.waitUntil(lambda: library.pixels is not None, timeout=20_000)
    assert library.division is not None
    assert library.pixels is not None
    train = library.pools["train"]
    split = stratified_split(train.labels, 0.1, 42)
    assert np.array_equal(library.division.chosen["validation"], split.validation)
    assert library.division.counts["train"].tolist() == [5400] * 10
    assert library.division.counts["test"].tolist() == [1000] * 10
    assert round(library.pixels.means[0] / 255, 3) == 0.286
    change(document, validation=0.25)
    qtbot.waitUntil(
        lambda: library.division is not None and library.division.total("validation") == 15_000
    )
    document.undo()
    qtbot.waitUntil(
        lambda: library.division is not None and library.division.total("validation") == 6_000
    )


@pytest.mark.usefixtures("decoded")
def test_what_cannot_be_is_said(qtbot: QtBot, library: Library, document: Document) -> None:
    document.load(Project(data=DataSettings(source="mnist_of_tomorrow")))
    library.open()
    assert "there is no such dataset" in str(library.problem)
    document.load(Project(data=DataSettings(validation=1.5)))
    qtbot.waitUntil(lambda: library.problem is not None and bool(library.pools), timeout=20_000)
    assert "Share for validation can't be 1.5" in str(library.problem)
    assert library.division is None
    change(document, validation=0.1)
    qtbot.waitUntil(lambda: library.division is not None)
    assert library.problem is None


def test_what_is_not_decoded_yet_a_worker_decodes(
    qtbot: QtBot, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNSTUDIO_CACHE", str(tmp_path))
    said: list[str] = []
    library.changed.connect(lambda: said.append(str(library.working)))
    library.open()
    qtbot.waitUntil(lambda: library.division is not None, timeout=60_000)
    assert "Decoding the pictures of Fashion-MNIST, once." in said
    assert len(list((tmp_path / "pictures").iterdir())) == 4


@pytest.mark.usefixtures("decoded")
def test_an_album_goes_class_after_class(qtbot: QtBot, library: Library, context: Context) -> None:
    library.open()
    qtbot.waitUntil(lambda: library.division is not None, timeout=20_000)
    assert library.facts is not None
    assert library.division is not None
    part, chosen = library.pools["train"], library.division.chosen["validation"]
    album = Album(context.language, library.facts, part, chosen)
    for section in album.sections():
        numbers = [album.number(p) for p in range(section.start, section.start + section.count)]
        assert len({int(part.labels[n]) for n in numbers}) == 1
        assert numbers == sorted(numbers)
        assert set(numbers) <= set(chosen.tolist())
    assert [s.count for s in album.sections(most=7)] == [7] * 10
    assert [s.count for s in album.sections(only=3)] == [600]
    number = album.number(1234)
    assert album.place(number) == 1234
    assert album.place(int(library.division.chosen["train"][0])) == -1
    image = album.picture(1234)
    assert image is not None
    assert image.pixelColor(14, 10).red() == part.pictures[number, 10, 14, 0]
    assert album.caption(0).endswith("T-shirt/top")
