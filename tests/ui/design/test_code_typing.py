"""Keys that do more than write a letter: indentation, comments, brackets."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextCursor, QTextDocument

from cnnstudio.ui.design import code_typing


def marked(text: str) -> tuple[QTextDocument, QTextCursor]:
    """A text with the cursor at |, or a selection from the first | to the second."""
    document = QTextDocument(text.replace("|", ""))
    cursor = QTextCursor(document)
    cursor.setPosition(text.index("|"))
    if text.count("|") == 2:
        cursor.setPosition(text.rindex("|") - 1, QTextCursor.MoveMode.KeepAnchor)
    return document, cursor


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (code_typing.indent, "x|", "x   "),
        (code_typing.indent, "|a\n\nb|", "    a\n\n    b"),
        (code_typing.dedent, "      a|", "    a"),
        (code_typing.dedent, "|    a\n  b|\n    c", "a\nb\n    c"),
        (code_typing.toggle_comment, "|  a\n    b|", "  # a\n  #   b"),
        (code_typing.toggle_comment, "|  # a\n  #b|", "  a\n  b"),
        (code_typing.toggle_comment, "|  # a\nb\n|c", "#   # a\n# b\nc"),
        (code_typing.new_line, "    a|", "    a\n    "),
        (code_typing.new_line, "for i in a:  # why|", "for i in a:  # why\n    "),
        (code_typing.new_line, "x = Conv2D(|)", "x = Conv2D(\n    \n)"),
        (code_typing.new_line, "  a|b", "  a\n  b"),
        (code_typing.erase_indent, "      |a", "    a"),
        (code_typing.erase_indent, "    |a", "a"),
        (code_typing.erase_indent, "  b |a", "  b a"),
    ],
)
def test_what_keys_do(act: object, before: str, after: str) -> None:
    document, cursor = marked(before)
    act(cursor)  # type: ignore[operator]
    assert document.toPlainText() == after
    if after != before.replace("|", ""):
        document.undo()
        assert document.toPlainText() == before.replace("|", "")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("f|(a[0])", (1, 6)),
        ("f(a[0])|", (6, 1)),
        ("f(a[0|])", (5, 3)),
        ("f|(a", None),
        ("a|b", None),
        ("|", None),
    ],
)
def test_brackets_have_partners(text: str, pair: tuple[int, int] | None) -> None:
    document, cursor = marked(text)
    assert code_typing.bracket_pair(document, cursor.position()) == pair
