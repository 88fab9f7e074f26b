"""What the command palette offers: layers and the like, commands, recent files, settings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from cnnstudio.core.text import LANGUAGES, T
from cnnstudio.ui.window.command_palette import Entry

if TYPE_CHECKING:
    from cnnstudio.ui.window.main_window import MainWindow

_SETTING = "sliders-horizontal"


def palette_entries(window: MainWindow) -> Iterator[Entry]:
    """Everything that can be done now."""
    for workspace in window.workspaces:
        if workspace.id == window.place:
            yield from workspace.entries()
    for action in window.actions_table.possible():
        if action.id != "palette":
            keys = window.actions_table.keys_text(action.id)
            run = window.actions_table.get(action.id).trigger
            yield Entry(action.full_text, run, "command", "chevron-right", keys)
    for path in window.preferences.recent:
        run = partial(window.session.open, path)
        yield Entry(path.stem, run, "recent", "folder-open", str(path.parent))
    yield from _settings(window)


def _settings(window: MainWindow) -> Iterator[Entry]:
    preferences = window.preferences
    for code, name in LANGUAGES.items():
        if code != preferences.language:
            run = partial(preferences.set, "language", code)
            yield Entry(name, run, "setting", _SETTING, T("Language"), (T("Language"),))
    for mode, text in (("light", T("Light")), ("dark", T("Dark")), ("system", T("System"))):
        if mode != preferences.theme:
            run = partial(preferences.set, "theme", mode)
            yield Entry(text, run, "setting", _SETTING, T("Theme"), (T("Theme"),))
