"""What the network costs: the dock's pages about it, and what connects them to the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.document import Document
from cnnstudio.core.text import T
from cnnstudio.ui.design.cost_page import CostPage
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.actions import Action

if TYPE_CHECKING:
    from cnnstudio.ui.design.workspace import DesignWidget


def cost_actions(made: Callable[[], DesignWidget]) -> tuple[Action, ...]:
    """The actions of these pages.

    Args:
        made: Gives the workspace's widget.
    """

    def open_costs() -> None:
        made().costs.open_costs()

    return (
        Action(id="design.costs", text=T("Cost table"), keys="Ctrl+Shift+T", menu="view/4",
               run=open_costs),
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
        self.page = CostPage(context, document, widget.selection, settings)
        widget.dock.add_page(self.page, T("Cost"), before=widget.dock.problems)
        self.page.revealed.connect(self._reveal)
        self.page.asked.connect(widget.ask)
        self.page.edited.connect(widget.edit_layer)

    def sync(self, analysis: Analysis) -> None:
        """Follows the project."""
        self.page.sync(analysis)

    def open_costs(self) -> None:
        """Opens the cost table and puts the focus into it."""
        self._widget.dock.show_page(self.page)
        self.page.table.setFocus()

    def _reveal(self, id: str) -> None:
        self._widget.views.current.reveal(id)
