"""Weights of layers go with their project: saved elsewhere, brought back by undo, pasted on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from cnnstudio.core import edits
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.data.edits import NO_EDITS, excluded
from cnnstudio.core.document import Document
from cnnstudio.core.network import StoredWeights
from cnnstudio.core.project import Project
from cnnstudio.core.storage.arrays import write_arrays
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.core.storage.project_file import load_project
from cnnstudio.core.storage.project_weights import save_with_weights, weights_beside
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences
from cnnstudio.ui.window.weights_keeper import WeightsKeeper
from tests.ui.window.desk import Answers

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def session(
    settings: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A session whose person has an empty store."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    session = Session(Document(Project()), Preferences(settings))
    session.use_dialogs(Answers(path=tmp_path / "saved" / "copy.cnnstudio"))
    (tmp_path / "saved").mkdir()
    yield session
    session.document.mark_saved(session.document.project)
    session.leave()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A project from another machine, its weights beside it."""
    folder, elsewhere = tmp_path / "stick", WeightsStore(tmp_path / "elsewhere")
    folder.mkdir()
    shapes = ((3, 3, 1, 32), (32,))
    arrays = {f"0/{n}": np.ones(shape, np.float32) for n, shape in enumerate(shapes)}
    write_arrays(folder / "arrays", arrays)
    stored = StoredWeights(elsewhere.put(folder / "arrays"), 0, shapes)
    project = load_project_argument("sample:lecture-cnn")
    nodes = {"n2": replace(project.network.by_id["n2"], weights=stored)}
    network = with_layers(project.network, nodes)
    save_with_weights(replace(project, network=network), folder / "net.cnnstudio", elsewhere)
    shutil.rmtree(elsewhere.folder)
    return folder / "net.cnnstudio"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def test_saving_elsewhere_takes_the_weights_along(session: Session, file: Path) -> None:
    session.open(file)
    brought = names(weights_beside(file))
    assert len(brought) == 1
    assert session.save_as()
    assert session.path is not None
    assert session.path.name == "copy.cnnstudio"
    assert names(weights_beside(session.path)) == brought
    assert names(weights_beside(file)) == brought


def test_undo_after_saves_brings_a_layer_back_with_its_weights(
    session: Session, file: Path
) -> None:
    session.open(file)
    brought = names(weights_beside(file))
    session.document.apply_network(lambda n: edits.delete(n, ["n2"]), T("Delete"))
    assert session.save()
    session.document.apply_network(lambda n: edits.rename(n, "n3", "other"), T("Rename"))
    assert session.save()
    assert names(weights_beside(file)) == []
    session.document.go_to(0)
    assert session.save()
    assert names(weights_beside(file)) == brought
    assert load_project(file).network.by_id["n2"].weights is not None


def test_what_is_opened_is_kept_for_whatever_comes(
    qtbot: QtBot, session: Session, file: Path
) -> None:
    background = Background("weights")
    keeper = WeightsKeeper(session, background)
    news: list[Text] = []
    keeper.news.connect(news.append)
    store = WeightsStore.of_person()
    session.open(file)
    qtbot.waitUntil(lambda: names(store.folder) == names(weights_beside(file)))
    shutil.rmtree(file.parent)  # the stick is pulled out
    session.open_recovered(session.document.project, None)
    assert session.save_as()
    assert session.path is not None
    assert names(weights_beside(session.path)) == names(store.folder)
    keeper.prune()
    background.close()
    assert news == []


def test_label_edits_of_another_machine_are_known_at_once(session: Session, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    sha = EditsStore(elsewhere / "labels").put(excluded(NO_EDITS, ["train/3"]))
    data = replace(Project().data, edits=sha)
    path = tmp_path / "brought.cnnstudio"
    save_with_weights(Project(data=data), path, WeightsStore(elsewhere / "weights"))
    session.open(path)
    assert EditsStore.of_person().read(sha).excluded == {"train/3"}
