"""A field for axes, or something said of each axis: one, or several with commas."""

from __future__ import annotations

from typing import Any

from cnnstudio.ui.widgets.fields import SizesField, number_text, read_number


class AxesField(SizesField):
    """Axes, typed as ``1, 2``; brackets and spaces do as well. Empty is None, as is the word."""

    def set_value(self, value: Any) -> None:
        """Shows an axis or a list of them without a signal."""
        self._value = list(value) if isinstance(value, tuple) else value
        self.setText(self._shown())

    def _shown(self) -> str:
        if isinstance(self._value, list):
            return ", ".join(self._text(part) or "None" for part in self._value)
        return self._text(self._value)

    def _finish(self) -> None:
        if self.text() == self._shown():
            return
        parts = self.text().strip(" ()[]").replace(",", " ").split()
        typed = [self._read(part) for part in parts]
        self._value = typed if len(typed) > 1 else next(iter(typed), None)
        self.changed.emit(self._value)

    def _text(self, part: Any) -> str:
        return part if isinstance(part, str) else number_text(part)

    def _read(self, part: str) -> Any:
        return None if part.lower() == "none" else read_number(part)
