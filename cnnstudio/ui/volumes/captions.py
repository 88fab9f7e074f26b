"""What stands below a volume: a layer in three short lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import Text
from cnnstudio.ui.canvas.drawing import canvas_font, elided
from cnnstudio.ui.canvas.faces import Show

_WIDEST = 168.0


@dataclass(frozen=True, slots=True)
class Caption:
    """The words below a volume.

    Attributes:
        name: The layer's name, shortened in the middle.
        kind: Its kind.
        count: Its parameters; "" if it has none.
        family: The colour of its volume and its kind.
        width: How wide the widest line is, in logical pixels.
        wrong: Whether an error of its own keeps its shape from being known.
    """

    name: str
    kind: str
    count: str
    family: Family
    width: float
    wrong: bool = False


def captions_of(analysis: Analysis, show: Show) -> dict[str, Caption]:
    """The caption of every layer."""
    wrong = {problem.node for problem in analysis.errors}
    found = {}
    for id, node in analysis.network.by_id.items():
        facts = analysis.nodes.get(id)
        name = _short(node.name, "title")
        kind = _short(show(_kind(node)), "small")
        count = f"{facts.params:,}" if facts and facts.params else ""
        width = max(_width(name, "title"), _width(kind, "small"), _width(count, "code-small"))
        family = node.spec.family if node.spec else Family.RESHAPING
        found[id] = Caption(name, kind, count, family, width, facts is None and id in wrong)
    return found


@lru_cache(maxsize=8192)
def _short(text: str, role: str) -> str:
    return elided(text, role, _WIDEST, Qt.TextElideMode.ElideMiddle)


def _kind(node: LayerNode) -> Text | str:
    if node.spec is None:
        return node.kind
    return Family.INPUT.label if node.spec.family is Family.INPUT else node.spec.keras


@lru_cache(maxsize=8192)
def _width(text: str, role: str) -> float:
    return QFontMetricsF(canvas_font(role)).horizontalAdvance(text)
