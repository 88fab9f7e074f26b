"""The status bar: facts, each a button that leads to its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnstudio.core.text import Text
from cnnstudio.ui.theme.tokens import STATUS_BAR
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Line, ground

LEFT = ("data", "network", "run")
RIGHT = ("message", "device", "saved", "language")
_LEAST_NEEDED_FIRST = ("device", "saved", "network", "message")


def _nowhere() -> None:
    """What a fact without a place does."""


class StatusBar(QWidget):
    """Places for facts, in a fixed order; one without a fact isn't shown.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        ground(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(2)
        column.addLayout(row)
        self._go: dict[str, Callable[[], object]] = {}
        self._parts: dict[str, tuple[Button, Line]] = {}
        for name in (*LEFT, *RIGHT):
            if name == RIGHT[0]:
                row.addStretch(1)
            button = Button(context, kind="status", role="small")
            line = Line(vertical=True)
            line.setFixedHeight(14)
            row.addWidget(line)
            row.addWidget(button)
            self._parts[name] = (button, line)
            button.clicked.connect(lambda _=False, name=name: self._go.get(name, _nowhere)())
            button.hide()
        self._separate()
        self._theme.changed.connect(self._dress)
        self._dress()

    def show_fact(
        self,
        name: str,
        text: Text | str,
        go: Callable[[], object] | None = None,
        icon: str = "",
        why_not: Text | str = "",
    ) -> None:
        """Shows a fact in its place; "" hides it.

        Args:
            name: One of `LEFT` or `RIGHT`.
            text: The fact.
            go: Where a click leads; as before if not given.
            icon: Its icon.
            why_not: Why it leads nowhere now; "" if it does.
        """
        button, _ = self._parts[name]
        button.say(text)
        button.set_possible(not why_not, why_not)
        if icon:
            button.set_icon(icon)
        if go is not None:
            self._go[name] = go
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Shows every fact there is room for; the least needed go first."""
        said = {name for name, (button, _) in self._parts.items() if button.text()}
        room = self.width() - 24

        def needed() -> int:
            return sum(self._parts[name][0].sizeHint().width() + 5 for name in said)

        for name in _LEAST_NEEDED_FIRST:
            if needed() > room:
                said.discard(name)
        for name, (button, _) in self._parts.items():
            button.setVisible(name in said)
        self._separate()

    def part(self, name: str) -> QPushButton:
        """The button of a place."""
        return self._parts[name][0]

    def _separate(self) -> None:
        for side in (LEFT, RIGHT):
            first = True
            for name in side:
                button, line = self._parts[name]
                line.setVisible(not button.isHidden() and not first)
                first = first and button.isHidden()

    def _dress(self) -> None:
        self.setFixedHeight(self._theme.scaled(STATUS_BAR))
        self._fit()
