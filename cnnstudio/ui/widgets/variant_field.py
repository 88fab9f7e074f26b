"""A choice whose options have arguments of their own: initialisers and regularisers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.layers.formulas import explain
from cnnstudio.core.layers.parameters import Parameter, ParameterError
from cnnstudio.core.layers.spec import Weight
from cnnstudio.core.layers.variants import Variant, VariantOf
from cnnstudio.core.shapes import Shape
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.choices import Combo
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line


class VariantField(Combo):
    """The choice itself; what belongs to it stands in `details`, across the whole row.

    Args:
        context: Theme and language.
        parameter: What can be chosen.
        make_form: Makes a form (with ``changing``, ``changed`` and ``set_values``) for arguments.

    Attributes:
        details: The arguments of what is chosen, and what it comes to in this layer.
        form: The form of the arguments; None where there are none.
        formula: What it comes to.
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(
        self,
        context: Context,
        parameter: VariantOf,
        make_form: Callable[[Sequence[Parameter]], QWidget],
    ) -> None:
        names: list[str | None] = [v.name for v in parameter.variants]
        options = [None, *names] if parameter.optional else names
        super().__init__(
            context, [(name, name or "None") for name in options], parameter.label, mono=True
        )
        self._parameter = parameter
        self._make_form = make_form
        self._variant: Variant | None = None
        self._stated: dict[str, Any] = {}
        self._weights: tuple[Weight, ...] = ()
        self._output: Shape | None = None
        self.details = QWidget()
        self.details.hide()
        row = QHBoxLayout(self.details)
        row.setContentsMargins(0, 0, 0, GAP)
        row.setSpacing(GAP)
        row.addWidget(Line(vertical=True))
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        row.addLayout(self._column, 1)
        self.form: QWidget | None = None
        self.formula = Label(context, "", "code-small", "muted", wrap=True)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(self.formula)
        self._help = Phrase(context.language, self, Combo.setToolTip, parameter.help)
        self.chosen.connect(self._choose)

    def set_value(self, value: Any) -> None:
        """Shows a raw value without a signal."""
        stated = dict(value) if isinstance(value, Mapping) else {"name": value}
        variant = self._parameter.variant(stated.pop("name", None))
        super().set_value(variant.name if variant else None)
        self._show(variant, stated)

    def show_facts(self, weights: tuple[Weight, ...], output: Shape | None) -> None:
        """Takes the layer's weights and output for the formula; no output where none is known."""
        self._weights, self._output = weights, output
        self._explain()

    @property
    def _raw(self) -> object:
        if self._variant is None:
            return None
        return {"name": self._variant.name, **self._stated} if self._stated else self._variant.name

    def _choose(self, name: str | None) -> None:
        """Another variant keeps the arguments that it has as well."""
        variant = self._parameter.variant(name)
        kept = {}
        if variant is not None:
            known = [p.name for p in variant.parameters]
            kept = {name: one for name, one in self._stated.items() if name in known}
            kept = kept or dict(variant.start)
        self._show(variant, kept)
        self.changed.emit(self._raw)

    def _show(self, variant: Variant | None, stated: dict[str, Any]) -> None:
        self._stated = stated
        if variant is not self._variant:
            self._variant = variant
            self._help.set(variant.help if variant else self._parameter.help)
            self._renew_form(variant.parameters if variant else ())
        if self.form is not None:
            form: Any = self.form
            form.set_values(stated)
        self._explain()

    def _renew_form(self, parameters: Sequence[Parameter]) -> None:
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if parameters:
            form: Any = self._make_form(parameters)
            form.changing.connect(self._change)
            form.changed.connect(self._finish)
            self._column.insertWidget(0, form)
            form.show()
            self.form = form
            self._lead_through(form)

    def _lead_through(self, form: QWidget) -> None:
        """Tab goes from the choice through its arguments, although they are newer than the rest."""
        inside = [
            widget
            for widget in form.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.window() is self.window()
        ]
        for before, after in pairwise([self, *inside]):
            QWidget.setTabOrder(before, after)

    def _change(self, name: str, raw: object) -> None:
        self._stated = {**self._stated, name: raw}
        self._explain()
        self.changing.emit(self._raw)

    def _finish(self, name: str, raw: object) -> None:
        self._stated = {**self._stated, name: raw}
        self._explain()
        self.changed.emit(self._raw)

    def _explain(self) -> None:
        words = "\n".join(_unbroken(line) for line in self._lines())
        self.formula.say(words)
        self.formula.setVisible(bool(words))
        self.setAccessibleDescription(words)
        self.details.setVisible(bool(words) or self.form is not None)

    def _lines(self) -> list[str]:
        try:
            chosen = self._parameter.read(self._raw)
        except ParameterError:
            return []
        if chosen is None or self._output is None:
            return []
        return [str(line) for line in explain(self._parameter, chosen, self._weights, self._output)]


def _unbroken(line: str) -> str:
    """A formula that breaks into lines before its signs only, and nowhere in brackets."""
    depth, pieces = 0, []
    for letter, before in zip(line, " " + line, strict=False):
        depth += (letter == "(") - (letter == ")")
        pieces.append("\u00a0" if letter == " " and (depth or before in "=~+") else letter)
        if letter == "|":
            pieces.append("\u2060")  # a word joiner: Qt would break after the bar
    return "".join(pieces)
