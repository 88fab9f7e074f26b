"""The window's own actions. Workspaces bring theirs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from cnnstudio.core.text import T
from cnnstudio.ui.data.sets import SETS, set_text
from cnnstudio.ui.theme.tokens import TEXT_SIZES
from cnnstudio.ui.window.actions import Action
from cnnstudio.ui.window.exports import FORMS
from cnnstudio.ui.window.regions import step_region
from cnnstudio.ui.window.workspace import NUMBERS

if TYPE_CHECKING:
    from cnnstudio.ui.window.main_window import MainWindow

Key = QKeySequence.StandardKey
FOLDER, FILE = "folder", "file"
"""What `MainWindow.data_wanted` says besides the id of a set."""
OTHER_DATA = T("Other data")
OTHERS = ("data_file", *(f"data_{id}" for id in SETS))
"""The actions that open other data."""


def window_actions(window: MainWindow) -> list[Action]:
    """The table of what the window can do whichever workspace is shown."""
    return [*_file(window), *_edit(window), *_view(window), *_help(window)]


def _file(window: MainWindow) -> list[Action]:
    session, imports, exports = window.session, window.imports, window.exports

    def is_open() -> bool:
        return session.is_open

    nothing_open = T("No project is open.")

    def has_layers() -> bool:
        return session.is_open and bool(session.document.network.layers)

    return [
        Action(id="new", text=T("New network"), run=session.new, keys="Ctrl+N", menu="file/1"),
        Action(id="open", text=T("Open project…"), run=session.ask_open, keys="Ctrl+O",
               menu="file/1"),
        Action(id="import", text=T("Import Keras code or a model…"), run=imports.ask,
               keys="Ctrl+Shift+O", menu="file/1"),
        Action(id="import_clipboard", text=T("Import code from the clipboard"),
               run=imports.open_clipboard, menu="file/1"),
        Action(id="pictures", text=T("Open my pictures…"),
               run=partial(window.data_wanted.emit, FOLDER), keys="Ctrl+Shift+D", menu="file/11"),
        Action(id="data_file", text=T("A file: archive, table, arrays…"),
               run=partial(window.data_wanted.emit, FILE), menu="file/11", submenu=OTHER_DATA),
        *(
            Action(id=f"data_{id}", text=set_text(id), run=partial(window.data_wanted.emit, id),
                   menu="file/11", submenu=OTHER_DATA)
            for id in SETS
        ),
        Action(id="insert_file", text=T("Insert layers from a file…"),
               run=lambda: imports.ask("canvas"), menu="file/1",
               enabled=is_open, why_not=nothing_open),
        Action(id="start", text=T("Start page"), run=window.show_start, menu="file/1",
               checked=partial(window.is_at, "start"),
               enabled=is_open, why_not=nothing_open),
        Action(id="save", text=T("Save"), run=session.save, keys="Ctrl+S", menu="file/2",
               enabled=is_open, why_not=nothing_open),
        Action(id="save_as", text=T("Save as…"), run=session.save_as, keys="Ctrl+Shift+S",
               menu="file/2", enabled=is_open, why_not=nothing_open),
        *(
            Action(id=form.id, text=form.text, run=partial(exports.ask, form), menu="file/22",
                   submenu=T("Export"), enabled=has_layers,
                   why_not=T("There is no layer to export yet."))
            for form in FORMS
        ),
        Action(id="quit", text=T("Quit"), run=window.close, keys="Ctrl+Q", menu="file/3"),
    ]  # fmt: skip


def _edit(window: MainWindow) -> list[Action]:
    session = window.session
    return [
        Action(id="undo", text=T("Undo"), run=lambda: session.steps().undo(),
               keys="Ctrl+Z", menu="edit/1", enabled=lambda: session.steps().undo_text is not None,
               why_not=T("There is nothing to undo.")),
        Action(id="redo", text=T("Redo"), run=lambda: session.steps().redo(),
               keys="Ctrl+Shift+Z; Ctrl+Y", menu="edit/1",
               enabled=lambda: session.steps().redo_text is not None,
               why_not=T("There is nothing to redo.")),
        Action(id="preferences", text=T("Preferences…"), run=window.show_preferences,
               keys="Ctrl+,", menu="edit/9"),
    ]  # fmt: skip


def _view(window: MainWindow) -> list[Action]:
    preferences = window.preferences

    def resize(step: int) -> None:
        at = TEXT_SIZES.index(preferences.text_size) + step
        preferences.set("text_size", TEXT_SIZES[max(0, min(at, len(TEXT_SIZES) - 1))])

    workspaces = [
        Action(
            id=f"show_{workspace.id}",
            text=workspace.title,
            run=partial(window.show_workspace, workspace.id),
            keys=f"Ctrl+{NUMBERS[workspace.id]}",
            menu="view/1",
            enabled=lambda: window.session.is_open,
            why_not=T("No project is open."),
            checked=partial(window.is_at, workspace.id),
        )
        for workspace in window.workspaces
    ]
    return [
        *workspaces,
        Action(id="palette", text=T("Search or run a command"), run=window.open_palette,
               keys="Ctrl+K", menu="view/2"),
        Action(id="messages", text=T("Messages"), run=window.toggle_messages, menu="view/2",
               checked=window.messages_shown),
        Action(id="larger", text=T("Larger text"), run=lambda: resize(1), menu="view/3",
               enabled=lambda: preferences.text_size < TEXT_SIZES[-1],
               why_not=T("The text is as large as it gets.")),
        Action(id="smaller", text=T("Smaller text"), run=lambda: resize(-1), menu="view/3",
               enabled=lambda: preferences.text_size > TEXT_SIZES[0],
               why_not=T("The text is as small as it gets.")),
        Action(id="full_screen", text=T("Full screen"), run=window.toggle_full_screen,
               keys=Key.FullScreen, menu="view/4", checked=window.isFullScreen),
        Action(id="next_region", text=T("Next region"), keys="F6", menu="view/5",
               run=lambda: step_region(window, 1)),
        Action(id="previous_region", text=T("Previous region"), keys="Shift+F6", menu="view/5",
               run=lambda: step_region(window, -1)),
    ]  # fmt: skip


def _help(window: MainWindow) -> list[Action]:
    return [
        Action(id="keyboard", text=T("Keyboard shortcuts"), menu="help/1",
               run=lambda: window.show_preferences(T("Keyboard"))),
    ]  # fmt: skip
