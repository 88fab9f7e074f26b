"""Files that were left out, by name and reason: as many as there are, only those in sight drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnstudio.core.data.catalogue import Refused
from cnnstudio.core.text import T
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

MOST_ROWS = 5
"""More files than these scroll."""
_ABOVE = 4

_Index = QModelIndex | QPersistentModelIndex


class _Model(QAbstractListModel):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.refused: Sequence[Refused] = ()

    def show(self, refused: Sequence[Refused]) -> None:
        self.beginResetModel()
        self.refused = refused
        self.endResetModel()

    def line(self, row: int) -> str:
        one = self.refused[row]
        return f"{one.name}\t{self._context.language.show(one.reason)}"

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.refused)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid():
            return None
        one = self.refused[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{one.name}\n{self._context.language.show(one.reason)}"
        return None


class _Delegate(QStyledItemDelegate):
    """Two lines: the name, shortened in its middle, and the reason."""

    def __init__(self, context: Context, view: QListView) -> None:
        super().__init__(view)
        self._context = context

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, row_height(self._context))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = self._context.theme
        model = index.model()
        assert isinstance(model, _Model)
        one = model.refused[index.row()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        line = theme.line_height("small")
        row = QRect(rect.left() + GAP, rect.top() + _ABOVE, rect.width() - 2 * GAP, line)
        self._line(painter, row, one.name, "text", Qt.TextElideMode.ElideMiddle)
        reason = self._context.language.show(one.reason)
        self._line(painter, row.translated(0, line), reason, "muted", Qt.TextElideMode.ElideRight)

    def _line(
        self, painter: QPainter, row: QRect, words: str, colour: str, mode: Qt.TextElideMode
    ) -> None:
        theme = self._context.theme
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour(colour))
        shown = painter.fontMetrics().elidedText(words.replace("\n", "⏎"), mode, row.width())
        painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter), shown)


class RefusedList(QListView):
    """The files that were left out. Ctrl+C copies those that are selected.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.files = _Model(context)
        self.setModel(self.files)
        self.setItemDelegate(_Delegate(context, self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        Phrase(context.language, self, QWidget.setAccessibleName, T("Files that were left out"))
        context.theme.changed.connect(self._lay_out)
        context.language.changed.connect(self.viewport().update)

    def show_refused(self, refused: Sequence[Refused]) -> None:
        """Shows these; none of itself without any."""
        if refused is not self.files.refused:
            self.files.show(refused)
        self.setVisible(bool(refused))
        self._lay_out()

    def copy(self) -> None:
        """Puts the selected files and their reasons into the clipboard."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        if rows:
            QGuiApplication.clipboard().setText("\n".join(self.files.line(row) for row in rows))

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.matches(QKeySequence.StandardKey.Copy)
        ):
            event.accept()  # the files, not the layers on the canvas
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        rows = min(len(self.files.refused), MOST_ROWS)
        self.setFixedHeight(rows * row_height(self._context) + 2)
        self.doItemsLayout()


def row_height(context: Context) -> int:
    """The height of a file's row."""
    return 2 * context.theme.line_height("small") + 2 * _ABOVE
