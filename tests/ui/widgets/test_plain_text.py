"""Tests of ``cnnstudio.ui.widgets.plain_text``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QSyntaxHighlighter
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from cnnstudio.ui.widgets.plain_text import show_text, tip_text

pytestmark = pytest.mark.usefixtures("qapp")

TEXTS = st.lists(st.sampled_from(["", "a", "bc", "층 😀", "│"]), max_size=6).map("\n".join)


class Counted(QSyntaxHighlighter):
    """Counts the lines it is asked to colour."""

    lines = 0

    def highlightBlock(self, _text: str) -> None:
        self.lines += 1


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(TEXTS, min_size=2, max_size=4))
def test_whatever_stood_there_the_new_text_stands_there(texts: list[str]):
    edit = QPlainTextEdit()
    for text in texts:
        show_text(edit, text)
        assert edit.toPlainText() == text
        assert edit.document().blockCount() == text.count("\n") + 1


def test_lines_that_stay_keep_their_colours_and_the_place_they_are_scrolled_to():
    edit = QPlainTextEdit()
    edit.resize(200, 100)
    lines = [f"line {number}" for number in range(1000)]
    show_text(edit, "\n".join(lines))
    colours = Counted(edit.document())
    QApplication.processEvents()
    edit.verticalScrollBar().setValue(500)
    colours.lines = 0
    lines[3] = "another"
    show_text(edit, "\n".join(lines))
    QApplication.processEvents()
    assert colours.lines <= 2
    assert edit.verticalScrollBar().value() == 500


def test_a_tip_is_never_taken_for_rich_text_and_is_wrapped() -> None:
    assert tip_text("Conv2D\n3×3") == "Conv2D\n3×3"
    assert "&lt;img src=x&gt; &amp;amp;" in tip_text("<img src=x> &amp;")
    assert tip_text("word " * 30).startswith("<p")
