"""Keeps the weights of what is opened, so that they outlive the file they came with."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.storage.project_weights import files_of, keep_weights
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.ui.background import Background
from cnnstudio.ui.window.session import Session


class WeightsKeeper(QObject):
    """Takes the weights of every project that is opened into the person's store.

    From then on they are there whatever is done with the layers: pasted into another project,
    saved elsewhere, deleted, saved and brought back by undo.

    Args:
        session: The project that is open.
        background: Does it beside the window.
        parent: Its owner.
    """

    news = Signal(object)
    """A ``Text``: why weights couldn't be kept."""

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        session.opened.connect(self._keep)

    def prune(self) -> None:
        """Takes what hasn't been used for long out of the store."""
        self._background.do("prune", WeightsStore.of_person().prune, _nothing, self.news.emit)

    def _keep(self) -> None:
        network, folders = self._session.document.network, self._session.weights_folders
        if files_of(network):
            store = WeightsStore.of_person()
            self._background.do(
                "keep", lambda: keep_weights(network, store, *folders), _nothing, self.news.emit
            )


def _nothing(_result: object) -> None:
    """Nothing is to be done once it is kept."""
