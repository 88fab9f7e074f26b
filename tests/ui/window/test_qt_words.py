"""Qt's own words follow the language."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.window.qt_words import QtWords


def copy_of(field: QLineEdit) -> str:
    """What the field's own menu calls copying."""
    menu = field.createStandardContextMenu()
    assert isinstance(menu, QMenu)
    words = menu.actions()[4].text()
    menu.deleteLater()
    return words


def test_the_menu_of_a_text_field_follows_the_language(qtbot: QtBot, qapp: QApplication) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    language = Language("en")
    words = QtWords(language, qapp)
    assert copy_of(field).startswith("&Copy")
    language.set_code("ko")
    assert "복사" in copy_of(field)
    language.set_code("en")
    assert copy_of(field).startswith("&Copy")
    words.deleteLater()
