"""What a network costs beside another: five figures before and after, with the difference."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.core.comparison import Comparison
from cnnstudio.core.costs import Costs
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.compare_model import shape_text, signed
from cnnstudio.ui.theme.tokens import PANEL_PADDING
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.numbers import memory_text

_GAP, _ABOVE = 20, 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: What it is.
        before: How much it was, as shown.
        after: How much it is.
        difference: How much more or less, with its sign; "" where that says nothing.
        percent: The same as a share of what it was; "" where there is none.
    """

    name: Text
    before: str
    after: str
    difference: str = ""
    percent: str = ""

    @property
    def values(self) -> str:
        """Both, or one if they are the same."""
        return self.after if self.before == self.after else f"{self.before} → {self.after}"


def figures(comparison: Comparison) -> tuple[Figure, ...]:
    """The figures of two networks; the memory is for the batch they are compared for."""
    before, after = comparison.before, comparison.after
    memory = T("Memory, batch of {batch}", batch=after.batch)
    return (
        _figure(T("Layers"), len(before.rows), len(after.rows)),
        _figure(T("Parameters"), before.params, after.params),
        _figure(T("Multiply-adds"), before.macs, after.macs),
        _figure(memory, before.memory, after.memory, as_memory=True),
        Figure(T("Receptive field"), _field(before), _field(after)),
    )


def _figure(name: Text, before: int, after: int, *, as_memory: bool = False) -> Figure:
    words = [memory_text(one) if as_memory else f"{one:,}" for one in (before, after)]
    difference = after - before
    if not difference:
        return Figure(name, words[0], words[1])
    if words[0] == words[1]:  # no rounding hides a difference
        words = [f"{one:,}\u2009B" for one in (before, after)]
    shown = signed(difference, as_memory=as_memory)
    return Figure(name, words[0], words[1], shown, _percent(difference, before))


def _percent(difference: int, before: int) -> str:
    if not before:
        return ""
    share = 100 * difference / before
    places = 1 if abs(share) >= 0.05 else 4
    return f"{share:+,.{places}f}\u2009%".replace("-", "−")


def _field(costs: Costs) -> str:
    return shape_text(costs.field)


class CompareTotals(QWidget):
    """The figures side by side, as wide as they need; the exact differences go first if need be.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.figures: tuple[Figure, ...] = ()
        context.theme.changed.connect(self._dress)
        context.language.changed.connect(self._name)
        self._dress()

    def show_figures(self, shown: tuple[Figure, ...]) -> None:
        """Shows other figures."""
        self.figures = shown
        self._name()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for notes in (self._notes(exact=True), self._notes(exact=False)):
            widths = self._widths(painter, notes)
            room = self.width() - 2 * PANEL_PADDING
            if sum(widths) + _GAP * (len(widths) - 1) <= room:
                break
        theme, left = self._context.theme, PANEL_PADDING
        line = theme.line_height("small")
        for figure, note, width in zip(self.figures, notes, widths, strict=True):
            name = self._context.language.show(figure.name)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.colour("muted"))
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(left, _ABOVE, width, line), int(align), name)
            taken = painter.fontMetrics().horizontalAdvance(f"{name}  ")
            painter.setFont(theme.font("code-title"))
            painter.setPen(theme.colour("text"))
            painter.drawText(QRect(left + taken, _ABOVE, width, line), int(align), note)
            painter.setFont(theme.font("code-small"))
            below = QRect(left, _ABOVE + line, width, line)
            painter.drawText(below, int(align), figure.values)
            left += width + _GAP

    def _notes(self, *, exact: bool) -> list[str]:
        """What stands behind the names."""
        return [
            f"{one.difference} ({one.percent})" if exact and one.percent
            else one.percent or one.difference
            for one in self.figures
        ]  # fmt: skip

    def _widths(self, painter: QPainter, notes: list[str]) -> list[int]:
        theme, widths = self._context.theme, []
        for figure, note in zip(self.figures, notes, strict=True):
            name = self._context.language.show(figure.name)
            painter.setFont(theme.font("small"))
            above = painter.fontMetrics().horizontalAdvance(f"{name}  ")
            painter.setFont(theme.font("code-title"))
            above += painter.fontMetrics().horizontalAdvance(note)
            painter.setFont(theme.font("code-small"))
            below = painter.fontMetrics().horizontalAdvance(figure.values)
            widths.append(max(above, below) + 2)
        return widths

    def _name(self) -> None:
        show = self._context.language.show
        lines = [
            " ".join(filter(None, (show(f"{one.values}"), one.difference, one.percent)))
            for one in self.figures
        ]
        named = [f"{show(one.name)}: {line}" for one, line in zip(self.figures, lines, strict=True)]
        self.setAccessibleName(", ".join(named))
        self.setToolTip("\n".join(named))
        self.update()

    def _dress(self) -> None:
        self.setFixedHeight(2 * self._context.theme.line_height("small") + 2 * _ABOVE)
