"""Shortcuts as they are written on the screen."""

from __future__ import annotations

import re

from PySide6.QtGui import QKeySequence


def shown_keys(keys: QKeySequence | str) -> str:
    """A shortcut as people write it here: ``Ctrl Shift S``, or with signs on macOS.

    Args:
        keys: The sequence, or its portable text such as "Ctrl+Shift+S".
    """
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return re.sub(r"(?<=.)\+(?=.)", " ", native)
