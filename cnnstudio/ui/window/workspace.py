"""What the window knows about a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.command_palette import Entry

NUMBERS = {
    "data": 1,
    "augment": 2,
    "design": 3,
    "train": 4,
    "inspect": 5,
    "compare": 6,
    "learn": 7,
}
"""The digit that goes to a workspace with Ctrl; it never changes, whichever are there."""


class Workspace(Protocol):
    """One tab of the window. Its widget is made when it is first shown.

    Attributes:
        id: A key of `NUMBERS`.
        title: The tab's text.
        icon: The tab's icon.
    """

    id: str
    title: Text
    icon: str

    def widget(self) -> QWidget:
        """The content; the same widget at every call."""

    def actions(self) -> Sequence[Action]:
        """Its menu entries and shortcuts, which work while it is shown."""

    def entries(self) -> Sequence[Entry]:
        """What the command palette can do here besides the actions, such as adding layers."""
