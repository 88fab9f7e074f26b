"""Where the pictures come from, how they are split, and the values a network gets."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.document import Document
from cnnstudio.core.text import T
from cnnstudio.ui.data.entrance import Entrance
from cnnstudio.ui.data.library import Library
from cnnstudio.ui.data.scaling_section import ScalingSection
from cnnstudio.ui.data.size_section import SizeSection
from cnnstudio.ui.data.source_section import SourceButtons, SourceSection
from cnnstudio.ui.data.split_section import SplitSection, with_data
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.section import stack_sections


class SourcePanel(QWidget):
    """The left column of the Data workspace.

    Args:
        context: Theme and language.
        document: The project being edited.
        library: Its pictures.
        entrance: Opens other ones.
    """

    def __init__(
        self, context: Context, document: Document, library: Library, entrance: Entrance
    ) -> None:
        super().__init__()
        self._document, self._library = document, library
        panel = Panel(context, scrolls=True)
        self.buttons = SourceButtons(context, entrance)
        self.source = SourceSection(context, entrance)
        self.split = SplitSection(context, document)
        self.size_colour = SizeSection(context, document)
        self.values = ScalingSection(context, document)
        stack_sections(panel, self.source, self.split, self.size_colour, self.values)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        self.source.cancel_wanted.connect(self._go_back)
        self.source.edits_dropped.connect(self._drop_edits)
        library.changed.connect(self.sync)
        self.sync()

    def sync(self) -> None:
        """Shows what the library knows now."""
        self.buttons.sync(self._library)
        self.source.sync(self._library)
        self.split.sync(self._library)
        self.size_colour.sync(self._library)
        self.values.sync(self._library)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.size_colour.sync(self._library)

    def _go_back(self) -> None:
        """Wants the pictures as they still are, which ends decoding them at another size."""
        shown = self._library.shown
        if shown is not None:
            self._document.apply(
                lambda project: with_data(project, size=shown.size, fit=shown.fit),
                T("Keep the size of the pictures"),
            )

    def _drop_edits(self) -> None:
        self._document.apply(
            lambda project: with_data(project, edits=""),
            T("Take back all that was left out and relabelled"),
        )
