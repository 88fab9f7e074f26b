"""What the network costs: the dock's pages about it, and what connects them to the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.document import Document
from cnnstudio.core.text import T, Text
from cnnstudio.ui.design.compare_page import ComparePage
from cnnstudio.ui.design.cost_page import CostPage
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.actions import Action

if TYPE_CHECKING:
    from cnnstudio.ui.design.widget import DesignWidget


def cost_actions(made: Callable[[], DesignWidget]) -> tuple[Action, ...]:
    """The actions of these pages.

    Args:
        made: Gives the workspace's widget.
    """

    def open_costs() -> None:
        made().costs.open_costs()

    def compare() -> None:
        made().costs.ask_comparison()

    return (
        Action(id="design.costs", text=T("Cost table"), keys="Ctrl+Shift+T", menu="view/4",
               run=open_costs),
        Action(id="design.compare", text=T("Compare with…"), keys="Ctrl+Shift+M",
               menu="network/5", run=compare),
    )  # fmt: skip


class CostDesk(QObject):
    """Makes the pages and puts them into the dock.

    Args:
        widget: The workspace they belong to.
        document: The project being edited.
        context: Theme and language.
        settings: Where folders are remembered.
    """

    def __init__(
        self, widget: DesignWidget, document: Document, context: Context, settings: QSettings
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        selection, batch = widget.selection, self._batch
        self.page = CostPage(context, document, selection, settings)
        self.comparison = ComparePage(context, document, selection, settings, batch)
        pages: tuple[tuple[CostPage | ComparePage, Text], ...] = (
            (self.page, T("Cost")),
            (self.comparison, T("Compare")),
        )
        for page, title in pages:
            widget.dock.add_page(page, title, before=widget.dock.problems)
            page.revealed.connect(self._reveal)
            page.asked.connect(widget.ask)
            page.edited.connect(widget.edit_layer)

    def sync(self, analysis: Analysis) -> None:
        """Follows the project."""
        self.page.sync(analysis)
        self.comparison.sync()

    def open_costs(self) -> None:
        """Opens the cost table and puts the focus into it."""
        self._widget.dock.show_page(self.page)
        self.page.table.setFocus()

    def ask_comparison(self) -> None:
        """Opens the comparison and asks what with."""
        self._widget.dock.show_page(self.comparison)
        self.comparison.choose()

    def _batch(self) -> int:
        return self.page.batch.value

    def _reveal(self, id: str) -> None:
        self._widget.views.current.reveal(id)
