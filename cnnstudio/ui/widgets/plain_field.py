"""A field for any plain value, as Python writes it."""

from __future__ import annotations

import ast
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from cnnstudio.core.layers.custom import Plain, Unsaid, as_lists
from cnnstudio.ui.widgets.code_field import CodeField
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

_LONGEST = 1000


class NotPlain:
    """What was typed and is no value; a parameter refuses it."""

    def __init__(self, typed: str) -> None:
        self._typed = typed

    def __repr__(self) -> str:
        return self._typed


class PlainField(CodeField):
    """A number, a text, true, false, None, or several in brackets; a bare word is a text.

    Left empty it stands for the default of the class.

    Args:
        context: Theme and language.
        parameter: The argument.
    """

    changed = Signal(object)

    def __init__(self, context: Context, parameter: Plain) -> None:
        super().__init__(context)
        self._default = parameter.default
        self._shown = ""
        self.setMaxLength(_LONGEST)
        self.setPlaceholderText(repr(as_tuples(parameter.default)))
        Phrase(context.language, self, QLineEdit.setAccessibleName, parameter.label)
        self.editingFinished.connect(self._finish)

    def set_value(self, value: Any) -> None:
        """Shows a raw value without a signal."""
        self._shown = "" if isinstance(value, Unsaid) else repr(as_tuples(value))
        self.setText(self._shown)
        self.setCursorPosition(0)

    def _finish(self) -> None:
        if self.text() != self._shown:
            self._shown = self.text()
            self.changed.emit(self._read(self._shown.strip()))

    def _read(self, typed: str) -> Any:
        if not typed:
            return self._default
        try:
            return as_lists(ast.literal_eval(typed))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return typed if typed.isidentifier() else NotPlain(typed)


def as_tuples(value: Any) -> Any:
    """A value as code shows it, with tuples for lists."""
    if isinstance(value, list):
        return tuple(as_tuples(one) for one in value)
    if isinstance(value, dict):
        return {key: as_tuples(one) for key, one in value.items()}
    return value
