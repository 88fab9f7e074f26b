"""The keyboard table of the preferences: every action with its shortcut, and another for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import FORM_ROW
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.keys import shown_keys
from cnnstudio.ui.window.actions import Action, Actions
from cnnstudio.ui.window.setting_rows import Group, Setting
from cnnstudio.ui.window.settings import Preferences

_WIDTH = 148
_ALONE = (
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_unknown,
)
_WRITES = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class KeyButton(Button):
    """Shows a shortcut; once pressed it takes the next one that is typed. Esc keeps the old one.

    Args:
        context: Theme and language.
        name: The action it belongs to.
    """

    typed = Signal(object)
    """A `QKeyCombination`."""

    def __init__(self, context: Context, name: Text) -> None:
        self._waits = False  # `event` is called from the first property on
        super().__init__(context, "", role="code-small")
        self._name = name
        self._keys = QKeySequence()
        self.clicked.connect(lambda: self._wait(True))
        context.language.changed.connect(self._show)
        context.theme.changed.connect(self._size)
        self._size()

    def show_keys(self, keys: QKeySequence) -> None:
        """Shows a shortcut; an empty one as a dash."""
        self._keys = keys
        self._show()

    def event(self, event: QEvent) -> bool:
        if self._waits and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the keys are for the table now, not for what they do elsewhere
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._waits:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._wait(False)
        elif event.key() not in _ALONE:
            self._wait(False)
            self.typed.emit(event.keyCombination())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._wait(False)
        super().focusOutEvent(event)

    def _wait(self, waits: bool) -> None:
        self._waits = waits
        self._show()

    def _show(self) -> None:
        show = self._context.language.show
        shown = shown_keys(self._keys) or "–"
        self.say(T("Press the keys…") if self._waits else shown)
        self.setAccessibleName(f"{show(self._name)}: {shown}")

    def _size(self) -> None:
        self.setFixedWidth(self._context.theme.scaled(_WIDTH))


class KeyRow(Setting):
    """One action of the table.

    Args:
        context: Theme and language.
        action: The action.
        actions: The table, which knows who has which shortcut.
        preferences: Keeps one's own shortcuts.
    """

    def __init__(
        self, context: Context, action: Action, actions: Actions, preferences: Preferences
    ) -> None:
        self._action = action
        self._actions = actions
        self._preferences = preferences
        self.keys = KeyButton(context, action.full_text)
        self.reset = IconButton(context, "undo-2", T("Back to its own shortcut"))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.reset)
        row.addWidget(self.keys)
        super().__init__(context, action.full_text, "", both, FORM_ROW)
        self.keys.typed.connect(self._take)
        self.reset.clicked.connect(lambda: preferences.set_keys(action.id, None))
        actions.keys_changed.connect(self._show)
        self._show()

    def _take(self, keys: QKeyCombination) -> None:
        if (problem := refused_keys(keys, self._action, self._actions)) is not None:
            self.say(problem, "danger")
        else:
            self._preferences.set_keys(self._action.id, QKeySequence(keys).toString())

    def _show(self) -> None:
        self.say("")
        self.keys.show_keys(self._actions.get(self._action.id).shortcut())
        self.reset.setVisible(self._action.id in self._preferences.keys)


def refused_keys(keys: QKeyCombination, action: Action, actions: Actions) -> Text | None:
    """Why an action can't have these keys; None if it can."""
    sequence = QKeySequence(keys)
    modifiers = keys.keyboardModifiers() & ~_WRITES
    if not modifiers and not Qt.Key.Key_F1 <= keys.key() <= Qt.Key.Key_F35:
        return T(
            "{keys} alone writes, or works inside a panel. Hold Ctrl or Alt with it.",
            keys=shown_keys(sequence),
        )
    if (other := actions.owner(sequence, beside=action.id)) is not None:
        return T(
            "{keys} is the shortcut of “{other}”. Give that another one first.",
            keys=shown_keys(sequence),
            other=other.full_text,
        )
    return None


class KeyboardGroup(Group):
    """The group of the preferences with all shortcuts, and a way back to those the studio has.

    Args:
        context: Theme and language.
        actions: The table.
        preferences: Keeps one's own shortcuts.
    """

    def __init__(self, context: Context, actions: Actions, preferences: Preferences) -> None:
        self._preferences = preferences
        self.reset = Button(context, T("Reset all"))
        rows = [KeyRow(context, action, actions, preferences) for action in actions.table()]
        super().__init__(context, T("Keyboard"), rows, self.reset)
        self.reset.clicked.connect(preferences.forget_keys)
        actions.keys_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        nothing = T("Every shortcut is the studio's own.")
        self.reset.set_possible(bool(self._preferences.keys), nothing)
