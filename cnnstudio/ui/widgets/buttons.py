"""Buttons with a text, an icon, or both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.keys import shown_keys
from cnnstudio.ui.widgets.language import Phrase

_STATUS_ICON = 14
_ICON_GAP = 6
_ICON_COLOURS = {"primary": "on_accent", "danger": "danger"}


class Button(QPushButton):
    """A push button in one of the design's kinds.

    Args:
        context: Theme and language.
        text: What it says; "" for an icon alone (see `IconButton`).
        icon: An icon's name, "" for none.
        kind: "" (outlined), "primary" (one per region), "quiet", "danger", "status", "row" or
            "disclosure".
        role: The type role of its text.
        action: The action whose shortcut its tooltip names, "" for none.
        parent: Its parent.
    """

    def __init__(
        self,
        context: Context,
        text: Text | str = "",
        icon: str = "",
        kind: str = "",
        *,
        role: str = "button",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._icon = icon
        self._role = role
        self._kind = kind
        self._action = action
        self._reason: Phrase[Button] | None = None
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._phrase = Phrase(context.language, self, QPushButton.setText, text)
        context.theme.changed.connect(self._dress)
        self._dress()
        if action:
            context.keys.changed.connect(self._show_tip)
            self._show_tip()

    def say(self, text: Text | str) -> None:
        """Shows another text."""
        had_text = bool(self.text())
        self._phrase.set(text)
        if bool(self.text()) != had_text:
            self._dress()  # the icon keeps its distance from a text

    def set_icon(self, icon: str) -> None:
        """Shows another icon."""
        if icon != self._icon:
            self._icon = icon
            self._dress()

    def set_possible(self, possible: bool, reason: Text | str = "") -> None:
        """Enables it, or disables it and says why in its tooltip."""
        self.setEnabled(possible)
        if self._reason is None:
            self._reason = Phrase(self._context.language, self, Button._show_tip)
        self._reason.set("" if possible else reason)

    def _tip(self) -> str:
        """What its tooltip says while it can be used."""
        return self._context.keys.of(self._action)

    def _show_tip(self, reason: str = "") -> None:
        if not reason and self._reason is not None:
            reason = self._context.language.show(self._reason.text)
        self.setToolTip(reason or self._tip())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def _dress(self) -> None:
        theme = self._context.theme
        self.setFont(theme.font(self._role))
        if self._icon:
            colour = _ICON_COLOURS.get(self._kind, "muted")
            on = "text" if colour == "muted" else colour
            self.setIcon(theme.icon(self._icon, colour, on))
            side = theme.scaled(_STATUS_ICON if self._kind == "status" else ICON)
            beside = _ICON_GAP if self.text() else 0
            self.setIconSize(QSize(side + beside, side))


class IconButton(Button):
    """An icon alone, 28×28, whose tooltip has its name and its shortcut.

    Args:
        context: Theme and language.
        icon: The icon's name.
        name: What it does, read aloud and shown in the tooltip.
        shortcut: Keys of its own that nobody can change, shown in the tooltip only.
        action: The action whose shortcut the tooltip names, "" for none.
        checkable: Whether it stays down.
        parent: Its parent.
    """

    def __init__(
        self,
        context: Context,
        icon: str,
        name: Text,
        shortcut: str = "",
        *,
        action: str = "",
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._shortcut, self._name = shortcut, ""
        super().__init__(context, "", icon, "icon", action=action, parent=parent)
        self.setCheckable(checkable)
        self._name_phrase = Phrase(context.language, self, IconButton._set_name, name)

    def rename(self, name: Text, icon: str = "") -> None:
        """Changes what it does in words, and its icon if one is given."""
        if icon:
            self.set_icon(icon)
        self._name_phrase.set(name)

    def _set_name(self, words: str) -> None:
        self._name = words
        self.setAccessibleName(words)
        self._show_tip()

    def _tip(self) -> str:
        keys = shown_keys(self._shortcut) or super()._tip()
        return f"{self._name}  {keys}" if keys else self._name
