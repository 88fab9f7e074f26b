"""What tables are made of: columns, cells, and how a cell is painted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
)
from PySide6.QtGui import QPainter

from cnnstudio.core.layers.spec import Family
from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import FAMILY_ICONS
from cnnstudio.ui.widgets.context import Context

Index = QModelIndex | QPersistentModelIndex

PAD, _ICON, _BAR = 8, 14, 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        title: Its header.
        tip: What its numbers are, in a sentence.
        width: Its width in pixels at 100 % text size; 0 for the one that takes what is left.
        is_number: Whether it is aligned to the right.
        sorts: Whether rows can be put in its order.
        falls: Whether that order begins with the largest.
        spare: Whether it goes first where there is little room.
    """

    title: Text | str
    tip: Text | str = ""
    width: int = 0
    is_number: bool = True
    sorts: bool = True
    falls: bool = True
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell.

    Attributes:
        text: What it says.
        note: Something quieter behind it.
        colour: A role of ``tokens.Colours``.
        role: A type role.
        share: The length of its bar, 0 to 1; None for no bar.
        family: Colours bar and icon.
        has_icon: Whether the family's icon stands in front.
        icon: Another icon in front; "" for none.
        spoken: What is read aloud; the text and the note unless given.
    """

    text: str
    note: str = ""
    colour: str = "text"
    role: str = "small"
    share: float | None = None
    family: Family | None = None
    has_icon: bool = False
    icon: str = ""
    spoken: str = ""


class CellModel(QAbstractTableModel):
    """The rows of a `CellTable`.

    Args:
        context: Theme and language.
        columns: The columns.
    """

    def __init__(self, context: Context, columns: Sequence[Column]) -> None:
        super().__init__()
        self.context, self.columns = context, tuple(columns)

    @abstractmethod
    def cell(self, row: int, column: int) -> Cell:
        """What stands in a cell."""

    @abstractmethod
    def tip(self, row: int, column: int) -> Text | str:
        """What a cell's tooltip says; "" for nothing."""

    @abstractmethod
    def line(self, row: int) -> str:
        """A row as text, its fields separated by tabs."""

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            cell = self.cell(index.row(), index.column())
            return cell.spoken or f"{cell.text} {cell.note}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.context.language.show(self.tip(index.row(), index.column()))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        column = self.columns[section] if orientation == Qt.Orientation.Horizontal else None
        if column is not None and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return self.context.language.show(column.title)
        if column is not None and role == Qt.ItemDataRole.ToolTipRole:
            return self.context.language.show(column.tip)
        return None


def paint_cell(
    painter: QPainter, context: Context, cell: Cell, rect: QRect, *, is_number: bool, ratio: float
) -> None:
    """Paints a cell without its ground."""
    theme = context.theme
    left, room = rect.left() + PAD, rect.width() - 2 * PAD
    icon, colour = cell.icon, "muted"
    if cell.has_icon and cell.family is not None:
        icon, colour = FAMILY_ICONS[cell.family], theme.colours.families[cell.family]
    if icon:
        side = theme.scaled(_ICON)
        top = rect.top() + (rect.height() - side) // 2
        painter.drawPixmap(left, top, theme.pixmap(icon, colour, side, ratio))
        left, room = left + side + 6, room - side - 6
    painter.setFont(theme.font(cell.role))
    painter.setPen(theme.colour(cell.colour))
    metrics = painter.fontMetrics()
    mode = Qt.TextElideMode.ElideMiddle if cell.has_icon else Qt.TextElideMode.ElideRight
    words = metrics.elidedText(cell.text, mode, room)
    align = Qt.AlignmentFlag.AlignVCenter
    align |= Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    painter.drawText(QRect(left, rect.top(), room, rect.height()), int(align), words)
    if cell.note and not is_number:
        taken = metrics.horizontalAdvance(words) + PAD
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("muted"))
        note = painter.fontMetrics().elidedText(
            cell.note, Qt.TextElideMode.ElideRight, room - taken
        )
        if len(note) > 1:
            box = QRect(left + taken, rect.top(), room - taken, rect.height())
            painter.drawText(box, int(align), note)
    if cell.share is not None and cell.share > 0 and cell.family is not None:
        length = max(2.0, room * min(cell.share, 1.0))
        start = left + room - length if is_number else left
        bar = QRectF(start, rect.bottom() - _BAR - 1, length, _BAR)
        painter.fillRect(bar, theme.family(cell.family))
