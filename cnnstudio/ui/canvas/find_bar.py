"""Find: a field over the canvas that goes from layer to layer whose name or kind fits."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.quick_entry import aliases_of
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.overlay import OverlayBar
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.window.matching import Matcher

_WIDTH, _TOP = 340, 12
_FITS = 2  # the worst rank of `Matcher` that still holds what was typed


class FindBar(OverlayBar):
    """A field, how many layers fit, and the ways from one to the next.

    Args:
        context: Theme and language.
        over: The views of the network it lies over.
    """

    found = Signal(str)
    """The id of the layer to show."""
    closed = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(context, over)
        self._over = over
        self._network = Network()
        self._matcher = Matcher()
        self._hits: tuple[str, ...] = ()
        self._at = -1
        self.field = SearchField(context, T("Find a layer by name or kind"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.count = Label(context, "", "small", "muted")
        back = IconButton(context, "chevron-up", T("Previous layer found"),
                          action="design.find_previous")  # fmt: skip
        on = IconButton(context, "chevron-down", T("Next layer found"), action="design.find_next")
        close = IconButton(context, "x", T("Close"), "Esc")
        back.clicked.connect(lambda: self.step(-1))
        on.clicked.connect(lambda: self.step(1))
        close.clicked.connect(self.close_bar)
        self.row.setContentsMargins(5, 5, 5, 5)
        self.row.setSpacing(4)
        self.row.addWidget(self.field, 1)
        for part in (self.count, back, on, close):
            self.row.addWidget(part)
        over.installEventFilter(self)
        self.hide()

    @property
    def hits(self) -> tuple[str, ...]:
        """The layers that fit, as data passes through them, then the blocks."""
        return self._hits

    def sync(self, network: Network) -> None:
        """Looks in another network."""
        self._network = network
        if self.isVisible():
            self._look()

    def open(self) -> None:
        """Shows the field with what was looked for last, ready to be typed over."""
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._look()

    def step(self, by: int) -> None:
        """Goes to the next layer found, or the one before; round the ends."""
        if not self.field.text().strip():
            self.open()
            return
        self._look()
        if self._hits:
            first = 0 if by > 0 else len(self._hits) - 1
            self._go((self._at + by) % len(self._hits) if self._at >= 0 else first)

    def close_bar(self) -> None:
        """Hides it; what was found stays selected."""
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Up):
                back = key == Qt.Key.Key_Up or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.step(-1 if back else 1)
                return True
            if key == Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return False

    def _search(self, _typed: str) -> None:
        """Shows the first layer that fits as soon as it is typed."""
        self._at = -1
        self._look()
        if self._hits:
            self._go(0)

    def _look(self) -> None:
        current = self._hits[self._at] if 0 <= self._at < len(self._hits) else ""
        typed = self.field.text()
        self._hits = tuple(self._fitting(typed)) if typed.strip() else ()
        self._at = self._hits.index(current) if current in self._hits else -1
        self._tell()

    def _fitting(self, typed: str) -> Iterator[str]:
        """The layers and blocks that are called so; what a kind is called is asked once."""
        nodes, kinds = self._network.by_id, dict[str, bool]()

        def fits(*names: Text | str) -> bool:
            return self._matcher.rank(typed, names) <= _FITS

        for id in (*self._network.order, *(id for id in nodes if id in self._network.cyclic)):
            node = nodes[id]
            if node.kind not in kinds:
                kinds[node.kind] = fits(*_kind_names(node))
            if kinds[node.kind] or fits(node.name):
                yield id
        for block in self._network.blocks:
            if fits(block.name, T("Block")):
                yield block.id

    def _go(self, at: int) -> None:
        self._at = at
        self._tell()
        self.found.emit(self._hits[at])

    def _tell(self) -> None:
        words: Text | str = ""
        if self._hits:
            words = T("{number} of {count}", number=self._at + 1, count=len(self._hits))
        elif self.field.text().strip():
            words = T("No layer is called that")
        self.count.say(words)

    def _place(self) -> None:
        width = min(_WIDTH, self._over.width() - 2 * _TOP)
        self.setGeometry((self._over.width() - width) // 2, _TOP, width, self.sizeHint().height())


def _kind_names(node: LayerNode) -> tuple[Text | str, ...]:
    """What a layer's kind is found by; texts in every language."""
    spec = node.spec
    if spec is None:
        return (node.kind,)
    return spec.keras, node.kind, spec.family.label, *aliases_of(spec)
