"""Tables of many rows: only the cells in view are made and painted, none is a widget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QGuiApplication,
    QHoverEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cnnstudio.ui.theme.tokens import ROW
from cnnstudio.ui.widgets.cells import PAD, Cell, CellModel, Index, paint_cell
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.focus_ring import NO_RING

_LEAST = 120
"""How narrow the column that takes what is left gets before the table scrolls sideways."""


class _CellDelegate(QStyledItemDelegate):
    """Paints cells; the row that is selected is one band, its current cell has a ring."""

    def __init__(self, context: Context, table: CellTable) -> None:
        super().__init__(table)
        self._context, self._table = context, table

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._context.theme.scaled(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, model = self._context.theme, self._table.cells
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif index.row() == self._table.hovered:
            painter.fillRect(rect, theme.colour("hover"))
        paint_cell(
            painter,
            self._context,
            model.cell(index.row(), index.column()),
            rect,
            is_number=model.columns[index.column()].is_number,
            ratio=self._table.devicePixelRatioF(),
        )
        if self._table.hasFocus() and index == self._table.currentIndex():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()


class CellHeader(QHeaderView):
    """The columns' titles; a click, Enter or Space puts the rows in a column's order.

    Args:
        context: Theme and language.
        table: What it belongs to.

    Attributes:
        at: The column the keys are about.
    """

    def __init__(self, context: Context, table: CellTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._context, self._table = context, table
        self.at = 0
        self.setProperty(NO_RING, True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setMinimumSectionSize(PAD)

    def sizeHint(self) -> QSize:
        return QSize(0, self._context.theme.scaled(ROW))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        theme, column = self._context.theme, self._table.cells.columns[section]
        painter.save()
        painter.fillRect(rect, theme.colour("surface"))
        painter.setFont(theme.font("small"))
        is_sorted = self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        painter.setPen(theme.colour("text" if is_sorted else "muted"))
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        words = painter.fontMetrics().elidedText(
            self._context.language.show(column.title), Qt.TextElideMode.ElideRight, inner.width()
        )
        align = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, int(align | Qt.AlignmentFlag.AlignVCenter), words)
        if is_sorted:
            falls = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
            side, taken = theme.scaled(12), painter.fontMetrics().horizontalAdvance(words)
            x = inner.right() - taken - side - 2 if column.is_number else inner.left() + taken + 4
            icon = theme.pixmap(
                "chevron-down" if falls else "chevron-up", "text", side, self.devicePixelRatioF()
            )
            painter.drawPixmap(x, rect.top() + (rect.height() - side) // 2, icon)
        painter.setPen(theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self.hasFocus() and section == self.at:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if step:
            at = self.at + step
            while 0 <= at < self.count() and self.isSectionHidden(at):
                at += step
            if 0 <= at < self.count():
                self.at = at
                self.viewport().update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._table.sort_by(self.at)
        elif event.key() == Qt.Key.Key_Down:
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)


class CellTable(QTableView):
    """The table.

    Args:
        context: Theme and language.
        model: Its rows.
        needed: How wide the column that takes what is left shall be before spare ones show.
    """

    rows_chosen = Signal(object)
    """The rows the person selected, as a tuple of numbers, the current one last."""
    asked = Signal(int, int)
    """Enter or a double click on a cell: its row and column."""
    laid_out = Signal()
    """The columns are elsewhere, or others are shown."""

    def __init__(self, context: Context, model: CellModel, needed: int = 150) -> None:
        super().__init__()
        self.cells, self._context, self._needed = model, context, needed
        self.hovered = -1
        self._following, self._column = False, 0
        self._sorted, self._falls = -1, False
        self.setModel(model)
        self.setItemDelegate(_CellDelegate(context, self))
        self.header = CellHeader(context, self)
        self.setHorizontalHeader(self.header)
        self.header.setSectionsClickable(True)
        self.header.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setProperty(NO_RING, True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setEnabled(False)
        self.verticalScrollBar().rangeChanged.connect(self._show_handle)
        self.header.sectionClicked.connect(self.sort_by)
        self.selectionModel().selectionChanged.connect(self._tell_chosen)
        self.doubleClicked.connect(self._ask)
        context.theme.changed.connect(self._dress)
        context.language.changed.connect(self.header.viewport().update)
        context.language.changed.connect(self.viewport().update)
        self._dress()

    def sort_by(self, column: int) -> None:
        """Puts the rows in a column's order; again turns it round."""
        wanted = self.cells.columns[column]
        if wanted.sorts:
            falls = not self._falls if column == self._sorted else wanted.falls
            self._sorted, self._falls = column, falls
            self.header.at = column
            order = Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder
            self.cells.sort(column, order)
        self.header.setSortIndicatorShown(self._sorted >= 0)
        order = Qt.SortOrder.DescendingOrder if self._falls else Qt.SortOrder.AscendingOrder
        self.header.setSortIndicator(self._sorted, order)  # the header has turned it by itself

    def _show_handle(self, least: int, most: int) -> None:
        """Its room is always kept, so that columns stand still; a handle is there if needed."""
        self.verticalScrollBar().setEnabled(most > least)

    def choose_rows(self, rows: Iterable[int], *, scroll: bool = True) -> None:
        """Selects exactly these rows without a signal; the last one becomes current.

        Args:
            rows: Their numbers.
            scroll: Whether it is brought into view.
        """
        rows = sorted(rows)
        model, selection = self.cells, self.selectionModel()
        if rows == sorted({index.row() for index in selection.selectedRows()}):
            return
        flags = selection.SelectionFlag
        self._following = True
        selection.select(self._ranges(rows), flags.ClearAndSelect | flags.Rows)
        if rows and self.currentIndex().row() not in rows:
            selection.setCurrentIndex(model.index(rows[-1], self._column), flags.NoUpdate)
        self._following = False
        if rows and scroll:
            self.scrollTo(model.index(rows[-1], self._column))

    def copy(self) -> None:
        """Puts the selected rows into the clipboard, in the order shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        if rows:
            lines = "\n".join(self.cells.line(row) for row in rows)
            QGuiApplication.clipboard().setText(lines)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.matches(QKeySequence.StandardKey.Copy)
        ):
            event.accept()  # the rows, not the layers on the canvas
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._column = current.column()  # kept where the rows are made anew

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent) and event.type() == QEvent.Type.HoverMove:
            self._hover(self.indexAt(event.position().toPoint()).row())
        elif event.type() == QEvent.Type.HoverLeave:
            self._hover(-1)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()
        super().resizeEvent(event)

    def _ranges(self, rows: list[int]) -> QItemSelection:
        """Rows as few stretches: a thousand of them one by one are slow."""
        found, last = QItemSelection(), len(self.cells.columns) - 1
        for _, run in groupby(enumerate(rows), lambda pair: pair[1] - pair[0]):
            stretch = [row for _, row in run]
            first, end = self.cells.index(stretch[0], 0), self.cells.index(stretch[-1], last)
            found.select(first, end)
        return found

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def _ask(self, index: QModelIndex) -> None:
        if index.isValid():
            self.asked.emit(index.row(), index.column())

    def _tell_chosen(self) -> None:
        if self._following:
            return
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        current = self.currentIndex().row()
        self.rows_chosen.emit(tuple(sorted(rows, key=lambda row: (row == current, row))))

    def _dress(self) -> None:
        theme = self._context.theme
        self.verticalHeader().setDefaultSectionSize(theme.scaled(ROW))
        self.setFont(theme.font("small"))
        self.header.setFixedHeight(theme.scaled(ROW))
        self._lay_out()

    def _lay_out(self) -> None:
        """Gives the columns their widths; spare ones show where the wide one has enough."""
        theme = self._context.theme
        widths = [theme.scaled(column.width) for column in self.cells.columns]
        left = self.viewport().width() - sum(widths)
        for index, column in enumerate(self.cells.columns):
            hide = column.spare and left < theme.scaled(self._needed)
            if hide:
                left += widths[index]
            self.setColumnHidden(index, hide)
        for index, width in enumerate(widths):
            self.setColumnWidth(index, width or max(left, theme.scaled(_LEAST)))
        self.laid_out.emit()


class TotalsRow(QWidget):
    """A row below a table that doesn't scroll away.

    Args:
        context: Theme and language.
        table: Whose columns it has.
    """

    def __init__(self, context: Context, table: CellTable) -> None:
        super().__init__()
        self._context, self._table = context, table
        self._cells: tuple[Cell, ...] = ()
        table.laid_out.connect(self.update)
        table.horizontalScrollBar().valueChanged.connect(self.update)
        context.theme.changed.connect(self._dress)
        self._dress()

    def show_cells(self, cells: Sequence[Cell]) -> None:
        """Shows these, one for each column of the table."""
        self._cells = tuple(cells)
        header = self._table.cells.columns
        show = self._context.language.show
        spoken = (
            f"{show(column.title)} {cell.spoken or cell.text}" if index > 1 else cell.text
            for index, (column, cell) in enumerate(zip(header, cells, strict=True))
        )
        self.setAccessibleName(", ".join(words for words in spoken if words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        table, header = self._table, self._table.header
        for index, cell in enumerate(self._cells):
            if not table.isColumnHidden(index):
                rect = QRect(
                    header.sectionViewportPosition(index),
                    0,
                    header.sectionSize(index),
                    self.height(),
                )
                paint_cell(
                    painter,
                    self._context,
                    cell,
                    rect,
                    is_number=table.cells.columns[index].is_number,
                    ratio=self.devicePixelRatioF(),
                )

    def _dress(self) -> None:
        self.setFixedHeight(self._context.theme.scaled(ROW))
