"""What every control on screen owes a person: a size to hit, a name, a tip where it is an icon."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from cnnstudio.app import Studio
from cnnstudio.ui.theme.tokens import TARGET
from cnnstudio.ui.widgets.choices import Switch

KINDS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)


def controls(window: QWidget) -> Iterator[QWidget]:
    """The controls that can be seen now, without the parts that one is made of."""
    for widget in window.findChildren(QWidget):
        own = isinstance(widget, KINDS) and not isinstance(widget, QScrollBar)
        inside = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
        if own and not inside and widget.isVisible():
            yield widget


def faults(window: QWidget) -> set[str]:
    """What is wrong with the controls that can be seen now."""
    found = set()
    for widget in controls(window):
        name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        called = f"{type(widget).__name__} {name!r} in {type(widget.parent()).__name__}"
        if not name.strip():
            found.add(f"{called} has no name")
        if min(widget.width(), widget.height()) < TARGET:
            found.add(f"{called} is {widget.width()}×{widget.height()}")
        icon = isinstance(widget, QAbstractButton) and not isinstance(widget, Switch)
        if icon and not widget.text() and not widget.toolTip():
            found.add(f"{called} is an icon without a tip")
    return found


def out_of_reach(studio: Studio) -> list[str]:
    """The actions with neither a shortcut nor a place in a menu."""
    table = studio.window.actions_table
    return [one.id for one in table.table() if not one.menu and not table.keys_text(one.id)]
