"""Quick add: a letter on the canvas opens a field; what is typed there is added and connected.

A name alone is completed from a list. With what makes it particular, or with several layers one
behind the other, the field shows what would be added.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.blocks.offers import LIBRARY, BlockOffer, project_offers, titled
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.quick_entry import NewLayer, QuickEntryError, read_entries, unfinished
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.blocks import BLOCK_FAMILY
from cnnstudio.ui.canvas.chain_preview import ChainPreview
from cnnstudio.ui.canvas.drawing import untinted
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.faces import Face, faces_of
from cnnstudio.ui.canvas.geometry import Slot
from cnnstudio.ui.canvas.matching import matches
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase

_WIDTH, _ROW, _MOST_ROWS = 400, 28, 7


class QuickAdd(QFrame):
    """A field over the canvas, the layers that match, and what would be added.

    Args:
        context: Theme and language.
        canvas: The canvas it lies on and gives the focus back to.
        editor: Says what adding them would come to.
    """

    chosen = Signal(object, object)
    """(entries, slot) once the person has chosen."""
    block_chosen = Signal(object, object)
    """(BlockOffer, slot) once the person has chosen a block."""

    def __init__(self, context: Context, canvas: QWidget, editor: Editor) -> None:
        super().__init__(canvas)
        self._context, self._canvas, self._editor = context, canvas, editor
        self._slot: Slot | None = None
        self._entries: tuple[NewLayer, ...] = ()
        self._refusal: QuickEntryError | None = None
        self.setObjectName("quick-add")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(True)
        self.field = QLineEdit()
        Phrase(context.language, self.field, QLineEdit.setPlaceholderText,
               T("conv 64 3x3 relu, pool 2"))  # fmt: skip
        Phrase(context.language, self.field, QLineEdit.setAccessibleName, T("Type a layer's name"))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.preview = ChainPreview(context)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.itemClicked.connect(lambda _item: self._choose())
        self.list.currentItemChanged.connect(self._try)
        self.note = Label(context, "", "small", "muted", wrap=True)
        self.note.setContentsMargins(8, 0, 8, 4)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        for part in (self.field, self.preview, self.list, self.note):
            column.addWidget(part)
        context.theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def open(self, at: QPoint, slot: Slot, typed: str, key: QKeyEvent | None) -> None:
        """Opens with its corner at `at`, as far as the canvas allows.

        Args:
            at: Where the layer will stand, in viewport pixels.
            slot: Where the layer will join.
            typed: What the field begins with.
            key: The key that opened it; the field gets it instead of `typed`.
        """
        self._slot = slot
        self.field.clear()
        self._search("")
        room = self._canvas.rect().adjusted(8, 8, -8, -8)
        x = max(room.left(), min(at.x(), room.right() - _WIDTH))
        y = max(room.top(), min(at.y(), room.bottom() - 88 - _ROW * _MOST_ROWS))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if key is not None:
            again = QKeyEvent(QEvent.Type.KeyPress, key.key(), key.modifiers(), key.text())
            QApplication.sendEvent(self.field, again)
        elif typed:
            self.field.setText(typed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        leaves = isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut
        if leaves and event.reason() != Qt.FocusReason.PopupFocusReason:  # type: ignore[attr-defined]
            self.hide()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if key in steps and not self.list.isHidden():
            row = self.list.currentRow() + steps[key]
            self.list.setCurrentRow(row % self.list.count())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            branch = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._choose(branch=branch)
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    # --- what would be added --------------------------------------------------------------------

    def _search(self, typed: str) -> None:
        """Reads what was typed: finished entries, and the name of one that isn't yet."""
        try:
            before, name = unfinished(typed)
            self._refusal, self._entries = None, read_entries(before)
        except QuickEntryError as error:
            name, self._refusal, self._entries = None, error, error.before
        show = self._context.language.show
        found = [] if name is None else matches(name, kinds().values(), show)
        offers: list[BlockOffer] = []
        if name and not self._entries:
            own = project_offers(self._editor.whole)
            offers = titled(name, (*own, *LIBRARY), show)
        if name and not found and not offers:
            try:
                read_entries(typed)
            except QuickEntryError as error:
                self._refusal = error
        is_first = not typed.strip() and not self._editor.network.layers
        self._fill(found, offers, preselect=bool(name) or is_first)
        self._try()

    def _fill(
        self, found: Sequence[LayerKind], offers: Sequence[BlockOffer], *, preselect: bool
    ) -> None:
        theme, language = self._context.theme, self._context.language
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for kind in found:
            icon = theme.family_pixmap(kind.family, ICON, self.devicePixelRatioF())
            self._add_row(untinted(icon), kind.keras, kind.summary, NewLayer(kind))
        for offer in offers:
            icon = theme.pixmap(
                "component", theme.colours.families[BLOCK_FAMILY], ICON, self.devicePixelRatioF()
            )
            self._add_row(untinted(icon), language.show(offer.title), offer.summary, offer)
        count = self.list.count()
        self.list.setCurrentRow(0 if preselect and count else -1)
        self.list.blockSignals(blocked)
        self.list.setVisible(bool(count))
        self.list.setFixedHeight(min(count, _MOST_ROWS) * theme.scaled(_ROW) + 2)

    def _add_row(self, icon: QIcon, words: str, tip: Text, what: NewLayer | BlockOffer) -> None:
        item = QListWidgetItem(icon, words)
        item.setToolTip(self._context.language.show(tip))
        item.setData(Qt.ItemDataRole.UserRole, what)
        item.setSizeHint(QSize(0, self._context.theme.scaled(_ROW)))
        self.list.addItem(item)

    @property
    def _current(self) -> NewLayer | BlockOffer | None:
        """What is chosen in the list."""
        item = None if self.list.isHidden() else self.list.currentItem()
        chosen: NewLayer | BlockOffer | None = (
            item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        )
        return chosen

    @property
    def entries(self) -> tuple[NewLayer, ...]:
        """The layers Enter would add."""
        chosen = self._current
        return (*self._entries, chosen) if isinstance(chosen, NewLayer) else self._entries

    def _try(self) -> None:
        """Shows what the layers would be and come to, or which word isn't understood."""
        entries, words = self.entries, self._context.language.show
        faces: list[Face] = []
        notes, danger = [], False
        if isinstance(offer := self._current, BlockOffer):
            notes = [offer.summary]
        elif entries and self._slot is not None:
            try:
                trial = self._editor.trial(entries, self._slot)
            except BadInput as error:
                notes, danger = [error.text], True
            else:
                known = faces_of(trial.network, trial.analysis, {})
                faces = [known[id] for id in trial.ids[: len(self._entries)]]
                notes = [*trial.notes]
                if self._slot.link is not None:
                    notes.append(T("Shift Enter makes a branch"))
        if self._refusal is not None:
            notes, danger = [self._refusal.text], True
        note = " · ".join(words(one) for one in notes)
        self.preview.show_faces(faces)
        self.note.say(note)
        self.note.set_colour("danger" if danger else "muted")
        self.note.setVisible(bool(note))
        self.resize(_WIDTH, self._column.totalHeightForWidth(_WIDTH))

    def _choose(self, *, branch: bool = False) -> None:
        """Adds the layers; a word that isn't understood is marked instead.

        Args:
            branch: Whether they go beside the layers that follow already, not between.
        """
        if self._refusal is not None:
            self.field.setSelection(self._refusal.start, self._refusal.end - self._refusal.start)
            return
        slot, offer, entries = self._slot, self._current, self.entries
        if branch and slot is not None and slot.link is not None:
            slot = Slot(slot.at, None, slot.link.source)
        if isinstance(offer, BlockOffer):
            self._close()
            self.block_chosen.emit(offer, slot)
        elif entries:
            self._close()
            self.chosen.emit(entries, slot)

    def _close(self) -> None:
        self.hide()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _dress(self) -> None:
        c = self._context.theme.colours
        self.setStyleSheet(
            f"#quick-add {{ background: {c.raised}; border: 1px solid {c.accent};"
            " border-radius: 8px; }"
        )
