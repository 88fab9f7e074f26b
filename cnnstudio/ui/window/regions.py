"""F6 goes round the regions of the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

REGION = "region"
"""A widget with this property set is a region; panels are regions."""


def step_region(window: QWidget, step: int) -> None:
    """Moves the focus to the first field of the next (1) or the previous (−1) region."""
    regions = [w for w in window.findChildren(QWidget) if w.property(REGION) and w.isVisible()]
    regions = [region for region in regions if _first_field(region) is not None]
    if not regions:
        return
    regions.sort(key=lambda w: (w.mapTo(window, QPoint()).x(), w.mapTo(window, QPoint()).y()))
    focused = window.focusWidget()
    at = next((i for i, r in enumerate(regions) if focused and r.isAncestorOf(focused)), None)
    at = (-1 if step > 0 else 0) if at is None else at
    field = _first_field(regions[(at + step) % len(regions)])
    if field is not None:
        field.setFocus(Qt.FocusReason.TabFocusReason)


def _first_field(region: QWidget) -> QWidget | None:
    wanted = Qt.FocusPolicy.TabFocus
    candidates = [region, *region.findChildren(QWidget)]
    return next(
        (w for w in candidates if w.focusPolicy() & wanted and w.isVisible() and w.isEnabled()),
        None,
    )
