"""What menus, shortcuts and the palette can do with what is selected on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QTextEdit

from cnnstudio.core import edits
from cnnstudio.core.network import Link, Network
from cnnstudio.core.placing import Edge, Point, aligned, distributed
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.layout import places_of
from cnnstudio.ui.window.actions import Action

if TYPE_CHECKING:
    from cnnstudio.ui.design.widget import DesignWidget

_EDGES = (
    (Edge.LEFT, T("Align left"), "Ctrl+Shift+Left"),
    (Edge.CENTRE, T("Align centre"), ""),
    (Edge.RIGHT, T("Align right"), "Ctrl+Shift+Right"),
    (Edge.TOP, T("Align top"), "Ctrl+Shift+Up"),
    (Edge.MIDDLE, T("Align middle"), ""),
    (Edge.BOTTOM, T("Align bottom"), "Ctrl+Shift+Down"),
)
_NOTHING = T("No layer is selected.")


def canvas_actions(made: Callable[[], DesignWidget | None]) -> tuple[Action, ...]:
    """The actions of the canvas.

    Args:
        made: Gives the workspace's widget; None before it is first shown.
    """

    def at_least(count: int) -> Callable[[], bool]:
        return lambda: (widget := made()) is not None and len(widget.selection.ids) >= count

    def deletable() -> bool:
        widget = made()
        return widget is not None and bool(widget.selection.ids or widget.selection.link)

    def run(do: Callable[[DesignWidget], object]) -> Callable[[], object]:
        return lambda: do(widget) if (widget := made()) is not None else None

    def action(
        id: str,
        text: Text,
        do: Callable[[DesignWidget], object],
        keys: str = "",
        menu: str = "",
        selected: int = 0,
    ) -> Action:
        few = _NOTHING if selected <= 1 else T("Select at least {count} layers.", count=selected)
        return Action(id=f"design.{id}", text=text, run=run(do), keys=keys, menu=menu,
                      enabled=at_least(selected), why_not=few)  # fmt: skip

    return (
        action("history", T("History"), lambda w: w.controls.open_history(), "Ctrl+Alt+Z",
               "edit/1"),
        action("cut", T("Cut"), _cut, "Ctrl+X", "edit/2", 1),
        action("copy", T("Copy"), _copy, "Ctrl+C", "edit/2", 1),
        action("paste", T("Paste"), _paste, "Ctrl+V", "edit/2"),
        action("copy_code", T("Copy as Keras code"), lambda w: w.clipboard.copy_code(),
               "Ctrl+Shift+C", "edit/2"),
        action("duplicate", T("Duplicate"), lambda w: w.clipboard.duplicate(), "Ctrl+D",
               "edit/2", 1),
        Action(id="design.delete", text=T("Delete"), run=run(lambda w: w.view.delete_selected()),
               place_keys="Del", menu="edit/2", enabled=deletable, why_not=_NOTHING),
        action("select_all", T("Select all layers"), _select_all, "Ctrl+A", "edit/3"),
        action("find", T("Find a layer"), lambda w: w.find_bar.open(), "Ctrl+F", "edit/3"),
        action("find_next", T("Next layer found"), lambda w: w.find_bar.step(1), "F3", "edit/3"),
        action("find_previous", T("Previous layer found"), lambda w: w.find_bar.step(-1),
               "Shift+F3", "edit/3"),
        action("connect", T("Connect in the order selected"), _connect, "Ctrl+Shift+J",
               "network/2", 2),
        action("disconnect", T("Take the links between them away"), _disconnect, "",
               "network/2", 2),
        *(
            action(f"align_{edge}", text, partial(_place, text, partial(_aligned, edge)), keys,
                   "network/3", 2)
            for edge, text, keys in _EDGES
        ),
        action("distribute_across", T("Distribute horizontally"),
               partial(_place, T("Distribute horizontally"), partial(_distributed, 0)), "",
               "network/4", 3),
        action("distribute_down", T("Distribute vertically"),
               partial(_place, T("Distribute vertically"), partial(_distributed, 1)), "",
               "network/4", 3),
    )  # fmt: skip


def _copy(widget: DesignWidget) -> None:
    """Copies the selected layers; or the text that is read, if that has the focus."""
    text = QApplication.focusWidget()
    if isinstance(text, QPlainTextEdit | QTextEdit):
        text.copy()
    elif isinstance(text, QLabel) and text.hasSelectedText():
        QGuiApplication.clipboard().setText(text.selectedText())
    else:
        widget.clipboard.copy()


def _cut(widget: DesignWidget) -> None:
    """Cuts the selected layers; or the text that is written, if that has the focus."""
    text = QApplication.focusWidget()
    if isinstance(text, QPlainTextEdit) and not text.isReadOnly():
        text.cut()
    else:
        widget.clipboard.cut()


def _paste(widget: DesignWidget) -> None:
    """Pastes on the canvas; or in the text that is written, if that has the focus."""
    text = QApplication.focusWidget()
    if isinstance(text, QPlainTextEdit) and not text.isReadOnly():
        text.paste()
    else:
        widget.clipboard.paste()


def _select_all(widget: DesignWidget) -> None:
    """Selects every layer; or the text that is read, if that has the focus."""
    text = QApplication.focusWidget()
    if isinstance(text, QPlainTextEdit | QTextEdit):
        text.selectAll()
    else:
        widget.selection.choose(widget.editor.network.by_id)


def _aligned(edge: Edge, network: Network, ids: Collection[str]) -> dict[str, Point]:
    return aligned(network, ids, edge)


def _distributed(axis: int, network: Network, ids: Collection[str]) -> dict[str, Point]:
    return distributed(network, ids, axis)


def _place(
    text: Text,
    places: Callable[[Network, Collection[str]], dict[str, Point]],
    widget: DesignWidget,
) -> None:
    """Puts the selected cards where `places` says, in one step."""
    ids = widget.selection.ids

    def placed(network: Network) -> Network:
        shown = edits.move(network, places_of(network))
        return edits.move(shown, places(shown, ids))

    widget.editor.apply(placed, text)


def _connect(widget: DesignWidget) -> None:
    """Links each selected layer to the next one; a merge that comes last takes all before it."""
    *sources, last = widget.selection.ids
    network = widget.editor.network
    spec = network.by_id[last].spec
    if spec is not None and spec.merges:
        pairs = [(source, last) for source in sources]
    else:
        pairs = list(zip(sources, (*sources[1:], last), strict=True))
    known = {(link.source, link.target) for link in network.links}

    def connected(network: Network) -> Network:
        for source, target in pairs:
            if (source, target) not in known:
                network = edits.connect(network, source, target)
        return network

    widget.editor.apply(connected, T("Connect {count} layers", count=len(sources) + 1))


def _disconnect(widget: DesignWidget) -> None:
    """Takes every link between two selected layers away."""
    ids = set(widget.selection.ids)

    def between(network: Network) -> list[Link]:
        return [k for k in network.links if k.source in ids and k.target in ids]

    def disconnected(network: Network) -> Network:
        while links := between(network):
            network = edits.disconnect(network, links[0])
        return network

    widget.editor.apply(disconnected, T("Disconnect {count} layers", count=len(ids)))
