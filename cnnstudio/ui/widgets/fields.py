"""Fields for numbers and words. Numbers are shown with a true minus and read with either sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import ICON
from cnnstudio.ui.widgets.code_field import CodeField
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase


def number_text(value: float | None) -> str:
    """A number as a field shows it: shortest form, true minus; "" for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value).replace("-", "−")
    return repr(float(value)).removesuffix(".0").replace("-", "−")


def read_number(text: str) -> int | float | str | None:
    """What a person typed, as an int, a float or None if empty; the text itself otherwise."""
    plain = text.strip().replace("−", "-").replace(",", "").replace(" ", "").replace("\u2009", "")
    if not plain:
        return None
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return text.strip()


class SearchField(QLineEdit):
    """A field with a magnifying glass; Escape empties it.

    Args:
        context: Theme and language.
        placeholder: What can be searched for.
    """

    def __init__(
        self, context: Context, placeholder: Text | str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = context.theme
        Phrase(context.language, self, SearchField._set_name, placeholder)
        self._theme.changed.connect(self._dress)
        self._dress()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = self._theme.scaled(ICON)
        glass = self._theme.pixmap("search", "muted", side, self.devicePixelRatioF())
        QPainter(self).drawPixmap(8, (self.height() - side) // 2, glass)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _set_name(self, words: str) -> None:
        self.setPlaceholderText(words)
        self.setAccessibleName(words)

    def _dress(self) -> None:
        self.setTextMargins(self._theme.scaled(ICON) + 4, 0, 0, 0)


class _Step(QToolButton):
    """The − or + at the right end of a field; repeats while held."""

    def __init__(self, context: Context, icon: str, name: Text, field: QWidget) -> None:
        super().__init__(field)
        self._theme = context.theme
        self._icon = icon
        self.setAutoRaise(True)
        self.setAutoRepeat(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setStyleSheet("QToolButton { border: none; background: transparent; }")
        Phrase(context.language, self, QToolButton.setAccessibleName, name)
        self._theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        side = self._theme.scaled(ICON) - 2
        self.setIcon(self._theme.icon(self._icon, "muted"))
        self.setIconSize(QSize(side, side))


class NumberField(QLineEdit):
    """One number, with − and + and the arrow keys.

    Args:
        context: Theme and language.
        name: What the number is, read aloud.
        step: What − and + subtract and add; None for no buttons.
    """

    changing = Signal(object)
    """The value while − or + is held down."""
    changed = Signal(object)
    """The value once the person has finished: Enter, Tab, a key step, a released button."""

    def __init__(
        self,
        context: Context,
        name: Text | str = "",
        step: float | None = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._step = step
        self._value: Any = None
        self._bounds: tuple[float, float] = (float("-inf"), float("inf"))
        self._steps: list[_Step] = []
        Phrase(context.language, self, QLineEdit.setAccessibleName, name)
        if step is not None:
            for icon, text, sign in (("minus", T("Less"), -1), ("plus", T("More"), 1)):
                button = _Step(context, icon, text, self)
                button.clicked.connect(
                    lambda _=False, button=button, sign=sign: self._clicked(button, sign)
                )
                self._steps.append(button)
        self._repeated = False
        self.editingFinished.connect(self._finish)
        context.theme.changed.connect(self._dress)
        self._dress()

    @property
    def value(self) -> Any:
        """The number last accepted: int, float or None; the text itself if it is no number."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Shows `value` without a signal."""
        self._value = value
        shown = value if isinstance(value, str) else number_text(value)
        if shown != self.text():
            self.setText(shown)

    def set_bounds(self, minimum: float, maximum: float) -> None:
        """Keeps − and + inside these; what is typed is judged by whoever asked for it."""
        self._bounds = (minimum, maximum)

    def set_error(self, error: bool) -> None:
        """Marks it as not accepted."""
        self.setProperty("state", "error" if error else "")
        self.style().unpolish(self)
        self.style().polish(self)
        self._dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signs = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if event.key() in signs and self._step is not None:
            times = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            if self._stepped(signs[Qt.Key(event.key())] * times):
                self.changed.emit(self._value)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(self._value)
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_steps()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # polishing brings an older font back
            self._dress()

    def _place_steps(self) -> None:
        side = self._context.theme.scaled(24)
        for index, button in enumerate(reversed(self._steps)):
            left = self.width() - 3 - side * (index + 1)
            button.setGeometry(left, (self.height() - side) // 2, side, side)

    def _stepped(self, times: int) -> bool:
        typed = read_number(self.text())
        if isinstance(typed, str) or self._step is None:
            return False
        low, high = self._bounds
        start = read_number(self.placeholderText()) if typed is None else typed
        if start is None or isinstance(start, str):
            start = max(low, 0) - times * self._step
        moved = round(start + times * self._step, 10)
        moved = min(max(moved, low), high)
        value = int(moved) if float(moved).is_integer() and self._step == int(self._step) else moved
        if value == self._value:
            return False
        self.set_value(value)
        return True

    def _clicked(self, button: _Step, sign: int) -> None:
        if button.isDown():  # held: Qt repeats the click
            self._repeated = True
            if self._stepped(sign):
                self.changing.emit(self._value)
        elif self._repeated:
            self._repeated = False
            self.changed.emit(self._value)
        elif self._stepped(sign):
            self.changed.emit(self._value)

    def _finish(self) -> None:
        typed = read_number(self.text())
        if typed != self._value:
            self._value = typed
            self.changed.emit(typed)

    def _dress(self) -> None:
        theme = self._context.theme
        self.setFont(theme.font("code"))
        self.setTextMargins(0, 0, theme.scaled(24) * len(self._steps), 0)
        self._place_steps()


class PairField(QWidget):
    """Rows × columns, each with − and +."""

    changing = Signal(object)
    changed = Signal(object)

    def __init__(
        self, context: Context, name: Text | str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.fields = [
            NumberField(context, T("{name}, rows", name=name)),
            NumberField(context, T("{name}, columns", name=name)),
        ]
        row.addWidget(self.fields[0], 1)
        row.addWidget(Label(context, "×", "small", "muted"))
        row.addWidget(self.fields[1], 1)
        self.setFocusProxy(self.fields[0])
        self._empty = True
        for field in self.fields:
            field.changing.connect(lambda _, field=field: self._tell(field, self.changing))
            field.changed.connect(lambda _, field=field: self._tell(field, self.changed))

    @property
    def value(self) -> Any:
        """[rows, columns]; None if both are empty."""
        pair = [field.value for field in self.fields]
        return None if pair == [None, None] else pair

    def set_value(self, value: Any) -> None:
        """Shows a pair, or one number for both; None empties both."""
        if isinstance(value, int | float) or value is None:
            value = (value, value)
        if isinstance(value, list | tuple) and len(value) == 2:
            for field, part in zip(self.fields, value, strict=True):
                field.set_value(part)
            self._empty = self.value is None

    def set_default(self, value: Any) -> None:
        """Shows, muted, what an empty pair stands for: a pair, or one number for both."""
        pair = value if isinstance(value, list | tuple) and len(value) == 2 else (value, value)
        for field, part in zip(self.fields, pair, strict=True):
            field.setPlaceholderText(number_text(part) if isinstance(part, int) else "")

    def set_bounds(self, minimum: float, maximum: float) -> None:
        """Keeps − and + of both inside these."""
        for field in self.fields:
            field.set_bounds(minimum, maximum)

    def set_error(self, error: bool) -> None:
        """Marks both as not accepted."""
        for field in self.fields:
            field.set_error(error)

    def _tell(self, field: NumberField, signal: SignalInstance) -> None:
        """Tells of the pair; the first number typed into an empty one stands for both."""
        if self._empty and field.value is not None:
            for other in self.fields:
                other.set_value(field.value)
        self._empty = self.value is None
        signal.emit(self.value)


class SizesField(CodeField):
    """A shape, typed as ``28 × 28 × 1``; commas, x and spaces do as well."""

    changed = Signal(object)

    def __init__(
        self, context: Context, name: Text | str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self._value: Any = None
        Phrase(context.language, self, QLineEdit.setAccessibleName, name)
        self.editingFinished.connect(self._finish)

    def set_value(self, value: Any) -> None:
        """Shows a shape without a signal."""
        self._value = list(value) if isinstance(value, tuple) else value
        parts = self._value if isinstance(self._value, list) else [self._value]
        shown = "×".join(str(part).replace("-", "−") for part in parts if part is not None)
        if shown != self.text():
            self.setText(shown)

    def _finish(self) -> None:
        parts: Sequence[str] = self.text().strip(" ()[]").replace("x", "×").split("×")
        if len(parts) == 1:
            parts = parts[0].replace(",", " ").split()
        typed = [read_number(part) for part in parts if part.strip()]
        if typed != self._value:
            self._value = typed
            self.changed.emit(typed)
