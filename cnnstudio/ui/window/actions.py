"""Everything the window can do, as a table; menus, shortcuts and the palette are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.keys import shown_keys
from cnnstudio.ui.widgets.language import Phrase

MENUS: tuple[tuple[str, Text], ...] = (
    ("file", T("File")),
    ("edit", T("Edit")),
    ("view", T("View")),
    ("network", T("Network")),
    ("run", T("Run")),
    ("help", T("Help")),
)
_STANDARD_ROLES = {
    "quit": QAction.MenuRole.QuitRole,
    "preferences": QAction.MenuRole.PreferencesRole,
}


_PLACE_KEYS = "place_keys"


def _always() -> bool:
    return True


def _name(action: QAction, words: str) -> None:
    keys = action.property(_PLACE_KEYS)
    action.setText(f"{words}\t{keys}" if keys else words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing the window can do.

    Attributes:
        id: Its name in the table.
        text: What it is called in menus and in the palette.
        run: Does it.
        keys: Its shortcuts: a portable sequence such as "Ctrl+K", or a standard key.
        place_keys: Keys that the place it belongs to takes by itself, shown beside its text.
        menu: A key of `MENUS` and a group, such as "file/2"; "" for none. A line separates groups.
        submenu: The menu within that one it is in; None for none.
        enabled: Whether it can be done now.
        why_not: Why it can't, shown in its tooltip then.
        checked: Whether it is on, for something that is on or off.
        everywhere: Whether a workspace's action works in all the others too.
    """

    id: str
    text: Text
    run: Callable[[], object]
    keys: str | QKeySequence.StandardKey = ""
    place_keys: str = ""
    menu: str = ""
    submenu: Text | None = None
    enabled: Callable[[], bool] = _always
    why_not: Text | None = None
    checked: Callable[[], bool] | None = None
    everywhere: bool = False

    @property
    def full_text(self) -> Text:
        """What it is called where its menu isn't seen."""
        if self.submenu is None:
            return self.text
        return T("{menu} ▸ {action}", menu=self.submenu, action=self.text)


class Actions(QObject):
    """The table in use: it owns the QActions and keeps them true.

    Args:
        context: Theme and language.
        window: The widget in which the shortcuts work.
    """

    about_to_run = Signal(str)
    """The action with this id is about to do its work."""
    keys_changed = Signal()
    """Some actions have other shortcuts now."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._table: dict[str, tuple[Action, QAction, str]] = {}
        self._menus: list[QMenu] = []
        self._place = ""

    def add(self, actions: Iterable[Action], place: str = "") -> None:
        """Adds actions; with a `place` they exist only while that workspace is shown."""
        for action in actions:
            here = "" if action.everywhere else place
            made = QAction(self)
            made.setObjectName(action.id)
            made.setProperty(_PLACE_KEYS, shown_keys(action.place_keys))
            Phrase(self._context.language, made, _name, action.text)
            made.setShortcuts(shortcuts(action.keys))
            made.setMenuRole(_STANDARD_ROLES.get(action.id, QAction.MenuRole.NoRole))
            made.setCheckable(action.checked is not None)
            made.triggered.connect(lambda _=False, action=action: self._run(action))
            self._window.addAction(made)
            self._table[action.id] = (action, made, here)
        self._tell_keys()
        self.refresh()

    def set_place(self, place: str) -> None:
        """Says which workspace is shown."""
        self._place = place
        self.refresh()

    def refresh(self) -> None:
        """Asks every action again whether it can be done, and whether it is on."""
        for action, made, place in self._table.values():
            here = place in ("", self._place)
            able = here and action.enabled()
            made.setVisible(here)
            made.setEnabled(able)
            if action.checked is not None:
                made.setChecked(action.checked())
            if action.why_not is not None:
                made.setToolTip("" if able else self._context.language.show(action.why_not))
        for menu in self._menus:
            menu.menuAction().setVisible(any(made.isVisible() for made in menu.actions()))

    def get(self, id: str) -> QAction:
        """The QAction with this id."""
        return self._table[id][1]

    def use_keys(self, own: Mapping[str, str]) -> None:
        """Gives actions shortcuts of the person's own, all others those of the table.

        Args:
            own: An action's id to a portable key sequence.
        """
        for id, (action, made, _) in self._table.items():
            made.setShortcuts(shortcuts(own.get(id, action.keys)))
        self._tell_keys()
        self.keys_changed.emit()

    def _tell_keys(self) -> None:
        self._context.keys.take({id: made.shortcut() for id, (_, made, _) in self._table.items()})

    def keys_text(self, id: str) -> str:
        """The first shortcut an action has now, as people write it here; "" for none."""
        return shown_keys(self.get(id).shortcut())

    def owner(self, keys: QKeySequence, beside: str) -> Action | None:
        """The action that has these keys where the action `beside` can be used; None if none."""
        place = self._table[beside][2]
        for id, (action, made, other) in self._table.items():
            together = place == other or "" in (place, other)
            if id != beside and together and keys in made.shortcuts():
                return action
        return None

    def table(self) -> list[Action]:
        """All actions, in the table's order."""
        return [action for action, _, _ in self._table.values()]

    def possible(self) -> Iterator[Action]:
        """The actions that can be done now, in the table's order."""
        for action, made, _ in self._table.values():
            if made.isVisible() and made.isEnabled():
                yield action

    def fill(self, bar: QMenuBar) -> None:
        """Makes the menus. A menu is there while it has something to show."""
        for name, title in MENUS:
            menu = QMenu(bar)
            Phrase(self._context.language, menu, QMenu.setTitle, title)
            menu.setToolTipsVisible(True)
            group = ""
            for action, made, _ in self._in_menu(name):
                if group and action.menu != group:
                    menu.addSeparator()
                group = action.menu
                self._within(menu, action.submenu).addAction(made)
            menu.aboutToShow.connect(self.refresh)
            bar.addMenu(menu)
            self._menus.append(menu)
        self.refresh()

    def _within(self, menu: QMenu, title: Text | None) -> QMenu:
        """The menu itself, or the one in it that has this title, made when it is first asked."""
        if title is None:
            return menu
        for inner in menu.findChildren(QMenu, title.id, Qt.FindChildOption.FindDirectChildrenOnly):
            return inner
        inner = QMenu(menu)
        inner.setObjectName(title.id)
        Phrase(self._context.language, inner, QMenu.setTitle, title)
        inner.setToolTipsVisible(True)
        inner.aboutToShow.connect(self.refresh)
        menu.addMenu(inner)
        self._menus.append(inner)
        return inner

    def _in_menu(self, name: str) -> list[tuple[Action, QAction, str]]:
        mine = [row for row in self._table.values() if row[0].menu.partition("/")[0] == name]
        return sorted(mine, key=lambda row: row[0].menu)

    def _run(self, action: Action) -> None:
        self.about_to_run.emit(action.id)
        action.run()
        self.refresh()


def shortcuts(keys: str | QKeySequence.StandardKey) -> list[QKeySequence]:
    """The key sequences of an action; none for ""."""
    if isinstance(keys, QKeySequence.StandardKey):
        return QKeySequence.keyBindings(keys)
    return [QKeySequence(part) for part in keys.split("; ")] if keys else []
