"""Random edits on both sides: code and network stay one, and neither is lost."""

from __future__ import annotations

import random
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor

from cnnstudio.core import edits
from cnnstudio.core.code.merging import merged
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle
from cnnstudio.core.document import Document
from cnnstudio.core.layout import lay_out
from cnnstudio.core.project import Project
from cnnstudio.core.text import T
from cnnstudio.ui.design.code_editing import CodeEditing
from cnnstudio.ui.design.code_steps import CodeSteps
from cnnstudio.ui.design.code_view import CodeView
from cnnstudio.ui.widgets.context import Context
from tests.fakes.networks import lecture

TYPED = ("0", "1", "(", "\n", " ", "# why", "strides=1, ", "1, name='me', ")
LINES = ("x = Dropout(0.2)(x)", "# why", "x = ReLU()(x)", "x = Conv2D(8, 3, padding='same')(x)", "")


class Hand:
    """Edits code and network at random.

    Args:
        context: Theme and language.
        seed: Of the hand.
    """

    def __init__(self, context: Context, seed: int) -> None:
        self.owner = QObject()
        self.random = random.Random(seed)
        self.document = Document(Project(network=lay_out(lecture())))
        self.view = CodeView(context)
        self.view.show()
        self.editing = CodeEditing(self.view, self.document, CodeStyle, self.owner)
        self.history = CodeSteps(self.view, self.editing, self.document)
        self.document.subscribe(lambda _before, after: self.editing.follow(after.network))
        self.editing.show()

    def act(self) -> None:
        """Does one thing."""
        editing, steps = self.editing, (self.type, self.add, self.add, self.remove, self.rename)
        history = self.history
        more = (*(editing.read,) * 4, history.undo, history.undo, history.redo, self.delete)
        choices = (editing.take_network, editing.keep_text) if editing.is_apart else ()
        choices += (editing.take_network,) if editing.problem else ()
        back = (editing.bring_back,) if editing.aside else ()
        self.random.choice((*steps, *more, *choices, *choices, *back))()

    def type(self) -> None:
        """Types something somewhere."""
        self._cursor().insertText(self.random.choice(TYPED))

    def add(self) -> None:
        """Types a line somewhere."""
        cursor = self._cursor()
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        cursor.insertText(f"{self.random.choice(LINES)}\n")

    def remove(self) -> None:
        """Takes a line away somewhere."""
        cursor = self._cursor()
        cursor.select(QTextCursor.SelectionType.LineUnderCursor)
        cursor.removeSelectedText()

    def rename(self) -> None:
        """Gives a layer of the network another name."""
        if ids := list(self.document.network.by_id):
            id, name = self.random.choice(ids), f"layer{self.random.randrange(10_000)}"
            self.document.apply_network(lambda n: edits.rename(n, id, name), T("Rename"))

    def delete(self) -> None:
        """Takes a layer of the network away."""
        if ids := list(self.document.network.by_id)[1:]:
            id = self.random.choice(ids)
            self.document.apply_network(lambda n: edits.delete(n, [id]), T("Delete"))

    def _cursor(self) -> QTextCursor:
        cursor = QTextCursor(self.view.document())
        cursor.setPosition(self.random.randrange(self.view.document().characterCount()))
        return cursor

    def check(self) -> None:
        """What must hold whatever was done."""
        network, text, editing = self.document.network, self.view.toPlainText(), self.editing
        if editing.unread:
            assert text == editing.at_risk
            return
        assert (editing.problem, editing.is_apart) == (None, False)
        if editing.unwritten is None:
            assert merged(network, read_code(text).network) is network
        lines = text.split("\n")
        for id, (first, last) in editing.lines.items():
            node = network.by_id[id]
            name = node.spec.keras if node.spec else node.kind
            assert name in "\n".join(lines[first : last + 1])


@pytest.mark.parametrize("seed", range(3))
def test_code_and_network_stay_one(context: Context, qtbot: Any, seed: int) -> None:
    hand = Hand(context, seed)
    qtbot.addWidget(hand.view)
    read = 0
    try:
        for _ in range(120):
            unread, before = hand.editing.unread, hand.document.network
            hand.act()
            hand.check()
            read += unread and not hand.editing.unread and hand.document.network is not before
        hand.editing.take_network()
        while hand.document.undo_text is not None:
            hand.document.undo()
            hand.check()
    finally:
        hand.editing.leave()
    assert read > 0
    assert hand.document.network is hand.document.opened.network
