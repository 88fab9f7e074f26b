"""Work beside the window: the newest of its kind is answered, errors arrive in the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background


@pytest.fixture
def background() -> Iterator[Background]:
    background = Background("test")
    yield background
    background.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("test_")]


def test_only_the_newest_of_a_key_is_answered(qtbot: QtBot, background: Background) -> None:
    gate = threading.Event()
    done: list[Any] = []
    refused: list[Text] = []
    background.do("a", gate.wait, lambda _: done.append("old"), refused.append)
    background.do("a", lambda: "newer", done.append, refused.append)
    background.do("a", lambda: "newest", done.append, refused.append)
    background.do("b", lambda: "other", done.append, refused.append)
    gate.set()
    qtbot.waitUntil(lambda: "other" in done)
    assert (done, refused) == (["newest", "other"], [])


def test_a_reason_arrives_in_words_and_a_bug_as_an_error(
    qtbot: QtBot, background: Background
) -> None:
    def refuse() -> None:
        raise BadInput(T("No."))

    def fail() -> None:
        raise ZeroDivisionError

    refused: list[Text] = []
    background.do("a", refuse, pytest.fail, refused.append)
    qtbot.waitUntil(lambda: refused == [T("No.")])
    with qtbot.captureExceptions() as errors:
        background.do("a", fail, pytest.fail, refused.append)
        qtbot.waitUntil(lambda: bool(errors))
    assert errors[0][0] is ZeroDivisionError


def test_nothing_is_answered_after_the_end(qtbot: QtBot, background: Background) -> None:
    started = threading.Event()
    done: list[Any] = []
    background.do("a", started.set, done.append, pytest.fail)
    started.wait(5)
    background.close()
    background.do("a", lambda: 1, done.append, pytest.fail)
    qtbot.wait(20)
    assert done == []
