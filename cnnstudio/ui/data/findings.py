"""What is true of the data, one line each, with the buttons that mend what can be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.finding import Finding
from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.flow import Flow
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.section import Icon
from cnnstudio.ui.widgets.states import Remedy

_SIGNS = {
    "good": ("circle-check", "success", T("Good")),
    "note": ("info", "muted", T("Note")),
    "warning": ("triangle-alert", "warning", T("Warning")),
    "blocker": ("circle-alert", "danger", T("Can't be used")),
}
"""Icon, its colour, and what the icon says aloud."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it is shown.

    Attributes:
        level: "good", "note", "warning" or "blocker".
        title: What was found.
        detail: Names and numbers; "" for none.
        remedies: What can be done about it.
    """

    level: str
    title: Text
    detail: Text | str = ""
    remedies: tuple[Remedy, ...] = ()

    @classmethod
    def of(cls, finding: Finding, remedies: Sequence[Remedy] = ()) -> Told:
        """A finding of the report with its buttons."""
        return cls(finding.level, finding.title, finding.detail, tuple(remedies))


class FindingRow(QWidget):
    """One finding: its sign, what it is, its details, its buttons.

    Args:
        context: Theme and language.
        told: What it shows.
    """

    def __init__(self, context: Context, told: Told) -> None:
        super().__init__()
        self._context = context
        self._told = told
        icon, colour, _ = _SIGNS[told.level]
        self.title = Label(context, told.title, "button", wrap=True)
        self.detail = Label(context, told.detail, "small", "muted", wrap=True)
        self.buttons: list[Button] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Icon(context, icon, colour), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        if told.detail:
            words.addWidget(self.detail)
        else:
            self.detail.setParent(self)
            self.detail.hide()
        if told.remedies:
            words.addLayout(self._flow(told.remedies))
        row.addLayout(words, 1)
        Phrase(context.language, self, QWidget.setAccessibleName, self._spoken())

    def _spoken(self) -> Text:
        sign = _SIGNS[self._told.level][2]
        return T(
            "{level}: {title}. {detail}",
            level=sign,
            title=self._told.title,
            detail=self._told.detail,
        )

    def _flow(self, remedies: Sequence[Remedy]) -> Flow:
        flow = Flow(GAP)
        flow.setContentsMargins(0, 4, 0, 2)
        for remedy in remedies:
            button = Button(self._context, remedy.text, kind=remedy.kind)
            button.clicked.connect(lambda _=False, remedy=remedy: remedy.run())
            flow.addWidget(button)
            self.buttons.append(button)
        return flow


class FindingsList(QWidget):
    """Findings below one another.

    Args:
        context: Theme and language.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: tuple[Told, ...] = ()
        self.rows: list[FindingRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)

    def show_findings(self, findings: Sequence[Told]) -> None:
        """Shows these; rows are made anew only where something is different."""
        if _words(findings) == _words(self._shown):
            return
        self._shown = tuple(findings)
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [FindingRow(self._context, told) for told in findings]
        for row in self.rows:
            self._column.addWidget(row)
            row.show()  # at once: a layout shows what it is given only later


def _words(findings: Sequence[Told]) -> list[object]:
    """What can be seen of findings; how a button does its work isn't."""
    return [
        (told.level, told.title, told.detail, [remedy.text for remedy in told.remedies])
        for told in findings
    ]
