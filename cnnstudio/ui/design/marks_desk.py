"""Freezing layers, notes on them and their own weights: what can be done, and how it is seen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from cnnstudio.core import marks
from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.document import Document
from cnnstudio.core.network import Network
from cnnstudio.core.text import TN, T
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.legend import LearningLegend
from cnnstudio.ui.window.actions import Action

if TYPE_CHECKING:
    from cnnstudio.ui.design.widget import DesignWidget

_COLOUR = "design/colour"
_LEARNING = "learning"


def freeze(editor: Editor, ids: Collection[str], frozen: bool = True) -> None:
    """Freezes layers, or thaws them, in one undo step."""
    ids = changed_by(editor.whole, ids, frozen)
    if not ids:
        return
    if len(ids) == 1:
        name = editor.whole.by_id[ids[0]].name
        text = T("Freeze {layer}", layer=name) if frozen else T("Thaw {layer}", layer=name)
    elif frozen:
        text = T("Freeze {count} layers", count=len(ids))
    else:
        text = T("Thaw {count} layers", count=len(ids))
    editor.apply_whole(lambda network: marks.freeze(network, ids, frozen), text)


def annotate(editor: Editor, id: str, note: str, field: str = "") -> None:
    """Writes a layer's note; edits with the same `field` are one undo step while it is typed."""
    text = T("Note on {layer}", layer=editor.whole.by_id[id].name)
    editor.apply_whole(lambda network: marks.annotate(network, id, note), text, field=field)


def drop_weights(editor: Editor, ids: Collection[str]) -> None:
    """Lets layers start from drawn weights, in one undo step."""
    there = [id for id in ids if editor.whole.by_id[id].weights is not None]
    if not there:
        return
    if len(there) == 1:
        text = T("Drop the weights of {layer}", layer=editor.whole.by_id[there[0]].name)
    else:
        text = TN(
            "Drop the weights of {count} layer", "Drop the weights of {count} layers", len(there)
        )
    editor.apply_whole(lambda network: marks.drop_weights(network, there), text)


def changed_by(network: Network, ids: Collection[str], frozen: bool) -> list[str]:
    """Those of some layers that freezing, or thawing, would change."""
    others = (node for id in ids if (node := network.by_id[id]).frozen != frozen)
    return [node.id for node in others if node.frozen or marks.can_freeze(node)]


def marks_actions(made: Callable[[], DesignWidget | None]) -> tuple[Action, ...]:
    """The actions of this desk.

    Args:
        made: Gives the workspace's widget; None before it is first shown.
    """

    def desk() -> MarksDesk | None:
        widget = made()
        return widget.marks if widget is not None else None

    def do(what: Callable[[MarksDesk], object]) -> Callable[[], object]:
        return lambda: what(found) if (found := desk()) is not None else None

    def can(test: Callable[[MarksDesk], object]) -> Callable[[], bool]:
        return lambda: (found := desk()) is not None and bool(test(found))

    return (
        Action(id="design.freeze", text=T("Freeze"), keys="Ctrl+Shift+L", menu="network/6",
               run=do(lambda d: freeze(d.editor, d.chosen)),
               enabled=can(lambda d: changed_by(d.editor.whole, d.chosen, True)),
               why_not=T("No layer is selected that has parameters and isn't frozen.")),
        Action(id="design.thaw", text=T("Thaw"), keys="Ctrl+Alt+L", menu="network/6",
               run=do(lambda d: freeze(d.editor, d.chosen, False)),
               enabled=can(lambda d: changed_by(d.editor.whole, d.chosen, False)),
               why_not=T("No frozen layer is selected.")),
        Action(id="design.freeze_above", text=T("Freeze all before it"), menu="network/6",
               run=do(lambda d: freeze(d.editor, d.above)),
               enabled=can(lambda d: changed_by(d.editor.whole, d.above, True)),
               why_not=T("Before the selected layer is none that could be frozen.")),
        Action(id="design.thaw_all", text=T("Thaw all layers"), menu="network/6",
               run=do(lambda d: freeze(d.editor, tuple(d.editor.whole.by_id), False)),
               enabled=can(lambda d: any(node.frozen for node in d.editor.whole.layers)),
               why_not=T("No layer is frozen.")),
        Action(id="design.note", text=T("Note"), keys="Ctrl+Alt+M", menu="network/6",
               run=do(lambda d: d.edit_note()), enabled=can(lambda d: d.current),
               why_not=T("Select one layer to write a note on it.")),
        Action(id="design.drop_weights", text=T("Drop the weights it came with"),
               menu="network/6", run=do(lambda d: drop_weights(d.editor, d.chosen)),
               enabled=can(lambda d: d.has_weights),
               why_not=T("No layer is selected that brought weights along.")),
        Action(id="design.colour_learning", text=T("Colour by what is trained"), menu="view/4",
               run=do(lambda d: d.colour(not d.coloured)), checked=can(lambda d: d.coloured)),
    )  # fmt: skip


class MarksDesk(QObject):
    """Connects the marks of layers to the workspace.

    Args:
        widget: The workspace.
        document: The project being edited.
        settings: Where the colouring is remembered.

    Attributes:
        editor: What changes the network.
        coloured: Whether cards have the colour of what is trained.
    """

    def __init__(self, widget: DesignWidget, document: Document, settings: QSettings) -> None:
        super().__init__(widget)
        self._widget, self._document, self._settings = widget, document, settings
        self.editor = widget.editor
        self.coloured = settings.value(_COLOUR) == _LEARNING
        self.legend = LearningLegend(widget.view)
        self.legend.closed.connect(self._uncolour)
        self._show_colours()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The selected layers, those of collapsed blocks too."""
        whole = self.editor.whole
        ids = folded(whole).layers(self._widget.selection.ids)
        return tuple(id for id in ids if id in whole.by_id)  # another project may just be opened

    @property
    def above(self) -> tuple[str, ...]:
        """The layers that the selected ones depend on."""
        return marks.above(self.editor.whole, self.chosen)

    @property
    def current(self) -> str:
        """The one layer that is selected; "" for none, several or a block."""
        ids = self._widget.selection.ids
        return ids[0] if len(ids) == 1 and ids[0] in self.editor.whole.by_id else ""

    @property
    def has_weights(self) -> bool:
        """Whether a selected layer brought weights along."""
        network = self.editor.whole
        return any(network.by_id[id].weights is not None for id in self.chosen)

    def sync(self, analysis: Analysis) -> None:
        """Follows the network."""
        if self.coloured:
            self.legend.sync(analysis)

    def edit_note(self) -> None:
        """Puts the cursor into the note of the selected layer."""
        self._widget.layer_panel.marks.edit_note()

    def colour(self, on: bool) -> None:
        """Colours the cards by what is trained, or by their families again; remembered."""
        self.coloured = on
        self._settings.setValue(_COLOUR, _LEARNING if on else "family")
        self._show_colours()
        network = self._document.network
        self._widget.view.network_scene.sync(network, analyse(network))

    def _uncolour(self) -> None:
        self.colour(False)
        self._widget.views.setFocus()

    def _show_colours(self) -> None:
        self._widget.view.network_scene.colour_by_learning(self.coloured)
        self.legend.setVisible(self.coloured)
        self.sync(analyse(self._document.network))
