"""The code a person trusts, as the window sees it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.storage.trust import Trusted, TrustStore


class Trust(QObject):
    """What is trusted, and word of each change.

    Args:
        parent: Its owner.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = TrustStore.of_person()

    def trusts(self, code: CustomLayer) -> bool:
        """Whether exactly this source is trusted."""
        return self._store.trusts(code)

    def trust(self, code: CustomLayer) -> None:
        """Trusts a source from now on; raises as ``TrustStore.trust`` does."""
        self._store.trust(code)
        self.changed.emit()

    def withdraw(self, digest: str) -> None:
        """Trusts a source no longer; raises as ``TrustStore.withdraw`` does."""
        self._store.withdraw(digest)
        self.changed.emit()

    def entries(self) -> tuple[Trusted, ...]:
        """Everything that is trusted, the latest first."""
        return self._store.entries()
