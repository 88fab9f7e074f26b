"""What was found in the data: classes, findings with what helps, files left out, sizes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.data.finding import Finding
from cnnstudio.core.document import Document
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.data.class_bars import ClassBars
from cnnstudio.ui.data.findings import FindingsList, Told
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.refused_list import RefusedList
from cnnstudio.ui.data.remedies import change_remedies, change_setting
from cnnstudio.ui.data.report_view import SizesTable
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import Line, Panel, ground
from cnnstudio.ui.widgets.section import Section, stack_sections
from cnnstudio.ui.widgets.states import Remedy


class ReportPanel(QWidget):
    """The right column of the Data workspace: the report scrolls, the chosen picture stays below.

    Args:
        context: Theme and language.
        document: The project being edited.
        library: Its pictures.
        picture: The section of the chosen picture.
    """

    show_pictures = Signal(object, Text)
    """Pictures are to be shown: their places in the catalogue, ascending, and what they are."""

    def __init__(
        self, context: Context, document: Document, library: Library, picture: Section
    ) -> None:
        super().__init__()
        self._document, self._library = document, library
        panel = Panel(context, scrolls=True)
        self.counts = Section(context, T("Pictures by class"))
        self.bars = ClassBars(context)
        self.uncounted = Label(
            context, T("Counted once the pictures are read and split."), "small", "muted", wrap=True
        )
        self.counts.body.addWidget(self.bars)
        self.counts.body.addWidget(self.uncounted)
        self.found = Section(context, T("What was found"))
        self.findings = FindingsList(context)
        self.found.body.addWidget(self.findings)
        self.picture = picture
        self.left_out = Section(context, T("Files left out"))
        self.refused = RefusedList(context)
        self.left_out.body.addWidget(self.refused)
        self.sizes = _SizesSection(context)
        stack_sections(panel, self.counts, self.found, self.left_out, self.sizes)
        ground(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(panel, 1)
        column.addWidget(Line())
        column.addWidget(picture)
        library.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows what the library knows now."""
        library, report = self._library, self._library.report
        classes = len(library.facts.classes) if library.facts else 0
        self.counts.note.say(TN("{count} class", "{count} classes", classes) if classes else "")
        counted = library.division is not None
        self.bars.setVisible(counted)
        self.uncounted.setVisible(not counted)
        self.bars.show_division(library.facts, library.division)
        self.found.setVisible(counted)
        findings = report.findings if report is not None else ()
        shown = [Told.of(one, self._remedies(one)) for one in findings]
        self.findings.show_findings(shown or [_LOOKING])
        refused = report.refused if report is not None else ()
        self.left_out.note.say(f"{len(refused):,}")
        self.left_out.setVisible(bool(refused))
        self.refused.show_refused(refused)
        self.sizes.table.show_report(report)
        own = library.facts is not None and library.facts.own is not None
        self.sizes.setVisible(report is not None and own)

    def _remedies(self, finding: Finding) -> tuple[Remedy, ...]:
        found = list(
            change_remedies(
                finding, self._document.project, partial(change_setting, self._document)
            )
        )
        if len(finding.pictures):
            show = partial(self.show_pictures.emit, finding.pictures, finding.title)
            found.append(Remedy(T("Show them"), show, "quiet" if found else ""))
        return tuple(found)


class _SizesSection(Section):
    """Own sizes and modes of the files."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.table = SizesTable(context)
        self.body.addWidget(self.table)


_LOOKING = Told("note", T("The pictures are being looked at."))
