"""The menu of the canvas: what can be done with what is selected, where the pointer is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QWidget

_GROUPS = (
    ("undo", "redo"),
    ("design.cut", "design.copy", "design.paste", "design.duplicate",
     "design.delete"),
    ("design.connect", "design.disconnect"),
    ("design.make_block", "design.ungroup"),
    ("design.freeze", "design.thaw", "design.freeze_above", "design.note", "design.drop_weights"),
    ("design.align_left", "design.align_centre", "design.align_right", "design.align_top",
     "design.align_middle", "design.align_bottom", "design.distribute_across",
     "design.distribute_down"),
    ("design.select_all", "design.find", "design.arrange", "design.fit"),
)  # fmt: skip


class CanvasMenu(QObject):
    """Opens the menu over what shows the network, by the right button or the menu key.

    Args:
        views: The views of the network; they own it.
    """

    def __init__(self, views: QWidget) -> None:
        super().__init__(views)
        self._views = views
        views.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            menu = canvas_menu(self._views)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())
            return True
        return False


def canvas_menu(widget: QWidget) -> QMenu:
    """A menu of the window's own actions; those that can't be done now are left out."""
    known = {action.objectName(): action for action in widget.window().actions()}
    menu = QMenu(widget)
    menu.setToolTipsVisible(True)
    for group in _GROUPS:
        there = [known[id] for id in group if id in known and _possible(known[id])]
        if there and menu.actions():
            menu.addSeparator()
        menu.addActions(there)
    return menu


def _possible(action: QAction) -> bool:
    return action.isVisible() and action.isEnabled()
