"""The chosen pictures, and what can be done with them wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cnnstudio.core.data.split import Indices
from cnnstudio.core.document import Document
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.class_menu import ClassMenu, digit_labels
from cnnstudio.ui.data.collection import Collection
from cnnstudio.ui.data.edit_actions import PictureEdits
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.picture_files import file_of, show_in_file_manager
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.keys import shown_keys

MOST_PATHS = 1000
"""Paths that are copied at once; more would be of no use to anybody."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Some pictures and the one among them that is looked at.

    Attributes:
        collection: All pictures.
        numbers: Those that are chosen, ascending.
        current: The one that is looked at; −1 for none.
    """

    collection: Collection
    numbers: Indices
    current: int

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def label(self) -> int:
        """The class of all of them; −1 where they have several, or there are none."""
        labels = self.collection.labels[self.numbers]
        return int(labels[0]) if len(labels) and (labels == labels[0]).all() else -1

    @property
    def excluded(self) -> bool:
        """Whether all of them are left out."""
        return bool(len(self.numbers)) and bool(self.collection.excluded[self.numbers].all())

    @property
    def changed(self) -> bool:
        """Whether a person relabelled or left out any of them."""
        return bool(self.collection.changed[self.numbers].any())


class PictureDesk(QObject):
    """Knows what is chosen and does what is asked for with it.

    Args:
        context: Theme and language.
        document: The project being edited.
        library: The pictures of the project.
        parent: Its owner.
    """

    changed = Signal()
    """Other pictures are chosen, or something is known of them that wasn't."""
    said = Signal(Text, bool)
    """What came of it, and whether it went well."""
    opened = Signal()
    """The current picture is to be shown large."""

    def __init__(
        self,
        context: Context,
        document: Document,
        library: Library,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.edits = PictureEdits(document, library, self)
        self.edits.failed.connect(self._complain)
        self.chosen: Chosen | None = None

    def choose(self, chosen: Chosen | None) -> None:
        """Says what is chosen from now on."""
        self.chosen = chosen
        self.changed.emit()

    # --------------------------------------------------------------------------------- edits

    def exclude(self) -> None:
        """Leaves the chosen pictures out."""
        if self.chosen is not None:
            self.edits.exclude(self.chosen.collection, self.chosen.numbers)

    def include(self) -> None:
        """Takes the chosen pictures back in."""
        if self.chosen is not None:
            self.edits.include(self.chosen.collection, self.chosen.numbers)

    def turn_excluded(self) -> None:
        """Leaves the chosen pictures out, or takes them back in if all of them are left out."""
        if self.chosen is not None and self.chosen.excluded:
            self.include()
        else:
            self.exclude()

    def relabel(self, label: int) -> None:
        """Puts the chosen pictures into a class."""
        if self.chosen is not None:
            self.edits.relabel(self.chosen.collection, self.chosen.numbers, label)

    def restore(self) -> None:
        """Makes the chosen pictures what their source says."""
        if self.chosen is not None:
            self.edits.restore(self.chosen.collection, self.chosen.numbers)

    def open_class_menu(self, beside: QWidget, at: QRect | None = None) -> None:
        """Lets the person choose a class for what is chosen.

        Args:
            beside: The widget it opens under.
            at: The place in that widget it opens under; None for all of it.
        """
        chosen = self.chosen
        if chosen is None or not len(chosen):
            return
        menu = ClassMenu(self._context, beside, chosen.collection.facts.classes, chosen.label)
        menu.chosen.connect(self.relabel)
        menu.open_below(beside, at)

    # --------------------------------------------------------------------------------- files

    @property
    def file(self) -> Path | None:
        """The file of the current picture; None for a shipped set or without one."""
        chosen = self.chosen
        if chosen is None or chosen.current < 0:
            return None
        own = chosen.collection.facts.own
        return None if own is None else file_of(own, chosen.current)

    def reveal(self) -> None:
        """Shows the current picture's file in the system's file manager."""
        path = self.file
        if path is not None and not show_in_file_manager(path):
            self.said.emit(
                T(
                    "{file} isn't there any more. Was it moved or renamed? Find the data again on "
                    "the left.",
                    file=str(path),
                ),
                False,
            )

    def copy_paths(self) -> None:
        """Copies the paths of the chosen pictures, one a line; names where there are no files."""
        chosen = self.chosen
        if chosen is None or not len(chosen):
            return
        numbers, collection = chosen.numbers[:MOST_PATHS].tolist(), chosen.collection
        own = collection.facts.own
        words = [
            collection.key(number) if own is None else str(file_of(own, number))
            for number in numbers
        ]
        QGuiApplication.clipboard().setText("\n".join(dict.fromkeys(words)))
        count = len(numbers)
        self.said.emit(TN("Copied {count} path", "Copied {count} paths", count), True)

    # ------------------------------------------------------------------------- keys and menu

    def key(
        self,
        event: QKeyEvent,
        beside: QWidget,
        at: QRect | None = None,
        *,
        digits: bool = False,
    ) -> bool:
        """Does what a key asks for; whether it asked for something.

        Args:
            event: The key.
            beside: The widget under which the class menu opens, if it does.
            at: The place in that widget; None for all of it.
            digits: Whether a digit alone puts into a class; with Alt it does so everywhere.
        """
        chosen = self.chosen
        if chosen is None or not len(chosen):
            return False
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.turn_excluded()
        elif plain and key == Qt.Key.Key_F2:
            self.open_class_menu(beside, at)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_paths()
        elif (plain and digits) or modifiers == Qt.KeyboardModifier.AltModifier:
            digit = chr(key) if Qt.Key.Key_0 <= key <= Qt.Key.Key_9 else ""
            label = digit_labels(chosen.collection.facts.classes).get(digit)
            if label is None:
                return False
            self.relabel(label)
        else:
            return False
        return True

    def open_menu(self, parent: QWidget, point: QPoint, at: QRect | None = None) -> None:
        """Opens the menu of what is chosen at a point of the screen; `at` as for `key`."""
        if self.chosen is None or not len(self.chosen):
            return
        menu = self.menu(parent, at)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)

    def menu(self, parent: QWidget, at: QRect | None = None) -> QMenu:
        """What can be done with what is chosen."""
        menu, chosen = QMenu(parent), self.chosen
        if chosen is None:
            return menu
        self._add(menu, T("Show large"), "Return", self.opened.emit)
        menu.addSeparator()
        self._add_classes(menu, chosen, parent, at)
        if not chosen.excluded:
            self._add(menu, T("Exclude"), "Del", self.exclude)
        if chosen.collection.excluded[chosen.numbers].any():
            self._add(menu, T("Include again"), "Del" if chosen.excluded else "", self.include)
        if chosen.changed:
            self._add(menu, T("Restore what the data says"), "", self.restore)
        menu.addSeparator()
        if chosen.collection.facts.own is not None:
            self._add(menu, T("Show in the file manager"), "", self.reveal)
        copy = QKeySequence(QKeySequence.StandardKey.Copy).toString()
        self._add(menu, T("Copy the path"), copy, self.copy_paths)
        return menu

    def _add_classes(self, menu: QMenu, chosen: Chosen, beside: QWidget, at: QRect | None) -> None:
        classes = chosen.collection.facts.classes
        inner = menu.addMenu(self._context.language.show(T("Change class")))
        digits = {label: digit for digit, label in digit_labels(classes).items()}
        for label in sorted(digits):
            keys = f"Alt+{digits[label]}"
            action = self._add(inner, classes[label], keys, partial(self.relabel, label))
            action.setCheckable(True)
            action.setChecked(label == chosen.label)
        inner.addSeparator()
        self._add(inner, T("All classes …"), "F2", lambda: self.open_class_menu(beside, at))

    def _add(self, menu: QMenu, text: Text | str, keys: str, run: Callable[[], object]) -> QAction:
        words = self._context.language.show(text).replace("&", "&&")
        shown = shown_keys(keys) if keys else ""
        action = menu.addAction(f"{words}\t{shown}" if shown else words)
        action.triggered.connect(lambda _=False: run())
        return action

    def _complain(self, text: Text) -> None:
        self.said.emit(text, False)
