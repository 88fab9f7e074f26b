"""A field for axes: one, or several with commas."""

from __future__ import annotations

from typing import Any

from cnnstudio.ui.widgets.fields import SizesField, number_text, read_number


class AxesField(SizesField):
    """Axes, typed as ``1, 2``; brackets and spaces do as well. Empty means None."""

    def set_value(self, value: Any) -> None:
        """Shows an axis or a list of them without a signal."""
        self._value = list(value) if isinstance(value, tuple) else value
        self.setText(self._shown())

    def _shown(self) -> str:
        parts = self._value if isinstance(self._value, list) else [self._value]
        return ", ".join(part if isinstance(part, str) else number_text(part) for part in parts)

    def _finish(self) -> None:
        if self.text() == self._shown():
            return
        parts = self.text().strip(" ()[]").replace(",", " ").split()
        typed = [read_number(part) for part in parts]
        self._value = typed if len(typed) > 1 else next(iter(typed), None)
        self.changed.emit(self._value)
