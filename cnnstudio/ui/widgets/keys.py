"""Shortcuts as they are written on the screen."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence


def shown_keys(keys: QKeySequence | str) -> str:
    """A shortcut as people write it here: ``Ctrl Shift S``, or with signs on macOS.

    Args:
        keys: The sequence, or its portable text such as "Ctrl+Shift+S".
    """
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return re.sub(r"(?<=.)\+(?=.)", " ", native)


class Keys(QObject):
    """The shortcuts in use, for tooltips; the action table keeps them true."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._table: dict[str, QKeySequence] = {}

    def of(self, action: str) -> str:
        """The first shortcut of an action as people write it here; "" for none."""
        return shown_keys(self._table.get(action, ""))

    def take(self, table: Mapping[str, QKeySequence]) -> None:
        """Takes the first shortcut of each of these actions, by their ids."""
        self._table.update(table)
        self.changed.emit()
