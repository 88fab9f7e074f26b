"""Sequences of edits against a model of what they mean, and undo of each of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.edits import LabelEdits
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.storage.edits_store import EditsStore
from cnnstudio.ui.data import edit_actions
from cnnstudio.ui.data.collection import Collection, Pooled
from cnnstudio.ui.data.edit_actions import PictureEdits
from cnnstudio.ui.data.library import Library
from tests.fakes.own_data import noise, own_data

COUNT = 12
OWN = own_data(noise(COUNT), [0, 1, 2] * 4)
NOWHERE_ELSE = cast(Library, SimpleNamespace(edits_folders=tuple))

edits = st.tuples(
    st.sampled_from(["exclude", "include", "relabel", "restore", "undo", "redo"]),
    st.sets(st.integers(0, COUNT - 1), max_size=5),
    st.integers(0, 2),
)


def now(document: Document) -> LabelEdits:
    return EditsStore.of_person().read(document.project.data.edits)


def collection(document: Document) -> Collection:
    return Collection.of(OWN.dataset, Pooled(OWN.pools, 3), OWN.divided(now(document)))


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path))


@given(st.lists(edits, max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_edits_do_what_they_say_and_undo_brings_everything_back(steps: list[Any]) -> None:
    document = Document(Project(data=OWN.settings))
    actions = PictureEdits(document, NOWHERE_ELSE)
    labels, out = [0, 1, 2] * 4, [False] * COUNT
    done: list[tuple[list[int], list[bool]]] = [(labels, out)]
    at = 0
    for verb, chosen, label in steps:
        if verb in ("undo", "redo"):
            getattr(document, verb)()
            at = max(at - 1, 0) if verb == "undo" else min(at + 1, len(done) - 1)
        else:
            before = collection(document)
            numbers = np.array(sorted(chosen), np.int64)
            arguments = (before, numbers, label) if verb == "relabel" else (before, numbers)
            getattr(actions, verb)(*arguments)
            labels, out = list(done[at][0]), list(done[at][1])
            for number in chosen:
                if verb == "relabel":
                    labels[number] = label
                elif verb == "restore":
                    labels[number], out[number] = number % 3, False
                else:
                    out[number] = verb == "exclude"
            if (labels, out) != done[at]:
                done[at + 1 :] = [(labels, out)]
                at += 1
        after = collection(document)
        assert after.labels.tolist() == done[at][0]
        assert after.excluded.tolist() == done[at][1]
        assert document.position == at
        assert bool(document.project.data.edits) == (done[at] != done[0])
    document.go_to(0)
    assert document.project.data == OWN.settings


def test_very_many_are_edited_beside_the_window(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edit_actions, "AT_ONCE", 3)
    document = Document(Project(data=OWN.settings))
    actions = PictureEdits(document, NOWHERE_ELSE)
    before = collection(document)
    actions.relabel(before, np.arange(COUNT), 1)
    actions.exclude(before, np.array([5]))
    assert document.position == 1
    qtbot.waitUntil(lambda: document.position == 2)
    after = collection(document)
    assert set(after.labels) == {1}
    assert after.excluded.sum() == 1
    actions.close()


def test_what_cannot_be_kept_is_said_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "file"))
    document = Document(Project(data=OWN.settings))
    actions = PictureEdits(document, NOWHERE_ELSE)
    said: list[object] = []
    actions.failed.connect(said.append)
    actions.exclude(collection(document), np.array([1]))
    assert len(said) == 1
    assert document.undo_text is None
